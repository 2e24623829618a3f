/** The program of crates/jit/benches/rayon: built by cargo when it is first needed, kept in target/benches. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const SOURCE = 'crates/jit/benches/rayon/Cargo.toml';
const TARGET = 'target/benches';

let program: Promise<string> | undefined;
let cargo: boolean | undefined;

/** Whether it can be built here. */
export function hasCargo(): boolean {
  return (cargo ??= spawnSync('cargo', ['--version']).status === 0);
}

/** The path of the program; rejects when it cannot be built. */
export function rayonProgram(): Promise<string> {
  return (program ??= build());
}

async function build(): Promise<string> {
  const args = ['build', '--release', '--locked', '--quiet', '--manifest-path', SOURCE, '--target-dir', TARGET];
  const child = spawn('cargo', args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve));
  if (code !== 0) throw new Error(`cargo build of ${SOURCE}: exit code ${code}`);
  return `${ROOT}${TARGET}/release/rayon-kernels${process.platform === 'win32' ? '.exe' : ''}`;
}
