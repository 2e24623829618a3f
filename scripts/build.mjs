/**
 * Builds what is missing or out of date: the addon with `napi build --release`, the TypeScript with `tsc` and
 * esbuild, all into dist/.
 *
 *   node scripts/build.mjs [--quiet] [--force]
 *
 * A part is up to date when its outputs exist and the contents of its sources hash to what the last build recorded in
 * dist/.built.json. Contents, not times, so that a checkout or a restored cache does not rebuild. Compilers write to
 * stderr: stdout belongs to the program that runs next. `--quiet` says nothing when nothing is to be done.
 */

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const native = join(dist, 'native');
const bundle = join(dist, 'bundle');
const record = join(dist, '.built.json');
const quiet = process.argv.includes('--quiet');
const force = process.argv.includes('--force');

const parts = [
  {
    name: 'addon',
    sources: ['Cargo.toml', 'Cargo.lock', 'build.rs', 'crates'],
    skip: (path) => /^crates\/[^/]+\/(tests|benches)\//.test(path) || path.endsWith('.md'),
    // With an addon named by the environment, this one would not be loaded.
    exists: () => Boolean(process.env.NAPI_RS_NATIVE_LIBRARY_PATH) || list(native).some((file) => file.endsWith('.node')),
    build: buildAddon,
  },
  {
    name: 'typescript',
    sources: ['tsconfig.json', 'src'],
    skip: () => false,
    exists: () => existsSync(join(dist, 'index.js')) && existsSync(join(bundle, 'polycore.cjs')) && existsSync(join(bundle, 'core.cjs')),
    build: buildTypeScript,
  },
];

const built = existsSync(record) ? JSON.parse(readFileSync(record, 'utf8')) : {};
for (const part of parts) {
  const hash = fingerprint(part);
  if (!force && built[part.name] === hash && part.exists()) {
    if (!quiet) console.error(`${part.name}: up to date`);
    continue;
  }
  const start = performance.now();
  console.error(`${part.name}: building`);
  part.build();
  built[part.name] = hash; // of before the build: an edit while it ran is built next time
  mkdirSync(dist, { recursive: true });
  replace(record, JSON.stringify(built));
  console.error(`${part.name}: built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Every file under the directory, or nothing when there is none. */
function list(directory) {
  if (!existsSync(directory)) return [];
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** The hash of names and contents of a part's sources, and of what else decides its outputs. */
function fingerprint({ sources, skip }) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`);
  const paths = sources.map((source) => join(root, source)).flatMap((path) => (isDirectory(path) ? list(path) : [path]));
  for (const path of paths.sort()) {
    const name = relative(root, path).split(sep).join('/');
    if (skip(name) || !existsSync(path)) continue;
    hash.update(`\0${name}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function isDirectory(path) {
  return existsSync(path) && statSync(path).isDirectory();
}

/** `napi build` into a folder of its own, then moved: a running process may have the present file mapped. */
function buildAddon() {
  if (spawnSync('cargo', ['--version'], { stdio: 'ignore' }).status !== 0) {
    fail('cargo is not installed. The addon is written in Rust: install Rust (rustup) and try again.');
  }
  const fresh = join(dist, '.addon');
  rmSync(fresh, { recursive: true, force: true });
  run('@napi-rs/cli/dist/cli.js', ['build', '--platform', '--release', '--no-js', '--dts', 'native.d.ts', '-o', fresh]);
  mkdirSync(native, { recursive: true });
  for (const file of list(fresh)) renameSync(file, join(native, relative(fresh, file)));
  rmSync(fresh, { recursive: true, force: true });
}

/** `tsc`, then removal of outputs whose source is gone. An error leaves the last build as it was. */
function buildTypeScript() {
  const output = run('typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmitOnError', '--listEmittedFiles']);
  const emitted = new Set([...output.matchAll(/^TSFILE:\s*(.+?)\r?$/gm)].map(([, file]) => resolve(root, file)));
  for (const file of list(dist)) {
    if (/\.(js|d\.ts)$/.test(file) && !emitted.has(file) && file !== join(native, 'native.d.ts')) rmSync(file);
  }
  buildBundle();
}

/**
 * The same modules in one CommonJS file (`core`), which the loader (src/loader.cts) gives to users and workers: an import costs a quarter of a millisecond
 * for each file, a worker starts faster without the loader of ES modules, and `require` and `import` give one instance.
 */
function buildBundle() {
  rmSync(bundle, { recursive: true, force: true });
  bundleInto('polycore', 'loader.js');
  // A function, not a module: the loader calls it, and needs no second copy of the text to wrap it.
  const parameters = 'exports,require,module,__filename,__dirname,packageLoader';
  bundleInto('core', 'index.js', `(function(${parameters}){`, '})');
}

function bundleInto(name, entry, before = '', after = '') {
  buildSync({
    entryPoints: { [name]: join(dist, entry) },
    outdir: bundle,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20.19',
    banner: { js: `${before}const bundleUrl=require("node:url").pathToFileURL(__filename).href;` },
    footer: { js: after },
    define: { 'import.meta.url': 'bundleUrl', 'import.meta.loader': 'packageLoader' },
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  });
}

/** Runs a tool of node_modules; what it prints goes to stderr and is returned. Ends this process when it fails. */
function run(tool, args) {
  const script = join(root, 'node_modules', tool);
  if (!existsSync(script)) fail(`${tool} is not installed: run \`npm ci\` first`);
  const { status, signal, stdout } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const text = stdout.replace(/^TSFILE:.*\n/gm, '');
  if (text.trim()) console.error(text.trimEnd());
  if (status !== 0) fail(`${tool} failed (${signal ?? status})`);
  return stdout;
}

/** Writes a file so that a reader sees the old or the new contents. */
function replace(path, contents) {
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}

function fail(message) {
  console.error(`build: ${message}`);
  process.exit(1);
}
