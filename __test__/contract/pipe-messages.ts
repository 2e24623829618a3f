/** Values through pipes. */

import type { TestFn } from 'ava';
import { type Connection, Empty, Full, OSError, PicklingError, Pipe, TimeoutError } from '../../index.js';
import { echo, poll, recv, send } from '../fixtures/pipe/tasks.js';
import { FORMS } from '../fixtures/queue/tasks.js';
import { until } from '../fixtures/pool/until.js';
import { crowd, isAbout, timed } from './crowd.js';
import type { MakePool } from './pool.js';

export function pipeMessagesContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const form of FORMS) {
    test.serial(`pipe: PI01 what is sent comes back from the other thread as it was (${form})`, async (t) => {
      const [here, there] = Pipe<unknown>();
      const echoed = threads().apply(echo, [there, form]);
      const values = [1, -0.5, 'text', undefined, null, [1.5, { two: 2 }], new Map([[1, new Set(['x'])]]), 'long'.repeat(10_000), Buffer.alloc(100_000, 5)];
      for (const value of values) {
        await send(here, value, form);
        t.deepEqual(await recv(here, form), value);
      }
      here.close();
      t.is(await echoed, values.length);
      there.close();
    });

    test.serial(`pipe: PI04 poll() says at once or in time whether there is something (${form})`, async (t) => {
      const [here, there] = Pipe<number>();
      t.false(await poll(here as Connection, form));
      t.false(await poll(here as Connection, form, { timeout: 0 }));
      const took = await timed(async () => t.false(await poll(here as Connection, form, { timeout: 50 })));
      t.true(isAbout(took, 50), `${took}`);
      await t.throwsAsync(poll(here as Connection, form, { timeout: -1 }), { instanceOf: RangeError });
      there.sendNowait(1);
      t.true(await poll(here as Connection, form));
      t.true(await poll(here as Connection, form, { timeout: Infinity }));
      t.is(here.recvNowait(), 1);
      const answer = threads().apply((end: Connection<number>) => {
        if (end.recvSync() === 2) end.sendSync(3);
      }, [there]);
      here.sendNowait(2);
      t.true(await poll(here as Connection, form, { timeout: 30_000 }));
      t.is(here.recvNowait(), 3);
      await answer;
    });

    test.serial(`pipe: PI07 with duplex = false the first end only receives, the second only sends (${form})`, async (t) => {
      const [reader, writer] = Pipe<number>(false);
      for (const duplex of [0, null, { duplex: false }]) t.throws(() => Pipe(duplex as never), { message: /^Expected `duplex` to be a boolean/ });
      t.deepEqual([reader.readable, reader.writable, writer.readable, writer.writable], [true, false, false, true]);
      await send(writer, 1, form);
      t.is(await recv(reader, form), 1);
      await t.throwsAsync(send(reader, 1, form), { instanceOf: OSError, message: /read-only/ });
      await t.throwsAsync(recv(writer, form), { instanceOf: OSError, message: /write-only/ });
      await t.throwsAsync(poll(writer as Connection, form), { instanceOf: OSError, message: /write-only/ });
      await t.throwsAsync(writer.recvBytes(), { instanceOf: OSError });
      t.throws(() => reader.sendBytesSync(Buffer.alloc(1)), { instanceOf: OSError });
    });

    test.serial(`pipe: PI10 an end that is closed here is an error here (${form})`, async (t) => {
      const [a, b] = Pipe<number>();
      {
        using first = a;
        using second = b;
        await send(first, 1, form);
        t.is(await recv(second, form), 1);
      }
      t.deepEqual([a.closed, b.closed, String(a)], [true, true, '[Connection closed]']);
      a.close();
      await t.throwsAsync(recv(a, form), { instanceOf: OSError, message: /handle is closed/ });
      await t.throwsAsync(send(b, 1, form), { instanceOf: OSError, message: /handle is closed/ });
      await t.throwsAsync(poll(a as Connection, form), { instanceOf: OSError });
      t.throws(() => a.recvNowait(), { instanceOf: OSError });
    });

    test.serial(`pipe: PI13 PI24 a message is received whole by whoever receives it, also by an end that travelled in a message (${form})`, async (t) => {
      const [here, there] = Pipe<number[]>();
      const [carrier, remote] = Pipe<Connection<number[]>>();
      const sent = threads().apply(async (from: Connection<Connection<number[]>>, by: 'await') => {
        const end = by === 'await' ? await from.recv() : from.recvSync();
        await end.send([1, 2]);
        await end.send([3, 4]);
        return end.recvSync();
      }, [remote, form as 'await']);
      carrier.sendNowait(there);
      t.true(await here.poll({ timeout: 30_000 }));
      const received = await threads().apply((end: Connection<number[]>) => (end.pollSync() ? end.recvSync() : []), [here]);
      t.deepEqual(received, [1, 2]);
      t.deepEqual(await recv(here, form), [3, 4]);
      await send(here, [5], form);
      t.deepEqual(await sent, [5]);
    });
  }

  test.serial('pipe: the forms that do not wait say Empty and Full, timeouts say TimeoutError', async (t) => {
    const [here, there] = Pipe<unknown>();
    t.throws(() => here.recvNowait(), { instanceOf: Empty });
    t.throws(() => here.recvSync({ timeout: 10 }), { instanceOf: TimeoutError });
    await t.throwsAsync(here.recv({ timeout: 10 }), { instanceOf: TimeoutError });
    await t.throwsAsync(here.recv({ timeout: -1 }), { instanceOf: RangeError });
    const big = new Uint8Array(12 << 20);
    here.sendNowait(big);
    t.throws(() => here.sendNowait(big), { instanceOf: Full });
    t.throws(() => here.sendSync(big, { timeout: 10 }), { instanceOf: TimeoutError });
    await t.throwsAsync(here.send(big, { timeout: 10 }), { instanceOf: TimeoutError });
    const waiting = here.send(big);
    t.is(((await there.recv()) as Uint8Array).length, big.length);
    await waiting;
    t.true(there.pollSync());
    const huge = Pipe<Uint8Array>();
    huge[0].sendNowait(new Uint8Array(20 << 20));
    t.is(huge[1].recvSync().length, 20 << 20, 'one message may be larger than the pipe');
  });

  test.serial('pipe: an aborted wait rejects with the reason and loses no message', async (t) => {
    const [here, there] = Pipe<number>();
    const reason = new Error('enough');
    const controller = new AbortController();
    const waits = [here.recv(controller), here.poll({ timeout: 1e6, signal: controller.signal }), here.recvBytes(controller)];
    controller.abort(reason);
    for (const wait of waits) t.is(await t.throwsAsync(wait as Promise<unknown>), reason);
    there.sendNowait(1);
    t.is(await here.recv(), 1);
  });

  test.serial('pipe: PI27 a value that cannot travel is refused, and nothing is sent', async (t) => {
    const [here, there] = Pipe<unknown>();
    t.throws(() => here.sendSync([new WeakMap()]), { instanceOf: PicklingError });
    await t.throwsAsync(here.send(new WeakMap()), { instanceOf: PicklingError });
    t.throws(() => here.sendNowait(new WeakMap()), { instanceOf: PicklingError });
    t.false(there.pollSync());
    here.sendSync(1);
    t.is(there.recvSync(), 1);
  });

  test.serial('pipe: messages of several senders come whole, each sender\'s in order', async (t) => {
    const [reader, writer] = Pipe<[number, number]>(false);
    const task = (end: Connection<[number, number]>, sender: number): void => {
      for (let i = 0; i < 300; i++) end.sendSync([sender, i]);
    };
    const sent = [0, 1, 2, 3].map((sender) => threads().apply(task, [writer, sender]));
    const next = [0, 0, 0, 0];
    for (let i = 0; i < 1200; i++) {
      const [sender, number] = await reader.recv();
      t.is(number, next[sender]++);
    }
    await Promise.all(sent);
    await until(() => !reader.pollSync(), 'nothing is left');
    writer.close();
  });
}
