/** Types of threads and shared numbers, checked by `npm run check` (tsconfig.check.json); nothing here is run. */

import { local, SharedArray, Thread, Timer, Value } from '../index.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Fails to compile unless `T` is `true`. */
function check<T extends true>(): T | undefined {
  return undefined;
}

export function threads(): Thread[] {
  const thread = new Thread({ target: (n: number, text: string) => `${n}${text}`, args: [1, 'a'] });
  // @ts-expect-error: the second argument has to be a string.
  new Thread({ target: (n: number, text: string) => `${n}${text}`, args: [1, 2] });
  // @ts-expect-error: there are two.
  new Thread({ target: (n: number, text: string) => `${n}${text}`, args: [1] });
  // @ts-expect-error: a target is a function.
  new Thread({ target: 3 });
  const named = new Thread({ target: (n: number, { x }: { x: number }) => n + x, args: [1], kwargs: { x: 1 } });
  class Worker extends Thread {
    result = 0;
    override async run(): Promise<void> {
      await null;
      this.result = 1;
    }
  }
  const worker = new Worker({ name: 'worker', daemon: true });
  check<Same<typeof worker.result, number>>();
  const timer = new Timer(10, (n: number) => n, [1]);
  // @ts-expect-error: the argument is a number.
  new Timer(10, (n: number) => n, ['a']);
  new Timer(10, (n: number, { x }: { x: number }) => n + x, [1], { x: 1 });
  check<Same<ReturnType<typeof worker.join>, Promise<boolean>>>();
  check<Same<typeof thread.ident, number | null>>();
  return [thread, named, worker, timer];
}

export function values(): void {
  const [int, big, truth, double] = [Value('i', 1), new Value('q', 1n), Value('?', true), Value('float64')];
  check<Same<typeof int.value, number>>();
  check<Same<typeof big.value, bigint>>();
  check<Same<typeof truth.value, boolean>>();
  check<Same<ReturnType<typeof double.add>, number>>();
  check<Same<ReturnType<typeof big.add>, bigint>>();
  check<Same<ReturnType<typeof truth.exchange>, boolean>>();
  // @ts-expect-error: truth cannot be added to.
  void truth.add;
  // @ts-expect-error: bigints begin as bigints.
  Value('q', 1);
  // @ts-expect-error: no such typecode.
  Value('x', 1);
  const any: Value = Value('i') as Value;
  void any.value;
}

export function arrays(): void {
  const [doubles, bigs] = [SharedArray('d', 3), new SharedArray('uint64', [1n])];
  check<Same<(typeof doubles)[number], number>>();
  check<Same<(typeof bigs)[number], bigint>>();
  const plain: Float64Array = doubles;
  check<Same<typeof doubles.buffer, ArrayBuffer>>();
  SharedArray('?', [true, false]);
  SharedArray('i', new Set([1]));
  // @ts-expect-error: bigints only.
  SharedArray('q', [1]);
  // @ts-expect-error: an Int32Array.
  const wrong: Float64Array = SharedArray('i', 3);
  void [plain, wrong];
}

export function locals(): void {
  const [open, made] = [local<{ n: number }>(), local(() => ({ n: 1 }))];
  check<Same<typeof open.n, number | undefined>>();
  check<Same<typeof made.n, number>>();
  local()['anything'] = 1;
}
