/**
 * Checks package-lock.json, and completes it with `--fix`. It must
 * - name no registry (`omit-lockfile-registry-resolved` in .npmrc), so that it installs through any mirror;
 * - have an entry for every optional dependency of every package, also of other platforms. npm leaves out those it did not
 *   find in the registry or mirror it wrote the file with (npm/cli#4828), and `npm ci` then refuses the file.
 *
 * A missing entry is written with its version, and with os, cpu and libc as its name says them, which is how npm knows where
 * to skip it. It has no integrity: the next `npm install` on that platform adds it.
 */

import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const fix = process.argv.includes('--fix');
const problems = [];

for (const [path, entry] of Object.entries(lock.packages)) {
  if (entry.resolved && !entry.link) {
    problems.push(`${path} names the registry it came from`);
    delete entry.resolved;
  }
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (find(path, name)) continue;
    problems.push(`no entry for ${name}@${version}, an optional dependency of ${path || 'this package'}`);
    if (fix) lock.packages[`node_modules/${name}`] = { version: exact(name, version), ...platformOf(name), dev: true, optional: true };
  }
}

if (fix && problems.length > 0) {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')));
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`package-lock.json: ${problems.length} entries fixed`);
} else if (problems.length > 0) {
  console.error(`${problems.join('\n')}\npackage-lock.json: ${problems.length} problems; \`node scripts/lock.mjs --fix\` repairs them`);
  process.exitCode = 1;
}

/** Node's resolution: the package's own node_modules, then those of the folders above. */
function find(path, name) {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    if (lock.packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true;
    if (!at.includes('/node_modules/')) return Boolean(lock.packages[`node_modules/${name}`]);
  }
}

function exact(name, version) {
  if (/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) return version;
  throw new Error(`${name}@${version} is a range; add its entry by hand`);
}

/** `@scope/name-linux-x64-musl` → os, cpu and libc. */
function platformOf(name) {
  const one = (known) => known.filter((word) => name.split('-').includes(word)).slice(0, 1);
  const os = one(['android', 'darwin', 'freebsd', 'linux', 'win32', 'sunos', 'netbsd', 'openbsd', 'aix', 'openharmony']);
  const cpu = one(['x64', 'arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32']);
  const libc = os[0] === 'linux' ? one(['musl', 'gnu', 'gnueabihf']).map((word) => (word === 'musl' ? 'musl' : 'glibc')) : [];
  if (cpu.length === 0) throw new Error(`${name}: its name does not say its platform; add its entry by hand`);
  return { cpu, ...(libc.length > 0 && { libc }), ...(os.length > 0 && { os }) };
}
