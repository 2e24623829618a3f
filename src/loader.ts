/**
 * Loads the package: the entry of users and of workers. The rest is one file beside this one, and an isolate that starts
 * from V8's code cache of it need not compile it again. The cache is made by the thread that starts workers, from what it
 * has compiled itself, and handed to them in `workerData`; one that V8 refuses (it checks version and flags) costs nothing.
 */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { workerData } from 'node:worker_threads';

const file = fileURLToPath(new URL('./core.cjs', import.meta.url));
const given = (workerData as { code?: Uint8Array } | null)?.code;

const script = new Script(readFileSync(file, 'latin1'), {
  filename: file,
  ...(given === undefined ? {} : { cachedData: given }),
});

let made = given;

/** What the rest of the package gets from here, as `import.meta.loader`. */
export interface Loader {
  /** What an isolate needs to start without compiling; shared, so that handing it over copies nothing. */
  codeCache(): Uint8Array;
  /** `import()`: a script from a cache has none of its own. */
  importModule(url: string): Promise<object>;
}

const loader: Loader = {
  codeCache() {
    if (made === undefined) {
      const data = script.createCachedData();
      made = new Uint8Array(new SharedArrayBuffer(data.length));
      made.set(data);
    }
    return made;
  },
  importModule: (url) => import(url) as Promise<object>,
};

type Wrapper = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string, loader: Loader) => void;

(script.runInThisContext() as Wrapper)(module.exports as object, createRequire(file), module, file, dirname(file), loader);
