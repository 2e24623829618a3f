/** How queues travel, and what travels through them. */

import type { TestFn } from 'ava';
import { Event, Lock, PicklingError, PriorityQueue, Queue, SimpleQueue } from '../../index.js';
import { areSame, echo, FORMS, get, nest, put } from '../fixtures/queue/tasks.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';
import { MAKERS } from './queue-kinds.js';

export function queueTravelContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const [name, make] of MAKERS) {
    test.serial(`${name}: it travels as an argument, a capture, a result, an item and in initargs, and stays the same`, async (t) => {
      const queue = make();
      await threads().apply((there: Queue<number>) => there.putSync(1), [queue]);
      t.is(queue.getNowait(), 1);
      await threads().apply(() => queue.putNowait(2));
      t.is(queue.getNowait(), 2);
      t.is(await threads().apply(echo, [queue]), queue);
      t.true(await threads().apply(areSame, [queue, { again: queue }]));
      const outer = new Queue<Queue<number>>();
      outer.putNowait(queue);
      t.is(outer.getNowait(), queue);
      const made = await threads().apply((kind: string, [one]: [Queue<number>]) => {
        const Kind = one.constructor as new () => Queue<number>;
        const own = new Kind();
        own.putManySync([kind.length, 0]);
        return own;
      }, [name, [queue]]);
      t.is(made.constructor.name, name);
      t.is(made.getManySync().length, 2, 'what its maker put is there when its maker has forgotten it');
      const pool = makePool(1, { initializer: (there: Queue<number>) => there.putSync(3), initargs: [queue] });
      t.is(await queue.get(), 3);
      await pool.terminate();
    });
  }

  test.serial('queue: queues of queues of queues', async (t) => {
    const outer = new Queue<Queue<string>>();
    const inner = new Queue<string>();
    await threads().apply(nest, [inner, outer]);
    const got = await outer.get();
    t.is(got, inner);
    t.is(got.getNowait(), 'inside');
    const chain = new Queue<unknown>();
    let last: Queue<unknown> = chain;
    for (let depth = 0; depth < 50; depth++) {
      const next = new Queue<unknown>();
      last.putNowait(next);
      last = next;
    }
    last.putNowait('at the end');
    const follow = (there: Queue<unknown>): unknown => {
      let at: unknown = there;
      while (at instanceof Queue) at = at.getNowait();
      return at;
    };
    t.is(await threads().apply(follow, [chain]), 'at the end');
  });

  for (const form of FORMS) {
    test.serial(`queue: a reply queue in each request (${form})`, async (t) => {
      const requests = new SimpleQueue<[number, Queue<number>] | null>();
      const serve = async (there: Queue<[number, Queue<number>] | null>, by: 'await'): Promise<void> => {
        for (;;) {
          const request = await get(there, by);
          if (request === null) return;
          await put(request[1], request[0] ** 2, by);
        }
      };
      const server = threads().apply(serve, [requests, form as 'await']);
      for (let i = 0; i < 50; i++) {
        using reply = new SimpleQueue<number>();
        requests.putNowait([i, reply]);
        t.is(await reply.get(), i * i);
      }
      requests.putNowait(null);
      await server;
    });
  }

  test.serial('queue: locks, events and functions go through it', async (t) => {
    const queue = new Queue<unknown>();
    const [lock, event] = [new Lock(), new Event()];
    const guard = lock.acquireSync();
    queue.putManySync([lock, { event }, (n: number) => n + 1]);
    const use = async (there: Queue<unknown>): Promise<number> => {
      const own = there.getSync() as Lock;
      if (own.acquireNowait() !== false) throw new Error('It is held elsewhere');
      ((await there.get()) as { event: Event }).event.set();
      return (there.getNowait() as (n: number) => number)(41);
    };
    const used = threads().apply(use, [queue]);
    await event.wait();
    t.is(await used, 42);
    guard.release();
  });

  test.serial('queue: a large item arrives as it was, however it is put', async (t) => {
    const queue = new Queue<unknown>(2);
    for (const length of [4095, 4096, 65_535, 65_536, 1 << 20, 5_000_003]) {
      const bytes = Buffer.alloc(length, length % 251);
      bytes.writeUInt32LE(length, length - 4);
      queue.putNowait(bytes);
      queue.putNowait(new Uint8Array(bytes));
      t.true(bytes.equals(queue.getNowait() as Buffer));
      const view = queue.getSync() as Uint8Array;
      t.true(bytes.equals(view));
      t.is(view.constructor, Uint8Array);
    }
    const send = (there: Queue<unknown>, length: number): void => there.putSync({ list: [Buffer.alloc(length, 5), 'text'.repeat(length)] });
    const sent = threads().apply(send, [queue, 300_000]);
    const { list } = (await queue.get()) as { list: [Buffer, string] };
    t.true(list[0].equals(Buffer.alloc(300_000, 5)));
    t.is(list[1].length, 1_200_000);
    await sent;
  });

  test.serial('queue: small items of changing sizes arrive as they were, to and fro', async (t) => {
    const [there, back] = [new Queue<Buffer | string | null>(16), new Queue<Buffer | string>(16)];
    const echo = (from: Queue<Buffer | string | null>, to: Queue<Buffer | string>): void => {
      for (let item = from.getSync(); item !== null; item = from.getSync()) to.putSync(item);
    };
    const done = threads().apply(echo, [there, back]);
    // Around the sizes that fit into a slot and those of blocks, in an order in which each slot gets them by turns.
    const sizes = [1, 192, 193, 255, 256, 257, 512, 513, 1000, 1024, 1025, 2048, 4095, 4096, 4097, 0, 5000];
    for (let i = 0; i < 3000; i++) {
      const length = sizes[(i * 7 + (i % 5)) % sizes.length]!;
      const item = i % 3 === 0 ? String.fromCharCode(65 + (i % 26)).repeat(length) : Buffer.alloc(length, i % 251);
      await there.put(item);
      const echoed = await back.get();
      if (typeof item === 'string') t.is(echoed, item);
      else if (!(Buffer.isBuffer(echoed) && item.equals(echoed))) t.fail(`buffer ${i} of ${length} bytes`);
    }
    await there.put(null);
    await done;
  });

  test.serial('queue: it cannot be put when it is closed, and a queue in a queue outlives its maker', async (t) => {
    const outer = new Queue<Queue<number>>();
    const pool = makePool(1);
    await pool.apply((there: Queue<Queue<number>>) => {
      const own = new Queue<number>();
      own.putNowait(7);
      there.putNowait(own);
    }, [outer]);
    await pool.terminate();
    const inner = outer.getNowait();
    t.is(inner.getNowait(), 7);
    inner.close();
    const error = t.throws(() => outer.putNowait(inner), { instanceOf: PicklingError });
    t.regex(String(error?.cause), /closed/);
    t.true(outer.empty());
    const ranked = new PriorityQueue<[number, Queue<Queue<number>>]>();
    ranked.putNowait([1, outer]);
    t.is(ranked.getNowait()[1], outer);
  });
}
