/** `Thread`: what can be seen from the thread that starts it. How programs end is in thread-exit.spec.ts. */

import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import threads from 'node:worker_threads';
import test, { type ExecutionContext } from 'ava';
import {
  activeCount,
  currentThread,
  enumerate,
  Event,
  type ExceptHookArgs,
  local,
  Lock,
  mainThread,
  PicklingError,
  Pool,
  RuntimeError,
  setExcepthook,
  SharedArray,
  Thread,
  Timer,
  Value,
  wait,
  waitSync,
  WorkerCrashedError,
} from '../index.js';
import { binding } from '../dist/native/binding.js';
import { exhaustMemory } from './fixtures/pool/crashes.js';
import { collected } from './fixtures/shared/garbage.js';
import { Failing, Secretive, Sharing, Summer } from './fixtures/threading/classes.js';

/** Keeps errors that end threads off stderr during a test; returns what the hook was told. */
function hear(t: ExecutionContext): ExceptHookArgs[] {
  const heard: ExceptHookArgs[] = [];
  const before = setExcepthook((args) => heard.push(args));
  t.teardown(() => setExcepthook(before));
  return heard;
}

/** A thread that lives until the event is set. */
function waiting(until: Event): Thread {
  return new Thread({ target: (event: Event) => void event.waitSync(), args: [until] });
}

test.serial('thread: runs its target with its arguments, in another thread', async (t) => {
  const seen = SharedArray('i', 3);
  const [running, go] = [new Event(), new Event()];
  const thread = new Thread({
    target: (a: number, b: number) => {
      running.set();
      go.waitSync();
      seen.set([a, b, process.getBuiltinModule('node:worker_threads').threadId]);
    },
    args: [1, 2],
  });
  t.is(thread.ident, null);
  t.is(thread.nativeId, null);
  t.false(thread.isAlive());
  thread.start();
  t.true(thread.isAlive());
  await running.wait();
  if (process.platform === 'linux') {
    t.not(thread.nativeId, process.pid);
    t.true(existsSync(`/proc/self/task/${thread.nativeId}`));
  }
  go.set();
  t.true(await thread.join());
  t.false(thread.isAlive());
  t.deepEqual([...seen], [1, 2, (thread.ident as number) - 1]);
});

test.serial('thread: joinSync() blocks until the thread has ended', (t) => {
  const count = Value('i');
  const thread = new Thread({ target: () => { for (let i = 0; i < 1000; i++) count.add(1); } });
  thread.start();
  t.true(thread.joinSync());
  t.is(count.value, 1000);
  t.false(thread.isAlive());
  t.true(thread.joinSync());
});

test.serial('thread: awaits an async target, and its timers', async (t) => {
  const steps = Value('i');
  const thread = new Thread({
    target: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      steps.add(1);
      setTimeout(() => steps.add(1), 20);
    },
  });
  thread.start();
  await thread.join();
  t.is(steps.value, 2);
});

test.serial('thread: without a target it ends at once', async (t) => {
  const thread = new Thread();
  thread.start();
  t.true(await thread.join());
});

test.serial('thread: a second start() is refused, also when it has ended (T01)', async (t) => {
  const stop = new Event();
  const thread = waiting(stop);
  thread.start();
  t.throws(() => thread.start(), { instanceOf: RuntimeError, message: 'A thread can be started only once' });
  stop.set();
  await thread.join();
  t.throws(() => thread.start(), { instanceOf: RuntimeError });
});

test.serial('thread: join() of one that was never started, or of itself, is refused (T03)', async (t) => {
  const thread = new Thread({ target: () => {} });
  await t.throwsAsync(thread.join(), { instanceOf: RuntimeError });
  t.throws(() => thread.joinSync(), { instanceOf: RuntimeError });
  t.throws(() => mainThread().joinSync({ timeout: 10 }), { instanceOf: RuntimeError, message: 'A thread cannot join itself' });
  const heard = hear(t);
  const self = new Thread({ target: () => currentThread().join() });
  self.start();
  await t.throwsAsync(self.join(), { instanceOf: RuntimeError, message: 'A thread cannot join itself' });
  t.is(heard.length, 1);
});

