/** `SharedMemory`: memory with a name. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { Pool, SharedMemory } from '../index.js';
import { runProgram } from './fixtures/pool/run-program.js';
import { collected } from './fixtures/shared/garbage.js';

let names = 0;

/** A name that no other test uses. */
function newName(): string {
  return `polycore-test-${process.pid}-${names++}`;
}

/** New memory that is gone after the test. */
function create(t: ExecutionContext, size: number, name = newName()): SharedMemory {
  const memory = new SharedMemory({ name, create: true, size });
  t.teardown(() => {
    memory.close();
    try {
      memory.unlink();
    } catch {
      // The test has done it.
    }
  });
  return memory;
}

const play = (role: string, name: string): ReturnType<typeof runProgram> => runProgram('../shared/memory.ts', [role, name]);

test('shared-memory: whoever attaches by name sees the same memory; the size is that of its creation (SH01)', (t) => {
  const memory = create(t, 512);
  t.is(memory.size, 512);
  t.is(String(memory), `[SharedMemory ${memory.name}, 512 bytes]`);
  t.is(memory.buffer.byteLength, 512);
  t.true(new Uint8Array(memory.buffer).every((byte) => byte === 0));
  new Uint8Array(memory.buffer)[0] = 42;
  using other = new SharedMemory({ name: memory.name, size: 5000 });
  t.is(other.size, 512);
  t.not(other.buffer, memory.buffer);
  t.is(new Uint8Array(other.buffer)[0], 42);
  new Uint8Array(other.buffer)[511] = 43;
  t.is(new Uint8Array(memory.buffer)[511], 43);
  t.throws(() => create(t, 512, memory.name), { code: 'EEXIST', message: /^EEXIST: .*polycore-test/ });
});

test('shared-memory: the name is not for others, and the file is as large as it was asked for', (t) => {
  const memory = create(t, 512);
  const { mode, size } = statSync(`/dev/shm/${memory.name}`);
  t.is(mode & 0o777, 0o600);
  t.is(size, 512);
});

test('shared-memory: gets a name of its own when none is given', (t) => {
  const [first, second] = [0, 1].map(() => new SharedMemory({ create: true, size: 1 })) as [SharedMemory, SharedMemory];
  t.not(first.name, second.name);
  t.regex(first.name, /^polycore_/);
  t.is(new SharedMemory({ name: second.name }).size, 1);
  first.unlink();
  second.unlink();
});

test('shared-memory: wrong arguments are refused (SH03)', (t) => {
  const name = newName();
  for (const size of [-1, 0, 1.5, Number.NaN]) {
    t.throws(() => new SharedMemory({ name, create: true, size }), { instanceOf: RangeError, message: /`size`/ });
  }
  t.throws(() => new SharedMemory({ name, create: true }), { instanceOf: RangeError, message: /Expected `size` to be given/ });
  t.throws(() => new SharedMemory({ name, create: true, size: '1' as unknown as number }), { instanceOf: TypeError });
  t.throws(() => new SharedMemory({ create: false }), { instanceOf: RangeError, message: /Expected `name` to be given/ });
  t.throws(() => new SharedMemory({}), { instanceOf: RangeError });
  t.throws(() => new SharedMemory({ create: true, size: 8, track: 1 as never }), { instanceOf: TypeError, message: /`track`/ });
  t.throws(() => new SharedMemory(undefined as unknown as object), { instanceOf: TypeError });
  for (const wrong of ['', '.', '..', 'a/b', 'a\0b', 'a\nb', 'x'.repeat(201)]) {
    t.throws(() => new SharedMemory({ name: wrong, create: true, size: 1 }), { instanceOf: RangeError, message: /`name`/ });
  }
  t.throws(() => new SharedMemory({ name: 3 as unknown as string }), { instanceOf: TypeError });
  t.throws(() => new SharedMemory({ name }), { code: 'ENOENT', message: /^ENOENT: / });
  t.throws(() => new SharedMemory({ name, create: true, size: 2 ** 50 }), { message: /shared memory/ });
  t.false(existsSync(`/dev/shm/${name}`));
});

