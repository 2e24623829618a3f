/**
 * Checks what would be published, one `ok` or `not ok` line each: the manifests agree, the lock file is complete, the tarball
 * has what it should and nothing else, and it works when installed with and without the package of this platform.
 *
 *   node scripts/check-package.mjs             after a build
 *   node scripts/check-package.mjs --publish   before `npm publish`: only that `napi prepublish` has done its part
 */

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const own = manifest('.');
const platforms = readdirSync(join(root, 'npm'));

if (process.argv.includes('--publish')) {
  check('package.json names all platform packages at its own version', () => {
    const expected = Object.fromEntries(platforms.map((name) => [`@polycore/native-${name}`, own.version]));
    assert.deepEqual(own.optionalDependencies, expected, 'run `napi prepublish -t npm --no-gh-release` first');
  });
} else {
  const { currentPlatform, SUPPORTED } = await import(pathToFileURL(join(root, 'dist/native/platform.js')).href);
  check('npm/ has one package for each supported platform', () => {
    assert.deepEqual(platforms, [...SUPPORTED].sort());
    assert.equal(own.napi.targets.length, SUPPORTED.length);
  });
  for (const name of platforms) check(`npm/${name} describes that platform`, () => platformPackage(name));
  check('package.json and Cargo.toml have the same version', () => {
    assert.equal(readFileSync(join(root, 'Cargo.toml'), 'utf8').match(/^version = "(.+)"$/m)?.[1], own.version);
  });
  check('package-lock.json is complete and names no registry', () => run(root, process.execPath, ['scripts/lock.mjs']));
  check('the tarball has the build and the documents, nothing else', tarballContents);
  installed(currentPlatform());
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
}

function check(name, test) {
  try {
    test();
    console.log(`ok - ${name}`);
  } catch (error) {
    console.log(`not ok - ${name}\n  ${error.message.trimEnd().replaceAll('\n', '\n  ')}`);
    process.exitCode = 1;
  }
}

function run(cwd, command, args) {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], shell: command === 'npm' && process.platform === 'win32' });
}

function platformPackage(name) {
  const [os, cpu, abi] = name.split('-');
  const found = manifest(`npm/${name}`);
  const file = `${own.napi.binaryName}.${name}.node`;
  assert.equal(found.name, `${own.napi.packageName}-${name}`);
  assert.equal(found.version, own.version);
  assert.equal(found.main, file);
  assert.deepEqual(found.files, [file]);
  assert.deepEqual([found.os, found.cpu], [[os], [cpu]]);
  assert.deepEqual(found.libc, { gnu: ['glibc'], musl: ['musl'] }[abi]);
  assert.deepEqual(found.engines, own.engines);
}

function tarballContents() {
  const [{ files }] = JSON.parse(run(root, 'npm', ['pack', '--dry-run', '--json', '--silent']));
  const paths = files.map(({ path }) => path);
  const bundle = ['polycore', 'core', 'inspection', 'codec', 'jit', 'algorithms'].map((name) => `dist/bundle/${name}.cjs`);
  for (const path of [...bundle, 'index.js', 'index.d.ts', 'index.d.cts', 'dist/index.d.ts', 'README.md', 'LICENSE', 'CHANGELOG.md']) {
    assert.ok(paths.includes(path), `${path} is missing`);
  }
  const expected = /^((index\.js|index\.d\.c?ts|package\.json|README\.md|LICENSE|CHANGELOG\.md)|dist\/bundle\/(polycore|core|inspection|codec|jit|algorithms)\.cjs(\.map)?|dist\/.+\.d\.ts)$/;
  assert.deepEqual(paths.filter((path) => !expected.test(path)), [], 'files that do not belong there');
}

/** Installs the tarballs in a folder of their own, without a registry. */
function installed(platform) {
  const folder = mkdtempSync(join(tmpdir(), 'polycore-pack-'));
  try {
    const pack = (from) => join(folder, JSON.parse(run(from, 'npm', ['pack', '--json', '--silent', '--pack-destination', folder]))[0].filename);
    const install = (...tarballs) => run(folder, 'npm', ['install', '--offline', '--silent', '--no-audit', '--no-fund', ...tarballs]);
    const importIt = () => run(folder, process.execPath, ['--input-type=module', '-e', "const { Pool } = await import('polycore'); console.log(typeof Pool)"]);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');

    check('without a platform package, import fails with its name and the fix', () => {
      install(pack(root));
      assert.throws(importIt, new RegExp(`npm i @polycore/native-${platform}@${own.version}`));
    });
    check('with its platform package, the installed tarball imports', () => {
      const native = join(folder, 'native');
      mkdirSync(native);
      cpSync(join(root, 'npm', platform), native, { recursive: true });
      const file = `${own.napi.binaryName}.${platform}.node`;
      cpSync(join(root, 'dist/native', file), join(native, file));
      install(pack(native));
      assert.equal(importIt().trim(), 'function');
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
