/**
 * `Connection`: one end of a pipe. It reads one queue and writes another, which the other end writes and reads; the native
 * side (`crates/sched/src/connection.rs`) knows who uses each end, and ends the waits of the other when nobody does.
 */

import { setMaxListeners } from 'node:events';
import { inspect } from 'node:util';
import { BrokenPipeError, Empty, EOFError, Full, OSError, TimeoutError } from '../errors.js';
import { binding } from '../native/binding.js';
import { type Complaints, QueueCore, type TimeoutOption } from '../queue/core.js';
import { objectOf, type Queue } from '../queue/queue.js';
import { CONNECTION } from '../runtime/kind.js';
import { close, registerObject, shared, type SharedObject } from '../runtime/shared-object.js';
import { limitOf, timeoutOf, type WaitOptions } from '../runtime/wait-options.js';
import { ABORTED, begin, TIMED_OUT, waitSync } from '../runtime/waiting.js';
import { type Readiness, readiness } from '../runtime/watching.js';
import { type BytesOptions, type BytesSource, checkLength, copyInto, sliceOf, toBuffer } from './message-bytes.js';

const closed = (): Error => new OSError('handle is closed');

/** The errors of the two directions. */
const COMPLAINTS: Complaints = {
  closed,
  full: () => new TimeoutError('The pipe has no room for the message yet'),
  empty: () => new TimeoutError('No message has come yet'),
  noPut: () => new BrokenPipeError('The other end of the pipe is closed'),
  noGet: () => new EOFError('The other end of the pipe is closed, and nothing is left to read'),
};

/** How many ends of this thread use a queue; with the last one it is closed here. */
const users = new WeakMap<Queue, number>();

/**
 * One end of a pipe, made by `Pipe`. Messages are values, as for a `Queue`, or bytes; each arrives whole and once, whoever
 * receives it.
 *
 * A thread that got the end, or uses it, holds it until it calls `close`, ends, or loses the last reference to it. When
 * nobody holds an end any more, the other one gets `EOFError` when it has read what is left, and `BrokenPipeError` when it
 * sends. A thread that made a pipe and passed an end on without using it need not close that end.
 *
 * @example
 * const [here, there] = Pipe<string>();
 * const answered = pool.apply((end: Connection<string>) => { using _ = end; end.sendSync(`${end.recvSync()}, too`); }, [there]);
 * await here.send('hello');
 * console.log(await here.recv()); // hello, too
 * await answered;
 */
export class Connection<T = unknown> {
  readonly #object: SharedObject;
  readonly #reads: Queue | undefined;
  readonly #writes: Queue | undefined;
  readonly #in: QueueCore | undefined;
  readonly #out: QueueCore | undefined;
  readonly #closing = new AbortController();
  /** This thread counts as a user: it has used the end, or got it in a message. */
  #isUsed = true;

