/** Histories of queues that several threads used at once are linearizable. `POLYCORE_RUNS` sets how many are recorded. */

import test from 'ava';
import { LifoQueue, Pool, PriorityQueue, Queue } from '../index.js';
import { type Call, isLinearizable, type Model, takePart } from './fixtures/queue/history.js';

const RUNS = Math.min(Number(process.env['POLYCORE_RUNS'] ?? 600), 5000);
const THREADS = 3;

let pool: Pool;
test.before(() => {
  pool = new Pool(THREADS);
});
test.after.always(() => pool.terminate());

/** Histories of many queues, each used by all threads at the same time. */
async function record(make: () => Queue<number>): Promise<Call[][]> {
  const queues = Array.from({ length: RUNS }, make);
  const gate = new Int32Array(new SharedArrayBuffer(RUNS * 4));
  const parts = await Promise.all(
    Array.from({ length: THREADS }, (_, me) => pool.apply(takePart, [queues, gate, me, THREADS])),
  );
  for (const queue of queues) queue.close();
  return queues.map((_, index) => parts.flatMap((part) => part[index] as Call[]));
}

const call = (kind: Call['kind'], answer: Call['answer'], times: [number, number], item?: number): Call => ({
  kind,
  answer,
  begin: BigInt(times[0]),
  end: BigInt(times[1]),
  ...(item === undefined ? {} : { item }),
});

test('queue history: the search tells good from bad', (t) => {
  const model: Model = { limit: Infinity, order: 'first' };
  const overlapping = [call('put', 'done', [0, 3], 1), call('put', 'done', [1, 2], 2)];
  const apart = [call('put', 'done', [0, 1], 1), call('put', 'done', [2, 3], 2)];
  const gets = [call('get', 'done', [4, 5], 2), call('get', 'done', [6, 7], 1)];
  t.true(isLinearizable([...overlapping, ...gets], model));
  t.false(isLinearizable([...apart, ...gets], model));
  t.true(isLinearizable([...apart, ...gets], { ...model, order: 'last' }));
  t.false(isLinearizable([call('put', 'done', [0, 1], 1), call('get', 'empty', [2, 3])], model));
  t.false(isLinearizable([call('shutdown', 'done', [0, 5]), call('get', 'shut', [1, 2]), call('put', 'done', [3, 4], 1)], model));
});

for (const [name, make, model] of [
  ['Queue', () => new Queue<number>(), { limit: Infinity, order: 'first' }],
  ['Queue(1)', () => new Queue<number>(1), { limit: 1, order: 'first' }],
  ['Queue(3)', () => new Queue<number>(3), { limit: 3, order: 'first' }],
  ['LifoQueue(3)', () => new LifoQueue<number>(3), { limit: 3, order: 'last' }],
  ['PriorityQueue(3)', () => new PriorityQueue<number>(3), { limit: 3, order: 'least' }],
] as const satisfies readonly (readonly [string, () => Queue<number>, Model])[]) {
  test.serial(`queue history: ${name} is linearizable`, async (t) => {
    const histories = await record(make);
    const bad = histories.find((history) => !isLinearizable(history, model));
    t.is(bad, undefined);
    // Else nothing was tested: in some histories, calls of different threads overlap.
    t.true(histories.some((history) => history.some((a, i) => history.some((b, j) => i !== j && a.begin < b.begin && b.begin < a.end))));
  });
}
