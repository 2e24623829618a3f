/** `Timer`: a thread that calls a function after some time (Python's `threading.Timer`). */

import { checkFunction, describe } from '../multiprocessing/options.js';
import { Event } from './event.js';
import { Thread } from './thread.js';
import { type Arguments, checkOptions } from './thread-options.js';

/**
 * A thread that waits and then calls a function, unless it is cancelled before.
 *
 * @example
 * const timer = new Timer(30_000, () => console.log('half a minute is over'));
 * timer.start();
 * timer.cancel(); // in any thread
 */
export class Timer<A extends readonly unknown[] = never[]> extends Thread {
  /** Milliseconds from the start of the thread to the call. */
  readonly interval: number;
  readonly function: (...args: never[]) => unknown;
  readonly args: unknown[];
  readonly kwargs: object | undefined;
  /** Set when the function has returned, or the timer was cancelled. */
  readonly finished: Event;

  /**
   * @param interval milliseconds, >= 0.
   * @param fn called in the new thread.
   * @param args its arguments.
   * @param kwargs passed behind them, if given.
   * @throws {RangeError} when the interval is negative or NaN; {TypeError} when one is of a wrong type.
   */
  constructor(interval: number, fn: (...args: A) => unknown, args?: Arguments<A>);
  constructor(interval: number, fn: (...args: never[]) => unknown, args: Iterable<unknown>, kwargs: object);
  constructor(interval: number, fn: (...args: never[]) => unknown, args: Iterable<unknown> = [], kwargs?: object) {
    if (typeof interval !== 'number') throw new TypeError(`Expected \`interval\` to be a number, got ${describe(interval)}`);
    if (!(interval >= 0)) throw new RangeError(`Expected \`interval\` to be milliseconds >= 0, got ${interval}`);
    checkFunction('fn', fn);
    const { args: list, kwargs: names } = checkOptions({ target: fn, args, ...(kwargs === undefined ? {} : { kwargs }) });
    super();
    this.interval = interval;
    this.function = fn;
    this.args = [...list];
    this.kwargs = names;
    this.finished = new Event();
  }

  /** Ends it, if it has not called its function yet. */
  cancel(): void {
    this.finished.set();
  }

  override async run(): Promise<void> {
    if (await this.finished.wait({ timeout: this.interval })) return;
    const args = this.kwargs === undefined ? this.args : [...this.args, this.kwargs];
    await this.function(...(args as never[]));
    this.finished.set();
  }
}
