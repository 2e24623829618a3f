/** The declarations as programs with different `lib`s see them: `Float16Array` is a typed array where there is such a type. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiler = join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
const folder = mkdtempSync(join(tmpdir(), 'polycore-types-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

/** What the type checker says of a program; nothing when it is content. It checks the declarations of the package, too. */
function complaints(name: string, lib: string, body: string): string {
  const file = join(folder, `${name}.mts`);
  const prelude = `
    import { filterSync, jit, parallelForSync, parallelReduceSync, Pool, scanSync, sortSync, type TypedArray } from ${JSON.stringify(join(root, 'index.js'))};
    type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
    export function check<T extends true>(): T | undefined { return undefined; }
    export const pool = new Pool(1);
    export const double = jit((x: number) => x * 2);
    export { filterSync, parallelForSync, parallelReduceSync, scanSync, sortSync, type Same, type TypedArray };
  `;
  writeFileSync(file, `${prelude}\n${body}`);
  const options = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2022'];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')];
  const { stdout, stderr } = spawnSync(process.execPath, [compiler, '--ignoreConfig', ...options, ...types, '--lib', lib, file], {
    cwd: folder,
    encoding: 'utf8',
  });
  return stdout + stderr;
}

test('types: where there is a Float16Array it is a typed array, and a map, scan and filter give it', (t) => {
  const body = `
    const halves = new Float16Array([1, 2, 3]);
    export const array: TypedArray = halves;
    check<Same<Extract<TypedArray, { readonly [Symbol.toStringTag]: 'Float16Array' }>, Float16Array>>();
    const mapped = pool.mapSync(double, halves, { output: 'float16' });
    check<Same<typeof mapped, Float16Array>>();
    const scanned = scanSync(halves);
    check<Same<typeof scanned, Float16Array>>();
    const kept = filterSync(halves, (x) => x > 1);
    check<Same<typeof kept, Float16Array>>();
    const sorted = sortSync(halves, (a, b) => b - a);
    check<Same<typeof sorted, Float16Array<ArrayBuffer>>>();
    const total = parallelReduceSync(halves, (a, b) => Math.max(a, b), -Infinity);
    check<Same<typeof total, number>>();
    parallelForSync(3, (i: number, a: Float16Array) => { a[i] = i; }, halves);
  `;
  t.is(complaints('with', 'es2023,esnext.disposable,es2025.float16', body), '');
  t.is(complaints('newest', 'esnext', body), '');
});

test('types: where there is none, the declarations do without', (t) => {
  const body = `
    export const array: TypedArray = new Float32Array(3);
    check<Same<Extract<TypedArray, { readonly [Symbol.toStringTag]: 'Float16Array' }>, never>>();
    const mapped = pool.mapSync(double, new Float64Array(3), { output: 'float16' });
    check<Same<typeof mapped, TypedArray>>();
    const scanned = scanSync(new Float32Array(3));
    check<Same<typeof scanned, Float32Array>>();
  `;
  t.is(complaints('without', 'es2022,esnext.disposable', body), '');
});
