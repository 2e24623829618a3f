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
/** Parts of the bundle with a file of their own, loaded at the first call of a function of their entry: name and entry. Later ones may use modules of those before. */
const LAZY = { inspection: 'pickle/inspection.js', codec: 'pickle/codec.js', jit: 'jit/machine.js', algorithms: 'algorithms/index.js' };
/** V8 keeps a text of this length and more apart from young objects, where it would be copied twice in every worker and make that space grow. */
const LARGE_TEXT = 140_000;
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
    sources: ['tsconfig.json', 'scripts/build.mjs', 'src'],
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
  await bundleInto({ entryPoints: { polycore: join(dist, 'loader.js') } });
  const core = { name: 'core', entry: join(dist, 'index.js'), shared: new Set() };
  const lazy = Object.entries(LAZY).map(([name, entry]) => ({ name, entry: join(dist, entry), shared: new Set() }));
  const public_ = new Set(await exportsOf(core.entry));
  for (const part of lazy) part.functions = await exportsOf(part.entry);
  const plugins = [elsewhere(lazy, public_)];
  // Twice: the first time shows which modules of a part others need, which it then shares.
  for (let round = 0; round < 2; round++) {
    const owners = new Map();
    for (const part of [core, ...lazy]) {
      const { metafile } = await bundlePart(part, [sharer(part), fromOwner(owners), ...plugins]);
      for (const path of Object.keys(metafile.inputs)) {
        if (existsSync(resolve(root, path))) owners.set(resolve(root, path), part);
      }
    }
  }
  enlarge('codec');
}

/** A part: a function, not a module, which the loader calls, so that it needs no second copy of the text to wrap it. */
function bundlePart({ name }, plugins) {
  const before = '(function(exports,require,module,__filename,__dirname,packageLoader){';
  return bundleInto({ entryPoints: { [name]: 'virtual:entry' }, plugins }, before, '})');
}

/** What other parts `require` to get a module of a part. */
function sharedName(part, path) {
  return `polycore:${part}/${relative(dist, path)}`;
}

/** The entry of a part: before any code of it runs, gives the loader what is shared, then is what it is. */
function sharer({ name, entry, shared }) {
  const paths = [...shared].sort();
  const lines = paths.map((path, i) => `import * as m${i} from ${JSON.stringify(path)};`);
  const fields = paths.map((path, i) => `${JSON.stringify(sharedName(name, path))}: m${i}`);
  const virtual = {
    entry: `import 'virtual:share'; export * from ${JSON.stringify(entry)};`,
    share: `${lines.join('')}Object.assign(packageLoader.shared, {${fields.join()}});`,
  };
  return {
    name: 'sharer',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^virtual:/ }, ({ path }) => ({ path: path.slice('virtual:'.length), namespace: 'virtual' }));
      onLoad({ filter: /./, namespace: 'virtual' }, ({ path }) => ({ contents: virtual[path], resolveDir: dist }));
    },
  };
}

/** Instead of a module that an earlier part has: that part's. */
function fromOwner(owners) {
  const own = new Map(owners);
  return {
    name: 'from-owner',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
        const full = resolve(resolveDir, path);
        const owner = own.get(full);
        if (owner === undefined) return undefined;
        owner.shared.add(full);
        // The loader's `require` knows it by this name. As a module of its own it would be copied, export by export.
        return { path: sharedName(owner.name, full), external: true };
      });
    },
  };
}

/**
 * Instead of the entry of a part, everywhere else: functions that load it. Internal ones are then replaced by its own, in every
 * module that imports them; those that users get stay the same for ever.
 */
function elsewhere(lazy, public_) {
  return {
    name: 'elsewhere',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, importer }) => {
        const full = resolve(resolveDir, path);
        const isEntry = lazy.some(({ entry }) => entry === full);
        return isEntry && importer !== 'entry' ? { path: relative(dist, full), namespace: 'lazy' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'lazy' }, ({ path }) => {
        const { name, functions } = lazy.find(({ entry }) => entry === join(dist, path));
        const internal = functions.filter((fn) => !public_.has(fn));
        const lines = [`const part = () => packageLoader.part(${JSON.stringify(name)});`];
        if (internal.length > 0) lines.push(`const load = () => { ({ ${internal.join(', ')} } = part()); };`);
        for (const fn of internal) lines.push(`export let ${fn} = (...args) => (load(), ${fn}(...args));`);
        for (const fn of functions.filter((fn) => public_.has(fn))) lines.push(`export const ${fn} = (...args) => part().${fn}(...args);`);
        return { contents: lines.join('\n') };
      });
    },
  };
}

async function exportsOf(path) {
  const options = { entryPoints: [path], bundle: true, format: 'esm', platform: 'node', write: false, metafile: true, outdir: dist };
  const { metafile } = await build(options);
  return Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined).exports;
}

/** Makes the text of a part that every worker loads large. */
function enlarge(name) {
  const file = join(bundle, `${name}.cjs`);
  writeFileSync(file, readFileSync(file, 'utf8').padEnd(LARGE_TEXT));
}

function bundleInto(options, before = '', after = '') {
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
    // Node shows the line of an uncaught error.
    lineLimit: 120,
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
