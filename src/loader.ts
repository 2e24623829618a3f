/**
 * Loads the package: the entry of users and of workers. The rest is in files beside this one: `core.cjs`, which is loaded
 * at once, and parts that are loaded when one of their functions is called for the first time, as V8 has to read every file
 * before anything of it runs.
 *
 * An isolate that starts from V8's code cache of those files need not compile them again. The cache is made by the thread
 * that starts workers, from what it has compiled itself, and handed to them in `workerData`; one that V8 refuses (it checks
 * version and flags) costs nothing.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { workerData } from 'node:worker_threads';

type CodeCache = Readonly<Record<string, Uint8Array>>;

/** What the rest of the package gets from here, as `import.meta.loader`. */
export interface Loader {
  /** The exports of a part. */
  part(name: string): object;
  /** Modules of the core that parts import, by path. */
  readonly shared: Record<string, object>;
  /** What an isolate needs to start without compiling; shared, so that handing it over copies nothing. */
  codeCache(): CodeCache;
  /** `import()`: a script from a cache has none of its own. */
  importModule(url: string): Promise<object>;
}

type Wrapper = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string, loader: Loader) => void;

/** Parts that every worker needs. */
const WORKER_PARTS = ['codec'];

const require = createRequire(__filename);
const given = (workerData as { code?: CodeCache } | null)?.code;
const scripts = new Map<string, Script>();
const parts = new Map<string, object>();
let made = given;

const loader: Loader = {
  part(name) {
    let exports = parts.get(name);
    if (exports === undefined) parts.set(name, (exports = run(name, { exports: {} })));
    return exports;
  },
  shared: {},
  codeCache() {
    if (made === undefined) {
      for (const name of WORKER_PARTS) loader.part(name);
      made = Object.fromEntries([...scripts].map(([name, script]) => [name, shared(script.createCachedData())]));
    }
    return made;
  },
  importModule: (url) => import(url) as Promise<object>,
};

function run(name: string, target: { exports: object }): object {
  const file = join(__dirname, `${name}.cjs`);
  const cachedData = given?.[name];
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, ...(cachedData === undefined ? {} : { cachedData }) });
  scripts.set(name, script);
  (script.runInThisContext() as Wrapper)(target.exports, require, target, file, dirname(file), loader);
  return target.exports;
}

function shared(data: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(data.length));
  copy.set(data);
  return copy;
}

run('core', module);