test.serial('thread: daemon is that of its maker unless given, and fixed once it is started (T04)', async (t) => {
  const stop = new Event();
  const thread = waiting(stop);
  t.false(thread.daemon);
  thread.daemon = true;
  t.true(thread.daemon);
  thread.start();
  t.throws(() => (thread.daemon = false), { instanceOf: RuntimeError });
  stop.set();
  await thread.join();
  t.throws(() => (thread.daemon = false), { instanceOf: RuntimeError });
  t.true(thread.daemon);
  const daemons = SharedArray('?', 3);
  const parent = new Thread({
    target: () => {
      daemons[0] = Number(currentThread().daemon);
      daemons[1] = Number(new Thread().daemon);
      daemons[2] = Number(new Thread({ daemon: false }).daemon);
    },
    daemon: true,
  });
  parent.start();
  await parent.join();
  t.deepEqual([...daemons], [1, 1, 0]);
});

test.serial('thread: names are texts, and numbers if there is none (T06)', async (t) => {
  t.is(new Thread({ name: 123 }).name, '123');
  t.regex(new Thread({ name: '' }).name, /^Thread-\d+$/);
  t.regex(new Thread({ name: null as never }).name, /^Thread-\d+$/);
  t.regex(new Thread().name, /^Thread-\d+$/);
  t.regex(new Thread({ target: () => {} }).name, /^Thread-\d+$/);
  function f(): void {}
  t.regex(new Thread({ target: f }).name, /^Thread-\d+ \(f\)$/);
  const [first, second] = [new Thread(), new Thread()];
  const number = (thread: Thread): number => Number(thread.name.slice(7));
  t.is(number(second), number(first) + 1);
  first.name = 'a'.repeat(1000);
  t.is(first.name, 'a'.repeat(1000));
  const seen = new Event();
  const renamed = new Thread({ target: (event: Event) => { currentThread().name = 'renamed'; event.set(); }, args: [seen] });
  renamed.start();
  await seen.wait();
  t.is(renamed.name, 'renamed');
  await renamed.join();
  t.is(renamed.name, 'renamed');
});

test.serial('thread: args may be any list; kwargs follow them (T07)', async (t) => {
  const seen = SharedArray('i', 4);
  const target = (...args: unknown[]): void => seen.set(args.map((arg) => (typeof arg === 'number' ? arg : (arg as { x: number }).x)));
  for (const args of [[7, 8], new Set([7, 8])]) {
    seen.fill(0);
    const thread = new Thread({ target, args, kwargs: { x: 9 } });
    thread.start();
    await thread.join();
    t.deepEqual([...seen], [7, 8, 9, 0]);
  }
});