test('shared-memory: unlink() removes the name once; who has the memory keeps it', (t) => {
  const memory = create(t, 64);
  using other = new SharedMemory({ name: memory.name });
  memory.unlink();
  t.throws(() => memory.unlink(), { code: 'ENOENT' });
  t.throws(() => new SharedMemory({ name: memory.name }), { code: 'ENOENT' });
  new Uint8Array(memory.buffer)[3] = 7;
  t.is(new Uint8Array(other.buffer)[3], 7);
});

test('shared-memory: after close() the buffer and its views have length 0', (t) => {
  const memory = create(t, 64);
  const view = new Uint8Array(memory.buffer, 8);
  memory.close();
  memory.close();
  t.is(memory.size, 0);
  t.is(view.length, 0);
  t.is(new SharedMemory({ name: memory.name }).size, 64);
});

test('shared-memory: goes to threads as an object, and as a view (SH04)', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const memory = create(t, 64);
  const seen = await pool.apply(
    (given: SharedMemory, view: Uint8Array) => {
      view[0] = 1;
      new Uint8Array(given.buffer)[9] = 2;
      return { same: view.buffer === given.buffer, name: given.name, given };
    },
    [memory, new Uint8Array(memory.buffer, 8)],
  );
  t.deepEqual([...new Uint8Array(memory.buffer, 8, 2)], [1, 2]);
  t.true(seen.same);
  t.is(seen.name, memory.name);
  t.is(seen.given, memory);
  // Also after the name is gone.
  memory.unlink();
  t.is(await pool.apply((given: SharedMemory) => new Uint8Array(given.buffer)[9], [memory]), 2);
});

test('shared-memory: goes to other processes by name (SH04)', async (t) => {
  const memory = create(t, 64);
  new Uint8Array(memory.buffer).set([1, 2, 3, 254]);
  t.like(await play('increment', memory.name), { code: 0, stdout: '64: 1 2 3 254\n', stderr: '' });
  t.deepEqual([...new Uint8Array(memory.buffer, 0, 5)], [2, 3, 4, 255, 0]);
  t.like(await play('increment', memory.name), { code: 0, stdout: '64: 2 3 4 255\n', stderr: '' });
});

test('shared-memory: is removed, with a message, when its owner is killed (SH06)', async (t) => {
  const name = newName();
  const file = fileURLToPath(new URL('fixtures/shared/memory.ts', import.meta.url));
  const owner = spawn(process.execPath, ['--import=tsx', file, 'own', name], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  owner.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = once(owner, 'close');
  const [line] = (await once(createInterface(owner.stdout), 'line')) as [string];
  t.is(line, 'owns 100 bytes');
  t.is(new SharedMemory({ name }).size, 100);
  owner.kill('SIGKILL');
  // Its stderr is the tracker's as well, so it ends when the tracker has done its work.
  await closed;
  t.throws(() => new SharedMemory({ name }), { code: 'ENOENT' });
  t.is(stderr, `polycore: a process ended without unlinking its shared memory '${name}', which is removed now\n`);
});

test('shared-memory: is removed, with a message, when its owner forgets it; without one when it does not', async (t) => {
  const name = newName();
  const forgotten = await play('leave', name);
  t.like(forgotten, { code: 0, stdout: '100\n' });
  t.regex(forgotten.stderr, /^polycore: .*without unlinking/);
  t.false(existsSync(`/dev/shm/${name}`));
  t.like(await play('unlink', name), { code: 0, stdout: '100\n', stderr: '' });
  t.like(await play('leave-untracked', name), { code: 0, stdout: '100\n', stderr: '' });
  new SharedMemory({ name }).unlink();
});

test('shared-memory: is unmapped when nobody can reach it any more', async (t) => {
  const { readFileSync } = await import('node:fs');
  const memory = create(t, 1 << 20);
  const { name } = memory;
  const isMapped = (): number => readFileSync('/proc/self/maps', 'utf8').split(`/dev/shm/${name}`).length - 1;
  let views: Uint8Array[] = [new Uint8Array(new SharedMemory({ name }).buffer, 5, 5)];
  t.is(isMapped(), 2);
  await collected(() => views.length === 1, 'one collection is done');
  views[0]?.fill(3);
  t.is(isMapped(), 2);
  views = [];
  await collected(() => isMapped() === 1, 'the second mapping is gone');
  memory.close();
  t.is(isMapped(), 0);
});
