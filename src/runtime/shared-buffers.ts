/**
 * `SharedArrayBuffer`s in values. Node can hand one to another isolate only through a message port, so each worker has a
 * channel to the isolate that started it, used for nothing else and read synchronously: the sender posts the buffer under
 * a number before it submits the job, the receiver looks the number up and, when it is new, reads the port until it is
 * there. A buffer is posted once per channel. Buffers made in a worker reach the isolate that started it, not its siblings.
 */

import { MessageChannel, type MessagePort, receiveMessageOnPort, threadId, workerData } from 'node:worker_threads';
import { PicklingError } from '../errors.js';
import { setSharedBufferPort } from '../pickle/index.js';

interface Numbered {
  readonly id: number;
  /** Missing: nobody uses the number any more. */
  readonly buffer?: SharedArrayBuffer;
}

/** Room for the numbers of one thread. */
const PER_THREAD = 2 ** 32;

const ids = new WeakMap<SharedArrayBuffer, number>();
const buffers = new Map<number, WeakRef<SharedArrayBuffer>>();
/** Buffers from elsewhere are kept until their maker says that they are gone. */
const foreign = new Map<number, SharedArrayBuffer>();
const channels = new Map<MessagePort, MessagePort>();
const toParent = (workerData as { buffers?: MessagePort } | null)?.buffers;
let count = 0;

const collected = new FinalizationRegistry<number>((id) => {
  buffers.delete(id);
  for (const port of ports()) port.postMessage({ id } satisfies Numbered);
});

function* ports(): Generator<MessagePort> {
  if (toParent !== undefined) yield toParent;
  yield* channels.values();
}

/** A channel for a new worker; returns the worker's end, which knows all buffers of this isolate. */
export function openBufferChannel(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  channels.set(port2, port1);
  for (const [id, ref] of buffers) {
    const buffer = ref.deref();
    if (buffer !== undefined) port1.postMessage({ id, buffer } satisfies Numbered);
  }
  return port2;
}

/** The worker is gone. */
export function closeBufferChannel(workerEnd: MessagePort): void {
  channels.get(workerEnd)?.close();
  channels.delete(workerEnd);
}

function exportBuffer(buffer: SharedArrayBuffer): number {
  const known = ids.get(buffer);
  if (known !== undefined) return known;
  const id = threadId * PER_THREAD + count++;
  ids.set(buffer, id);
  buffers.set(id, new WeakRef(buffer));
  collected.register(buffer, id);
  for (const port of ports()) port.postMessage({ id, buffer } satisfies Numbered);
  return id;
}

function importBuffer(id: number): SharedArrayBuffer {
  const known = buffers.get(id)?.deref() ?? foreign.get(id);
  if (known !== undefined) return known;
  for (const port of ports()) readAll(port);
  const buffer = foreign.get(id);
  if (buffer === undefined) {
    throw new PicklingError(
      'A SharedArrayBuffer made in a worker cannot be passed to another worker; make it in the thread that owns the pool',
    );
  }
  return buffer;
}

function readAll(port: MessagePort): void {
  for (let received = receiveMessageOnPort(port); received !== undefined; received = receiveMessageOnPort(port)) {
    const { id, buffer } = received.message as Numbered;
    if (buffer === undefined) {
      foreign.delete(id);
    } else {
      foreign.set(id, buffer);
      ids.set(buffer, id);
    }
  }
}

setSharedBufferPort({ export: exportBuffer, import: importBuffer });
