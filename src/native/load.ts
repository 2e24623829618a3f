/**
 * Finds and loads the addon. The first that exists is taken:
 * 1. the file named by the environment variable `NAPI_RS_NATIVE_LIBRARY_PATH`;
 * 2. `dist/native/polycore.<platform>.node`, the result of a build from source;
 * 3. the package `@polycore/native-<platform>`, installed as an optional dependency; its version must be this package's.
 *
 * Loading a second time, in the same or another isolate, gives that isolate's own instance of the same library.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PolycoreError } from '../errors.js';
import { currentPlatform, SUPPORTED } from './platform.js';

/** The addon could not be loaded; the message names the package and what to do. `cause`: what the loader said. */
export class NativeLoadError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_NATIVE';
}

/** Names the addon to use instead of the one of this package. */
const OVERRIDE = 'NAPI_RS_NATIVE_LIBRARY_PATH';

const FROM_SOURCE = 'build it from source: in a clone of the repository, with Rust installed, run `npm ci && npm run build`';

/**
 * Loads the addon of this platform and returns its exports.
 *
 * @throws {NativeLoadError} `ERR_POLYCORE_NATIVE` when there is none for this platform, it is not installed, is of another
 * version, or the system's loader refused it.
 */
export function loadNative(): unknown {
  const require = createRequire(import.meta.url);
  const override = process.env[OVERRIDE];
  if (override) return load(require, resolve(override), `the file named by ${OVERRIDE}`);

  const platform = currentPlatform();
  // The same path from dist/native/ and, when run through tsx, from src/native/.
  const built = fileURLToPath(new URL(`../../dist/native/polycore.${platform}.node`, import.meta.url));
  if (existsSync(built)) return load(require, built, 'this build');

  if (!SUPPORTED.includes(platform)) throw new NativeLoadError(unsupported(platform));
  return loadPackage(require, platform);
}

function load(require: NodeJS.Require, path: string, what: string): unknown {
  try {
    return require(path) as unknown;
  } catch (cause) {
    throw new NativeLoadError(`Cannot load the native addon ${path} (${what}): ${reason(cause)}`, { cause });
  }
}

function loadPackage(require: NodeJS.Require, platform: string): unknown {
  const name = `@polycore/native-${platform}`;
  const { version } = require('../../package.json') as { version: string };
  let installed: string;
  try {
    installed = (require(`${name}/package.json`) as { version: string }).version;
  } catch (cause) {
    throw new NativeLoadError(missing(name, version), { cause });
  }
  if (installed !== version) {
    throw new NativeLoadError(`${name} is version ${installed}, but polycore is ${version}. Run \`npm i ${name}@${version}\`.`);
  }
  return load(require, name, `the binary of polycore ${version} for ${platform}`);
}

/** The message for a package that is not there. */
function missing(name: string, version: string): string {
  return [
    `Cannot find ${name}, the native part of polycore for this platform. Do one of these:`,
    `  - run \`npm i ${name}@${version}\`;`,
    '  - npm may have left it out because the lock file was written on another platform (npm/cli#4828), or because of',
    '    `--omit=optional`: remove node_modules and package-lock.json, then run `npm i`;',
    `  - ${FROM_SOURCE}.`,
  ].join('\n');
}

/** The message for a platform that no package exists for. */
function unsupported(platform: string): string {
  return [
    `polycore has no native binary for ${platform}; there are: ${SUPPORTED.join(', ')}.`,
    `For another platform, ${FROM_SOURCE}, or set ${OVERRIDE} to a .node file.`,
  ].join('\n');
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
