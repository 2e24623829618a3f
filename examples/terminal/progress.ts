/**
 * A progress bar on stderr, or nothing when that is not a terminal. It leaves the terminal's settings alone (`linewrap` true means
 * that it cuts its line itself), so Ctrl-C needs no clean-up.
 */

import cliProgress, { type SingleBar } from 'cli-progress';

/** Advances by any unit; `using` ends it. */
export class Progress {
  readonly #bar: SingleBar | undefined;
  #value = 0;

  /** @param total how much there is to do; nothing is shown when it is 0. */
  constructor(label: string, total: number) {
    if (!process.stderr.isTTY || total === 0) return;
    const format = `${label.padEnd(20)} [{bar}] {percentage}%  {duration} s, {eta} s left`;
    this.#bar = new cliProgress.SingleBar({ format, barsize: 30, linewrap: true, etaBuffer: 100, formatValue: pad });
    this.#bar.start(total, 0);
  }

  /** So much more is done. */
  add(amount: number): void {
    this.#value += amount;
    this.#bar?.update(this.#value);
  }

  /** Draws it a last time; the line stays. */
  [Symbol.dispose](): void {
    this.#bar?.stop();
  }
}

/** Numbers of one width, so that the line does not jump. */
function pad(value: number, _options: unknown, type: string): string {
  return type === 'percentage' ? String(value).padStart(3) : String(value);
}
