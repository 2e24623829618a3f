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
  /** Modules of the core that parts import, by path. */
  readonly shared: Record<string, object>;
  /** The memory of the code cache, for `workerData`. */
  readonly codeCache: SharedArrayBuffer;
  /** Makes the code cache, unless it is there already. */
  fillCodeCache(): void;
  /** `import()`: a script from a cache has none of its own. */
  importModule(url: string): Promise<object>;
}

type Wrapper = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string, loader: Loader) => void;

/** What every worker needs. */
const WORKER_PARTS = ['core', 'codec'];
/** The code cache: words (1 when it is there, then the bytes of each part), then the parts. Memory is used as far as it is written. */
const CACHE_BYTES = 4 << 20;
const HEADER_BYTES = 64;

const require = createRequire(__filename);
const scripts = new Map<string, Script>();
const parts = new Map<string, object>();
const codeCache = (workerData as { code?: SharedArrayBuffer } | null)?.code ?? new SharedArrayBuffer(CACHE_BYTES);
const header = new Int32Array(codeCache, 0, HEADER_BYTES / 4);

const loader: Loader = {
  part(name) {
    let exports = parts.get(name);
    if (exports === undefined) parts.set(name, (exports = run(name, { exports: {} })));
    return exports;
  },
  shared: {},
  codeCache,
  fillCodeCache() {
    if (Atomics.load(header, 0) !== 0) return;
    let at = HEADER_BYTES;
    for (const [i, name] of WORKER_PARTS.entries()) {
      if (name !== 'core') loader.part(name);
      const data = scripts.get(name)?.createCachedData() ?? new Uint8Array();
      if (at + data.length > CACHE_BYTES) return;
      new Uint8Array(codeCache).set(data, at);
      header[i + 1] = data.length;
      at += data.length;
    }
    Atomics.store(header, 0, 1);
  },
  importModule: (url) => import(url) as Promise<object>,
};

/** The cached code of a part, if it is there. */
function cached(name: string): Uint8Array | undefined {
  const index = WORKER_PARTS.indexOf(name);
  if (index < 0 || Atomics.load(header, 0) === 0) return undefined;
  const lengths = header.subarray(1, index + 1);
  return new Uint8Array(codeCache, lengths.reduce((sum, length) => sum + length, HEADER_BYTES), header[index + 1]);
}

function run(name: string, target: { exports: object }): object {
  const file = join(__dirname, `${name}.cjs`);
  const cachedData = cached(name);
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  scripts.set(name, script);
  (script.runInThisContext() as Wrapper)(target.exports, require, target, file, dirname(file), loader);
  return target.exports;
}

run('core', module);
