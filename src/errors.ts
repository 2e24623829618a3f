/**
 * The error classes of polycore: Python's names where JavaScript has none, each with a stable `code`.
 * `ValueError` maps to `RangeError`, wrong types to `TypeError`.
 */

/** Base of all errors of this package; `code` never changes between releases, messages may. */
export class PolycoreError extends Error {
  /** Stable identifier, `ERR_POLYCORE_…`. */
  readonly code: string = 'ERR_POLYCORE';
  override get name(): string {
    return this.constructor.name;
  }
}

/** A non-waiting or timed `get` found nothing (Python: `queue.Empty`). */
export class Empty extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_EMPTY';
}

/** A non-waiting or timed `put`, or a submission to a pool at its `maxQueue`, found no room (Python: `queue.Full`). */
export class Full extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_FULL';
}

/** The queue was shut down (Python 3.13: `queue.ShutDown`). */
export class ShutDown extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_SHUT_DOWN';
}

/** The time given has passed. */
export class TimeoutError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_TIMEOUT';
}

/** The work was cancelled before it finished. */
export class CancelledError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_CANCELLED';
}

/** The operation does not fit the state of a future. */
export class InvalidStateError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_INVALID_STATE';
}

/** The barrier was reset or aborted while waiting. */
export class BrokenBarrierError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_BROKEN_BARRIER';
}

/** The pool cannot run anything any more: its initializer failed or it was terminated; `cause` says why. */
export class BrokenPoolError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_BROKEN_POOL';
}

/** The worker that ran the task died: `process.exit`, out of memory, uncaught exception, termination. */
export class WorkerCrashedError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_WORKER_CRASHED';
  /** Exit code of the worker, or `null` when it ended by a signal or is not known. */
  readonly exitCode: number | null;
  /** Signal that ended a worker process, or `null`. */
  readonly signal: string | null;
  constructor(
    message: string,
    details: { exitCode?: number | null; signal?: string | null; cause?: unknown } = {},
  ) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.exitCode = details.exitCode ?? null;
    this.signal = details.signal ?? null;
  }
}

/** A function or value cannot travel to another thread; the message names the path or the variable. */
export class PicklingError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_PICKLING';
}

/** The other end of a connection is closed and nothing is left to read. */
export class EOFError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_EOF';
}

/** Nobody can read what is sent. */
export class BrokenPipeError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_BROKEN_PIPE';
}

/** A connection is closed in this thread, or does not go in that direction (Python: `OSError`). */
export class OSError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_OS';
}

/** A message is longer than the buffer given for it, or than allowed (Python: `BufferTooShort`). */
export class BufferTooShort extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_BUFFER_TOO_SHORT';
  /** The whole message. */
  readonly bytes: Buffer;
  constructor(message: string, bytes: Buffer = Buffer.alloc(0)) {
    super(message);
    this.bytes = bytes;
  }
}

/** The peer did not know the key. */
export class AuthenticationError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_AUTHENTICATION';
}

/** The shared object is gone: it was closed in this thread, or nobody holds it any more. */
export class StaleHandleError extends RangeError {
  readonly code = 'ERR_POLYCORE_STALE_HANDLE';
  override get name(): string {
    return 'StaleHandleError';
  }
}

/** The operation is not allowed now (Python: `RuntimeError`). */
export class RuntimeError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_RUNTIME';
}

/** Where and why a function cannot be compiled. */
export interface CompileErrorDetails {
  /** What kind of obstacle: `syntax unsupported type unknown-name recursion race too-large arguments denied internal`. */
  readonly kind: string;
  /** Line in the text of the function, from 1. */
  readonly line: number;
  /** Column in that line, from 1, in UTF-16 units. */
  readonly column: number;
  /** In a sentence. */
  readonly reason: string;
  /** What to do instead; may be empty. */
  readonly hint: string;
  /** The code at the place, with its file, lines and a mark. */
  readonly frame: string;
}

/** An index outside of an array, or a division of a bigint by zero, found while compiled code ran. */
export class KernelError extends PolycoreError {
  override readonly code = 'ERR_POLYCORE_KERNEL';
  /** The index, or what was divided. */
  readonly index: number;
  /** Line in the text of the function, from 1. */
  readonly line: number;
  /** Column in that line, from 1. */
  readonly column: number;
  constructor(message: string, details: { index?: number; line?: number; column?: number } = {}) {
    super(message);
    this.index = details.index ?? Number.NaN;
    this.line = details.line ?? 0;
    this.column = details.column ?? 0;
  }
}

/** A function is outside of the subset that is compiled to machine code (docs/jit.md), or cannot be compiled here. */
export class CompileError extends PolycoreError implements CompileErrorDetails {
  override readonly code = 'ERR_POLYCORE_COMPILE';
  readonly kind: string;
  readonly line: number;
  readonly column: number;
  readonly reason: string;
  readonly hint: string;
  readonly frame: string;
  constructor(message: string, details: Partial<CompileErrorDetails> = {}) {
    super(message);
    this.kind = details.kind ?? 'unsupported';
    this.line = details.line ?? 0;
    this.column = details.column ?? 0;
    this.reason = details.reason ?? message;
    this.hint = details.hint ?? '';
    this.frame = details.frame ?? '';
  }
}
