/** Bytes through pipes. */

import type { TestFn } from 'ava';
import { BufferTooShort, type Connection, EOFError, Pipe } from '../../index.js';
import { echo, sendStrings } from '../fixtures/pipe/tasks.js';
import { FORMS, type Form } from '../fixtures/queue/tasks.js';
import { crowd } from './crowd.js';
import type { MakePool } from './pool.js';

const ALPHABET = Buffer.from('abcdefghijklmnopqrstuvwxyz');

async function sendBytes(end: Connection, form: Form, ...part: Parameters<Connection['sendBytes']>): Promise<void> {
  if (form === 'await') await end.sendBytes(...part);
  else end.sendBytesSync(...part);
}

async function recvBytes(end: Connection, form: Form): Promise<Buffer> {
  return form === 'await' ? await end.recvBytes() : end.recvBytesSync();
}

async function recvBytesInto(end: Connection, form: Form, ...target: Parameters<Connection['recvBytesInto']>): Promise<number> {
  return form === 'await' ? await end.recvBytesInto(...target) : end.recvBytesIntoSync(...target);
}

export function pipeBytesContract(test: TestFn, makePool: MakePool): void {
  const threads = crowd(test, makePool);

  for (const form of FORMS) {
    test.serial(`pipe: PI01 bytes come back as they were (${form})`, async (t) => {
      const [here, there] = Pipe();
      const echoed = threads().apply(echo, [there, form]);
      for (const bytes of [Buffer.alloc(0), ALPHABET, Buffer.alloc(1 << 20, 9), Uint8Array.of(1, 2, 3), Buffer.alloc(3, 7).buffer]) {
        await sendBytes(here, form, bytes);
        const back = await recvBytes(here, form);
        t.true(Buffer.isBuffer(back));
        t.true(back.equals(ArrayBuffer.isView(bytes) ? Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) : Buffer.from(bytes)));
      }
      here.close();
      t.is(await echoed, 5);
    });

    test.serial(`pipe: PI03 recvBytesInto() writes at the offset and returns the number of bytes (${form})`, async (t) => {
      const [here, there] = Pipe();
      const numbers = Int32Array.of(5, 6);
      await sendBytes(here, form, numbers);
      const target = new Int32Array(10);
      t.is(await recvBytesInto(there, form, target, 3 * target.BYTES_PER_ELEMENT), 8);
      t.deepEqual([...target], [0, 0, 0, 5, 6, 0, 0, 0, 0, 0]);
      await sendBytes(here, form, ALPHABET);
      const error = await t.throwsAsync(recvBytesInto(there, form, new Uint8Array(20)), { instanceOf: BufferTooShort });
      t.true(ALPHABET.equals((error as BufferTooShort).bytes), 'it has the message');
      for (const offset of [-1, 21, 0.5]) {
        await t.throwsAsync(recvBytesInto(there, form, new Uint8Array(20), offset), { instanceOf: RangeError });
      }
      await t.throwsAsync(recvBytesInto(there, form, 'text' as never), { instanceOf: TypeError });
      await sendBytes(here, form, ALPHABET, 26);
      t.is(await recvBytesInto(there, form, new Uint8Array(20), 20), 0);
    });

    test.serial(`pipe: PI09 sendBytes() sends the part that is asked for (${form})`, async (t) => {
      const [here, there] = Pipe();
      const parts: [number?, number?][] = [[], [5], [7, 8], [26], [26, 0], [0, 26]];
      for (const [offset = 0, size] of parts) {
        await sendBytes(here, form, ALPHABET, offset, size);
        t.is(String(await recvBytes(there, form)), String(ALPHABET.subarray(offset, size === undefined ? 26 : offset + size)));
      }
      for (const [offset, size] of [[27], [22, 5], [26, 1], [-1], [4, -1], [0.5]] as [number, number?][]) {
        await t.throwsAsync(sendBytes(here, form, ALPHABET, offset, size), { instanceOf: RangeError }, `${offset} ${size}`);
      }
      await t.throwsAsync(sendBytes(here, form, 'text' as never), { instanceOf: TypeError });
      t.false(there.pollSync(), 'nothing was sent');
    });
  }

  test.serial('pipe: PI12 a sequence of empty and other strings comes as it was', async (t) => {
    const [reader, writer] = Pipe(false);
    const strings = ['hello', '', '', 'a', 'b', '', 'bye', '', 'lop'];
    const sent = threads().apply(sendStrings, [writer, strings]);
    const received: string[] = [];
    for (;;) {
      while (!(await reader.poll({ timeout: 1000 })));
      try {
        received.push(String(await reader.recvBytes()));
      } catch (error) {
        t.true(error instanceof EOFError);
        break;
      }
    }
    await sent;
    t.deepEqual(received, strings);
  });

  test.serial('pipe: recvBytes() refuses longer messages than allowed and values that are no bytes', async (t) => {
    const [here, there] = Pipe();
    here.sendBytesSync(ALPHABET);
    const error = t.throws(() => there.recvBytesSync({ maxLength: 25 }), { instanceOf: BufferTooShort });
    t.is(error?.code, 'ERR_POLYCORE_BUFFER_TOO_SHORT');
    here.sendBytesSync(ALPHABET);
    t.is((await there.recvBytes({ maxLength: 26 })).length, 26);
    here.sendSync({ no: 'bytes' });
    await t.throwsAsync(there.recvBytes(), { instanceOf: TypeError });
    await t.throwsAsync(there.recvBytes({ maxLength: -1 }), { instanceOf: RangeError });
    here.sendSync(new Uint8Array(3));
    t.is((await there.recvBytes()).length, 3, 'a value of bytes is bytes');
    here.sendBytesSync(ALPHABET);
    t.deepEqual(there.recvSync(), ALPHABET, 'and bytes are a value');
  });
}