  /** Made by `Pipe`. */
  constructor(reads: Queue | undefined, writes: Queue | undefined) {
    this.#object = shared(this, CONNECTION, {
      bind: (slot) => {
        this.#isUsed = false;
        binding.initEnd(slot, Uint32Array.from([...handleOf(reads), ...handleOf(writes)]));
      },
    });
    this.#reads = reads;
    this.#writes = writes;
    for (const queue of [reads, writes]) if (queue !== undefined) users.set(queue, (users.get(queue) ?? 0) + 1);
    this.#in = reads === undefined ? undefined : new QueueCore(this, objectOf(reads), COMPLAINTS);
    this.#out = writes === undefined ? undefined : new QueueCore(this, objectOf(writes), COMPLAINTS);
    setMaxListeners(0, this.#closing.signal);
  }

  static {
    registerObject<Connection, [Queue | undefined, Queue | undefined]>(
      'polycore.Connection',
      this,
      ([reads, writes]) => new this(reads, writes),
      (connection) => connection.#object,
      { pack: (connection) => [connection.#reads, connection.#writes] },
    );
  }

  #use(core: QueueCore | undefined, direction: string): QueueCore {
    if (this.#object.isClosed) throw closed();
    if (core === undefined) throw new OSError(`connection is ${direction}-only`);
    if (!this.#isUsed) {
      this.#isUsed = true;
      binding.useEnd(this.#object.slot);
    }
    return core;
  }

  #input(): QueueCore {
    return this.#use(this.#in, 'write');
  }

  #output(): QueueCore {
    return this.#use(this.#out, 'read');
  }

  /** Waits also end when this end is closed here. */
  #options(options: WaitOptions = {}): WaitOptions {
    limitOf(options);
    const { signal } = this.#closing;
    return { ...options, signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]) };
  }

  /** Whether this end was closed in this thread. */
  get closed(): boolean {
    return this.#object.isClosed;
  }

  /** Whether messages can be received. */
  get readable(): boolean {
    return this.#in !== undefined;
  }

  /** Whether messages can be sent. */
  get writable(): boolean {
    return this.#out !== undefined;
  }

  /**
   * Sends a value; resolves when it is in the pipe, which has room for 16 MiB.
   *
   * @param options `timeout` in milliseconds (default: none) rejects with `TimeoutError`, `signal` with its reason.
   * Rejects with `BrokenPipeError`, with `PicklingError` when the value cannot travel, with `OSError` when this end is closed
   * or only reads; then nothing was sent.
   */
  async send(value: T, options?: WaitOptions): Promise<void> {
    await this.#output().put(value, this.#options(options));
  }

  /** As `send`, blocking this thread. @throws {BrokenPipeError} {TimeoutError} {PicklingError} {OSError} */
  sendSync(value: T, options?: TimeoutOption): void {
    this.#output().putSync(value, options);
  }

  /** Sends a value if there is room. @throws {Full} {BrokenPipeError} {PicklingError} {OSError} */
  sendNowait(value: T): void {
    try {
      this.#output().putNowait(value);
    } catch (error) {
      throw error instanceof TimeoutError ? new Full(error.message) : error;
    }
  }

  /**
   * Resolves to the next message.
   *
   * @param options `timeout` in milliseconds (default: none) rejects with `TimeoutError`, `signal` with its reason; neither
   * loses a message. Rejects with `EOFError`, and with `OSError` when this end is closed or only writes.
   */
  async recv(options?: WaitOptions): Promise<T> {
    return (await this.#input().get(this.#options(options))) as T;
  }

  /** As `recv`, blocking this thread. @throws {EOFError} {TimeoutError} {OSError} */
  recvSync(options?: TimeoutOption): T {
    return this.#input().getSync(options) as T;
  }

  /** The next message, if there is one. @throws {Empty} {EOFError} {OSError} */
  recvNowait(): T {
    try {
      return this.#input().getNowait() as T;
    } catch (error) {
      throw error instanceof TimeoutError ? new Empty(error.message) : error;
    }
  }

  /**
   * Whether `recv` would not wait: there is a message, or the other end is closed.
   *
   * @param options `timeout`: milliseconds to wait for that, default 0; `signal` rejects with its reason.
   */
  async poll(options: WaitOptions = {}): Promise<boolean> {
    const limit = limitOf(options);
    const timeout = options.timeout === undefined ? 0 : limit;
    const core = this.#input();
    if (binding.queueIsReady(core.slot)) return true;
    if (timeout === 0) return false;
    const { signal, ...rest } = this.#options(options);
    const answer = await begin(core.observing, { ...rest, timeout, signal: signal as AbortSignal });
    if (answer === ABORTED) throw signal?.reason;
    return answer !== TIMED_OUT;
  }

  /** As `poll`, blocking this thread. */
  pollSync(options: TimeoutOption = {}): boolean {
    const limit = timeoutOf(options);
    const timeout = options.timeout === undefined ? 0 : limit;
    const core = this.#input();
    if (binding.queueIsReady(core.slot)) return true;
    return timeout > 0 && waitSync(core.observing, timeout) !== TIMED_OUT;
  }

  /**
   * Sends bytes as one message.
   *
   * @param offset first byte to send, default 0. @param size number of bytes, default: all that follow.
   * @throws as `send`; rejects with `RangeError` when the bytes lie outside of `bytes`.
   */
  async sendBytes(bytes: BytesSource, offset?: number, size?: number, options?: WaitOptions): Promise<void> {
    await this.#output().put(sliceOf(bytes, offset, size), this.#options(options));
  }

  /** As `sendBytes`, blocking this thread. */
  sendBytesSync(bytes: BytesSource, offset?: number, size?: number, options?: TimeoutOption): void {
    this.#output().putSync(sliceOf(bytes, offset, size), options);
  }

  /**
   * Resolves to the bytes of the next message.
   *
   * @param options as for `recv`; `maxLength`: rejects with `BufferTooShort` when the message is longer.
   * Rejects with `TypeError` when the message is a value that is no bytes; it is lost then.
   */
  async recvBytes(options?: BytesOptions): Promise<Buffer> {
    checkLength(options?.maxLength);
    return toBuffer(await this.recv(options), options?.maxLength);
  }

  /** As `recvBytes`, blocking this thread. */
  recvBytesSync(options?: Omit<BytesOptions, 'signal'>): Buffer {
    checkLength(options?.maxLength);
    return toBuffer(this.recvSync(options), options?.maxLength);
  }

  /**
   * Copies the bytes of the next message into `into`, from byte `offset` (default 0) on; resolves to their number.
   *
   * @throws as `recv`; rejects with `BufferTooShort`, which has the message, when there is no room for it, and with
   * `RangeError` when `offset` lies outside.
   */
  async recvBytesInto(into: BytesSource, offset = 0, options?: WaitOptions): Promise<number> {
    const target = sliceOf(into, offset);
    return copyInto(target, toBuffer(await this.recv(options)));
  }

  /** As `recvBytesInto`, blocking this thread. */
  recvBytesIntoSync(into: BytesSource, offset = 0, options?: TimeoutOption): number {
    const target = sliceOf(into, offset);
    return copyInto(target, toBuffer(this.recvSync(options)));
  }

  /** See `wait`: ready when `recv` would not wait. */
  [readiness](): Readiness {
    return { isReady: () => binding.queueIsReady(this.#input().slot), wish: this.#input().observing };
  }

  /** This thread uses the end no more; its waits reject. Further calls do nothing. */
  close(): void {
    if (this.#object.isClosed) return;
    close(this, this.#object);
    this.#closing.abort(closed());
    for (const queue of [this.#reads, this.#writes]) {
      if (queue === undefined) continue;
      const left = (users.get(queue) ?? 1) - 1;
      users.set(queue, left);
      if (left === 0) queue.close();
    }
  }

  /** As `close`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** `[Connection reads, writes]`, for messages. */
  toString(): string {
    if (this.closed) return '[Connection closed]';
    const ways = [this.readable ? 'reads' : '', this.writable ? 'writes' : ''];
    return `[Connection ${ways.filter((way) => way !== '').join(', ')}]`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Slot and generation; a generation of 0 is no object. */
function handleOf(queue: Queue | undefined): [number, number] {
  if (queue === undefined) return [0, 0];
  const { slot, generation } = objectOf(queue);
  return [slot, generation];
}
