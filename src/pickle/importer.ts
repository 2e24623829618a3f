/**
 * `import()` as another module would do it: relative to that module, with its loader and its conditions.
 */

import type { Loader } from '../loader.js';

declare global {
  interface ImportMeta {
    /** Of the bundled package. */
    readonly loader?: Loader;
  }
}

/** `import()` of a URL. */
export const importUrl: (url: string) => Promise<object> =
  import.meta.loader?.importModule ?? ((url) => import(url) as Promise<object>);

type Importer = (specifier: string) => Promise<object>;
const importers = new Map<string, Importer>();

/** An `import()` that resolves as in the module `parent`. */
export function importerOf(parent: string): Importer {
  let importer = importers.get(parent);
  if (importer === undefined) importers.set(parent, (importer = compileImporter(parent)));
  return importer;
}

function compileImporter(filename: string): Importer {
  const script = new (process.getBuiltinModule('node:vm').Script)('(specifier) => import(specifier)', {
    filename,
    importModuleDynamically: defaultLoader(),
  });
  return script.runInThisContext() as Importer;
}

let warned = false;

/**
 * The option of `vm` that makes `import()` in a script resolve from its file name, by the loader of the program. Node
 * warns once, at the first such import, that it is experimental; that warning is no business of the user's.
 */
export function defaultLoader(): number {
  const loader = process.getBuiltinModule('node:vm').constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  if (!warned) {
    warned = true;
    const { emitWarning } = process;
    process.emitWarning = () => undefined;
    try {
      void compileImporter(import.meta.url)('node:module');
    } finally {
      process.emitWarning = emitWarning;
    }
  }
  return loader;
}
