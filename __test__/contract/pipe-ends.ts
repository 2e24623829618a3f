/** Who holds an end, and what the other one is told when nobody does. */

import type { TestFn } from 'ava';
import { BrokenPipeError, type Connection, EOFError, Event, OSError, Pipe, Queue } from '../../index.js';
import { endOf, giveBack, later, recv, send, sendNumbers } from '../fixtures/pipe/tasks.js';
import { FORMS } from '../fixtures/queue/tasks.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';

export function pipeEndsContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const form of FORMS) {
    test.serial(`pipe: PI06 when the other end is closed, what is left is received, then EOFError (${form})`, async (t) => {
      const [here, there] = Pipe<number>();
      there.sendNowait(1);
      there.close();
      t.is(await recv(here, form), 1);
      await t.throwsAsync(recv(here, form), { instanceOf: EOFError, code: 'ERR_POLYCORE_EOF' });
      await t.throwsAsync(here.recvBytes(), { instanceOf: EOFError });
      t.throws(() => here.recvNowait(), { instanceOf: EOFError });
      t.true(here.pollSync(), 'receiving would not wait');
    });

    test.serial(`pipe: PI25 when nobody can read, sending is a BrokenPipeError (${form})`, async (t) => {
      const [reader, writer] = Pipe<number>(false);
      writer.sendNowait(1);
      reader.close();
      await t.throwsAsync(send(writer, 1, form), { instanceOf: BrokenPipeError, code: 'ERR_POLYCORE_BROKEN_PIPE' });
      t.throws(() => writer.sendNowait(1), { instanceOf: BrokenPipeError });
    });

    test.serial(`pipe: those that wait are told at once (${form})`, async (t) => {
      const [here, there] = Pipe<unknown>();
      const waiting = threads().apply(endOf, [there, form]);
      here.sendNowait(0);
      t.is(await waiting, 'a message');
      const again = threads().apply(endOf, [there, form]);
      const full = new Uint8Array(16 << 20);
      const [reader, writer] = Pipe<unknown>(false);
      writer.sendNowait(full);
      const sending = threads().apply(async (end: Connection, by: 'await') => {
        try {
          if (by === 'await') await end.send(1);
          else end.sendSync(1);
          return 'sent';
        } catch (error) {
          return (error as Error).name;
        }
      }, [writer, form as 'await']);
      const here2 = t.throwsAsync(writer.send(1), { instanceOf: BrokenPipeError });
      here.close();
      reader.close();
      t.is(await again, 'EOFError');
      t.is(await sending, 'BrokenPipeError');
      await here2;
    });

    test.serial(`pipe: an end that is closed right after it was passed on goes on there (${form})`, async (t) => {
      const [reader, writer] = Pipe<string>(false);
      const when = new Event();
      const sent = threads().apply(later, [writer, when]);
      writer.close();
      t.false(reader.pollSync());
      when.set();
      t.is(await recv(reader, form), 'later');
      await t.throwsAsync(recv(reader, form), { instanceOf: EOFError });
      await sent;
    });

    test.serial(`pipe: a maker that has not used an end need not close it (${form})`, async (t) => {
      const [reader, writer] = Pipe<number>(false);
      await threads().apply(sendNumbers, [writer, 0, 2]);
      t.is(await recv(reader, form), 0);
      t.is(await recv(reader, form), 1);
      await t.throwsAsync(recv(reader, form), { instanceOf: EOFError });
      // It still can pass it on, which opens it again.
      await threads().apply(sendNumbers, [writer, 5, 1]);
      t.is(await recv(reader, form), 5);
      await t.throwsAsync(recv(reader, form), { instanceOf: EOFError });
      writer.sendNowait(6);
      t.is(await recv(reader, form), 6);
      await t.throwsAsync(recv(reader, form, { timeout: 10 }), { name: 'TimeoutError' }, 'from now on it is a user itself');
      writer.close();
      await t.throwsAsync(recv(reader, form), { instanceOf: EOFError });
    });
  }

  test.serial('pipe: an end that is in a message counts as held, until the message is dropped', async (t) => {
    const [here, there] = Pipe<number>();
    const queue = new Queue<Connection<number>>();
    queue.putNowait(there);
    there.close();
    const waiting = here.recv();
    queue.getNowait().sendNowait(1);
    t.is(await waiting, 1);
    const [other, forgotten] = Pipe<number>();
    const end = t.throwsAsync(other.recv(), { instanceOf: EOFError });
    queue.putNowait(forgotten);
    forgotten.close();
    queue.shutdown({ immediate: true });
    await end;
  });

  test.serial('pipe: an end that nobody has used keeps its peer waiting', async (t) => {
    const [here, there] = Pipe<number>();
    await t.throwsAsync(here.recv({ timeout: 20 }), { name: 'TimeoutError' });
    t.is(there.closed, false);
  });

  test.serial('pipe: several threads may hold an end; the last one ends it', async (t) => {
    const [reader, writer] = Pipe<number>(false);
    const sent = [0, 1, 2].map((n) => threads().apply(sendNumbers, [writer, n * 100, 50]));
    writer.close();
    let count = 0;
    await t.throwsAsync(async () => {
      for (;;) {
        await reader.recv();
        count++;
      }
    }, { instanceOf: EOFError });
    t.is(count, 150);
    await Promise.all(sent);
  });

  test.serial('pipe: a captured end works as often as its function is called', async (t) => {
    const [reader, writer] = Pipe<number>(false);
    const task = (n: number): void => writer.sendSync(n);
    await threads().map(task, [1, 2, 3, 4], 1);
    const received = [1, 2, 3, 4].map(() => reader.recvNowait());
    t.deepEqual(received.sort(), [1, 2, 3, 4]);
  });

  test.serial('pipe: a thread that ends without closing its end gives its peer EOFError', async (t) => {
    const pool = makePool(1);
    const [here, there] = Pipe<number>();
    await pool.apply((end: Connection<number>) => {
      (globalThis as { kept?: unknown }).kept = end;
      end.sendSync(1);
    }, [there]);
    t.is(await here.recv(), 1);
    const end = t.throwsAsync(here.recv(), { instanceOf: EOFError });
    await pool.terminate();
    await end;
    t.throws(() => here.sendSync(1), { instanceOf: BrokenPipeError });
  });

  test.serial('pipe: an end stays the same object, and closing it here ends its waits here', async (t) => {
    const [travelled] = Pipe<number>();
    t.is(await threads().apply(giveBack, [travelled as Connection]), travelled as Connection);
    const [here, there] = Pipe<number>();
    const waits = [here.recv(), here.poll({ timeout: 1e6 }), there.recv()].map((wait) => wait as Promise<unknown>);
    here.close();
    await t.throwsAsync(waits[0], { instanceOf: OSError, message: /closed/ });
    await t.throwsAsync(waits[1], { instanceOf: OSError });
    await t.throwsAsync(waits[2], { instanceOf: EOFError });
  });

  test.serial('pipe: what was sent to an end that is gone is dropped, with the other end in it', async (t) => {
    const [here, there] = Pipe<unknown>();
    there.sendNowait(there);
    here.close();
    t.throws(() => there.sendNowait(1), { instanceOf: BrokenPipeError });
    there.close();
    t.true(there.closed);
  });
}
