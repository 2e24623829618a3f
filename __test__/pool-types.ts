/**
 * Types of the pool, checked by `npm run check` (tsconfig.check.json); nothing here is run. `Same<A, B>` is `true` only for
 * identical types, so a result that becomes `unknown` or `any` is an error here.
 */

import { type AsyncResult, Pool } from '../index.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fails to compile unless `T` is `true`. */
function check<T extends true>(): T | undefined {
  return undefined;
}

declare const pool: Pool;
declare function measure(text: string): { readonly length: number };
declare function measureLater(text: string): Promise<number>;
declare function join(parts: string[], separator: string): string;

/** Results of `apply` follow from the function; so do the arguments. */
export async function applyTypes(): Promise<void> {
  const plain = pool.apply(measure, ['a']);
  check<Same<typeof plain, AsyncResult<{ readonly length: number }>>>();
  const later = await pool.apply(measureLater, ['a']);
  check<Same<typeof later, number>>();
  const several = pool.applySync(join, [['a'], ',']);
  check<Same<typeof several, string>>();
  const none = await pool.apply(() => true);
  check<Same<typeof none, boolean>>();
  const got = await pool.apply(measureLater, ['a']).get({ timeout: 1 });
  check<Same<typeof got, number>>();
  const sync = pool.apply(measureLater, ['a']).getSync();
  check<Same<typeof sync, number>>();
  const then = await pool.apply(measure, ['a']).then(({ length }) => length > 0);
  check<Same<typeof then, boolean>>();
  pool.apply(measureLater, ['a'], { callback: (value) => void check<Same<typeof value, number>>() });
  // @ts-expect-error an argument of another type
  pool.apply(measure, [5]);
  // @ts-expect-error too few arguments
  pool.apply(join, [['a']]);
  // @ts-expect-error too many arguments
  pool.apply(measure, ['a', 'b']);
  // @ts-expect-error no function
  pool.apply('measure', ['a']);
}

/** `map` infers its result from the function and checks the items against it. */
export async function mapTypes(): Promise<void> {
  const plain = pool.map(measure, ['a']);
  check<Same<typeof plain, AsyncResult<{ readonly length: number }[]>>>();
  const later = await pool.map(measureLater, new Set(['a']));
  check<Same<typeof later, number[]>>();
  const arrow = await pool.map((x: number) => `${x}`, [1, 2], { chunksize: 1 });
  check<Same<typeof arrow, string[]>>();
  const sync = pool.mapSync((x: number) => [x], [1, 2], 5);
  check<Same<typeof sync, number[][]>>();
  const none = await pool.map(() => 7, ['a']);
  check<Same<typeof none, number[]>>();
  pool.map(measureLater, ['a'], {
    callback: (values) => void check<Same<typeof values, number[]>>(),
    errorCallback: (error) => void check<Same<typeof error, unknown>>(),
    onProgress: ({ done, total }) => done / total,
  });
  // @ts-expect-error items of another type
  pool.map(measure, [1, 2]);
  // @ts-expect-error not an iterable
  pool.map(measure, 5);
  // @ts-expect-error map() reads its input at once
  pool.map(measure, (async function* () {})());
}

/** Items of `starmap` are the arguments. */
export async function starmapTypes(): Promise<void> {
  const joined = await pool.starmap(join, [[['a'], ',']]);
  check<Same<typeof joined, string[]>>();
  const sync = pool.starmapSync((a: number, b: number) => a + b, new Map([[1, 2]]));
  check<Same<typeof sync, number[]>>();
  // @ts-expect-error the second argument is missing
  pool.starmap(join, [[['a']]]);
}

/** Iterators yield what the function gives. */
export async function imapTypes(): Promise<void> {
  for await (const value of pool.imap(measureLater, ['a'], { buffersize: 2 })) check<Same<typeof value, number>>();
  for await (const value of pool.imapUnordered(measure, (async function* () { yield 'a'; })())) {
    check<Same<typeof value, { readonly length: number }>>();
  }
  for (const value of pool.imapSync(measureLater, ['a'], 3)) check<Same<typeof value, number>>();
  for (const value of pool.imapUnorderedSync((x: bigint) => x, [1n])) check<Same<typeof value, bigint>>();
  // @ts-expect-error items of another type
  pool.imap(measure, [1]);
  // @ts-expect-error the Sync forms cannot wait for an async input
  pool.imapSync(measure, (async function* () { yield 'a'; })());
}

/** The rest of the pool. */
export async function poolTypes(): Promise<void> {
  const places = await pool.broadcast(measureLater, ['a']);
  check<Same<typeof places, number[]>>();
  const { workers, name } = pool.stats();
  check<Same<typeof workers, number>>();
  check<Same<typeof name, string>>();
  const ready = pool.apply(measure, ['a']).ready();
  check<Same<typeof ready, boolean>>();
  const waited = await pool.apply(measure, ['a']).wait({ timeout: 1 });
  check<Same<typeof waited, boolean>>();
  await using other = new Pool(2, { initializer: (path: string) => path, initargs: ['a'], maxTasksPerChild: 3 });
  using another = new Pool();
  void [other, another];
  new Pool(1, { initializer: join, initargs: [['a'], ','] });
  // @ts-expect-error no such backend
  new Pool(1, { backend: 'fibre' });
}
