/** Memory of queues and pipes: what they borrow comes back. */

import test from 'ava';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Connection, LifoQueue, Pipe, Pool, PriorityQueue, Queue, SimpleQueue } from '../index.js';
import { binding } from '../dist/native/binding.js';
import { until } from './fixtures/pool/until.js';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;

const ITEMS = 1_500_000;
/** What an isolate needs at most to note which objects it holds; it grows with the slots that it has met. */
const NOTES = 512 << 10;

test.serial('queue: 100,000 queues and pipes one after the other leave nothing', (t) => {
  const kinds = [Queue, LifoQueue, PriorityQueue, SimpleQueue];
  const round = (i: number): void => {
    const queue = new (kinds[i % 4] as typeof Queue)<number>();
    queue.putNowait(i);
    queue.close();
    if (i % 4 === 0) Pipe().forEach((end) => end.close());
  };
  for (let i = 0; i < 1000; i++) round(i);
  const used = binding.regionUsed();
  for (let i = 0; i < 100_000; i++) round(i);
  t.is(binding.regionUsed(), used);
});

test.serial('queue: an unbounded queue holds a million and a half items, in order', (t) => {
  const queue = new Queue<number>();
  for (let i = 0; i < ITEMS; i += 1000) queue.putManySync(Array.from({ length: 1000 }, (_, k) => i + k));
  t.is(queue.qsize(), ITEMS);
  let next = 0;
  let isInOrder = true;
  while (next < ITEMS) for (const item of queue.getManySync()) isInOrder &&= item === next++;
  t.true(isInOrder);
  queue.close();
});

test.serial('queue: so does one of items that need a slot each', (t) => {
  const queue = new LifoQueue<number>();
  for (let i = 0; i < ITEMS; i += 1000) queue.putManySync(Array.from({ length: 1000 }, (_, k) => i + k + 0.5));
  t.is(queue.qsize(), ITEMS);
  let sum = 0;
  for (let got = 0; got < ITEMS; ) {
    const items = queue.getManySync();
    got += items.length;
    for (const item of items) sum += item;
  }
  t.is(sum, (ITEMS * (ITEMS - 1)) / 2 + ITEMS / 2);
  queue.close();
});

test.serial('queue: a dropped queue gives everything back, with what is in it', (t) => {
  const big = Buffer.alloc(100_000);
  const inner = new Queue<unknown>();
  const round = (): void => {
    const queue = new Queue<unknown>(100);
    using own = new Queue<unknown>(5);
    queue.putManySync([big, 'text'.repeat(10_000), 1.5, inner, own]);
    const ranked = new PriorityQueue<unknown>();
    ranked.putManySync([['x'.repeat(1000), big], [1, big], [0]]);
    const [here, there] = Pipe();
    here.sendNowait(big);
    there.sendNowait([queue, there]);
    queue.close();
    ranked.close();
    here.close();
    there.close();
  };
  round();
  const used = binding.regionUsed();
  for (let i = 0; i < 200; i++) round();
  t.true(binding.regionUsed() <= used + NOTES, `${used}, then ${binding.regionUsed()}`);
  t.is(inner.qsize(), 0);
});

test.serial('queue: queues and pipes that nobody closes leave nothing either', async (t) => {
  const used = binding.regionUsed();
  const peak = 64 << 20;
  let highest = 0;
  for (let i = 0; i < 20_000; i++) {
    const queue = new Queue<unknown>();
    queue.putNowait([i, queue.maxsize]);
    Pipe()[0].sendNowait(i);
    if (i % 500 === 0) {
      gc();
      await new Promise(setImmediate);
      highest = Math.max(highest, binding.regionUsed());
    }
  }
  await until(() => {
    gc();
    return binding.regionUsed() <= used + NOTES;
  }, 'the memory is free again');
  t.true(highest < used + peak, `${highest}`);
});

test.serial('queue: traffic of large items with another thread leaves nothing', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const queue = new Queue<Uint8Array | null>(4);
  const back = new Queue<number>();
  const [here, there] = Pipe<Uint8Array>();
  const reading = pool.apply((from: Queue<Uint8Array | null>, to: Queue<number>, end: Connection<Uint8Array>) => {
    for (let item = from.getSync(); item !== null; item = from.getSync()) {
      to.putSync(item.length);
      end.sendSync(item.subarray(0, 5000));
    }
  }, [queue, back, there]);
  const round = async (): Promise<void> => {
    for (const length of [10, 1000, 5000, 50_000]) {
      await queue.put(new Uint8Array(length));
      t.is(await back.get(), length);
      t.is((await here.recv()).length, Math.min(length, 5000));
    }
  };
  await round();
  const used = binding.regionUsed();
  for (let i = 0; i < 50; i++) await round();
  t.is(binding.regionUsed(), used);
  await queue.put(null);
  await reading;
});
