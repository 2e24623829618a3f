/** How primitives travel: as arguments, captures, results, inside values, in initializers; and when their memory goes. */

import type { TestFn } from 'ava';
import {
  Barrier,
  BoundedSemaphore,
  Condition,
  Event,
  Lock,
  PicklingError,
  Queue,
  RLock,
  RwLock,
  Semaphore,
  StaleHandleError,
} from '../../index.js';
import { untilWaiting } from '../fixtures/sync/waiters.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';

/** One of each. */
const MAKERS = {
  Lock: () => new Lock(),
  RLock: () => new RLock(),
  Semaphore: () => new Semaphore(2),
  BoundedSemaphore: () => new BoundedSemaphore(2),
  Event: () => new Event(),
  Condition: () => new Condition(new Lock()),
  Barrier: () => new Barrier(2),
  RwLock: () => new RwLock(),
} as const;

type Primitive = ReturnType<(typeof MAKERS)[keyof typeof MAKERS]>;

export function travelContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  test.serial('travel: ML06 a lock sent through a queue is the same lock there, which CPython refuses', async (t) => {
    const queue = new Queue<Lock>();
    const lock = new Lock();
    const guard = lock.acquireSync();
    queue.putNowait(lock);
    const task = async (from: Queue<Lock>): Promise<boolean[]> => {
      const received = from.getSync();
      const isFree = received.acquireNowait() !== false;
      (await received.acquire()).release();
      return [isFree, received.locked()];
    };
    const result = threads().apply(task, [queue]);
    await untilWaiting(lock, 1);
    guard.release();
    t.deepEqual(await result, [false, false]);
    t.truthy(lock.acquireNowait());
  });

  for (const [name, make] of Object.entries(MAKERS)) {
    test.serial(`${name}: it travels as an argument, a capture, a result and inside of values, and stays the same`, async (t) => {
      const object: Primitive = make();
      const pool = threads();
      t.is(await pool.apply(nameOf, [object]), name);
      t.is(await pool.apply(() => String(object)), String(object), 'captured');
      t.is(await pool.apply(identity, [object]), object, 'it comes back as the same object');
      const value = { list: [object, { again: object }], map: new Map([[object, 1]]) };
      const back = await pool.apply(identity, [value]);
      t.is(back.list[0], object);
      t.is((back.list[1] as { again: Primitive }).again, object);
      t.is([...back.map.keys()][0], object);
      t.true(await pool.apply(areSame, [object, [object]]), 'one object in the other thread, too');
      t.deepEqual(await pool.map(nameOf, [object, object, object]), [name, name, name]);
    });

    test.serial(`${name}: made in another thread it lives on here`, async (t) => {
      const object = (await threads().apply(makeOne, [name as keyof typeof MAKERS])) as Primitive;
      t.is(object.constructor.name, name);
      t.is(await threads().apply(nameOf, [object]), name);
      object.close();
    });

    test.serial(`${name}: it comes with the initargs of a pool`, async (t) => {
      const object: Primitive = make();
      const pool = makePool(1, { initializer: remember, initargs: [object] });
      t.is(await pool.apply(nameOfRemembered), name);
      await pool.terminate();
    });

    test.serial(`${name}: it survives its maker in the threads that have it, and a closed one is an error`, async (t) => {
      const object: Primitive = make();
      const pool = makePool(1);
      await pool.apply(remember, [object]);
      object.close();
      object.close();
      t.regex(String(object), /closed\]$/);
      t.is(await pool.apply(nameOfRemembered), name);
      const error = t.throws(() => use(object), { instanceOf: StaleHandleError });
      t.true(error instanceof RangeError);
      t.is(error?.code, 'ERR_POLYCORE_STALE_HANDLE');
      const refused = await t.throwsAsync(pool.apply(nameOf, [object]), { instanceOf: PicklingError });
      t.true(refused?.cause instanceof StaleHandleError);
      await pool.terminate();
    });

    test.serial(`${name}: a wait of a thread that closes it rejects`, async (t) => {
      const object: Primitive = make();
      const waiting = block(object);
      if (waiting === undefined) {
        t.pass();
        return;
      }
      object.close();
      await t.throwsAsync(waiting, { instanceOf: StaleHandleError });
    });

    test.serial(`${name}: using closes it`, (t) => {
      const outer: { object?: Primitive } = {};
      {
        using object = make();
        outer.object = object;
      }
      t.regex(String(outer.object), /closed\]$/);
    });
  }

  test.serial('travel: a subclass travels as itself', async (t) => {
    const object = new Door();
    object.label = 'front';
    t.is(await threads().apply((door: Door) => `${door.constructor.name} ${door.label} ${door.knock()}`, [object]), 'Door front true');
    t.is(await threads().apply(identity, [object]), object);
  });
}

/** A lock with more to it. */
export class Door extends Lock {
  label = '';

  knock(): boolean {
    return this.acquireNowait() !== false;
  }
}

let remembered: Primitive | undefined;

export function remember(object: Primitive): void {
  remembered = object;
}

export function nameOfRemembered(): string {
  return remembered === undefined ? 'none' : nameOf(remembered);
}

/** The name of its class; it has to be usable. */
export function nameOf(object: Primitive): string {
  use(object);
  return object.constructor.name;
}

export function makeOne(name: keyof typeof MAKERS): Primitive {
  return MAKERS[name]();
}

export function identity<T>(value: T): T {
  return value;
}

export function areSame(a: unknown, [b]: unknown[]): boolean {
  return a === b;
}

/** Does something with it. @throws when it is closed. */
function use(object: Primitive): void {
  if (object instanceof Event) object.isSet();
  else if (object instanceof Barrier) object.reset();
  else if (object instanceof RwLock) object.readers;
  else if (object instanceof Condition) object.lock.locked();
  else if (object instanceof Semaphore || object instanceof BoundedSemaphore) object.value;
  else object.locked();
  if (object instanceof Condition) object.withLockSync(() => object.notify());
}

/** A wait for it that does not end by itself, if it has such. */
function block(object: Primitive): Promise<unknown> | undefined {
  if (object instanceof Event || object instanceof Barrier) return object.wait();
  if (object instanceof RwLock) {
    object.acquireWriteSync();
    return object.acquireRead();
  }
  if (object instanceof Condition) {
    object.acquireSync();
    return object.wait();
  }
  if (object instanceof RLock) return undefined; // its thread enters again
  while (object.acquireNowait() !== false);
  return object.acquire();
}
