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
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const native = join(dist, 'native');
const bundle = join(dist, 'bundle');
const record = join(dist, '.built.json');
/** Parts of the bundle with a file of their own, loaded at the first call of a function of their entry: name and entry. */
const LAZY = { codec: 'pickle/codec.js', jit: 'jit/machine.js' };
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
    exists: () => [join(dist, 'index.js'), ...['polycore', 'core', ...Object.keys(LAZY)].map((name) => join(bundle, `${name}.cjs`))].every(existsSync),
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
  await part.build();
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
async function buildTypeScript() {
  const output = run('typescript/bin/tsc', ['-p', 'tsconfig.json', '--noEmitOnError', '--listEmittedFiles']);
  const emitted = new Set([...output.matchAll(/^TSFILE:\s*(.+?)\r?$/gm)].map(([, file]) => resolve(root, file)));
  for (const file of list(dist)) {
    if (/\.(js|d\.ts)$/.test(file) && !emitted.has(file) && file !== join(native, 'native.d.ts')) rmSync(file);
  }
  await buildBundle();
}

/**
 * The same modules in a few CommonJS files, which the loader (src/loader.ts) gives to users and workers: an import costs a
 * quarter of a millisecond for each file, a worker starts faster without the loader of ES modules, and `require` and
 * `import` give one instance.
 */
async function buildBundle() {
  rmSync(bundle, { recursive: true, force: true });
  await bundleInto('polycore', { entryPoints: { polycore: join(dist, 'loader.js') } });
  const wanted = new Set(Object.values(LAZY).map((entry) => join(dist, entry)));
  const exported = new Map();
  for (const path of wanted) exported.set(path, await exportsOf(path));
  const core = await bundleCore(exported, []);
  const inCore = new Set(Object.keys(core.metafile.inputs).map((path) => resolve(root, path)));
  const shared = new Set();
  for (const [name, entry] of Object.entries(LAZY)) {
    await bundleFunction(name, { entryPoints: { [name]: join(dist, entry) }, plugins: [fromCore(inCore, shared)] });
  }
  await bundleCore(exported, [...shared].sort());
}

/** The core; the `shared` of its modules are given to the loader before any of the package's code runs. */
function bundleCore(exported, shared) {
  const lines = shared.map((path, i) => `import * as m${i} from ${JSON.stringify(path)};`);
  const entries = shared.map((path, i) => `${JSON.stringify(relative(dist, path))}: m${i}`);
  const virtual = {
    entry: `import 'virtual:share'; export * from ${JSON.stringify(join(dist, 'index.js'))};`,
    share: `${lines.join('')}Object.assign(packageLoader.shared, {${entries.join()}});`,
  };
  const share = {
    name: 'share',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path: path.slice('virtual:'.length), namespace: 'virtual' }));
      onLoad({ filter: /./, namespace: 'virtual' }, ({ path }) => ({ contents: virtual[path], resolveDir: dist }));
    },
  };
  return bundleFunction('core', { entryPoints: { core: 'virtual:entry' }, plugins: [share, lazily(exported)] });
}

/** Instead of the entry of a part: functions that load it and are then replaced by its own, in every module that imports them. */
function lazily(exported) {
  return {
    name: 'lazily',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
        const full = resolve(resolveDir, path);
        return exported.has(full) ? { path: full, namespace: 'lazy' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => {
        const names = exported.get(path);
        const [part] = Object.entries(LAZY).find(([, entry]) => join(dist, entry) === path);
        const load = `const load = () => { ({ ${names.join(', ')} } = packageLoader.part(${JSON.stringify(part)})); };`;
        return { contents: [load, ...names.map((name) => `export let ${name} = (...args) => (load(), ${name}(...args));`)].join('\n') };
      });
    },
  };
}

/** Instead of a module that the core has: the core's. Adds it to `shared`. */
function fromCore(inCore, shared) {
  return {
    name: 'from-core',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) => {
        const full = resolve(resolveDir, path);
        return kind !== 'entry-point' && inCore.has(full) ? { path: full, namespace: 'core' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'core' }, ({ path }) => {
        shared.add(path);
        return { contents: `module.exports = packageLoader.shared[${JSON.stringify(relative(dist, path))}];` };
      });
    },
  };
}

async function exportsOf(path) {
  const options = { entryPoints: [path], bundle: true, format: 'esm', platform: 'node', write: false, metafile: true, outdir: dist };
  const { metafile } = await build(options);
  return Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined).exports;
}

/** A function, not a module: the loader calls it, and needs no second copy of the text to wrap it. */
function bundleFunction(name, options) {
  return bundleInto(name, options, '(function(exports,require,module,__filename,__dirname,packageLoader){', '})');
}

function bundleInto(name, options, before = '', after = '') {
  return build({
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
    metafile: true,
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
    ...options,
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
