/** The options of everything that waits are checked alike; what is wrong is an error in words, never a wait without end. */

import { getEventListeners } from 'node:events';
import test from 'ava';
import { Barrier, BoundedSemaphore, Condition, Event, Lock, Pipe, Pool, Queue, RLock, RwLock, Semaphore, Thread, wait, waitSync } from '../index.js';

type Waits = (options: never) => unknown;

const pool = new Pool(1);
const other = new Pool(1);
test.after.always(() => Promise.all([pool.terminate(), other.terminate()]));

function full(): Queue<number> {
  const queue = new Queue<number>(1);
  queue.putNowait(0);
  return queue;
}

/** Each method that waits, of an object that would let it wait for long. */
function awaiting(): Record<string, Waits> {
  const condition = new Condition();
  condition.acquireSync();
  const [here] = ends;
  const held = { lock: new Lock(), rlock: new RLock(), rwLock: new RwLock() };
  held.lock.acquireSync();
  held.rlock.acquireSync();
  held.rwLock.acquireWriteSync();
  const result = pool.apply(() => 1);
  return {
    'lock.acquire': (options) => held.lock.acquire(options),
    'rlock.acquire': (options) => held.rlock.acquire(options),
    'rwLock.acquireRead': (options) => held.rwLock.acquireRead(options),
    'rwLock.acquireWrite': (options) => held.rwLock.acquireWrite(options),
    'semaphore.acquire': (options) => new Semaphore(0).acquire(options),
    'boundedSemaphore.acquire': (options) => new BoundedSemaphore(0).acquire(options),
    'event.wait': (options) => new Event().wait(options),
    'condition.wait': (options) => condition.wait(options),
    'condition.waitFor': (options) => condition.waitFor(() => false, options),
    'barrier.wait': (options) => new Barrier(2, undefined, 60_000).wait(options),
    'queue.get': (options) => new Queue().get(options),
    'queue.put': (options) => full().put(1, options),
    'queue.getMany': (options) => new Queue().getMany(1, options),
    'queue.putMany': (options) => full().putMany([1], options),
    'queue.join': (options) => full().join(options),
    'connection.recv': (options) => here.recv(options),
    'connection.send': (options) => here.send(1, options),
    'connection.poll': (options) => here.poll(options),
    'thread.join': (options) => thread.join(options),
    wait: (options) => wait([new Event()], options),
    'result.get': (options) => result.get(options),
    'result.wait': (options) => result.wait(options),
    'pool.apply': (options) => pool.apply(() => 1, [], options),
  };
}

/** The blocking ones, where they would not have to wait: then nothing blocks if a check is missing. */
function blocking(): Record<string, Waits> {
  const condition = new Condition();
  condition.acquireSync();
  const set = new Event();
  set.set();
  const [here] = ends;
  const result = pool.apply(() => 1);
  return {
    'lock.acquireSync': (options) => new Lock().acquireSync(options),
    'rlock.acquireSync': (options) => new RLock().acquireSync(options),
    'rwLock.acquireReadSync': (options) => new RwLock().acquireReadSync(options),
    'rwLock.acquireWriteSync': (options) => new RwLock().acquireWriteSync(options),
    'semaphore.acquireSync': (options) => new Semaphore().acquireSync(options),
    'event.waitSync': (options) => set.waitSync(options),
    'condition.waitForSync': (options) => condition.waitForSync(() => true, options),
    'barrier.waitSync': (options) => new Barrier(1).waitSync(options),
    'queue.putSync': (options) => new Queue().putSync(1, options),
    'queue.getSync': (options) => full().getSync(options),
    'queue.putManySync': (options) => new Queue().putManySync([1], options),
    'queue.getManySync': (options) => full().getManySync(1, options),
    'queue.joinSync': (options) => new Queue().joinSync(options),
    'connection.sendSync': (options) => here.sendSync(1, options),
    'connection.pollSync': (options) => here.pollSync(options),
    waitSync: (options) => waitSync([set], options),
    'result.getSync': (options) => result.getSync(options),
    'pool.applySync': (options) => pool.applySync(() => 1, [], options),
  };
}

const ends = Pipe<number>();
const thread = new Thread({ target: () => 1 });
thread.start();

const WRONG_TYPES = [1000, false, 'forever', null, () => 1, { timeout: '1' }, { timeout: null }];
const WRONG_TIMES = [-1, Number.NaN, Number.NEGATIVE_INFINITY];
const WRONG_SIGNALS = [{}, 5, null, new EventTarget()];

for (const [name, method] of Object.entries(awaiting())) {
  test(`options: ${name}() rejects when they are wrong`, async (t) => {
    const outcome = (options: unknown): PromiseLike<unknown> => {
      try {
        return method(options as never) as PromiseLike<unknown>;
      } catch (error) {
        return t.fail(`it threw instead: ${String(error)}`) as never;
      }
    };
    for (const options of WRONG_TYPES) {
      const error = await t.throwsAsync(outcome(options), { instanceOf: TypeError }, String(options));
      t.regex(error?.message ?? '', /^Expected `(options|timeout)` to be (an object such as \{ timeout: 1000 \}|a number), got \w+$/);
    }
    for (const timeout of WRONG_TIMES) {
      await t.throwsAsync(outcome({ timeout }), { instanceOf: RangeError, message: /^Expected `timeout` to be milliseconds >= 0/ });
    }
    for (const signal of WRONG_SIGNALS) {
      await t.throwsAsync(outcome({ signal }), { instanceOf: TypeError, message: /^Expected `signal` to be an AbortSignal/ });
    }
    await t.throwsAsync(outcome({ signal: AbortSignal.abort(new RangeError('enough')) }), { message: 'enough' });
  });
}

test('options: a signal may end many waits, without a warning', async (t) => {
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on('warning', hear);
  t.teardown(() => process.off('warning', hear));
  const controller = new AbortController();
  const { signal } = controller;
  const lock = new Lock();
  lock.acquireSync();
  const hung = Array.from({ length: 20 }, () => pool.apply(() => new Promise(() => {}), [], { signal }));
  const waits = Array.from({ length: 20 }, () => [lock.acquire({ signal }), wait([new Event()], { signal }), hung[0]!.get({ signal })]);
  const done = await Promise.all(Array.from({ length: 20 }, () => other.apply(() => 1, [], { signal })));
  t.is(done.length, 20);
  t.is(getEventListeners(signal, 'abort').length, 1);
  const unused = new AbortController().signal;
  t.is(await other.apply(() => 1, [], { signal: unused }), 1);
  t.is(getEventListeners(unused, 'abort').length, 0);
  controller.abort(new RangeError('enough'));
  for (const wait of [...hung, ...waits.flat()]) await t.throwsAsync(wait as Promise<unknown>, { message: 'enough' });
  await new Promise((resolve) => setImmediate(resolve));
  t.deepEqual(warnings, []);
  t.is(getEventListeners(signal, 'abort').length, 0);
});

for (const [name, method] of Object.entries(blocking())) {
  test(`options: ${name}() throws when they are wrong`, (t) => {
    for (const options of WRONG_TYPES) {
      const error = t.throws(() => method(options as never), { instanceOf: TypeError }, String(options));
      t.regex(error?.message ?? '', /^Expected `(options|timeout)` to be/);
    }
    for (const timeout of WRONG_TIMES) t.throws(() => method({ timeout } as never), { instanceOf: RangeError });
  });
}
