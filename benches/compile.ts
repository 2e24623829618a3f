/**
 * Turns what runs in contestants' processes into plain JavaScript under `.compiled/`, so that these run bare `node`: a TypeScript loader in them
 * would be loaded by every worker too and would spoil start times and memory. Files are only stripped of types, not bundled.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const COMPILED = fileURLToPath(new URL('./.compiled/', import.meta.url));

/** Folders of what runs in contestants' processes. */
const FOLDERS = ['benches/peers', 'benches/sync', 'benches/jit', 'examples/kernels'];

/** Compiles, and returns the directory in which the folders of `benches/` are then. */
export async function compile(): Promise<string> {
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' }).map((file) => `${ROOT}${folder}/${file}`),
  );
  await build({
    entryPoints: sources.filter((file) => file.endsWith('.ts')),
    outbase: ROOT,
    outdir: COMPILED,
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return `${COMPILED}benches/`;
}
