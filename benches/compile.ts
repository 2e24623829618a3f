/**
 * Turns `peers/` and `sync/` into plain JavaScript under `.compiled/`, so that the measured processes run bare `node`: a TypeScript loader in them
 * would be loaded by every worker too and would spoil start times and memory. Files are only stripped of types, not bundled.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const HERE = fileURLToPath(new URL('./', import.meta.url));
const COMPILED = fileURLToPath(new URL('./.compiled/', import.meta.url));

/** Folders of what runs in contestants' processes. */
const FOLDERS = ['peers', 'sync'];

/** Compiles and returns the directory. */
export async function compile(): Promise<string> {
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(HERE + folder, { recursive: true, encoding: 'utf8' }).map((file) => `${HERE}${folder}/${file}`),
  );
  await build({
    entryPoints: sources.filter((file) => file.endsWith('.ts')),
    outbase: HERE,
    outdir: COMPILED,
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return COMPILED;
}
