/**
 * Finding the addon: each case is a copy of the loader in a folder of its own, with just the files it is about.
 */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { currentPlatform, platformName, SUPPORTED } from '../src/native/platform.js';

interface Loader {
  loadNative(): unknown;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = createRequire(import.meta.url)('../package.json') as { version: string };
const platform = currentPlatform();
const name = `@polycore/native-${platform}`;
const OVERRIDE = 'NAPI_RS_NATIVE_LIBRARY_PATH';

/** A folder laid out like the installed package, without a binary; removed after the test. */
function layOut(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'polycore-load-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of ['package.json', 'dist/errors.js', 'dist/native/load.js', 'dist/native/platform.js']) {
    mkdirSync(join(folder, file, '..'), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  return folder;
}

/** A package at node_modules/@polycore/native-…, whose main file is JavaScript. */
function addPackage(folder: string, packageVersion: string): void {
  const at = join(folder, 'node_modules', name);
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, 'package.json'), JSON.stringify({ name, version: packageVersion, main: 'main.js' }));
  writeFileSync(join(at, 'main.js'), "module.exports = 'from the package';");
}

async function loaderIn(folder: string): Promise<Loader> {
  return (await import(pathToFileURL(join(folder, 'dist/native/load.js')).href)) as Loader;
}

/** What `loadNative` throws in that folder. */
async function failureIn(folder: string): Promise<Error & { code?: string }> {
  const { loadNative } = await loaderIn(folder);
  try {
    loadNative();
  } catch (error) {
    return error as Error;
  }
  throw new Error('loadNative() did not throw');
}

test.before(() => {
  delete process.env[OVERRIDE];
});

test('platform: this process has a supported one', (t) => {
  t.true(SUPPORTED.includes(platform), platform);
});

test('platform: names follow napi-rs', (t) => {
  t.is(platformName('linux', 'x64', () => 'gnu'), 'linux-x64-gnu');
  t.is(platformName('linux', 'arm64', () => 'musl'), 'linux-arm64-musl');
  t.is(platformName('win32', 'arm64', () => 'gnu'), 'win32-arm64-msvc');
  t.is(platformName('darwin', 'arm64', () => 'gnu'), 'darwin-arm64');
  t.is(platformName('freebsd', 'x64', () => 'gnu'), 'freebsd-x64');
});

test('platform: the C library agrees with the diagnostic report', (t) => {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const libc = header.glibcVersionRuntime === undefined ? 'musl' : 'gnu';
  if (process.platform === 'linux') t.true(platform.endsWith(libc));
  else t.pass();
});

test.serial('load: a missing package is named together with the fixes', async (t) => {
  const error = await failureIn(layOut(t));
  t.is(error.code, 'ERR_POLYCORE_NATIVE');
  t.true(error.message.includes(`npm i ${name}@${version}`), error.message);
  t.true(error.message.includes('npm/cli#4828'));
  t.true(error.message.includes('npm run build'));
});

test.serial('load: the package of the same version is used', async (t) => {
  const folder = layOut(t);
  addPackage(folder, version);
  t.is((await loaderIn(folder)).loadNative(), 'from the package');
});

test.serial('load: a package of another version is refused', async (t) => {
  const folder = layOut(t);
  addPackage(folder, '0.0.1');
  const error = await failureIn(folder);
  t.is(error.message, `${name} is version 0.0.1, but polycore is ${version}. Run \`npm i ${name}@${version}\`.`);
});

test.serial('load: a build that the system refuses is an error and does not fall through to the package', async (t) => {
  const folder = layOut(t);
  addPackage(folder, version);
  writeFileSync(join(folder, 'dist/native', `polycore.${platform}.node`), 'not a library');
  const error = await failureIn(folder);
  t.is(error.code, 'ERR_POLYCORE_NATIVE');
  t.true(error.message.includes(`polycore.${platform}.node`), error.message);
});

test.serial('load: a platform without a binary is named together with those that have one', async (t) => {
  const actual = Object.getOwnPropertyDescriptor(process, 'platform');
  t.teardown(() => Object.defineProperty(process, 'platform', actual ?? {}));
  const folder = layOut(t);
  const { loadNative } = await loaderIn(folder);
  Object.defineProperty(process, 'platform', { ...actual, value: 'freebsd' });
  t.throws(loadNative, { message: new RegExp(`^polycore has no native binary for freebsd-${process.arch}; .*linux-x64-gnu`) });
});

test.serial(`load: ${OVERRIDE} comes first, and is named when it fails`, async (t) => {
  const folder = layOut(t);
  addPackage(folder, version);
  process.env[OVERRIDE] = join(folder, 'absent.node');
  t.true((await failureIn(folder)).message.includes(OVERRIDE));
});
