/** Queues that contain each other keep each other. Who empties one of them frees all, as docs/queue.md says. */

import test from 'ava';
import { Condition, LifoQueue, Lock, Pipe, Pool, PriorityQueue, Queue, SimpleQueue, Value } from '../index.js';
import { binding } from '../dist/native/binding.js';

const KINDS = { Queue, LifoQueue, PriorityQueue, SimpleQueue };
type AnyQueue = Queue<unknown>;

/** Ways to empty a queue for good. */
const WAYS: Record<string, (queue: AnyQueue) => void> = {
  'shutdown({ immediate: true })': (queue) => queue.shutdown({ immediate: true }),
  'getManySync()': (queue) => void queue.getManySync(),
};

function make(name: string): AnyQueue {
  return new KINDS[name as keyof typeof KINDS]() as AnyQueue;
}

test.before(() => {
  // The first one starts what counts them.
  new Lock().close();
});

/** Objects that stay when `work` is done. */
function left(work: () => void): number {
  const before = binding.objects();
  work();
  return binding.objects() - before;
}

for (const name of Object.keys(KINDS)) {
  for (const [way, empty] of Object.entries(WAYS)) {
    test.serial(`cycles: ${way} frees a ${name} that contains itself, and what else it contains`, (t) => {
      const round = (): void => {
        const queue = make(name);
        const [condition, value] = [new Condition(new Lock()), Value('i', 1)];
        queue.putManySync([[1, queue, condition], [2, { deep: [queue, value] }]]);
        empty(queue);
        for (const object of [condition.lock, condition, value, queue]) object.close();
      };
      t.is(left(round), 0);
    });

    test.serial(`cycles: ${way} of one of ${name}s that contain each other frees all`, (t) => {
      const round = (count: number): void => {
        const queues = Array.from({ length: count }, () => make(name));
        queues.forEach((queue, i) => queue.putNowait([1, queues[(i + 1) % count]]));
        empty(queues[0] as AnyQueue);
        for (const queue of queues) queue.close();
      };
      t.is(left(() => round(2)), 0);
      t.is(left(() => round(100)), 0);
    });
  }
}

test.serial('cycles: a queue that a worker has put into itself is freed by this thread', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const keep = (queue: AnyQueue): void => {
    queue.putManySync([[queue], { queue }]);
    queue.close();
  };
  await pool.apply(keep, [new Queue()]);
  const before = binding.objects();
  const queue = new Queue();
  await pool.apply(keep, [queue]);
  t.is(binding.objects(), before + 1);
  queue.shutdown({ immediate: true });
  queue.close();
  t.is(binding.objects(), before);
});

test.serial('cycles: ends of a pipe that were sent through it are freed when they are received and closed', (t) => {
  const round = (): void => {
    const [one, other] = Pipe();
    one.sendSync([one, other]);
    other.sendSync([one, other]);
    one.recvSync();
    other.recvSync();
    one.close();
    other.close();
  };
  t.is(left(round), 0);
});

test.serial('cycles: a queue in a pipe whose end it contains is emptied, too', (t) => {
  const round = (): void => {
    const queue = new Queue();
    const [one, other] = Pipe();
    one.sendSync(queue);
    queue.putNowait(other);
    one.close();
    other.close();
    queue.shutdown({ immediate: true });
    queue.close();
  };
  t.is(left(round), 0);
});
