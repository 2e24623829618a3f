/**
 * Turns `peers/` into plain JavaScript under `.compiled/`, so that the measured processes run bare `node`: a TypeScript loader in them
 * would be loaded by every worker too and would spoil start times and memory. Files are only stripped of types, not bundled.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const PEERS = fileURLToPath(new URL('./peers/', import.meta.url));
const COMPILED = fileURLToPath(new URL('./.compiled/', import.meta.url));

/** Compiles and returns the directory. */
export async function compilePeers(): Promise<string> {
  const sources = readdirSync(PEERS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  await build({
    entryPoints: sources.map((file) => PEERS + file),
    outbase: PEERS,
    outdir: COMPILED,
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return COMPILED;
}