test.serial('thread: wrong options are refused', (t) => {
  type Options = ConstructorParameters<typeof Thread>[0];
  for (const wrong of [null, { target: 3 }, { args: 'ab' }, { args: 3 }, { kwargs: 3 }, { daemon: 1 }]) {
    t.throws(() => new Thread(wrong as unknown as Options), { instanceOf: TypeError, message: /^Expected `/ }, inspect(wrong));
  }
});

test.serial('thread: join() waits no longer than its timeout, and stops for its signal (T22)', async (t) => {
  const stop = new Event();
  const thread = waiting(stop);
  thread.start();
  for (const timeout of [0, 10]) {
    const start = performance.now();
    t.false(await thread.join({ timeout }));
    t.false(thread.joinSync({ timeout }));
    t.true(performance.now() - start >= 0.6 * 2 * timeout);
  }
  await t.throwsAsync(thread.join({ timeout: -1 }), { instanceOf: RangeError });
  t.throws(() => thread.joinSync({ timeout: Number.NaN }), { instanceOf: RangeError });
  await t.throwsAsync(thread.join({ timeout: '1' as unknown as number }), { instanceOf: TypeError });
  const reason = new Error('no more');
  await t.throwsAsync(thread.join({ signal: AbortSignal.abort(reason) }), { is: reason });
  const controller = new AbortController();
  const joined = thread.join({ signal: controller.signal });
  controller.abort(reason);
  await t.throwsAsync(joined, { is: reason });
  t.true(thread.isAlive());
  const both = [thread.join(), thread.join({ timeout: 30_000 })];
  stop.set();
  t.deepEqual(await Promise.all(both), [true, true]);
});

test.serial('thread: its error reaches every join(), and the hook before (T10, T12)', async (t) => {
  const heard = hear(t);
  const thread = new Thread({ name: 'failing', target: (text: string) => { throw new RangeError(text); }, args: ['the message'] });
  thread.start();
  const error = await t.throwsAsync(thread.join(), { instanceOf: RangeError, message: 'the message' });
  t.regex(error.stack as string, /\[in thread failing\]\n {4}at .*thread\.spec/);
  t.is(heard.length, 1);
  const [args] = heard as [ExceptHookArgs];
  t.is(args.thread, thread);
  t.is(args.excType, RangeError);
  t.is((args.excValue as Error).message, 'the message');
  t.is(args.excTraceback, (args.excValue as Error).stack);
  await t.throwsAsync(thread.join(), { is: error });
  t.throws(() => thread.joinSync(), { is: error });
  t.is(heard.length, 1);
  t.false(thread.isAlive());
});

test.serial('thread: joinSync() throws its error, and the hook has heard of it by then', (t) => {
  const heard = hear(t);
  const thread = new Thread({ target: () => { throw new RangeError('sync'); } });
  thread.start();
  t.throws(() => thread.joinSync(), { instanceOf: RangeError, message: 'sync' });
  t.deepEqual(heard.map(({ excValue }) => (excValue as Error).message), ['sync']);
});

test.serial('thread: errors of timers and of promises end it as well', async (t) => {
  const heard = hear(t);
  const targets = [
    async () => { await null; throw new RangeError('async'); },
    () => void setTimeout(() => { throw new RangeError('timer'); }, 5),
    () => void Promise.reject(new RangeError('rejection')),
    () => { throw 'text'; },
    () => { throw Symbol('odd'); },
  ];
  const errors: unknown[] = [];
  for (const target of targets) {
    const thread = new Thread({ target });
    thread.start();
    await thread.join().then(() => t.fail(), (error: unknown) => errors.push(error));
  }
  t.deepEqual(errors.slice(0, 3).map((error) => (error as Error).message), ['async', 'timer', 'rejection']);
  t.is(errors[3], 'text');
  t.true(errors[4] instanceof PicklingError);
  t.is(heard.length, targets.length);
  t.is(heard[3]?.excType, undefined);
});

test.serial('thread: an error ends it whatever else it has begun', async (t) => {
  hear(t);
  const thread = new Thread({ target: () => { setInterval(() => {}, 1000); throw new RangeError('now'); } });
  thread.start();
  await t.throwsAsync(thread.join(), { message: 'now' });
});

test.serial('thread: a hook that fails changes nothing for others (T13)', async (t) => {
  // What is printed then is looked at in thread-exit.spec.ts.
  const before = setExcepthook(undefined);
  t.teardown(() => setExcepthook(before));
  t.throws(() => setExcepthook(3 as never), { instanceOf: TypeError });
  t.is(setExcepthook(undefined), undefined);
});

test.serial('thread: process.exit(), termination and lack of memory are a WorkerCrashedError', async (t) => {
  const heard = hear(t);
  for (const code of [0, 3]) {
    const thread = new Thread({ name: 'leaver', target: (n: number) => process.exit(n), args: [code] });
    thread.start();
    const crash = await t.throwsAsync<WorkerCrashedError>(thread.join(), { instanceOf: WorkerCrashedError });
    t.is(crash.exitCode, code);
    t.regex(crash.message, /thread leaver .*process\.exit/);
    t.throws(() => thread.joinSync(), { instanceOf: WorkerCrashedError });
  }
  t.is(heard.length, 0);
  const limits = { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 };
  const greedy = new Thread({ target: exhaustMemory, resourceLimits: limits });
  greedy.start();
  const crash = await t.throwsAsync<WorkerCrashedError>(greedy.join(), { instanceOf: WorkerCrashedError });
  t.is((crash.cause as NodeJS.ErrnoException).code, 'ERR_WORKER_OUT_OF_MEMORY');
  t.is((heard[0]?.excValue as NodeJS.ErrnoException).code, 'ERR_WORKER_OUT_OF_MEMORY');
});

test.serial('thread: process.exit() after the target has returned is an end like any other', async (t) => {
  const thread = new Thread({ target: () => void setTimeout(() => process.exit(0), 5) });
  thread.start();
  t.true(await thread.join());
});

test.serial('thread: one that cannot be started is not alive, and can be started later (T21)', async (t) => {
  const count = activeCount();
  const box: { value?: unknown } = { value: Symbol('stays') };
  const thread = new Thread({ target: (given: typeof box) => { if (given.value !== 1) throw new Error('no'); }, args: [box] });
  t.throws(() => thread.start(), { instanceOf: PicklingError, message: /thread\.args\[0\]\.value/ });
  t.false(thread.isAlive());
  t.is(activeCount(), count);
  box.value = 1;
  const { Worker } = threads;
  threads.Worker = class {
    constructor() {
      throw new Error('EAGAIN: no more threads');
    }
  } as unknown as typeof Worker;
  t.throws(() => thread.start(), { message: 'EAGAIN: no more threads' });
  threads.Worker = Worker;
  t.false(thread.isAlive());
  t.is(activeCount(), count);
  t.false(enumerate().includes(thread));
  thread.start();
  t.true(await thread.join());
});

test.serial('thread: enumerate() and activeCount() list those that are alive, main thread first', async (t) => {
  const stop = new Event();
  const [first, second] = [waiting(stop), waiting(stop)];
  t.deepEqual(enumerate(), [mainThread()]);
  first.start();
  second.start();
  t.deepEqual(enumerate(), [mainThread(), first, second]);
  t.is(activeCount(), 3);
  const seen = SharedArray('?', 3);
  const third = new Thread({
    target: (one: Thread, main: Thread) => {
      const all = enumerate();
      seen[0] = Number(all[0] === main && main === mainThread());
      seen[1] = Number(all[1] === one && one.isAlive());
      seen[2] = Number(all[3] === currentThread() && all.length === 4);
    },
    args: [first, mainThread()],
  });
  third.start();
  await third.join();
  t.deepEqual([...seen], [1, 1, 1]);
  stop.set();
  first.joinSync();
  await second.join();
  t.deepEqual(enumerate(), [mainThread()]);
});

test.serial('thread: currentThread() is the main thread here, and the thread itself there', async (t) => {
  t.is(currentThread(), mainThread());
  t.is(mainThread().name, 'MainThread');
  t.is(mainThread().ident, 1);
  t.true(mainThread().isAlive());
  const thread = new Thread({ target: () => { currentThread().name += '!'; }, name: 'me' });
  thread.start();
  await thread.join();
  t.is(thread.name, 'me!');
});

test.serial('thread: a worker of a pool has an object, too', async (t) => {
  const pool = new Pool(1, { name: 'Crew' });
  t.teardown(() => pool.terminate());
  const [worker, text, same] = await pool.apply(() => [currentThread(), String(currentThread()), currentThread() === currentThread()] as const);
  t.is(worker.name, 'Crew-1');
  t.true(worker.isAlive());
  t.regex(text, /^\[Thread Crew-1, started daemon \d+\]$/);
  t.true(same);
  t.is(await pool.apply((given: Thread) => given === currentThread(), [worker]), true);
  await pool.terminate();
  t.true(await worker.join());
  t.false(worker.isAlive());
});

test.serial('thread: says what it is (T18)', async (t) => {
  const stop = new Event();
  const thread = new Thread({ target: (event: Event) => void event.waitSync(), args: [stop], name: 'tell', daemon: true });
  t.is(String(thread), '[Thread tell, initial daemon]');
  thread.start();
  t.is(inspect(thread), `[Thread tell, started daemon ${thread.ident}]`);
  stop.set();
  while (thread.isAlive()) await sleep(1);
  t.is(`${thread}`, `[Thread tell, stopped daemon ${thread.ident}]`);
});

test.serial('thread: subclasses have their fields in run(), and those that it changes come back', async (t) => {
  const summer = new Summer([1, 2, 3], { name: 'summer' });
  t.is(String(summer), '[Summer summer, initial]');
  summer.start();
  t.is(summer.sum, -1);
  t.true(await summer.join());
  t.is(summer.sum, 6);
  t.deepEqual(summer.log, ['summed 3']);
  t.true(summer.isSame);
  t.is(summer.source, undefined);
  t.deepEqual(summer.numbers, [1, 2, 3]);
  const again = new Summer([4]);
  again.start();
  t.true(again.joinSync());
  t.is(again.sum, 4);
});

test.serial('thread: the fields of a subclass come back also when it has failed', async (t) => {
  hear(t);
  const failing = new Failing([5, 6]);
  failing.start();
  await t.throwsAsync(failing.join(), { instanceOf: RangeError, message: 'the sum is 11' });
  t.is(failing.sum, 11);
});

test.serial('thread: a class that is not exported travels with its instance', async (t) => {
  const factor = 3;
  class Scaler extends Thread {
    value: number;
    constructor(value: number) {
      super();
      this.value = value;
    }
    override run(): void {
      this.value *= factor;
    }
  }
  const scaler = new Scaler(5);
  scaler.start();
  await scaler.join();
  t.is(scaler.value, 15);
});

test.serial('thread: shared objects in fields are shared, private fields are refused', async (t) => {
  const count = Value('i', 1);
  const sharing = new Sharing(count);
  sharing.start();
  await sharing.join();
  t.is(count.value, 2);
  t.is(sharing.count, count);
  t.throws(() => new Secretive().start(), { instanceOf: PicklingError, message: /Secretive has private members/ });
});

test.serial('thread: a subclass may override run() and call that of its parent', async (t) => {
  const seen = Value('i');
  class Twice extends Thread {
    override run(): void {
      super.run();
      super.run();
    }
  }
  const thread = new Twice({ target: (n: number) => void seen.add(n), args: [4] });
  thread.start();
  await thread.join();
  t.is(seen.value, 8);
});

test.serial('thread: threads start threads, and can be joined by any thread', async (t) => {
  const order = SharedArray('i', 4);
  const next = Value('i');
  const stop = new Event();
  const outer = new Thread({
    target: async () => {
      const inner = new Thread({ target: () => { stop.waitSync(); order[next.add(1)] = 1; } });
      inner.start();
      const other = new Thread({ target: (given: Thread) => { given.joinSync(); order[next.add(1)] = 2; }, args: [inner] });
      other.start();
      stop.set();
      await other.join();
      order[next.add(1)] = 3;
    },
  });
  outer.start();
  const watcher = new Thread({ target: async (given: Thread) => { await given.join(); order[next.add(1)] = 4; }, args: [outer] });
  watcher.start();
  await watcher.join();
  t.deepEqual([...order], [1, 2, 3, 4]);
});

test.serial('thread: the error of a thread reaches whoever joins it', async (t) => {
  const heard = hear(t);
  const failing = new Thread({ name: 'failing', target: () => { throw new RangeError('for all'); } });
  failing.start();
  const watcher = new Thread({ target: (given: Thread) => given.joinSync(), args: [failing] });
  watcher.start();
  await t.throwsAsync(watcher.join(), { instanceOf: RangeError, message: 'for all' });
  await t.throwsAsync(failing.join(), { instanceOf: RangeError });
  t.is(heard.length, 2);
});

test.serial('thread: what it held is released when it ends', async (t) => {
  hear(t);
  const lock = new Lock();
  const thread = new Thread({ target: () => { lock.acquireSync(); process.exit(1); } });
  thread.start();
  await t.throwsAsync(thread.join(), { instanceOf: WorkerCrashedError });
  const guard = await lock.acquire({ timeout: 10_000 });
  t.true(guard !== false && guard.abandoned);
});

test.serial('thread: sees the environment of the process', async (t) => {
  process.env['POLYCORE_TEST_THREAD'] = 'before';
  const thread = new Thread({ target: () => { process.env['POLYCORE_TEST_THREAD'] += ' and after'; } });
  thread.start();
  await thread.join();
  t.is(process.env['POLYCORE_TEST_THREAD'], 'before and after');
  delete process.env['POLYCORE_TEST_THREAD'];
});

test.serial('thread: local() has attributes of its own in every thread', async (t) => {
  const data = local<{ n: number }>();
  data.n = 1;
  const counted = local(() => ({ count: 10 }));
  counted.count++;
  const seen = SharedArray('i', 4);
  const thread = new Thread({
    target: (given: typeof data) => {
      seen[0] = data.n === undefined && given === data ? 1 : 0;
      data.n = 2;
      seen[1] = counted.count;
      counted.count += 5;
      const inner = new Thread({ target: () => { seen[2] = counted.count + (data.n ?? 0); data.n = 3; } });
      inner.start();
      inner.joinSync();
      seen[3] = data.n + counted.count;
    },
    args: [data],
  });
  thread.start();
  await thread.join();
  t.deepEqual([...seen], [1, 10, 10, 17]);
  t.is(data.n, 1);
  t.is(counted.count, 11);
  t.deepEqual(Object.keys(data), ['n']);
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  t.is(await pool.apply(() => { data.n = (data.n ?? 0) + 1; return data.n; }), 1);
  t.is(await pool.apply((given: typeof data) => { given.n = (given.n ?? 0) + 1; return given.n; }, [data]), 2);
  t.is(await pool.apply((given: typeof data) => given, [data]), data);
  t.throws(() => local(3 as never), { instanceOf: TypeError });
});

test.serial('thread: a Timer calls its function after its time', async (t) => {
  const calls = Value('i');
  const start = performance.now();
  const timer = new Timer(50, (n: number, { x }: { x: number }) => void calls.add(n + x), [3], { x: 4 });
  timer.start();
  t.true(await timer.join());
  t.true(performance.now() - start >= 30);
  t.is(calls.value, 7);
  t.true(timer.finished.isSet());
});

test.serial('thread: wrong arguments of a Timer are refused', (t) => {
  const fn = (): number => 1;
  for (const args of [5, 'ab', null]) t.throws(() => new Timer(1, fn, args as never), { message: /^Expected `args` to be a list of arguments/ });
  for (const kwargs of [5, null]) t.throws(() => new Timer(1, fn, [], kwargs as never), { message: /^Expected `kwargs` to be an object/ });
  t.throws(() => new Timer(1, 5 as never), { message: /^Expected `fn` to be a function/ });
});

test.serial('thread: a Timer that is cancelled calls nothing', async (t) => {
  const calls = Value('i');
  const timer = new Timer(60_000, () => void calls.add(1));
  timer.start();
  timer.cancel();
  t.true(await timer.join());
  t.is(calls.value, 0);
  t.throws(() => new Timer(-1, () => {}), { instanceOf: RangeError });
  t.throws(() => new Timer('1' as unknown as number, () => {}), { instanceOf: TypeError });
  t.throws(() => new Timer(1, 3 as never), { instanceOf: TypeError });
});

test.serial('thread: the default arguments of Timers are their own (T19)', (t) => {
  const first = new Timer(10, () => {});
  first.args.push('blah');
  const given = [1];
  const second = new Timer(10, () => {}, given as unknown as []);
  given.push(2);
  t.deepEqual(new Timer(10, () => {}).args, []);
  t.deepEqual(second.args, [1]);
});

test.serial('thread: those that have ended, or were never started, are given back', async (t) => {
  const live = new Event();
  const objects = binding.objects();
  for (let i = 0; i < 1000; i++) new Thread({ name: `unused ${i}` });
  for (let i = 0; i < 3; i++) {
    const thread = new Summer([i]);
    thread.start();
    await thread.join();
  }
  await collected(() => binding.objects() <= objects, 'all threads are collected');
  live.set();
  t.pass();
});

test.serial('thread: wait() takes threads, and is over when one has ended', async (t) => {
  const stop = new Event();
  const [slow, quick] = [waiting(stop), new Thread()];
  t.throws(() => waitSync([slow]), { instanceOf: RuntimeError });
  slow.start();
  quick.start();
  t.deepEqual(await wait([slow, quick]), [quick]);
  t.deepEqual(waitSync([slow], { timeout: 10 }), []);
  const both = wait([slow, stop]);
  stop.set();
  t.true((await both).includes(stop));
  await slow.join();
  t.deepEqual(waitSync([slow, quick]), [slow, quick]);
});

test.serial('thread: an initializer of a pool may start threads', async (t) => {
  const [started, stop] = [new Event(), new Event()];
  const pool = new Pool(1, {
    initializer: (at: Event, until: Event) => {
      new Thread({ target: () => { at.set(); until.waitSync(); }, name: 'helper' }).start();
    },
    initargs: [started, stop],
  });
  t.teardown(() => pool.terminate());
  await started.wait();
  t.deepEqual(await pool.apply(() => enumerate().map(({ name }) => name.replace(/\d+/, 'N'))), ['MainThread', 'helper', 'Pool-N-1']);
  stop.set();
  t.is(await pool.apply(() => 1), 1);
  pool.close();
  await pool.join();
});
