/**
 * The name of the platform this process runs on, as in `@polycore/native-<name>` and `polycore.<name>.node`.
 *
 * The C library is read from the running executable itself: the dynamic loader it asks for (`PT_INTERP`) is glibc's or
 * musl's. That is one read of 4 KiB, needs no child process and is right where files of both libraries are installed.
 */

import { closeSync, openSync, readSync } from 'node:fs';

/** The platforms that prebuilt binaries exist for; the same list as `napi.targets` in package.json. */
export const SUPPORTED: readonly string[] = [
  'linux-x64-gnu',
  'linux-arm64-gnu',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
  'win32-arm64-msvc',
];

/** The C library a Linux process is linked to. */
export type Libc = 'gnu' | 'musl';

/** Bytes of the executable to look at: ELF headers and, in what linkers write, the loader's path right behind them. */
const HEAD = 4096;

/** The name for these three facts; also for platforms without a binary, so that an error can say it. */
export function platformName(platform: string, arch: string, libc: () => Libc): string {
  if (platform === 'linux') return `linux-${arch}-${libc()}`;
  if (platform === 'win32') return `win32-${arch}-msvc`;
  return `${platform}-${arch}`;
}

/** The name for this process. */
export function currentPlatform(): string {
  return platformName(process.platform, process.arch, currentLibc);
}

/** The C library of this process (Linux only). */
export function currentLibc(): Libc {
  const loader = executableHead().match(/\/ld-(linux|musl)-/);
  if (loader) return loader[1] === 'musl' ? 'musl' : 'gnu';
  return reportsGlibc() ? 'gnu' : 'musl';
}

function executableHead(): string {
  try {
    const file = openSync(process.execPath, 'r');
    try {
      const head = Buffer.alloc(HEAD);
      return head.toString('latin1', 0, readSync(file, head, 0, HEAD, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return ''; // not readable: the report below knows it too
  }
}

/** Node's diagnostic report names the glibc version it runs on; some milliseconds, so only for relinked executables. */
function reportsGlibc(): boolean {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  report.excludeNetwork = true; // else it looks up a host name for each open socket
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  report.excludeNetwork = before ?? false;
  return header?.glibcVersionRuntime !== undefined;
}
