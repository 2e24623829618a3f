/**
 * Loads the package: the entry of users and of workers. The rest is in files beside this one: `core.cjs`, which is loaded
 * at once, and parts that are loaded when one of their functions is called for the first time, as V8 has to read every file
 * before anything of it runs.
 *
 * An isolate that starts from V8's code cache of those files need not compile them again. The cache is made by the thread
 * that starts workers, from what it has compiled itself, while they boot: they get memory for it in `workerData`, and look
 * there when they are ready. One that is not there yet, or that V8 refuses (it checks version and flags), costs nothing.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { workerData } from 'node:worker_threads';

/** What the rest of the package gets from here, as `import.meta.loader`. */
export interface Loader {
  /** The exports of a part. */
  part(name: string): object;
  /** Modules that parts import of the core and of each other, by what they `require`: `polycore:core/errors.js`. */
  readonly shared: Record<string, object>;
  /** The memory of the code cache, for `workerData` of an isolate that is being started; `fillCodeCache` has to follow. */
  codeCache(): SharedArrayBuffer;
  /** Makes the code cache, unless it is there already. */
  fillCodeCache(): void;
  /** `import()`: a script from a cache has none of its own. */
  importModule(url: string): Promise<object>;
}

type Require = (name: string) => unknown;
type Wrapper = (exports: object, require: Require, module: object, file: string, folder: string, loader: Loader) => void;

/** What every worker needs. The core is there when one is started; others are cached when this thread has them. */
const WORKER_PARTS = ['core', 'inspection', 'codec'];
/** The code cache: for each part its state and its bytes (words), then the parts. Memory is used as far as it is written. */
const HEADER_BYTES = 64;
const PART_BYTES = 2 << 20;
/** States of a part. */
const NONE = 0;
const BEING_MADE = 1;
const THERE = 2;
/** Milliseconds that a worker waits for what is being made: about what compiling takes. */
const PATIENCE = 20;

/** What the modules that parts share are called before their part and their path. */
const SHARED = 'polycore:';
const nodeRequire = createRequire(__filename);
const scripts = new Map<string, Script>();
const parts = new Map<string, object>();
const given = (workerData as { code?: SharedArrayBuffer } | null)?.code;
const memory = given ?? new SharedArrayBuffer(HEADER_BYTES + WORKER_PARTS.length * PART_BYTES);
const header = new Int32Array(memory, 0, HEADER_BYTES / 4);
/** Set when the owner of the memory has started an isolate. */
let isWanted = false;

const loader: Loader = {
  part(name) {
    let exports = parts.get(name);
    if (exports === undefined) {
      parts.set(name, (exports = run(name, { exports: {} })));
      if (isWanted) cache(name);
    }
    return exports;
  },
  shared: {},
  codeCache() {
    // The isolate whose memory it is writes it, and nobody else.
    if (given === undefined) {
      isWanted = true;
      Atomics.compareExchange(header, 0, NONE, BEING_MADE);
    }
    return memory;
  },
  fillCodeCache() {
    if (isWanted) for (const name of scripts.keys()) cache(name);
  },
  importModule: (url) => import(url) as Promise<object>,
};

/** Makes the cache of a part that this isolate has compiled, unless it is there. For the owner of the memory. */
function cache(name: string): void {
  const index = WORKER_PARTS.indexOf(name);
  if (index < 0 || Atomics.load(header, 2 * index) === THERE) return;
  Atomics.store(header, 2 * index, BEING_MADE);
  const data = scripts.get(name)?.createCachedData();
  const fits = data !== undefined && data.length <= PART_BYTES;
  if (fits) {
    new Uint8Array(memory, HEADER_BYTES + index * PART_BYTES).set(data);
    header[2 * index + 1] = data.length;
  }
  Atomics.store(header, 2 * index, fits ? THERE : NONE);
  Atomics.notify(header, 2 * index);
}

/** The cached code of a part, if it is there. */
function cached(name: string): Uint8Array | undefined {
  const index = WORKER_PARTS.indexOf(name);
  if (index < 0) return undefined;
  if (given !== undefined && Atomics.load(header, 2 * index) === BEING_MADE) Atomics.wait(header, 2 * index, BEING_MADE, PATIENCE);
  if (Atomics.load(header, 2 * index) !== THERE) return undefined;
  return new Uint8Array(memory, HEADER_BYTES + index * PART_BYTES, header[2 * index + 1]);
}

/** `require` as parts have it. */
function requireOf(name: string): unknown {
  if (!name.startsWith(SHARED)) return nodeRequire(name) as unknown;
  const part = name.slice(SHARED.length, name.indexOf('/'));
  if (part !== 'core') loader.part(part);
  return loader.shared[name];
}

function run(name: string, target: { exports: object }): object {
  const file = join(__dirname, `${name}.cjs`);
  const cachedData = cached(name);
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  scripts.set(name, script);
  (script.runInThisContext() as Wrapper)(target.exports, requireOf, target, file, dirname(file), loader);
  return target.exports;
}

run('core', module);
