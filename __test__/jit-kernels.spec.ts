/** The twelve kernels: the same bits as JavaScript, as written, minified, with kept names, and instrumented for coverage. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test from 'ava';
import { build } from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { minify } from 'terser';
import { type KernelCase, KERNELS } from '../examples/kernels/index.ts';
import { parallelFor, parallelForSync } from '../index.js';

const SIZE = 0.01;
const entry = fileURLToPath(new URL('../examples/kernels/index.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'polycore-kernels-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

type Body = (i: number, ...args: unknown[]) => unknown;

/** What the kernel makes of its data in V8. */
function expected({ kernel, count, data }: KernelCase): unknown[] {
  const args = data(SIZE);
  for (let i = 0; i < count(SIZE); i++) (kernel as Body)(i, ...args);
  return args;
}

async function bundle(options: { minify?: boolean; keepNames?: boolean }): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    external: ['../../src/*'],
    ...options,
  });
  return outputFiles[0]!.text;
}

async function load(name: string, code: string): Promise<readonly KernelCase[]> {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, code);
  const module = (await import(pathToFileURL(file).href)) as { KERNELS: readonly KernelCase[] };
  return module.KERNELS;
}

const forms: Record<string, () => Promise<readonly KernelCase[]>> = {
  'as written': async () => KERNELS,
  'minified by esbuild': async () => load('esbuild', await bundle({ minify: true })),
  'with names kept by esbuild': async () => load('names', await bundle({ minify: true, keepNames: true })),
  'minified by terser': async () => {
    const options = { module: true, toplevel: true, compress: { passes: 3, unsafe_math: false }, mangle: { toplevel: true } };
    const { code } = await minify(await bundle({}), options);
    return load('terser', code ?? '');
  },
  'instrumented by istanbul': async () => {
    const instrumenter = createInstrumenter({ esModules: true, compact: false });
    return load('istanbul', instrumenter.instrumentSync(await bundle({}), 'kernels.mjs'));
  },
};

for (const [form, make] of Object.entries(forms)) {
  test(`kernels: ${form}, all twelve give the bits of JavaScript`, async (t) => {
    const kernels = await make();
    t.is(kernels.length, 12);
    for (const [index, { name, kernel, count, data }] of kernels.entries()) {
      const args = data(SIZE);
      parallelForSync(count(SIZE), kernel as Body, ...(args as never[]));
      t.deepEqual(args, expected(KERNELS[index]!) as never, `${name}, ${form}`);
    }
  });
}

test('kernels: while V8 counts for c8, all twelve give the bits of JavaScript', (t) => {
  const file = fileURLToPath(new URL('fixtures/jit/covered.ts', import.meta.url));
  const coverage = join(folder, 'coverage');
  const env = { ...process.env, NODE_V8_COVERAGE: coverage };
  t.is(execFileSync(process.execPath, ['--import=tsx', file], { encoding: 'utf8', env }), '12 equal, 12 compiled\n');
  t.true(readdirSync(coverage).length > 0);
});

test('kernels: awaited, all twelve give the bits of JavaScript', async (t) => {
  for (const item of KERNELS) {
    const args = item.data(SIZE);
    await parallelFor(item.count(SIZE), item.kernel as Body, ...(args as never[]));
    t.deepEqual(args, expected(item) as never, item.name);
  }
});
