/** Errors always travel. */

import { readFile } from 'node:fs/promises';
import test from 'ava';
import { Empty, WorkerCrashedError } from '../src/errors.js';
import { encode } from '../src/pickle/index.js';
import { PairError, Vault } from './fixtures/values/classes.js';
import { trip, tripLoaded } from './fixtures/values/trip.js';

const NATIVE = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];

test('codec: errors of every native class arrive with message and stack', (t) => {
  for (const Native of NATIVE) {
    const error = new Native('bad');
    const arrived = trip(error);
    t.is(Object.getPrototypeOf(arrived), Native.prototype);
    t.deepEqual([arrived.name, arrived.message, arrived.stack], [error.name, 'bad', error.stack]);
    t.deepEqual(Object.keys(arrived), []);
  }
  t.false(Object.hasOwn(trip(new Error()), 'message'));
});

test('codec: cause, errors and own properties arrive', (t) => {
  const cause = new Error('first');
  const error = Object.assign(new Error('second', { cause }), { code: 'E_X', details: { cause } });
  const arrived = trip(error);
  t.is((arrived.cause as Error).message, 'first');
  t.is(arrived.details.cause, arrived.cause as Error);
  t.is(arrived.code, 'E_X');
  t.deepEqual(Object.keys(arrived), ['code', 'details']);
  const many = trip(new AggregateError([cause, new TypeError('other'), 3], 'all'));
  t.true(many instanceof AggregateError);
  t.deepEqual(many.errors.map(String), ['Error: first', 'TypeError: other', '3']);
  t.false(Object.prototype.propertyIsEnumerable.call(many, 'errors'));
});

test('codec: an error may lead to itself', (t) => {
  const error = new Error('round');
  error.cause = { error };
  const arrived = trip(error);
  t.is((arrived.cause as { error: Error }).error, arrived);
});

test('codec: a DOMException arrives as one', (t) => {
  const arrived = trip(new DOMException('stop', 'AbortError'));
  t.true(arrived instanceof DOMException);
  t.deepEqual([arrived.name, arrived.message, arrived.code], ['AbortError', 'stop', 20]);
});

test('codec: an error of Node arrives with its code', async (t) => {
  const error = (await t.throwsAsync(readFile('/does/not/exist'))) as NodeJS.ErrnoException;
  const arrived = trip(error);
  t.deepEqual([arrived.code, arrived.syscall, arrived.path], ['ENOENT', 'open', '/does/not/exist']);
});

test("codec: polycore's errors arrive as themselves and need no module", (t) => {
  const crash = new WorkerCrashedError('gone', { exitCode: 3, signal: 'SIGKILL' });
  const arrived = trip(crash);
  t.true(arrived instanceof WorkerCrashedError);
  t.deepEqual([arrived.exitCode, arrived.signal, arrived.code, arrived.name], [3, 'SIGKILL', crash.code, 'WorkerCrashedError']);
  t.deepEqual(encode(new Empty()).modules, []);
});

test('codec: an error class whose constructor needs two arguments arrives', async (t) => {
  const error = new PairError({ text: 'a' }, { text: 'b' });
  const arrived = await tripLoaded(error);
  t.true(arrived instanceof PairError && arrived instanceof RangeError);
  t.deepEqual([arrived.message, arrived.pair, arrived.name], ['a and b', error.pair, 'PairError']);
});

test('codec: an error class that is not exported arrives by value', (t) => {
  class LocalError extends TypeError {
    describe(): string {
      return `local: ${this.message}`;
    }
  }
  const arrived = trip(new LocalError('x'));
  t.is(arrived.describe(), 'local: x');
  t.true(arrived instanceof TypeError);
});

test('codec: an error whose class cannot travel becomes one of the nearest native class with its name', (t) => {
  let writable = 0;
  class Counting extends RangeError {
    constructor() {
      super('counted');
      writable += 1;
      this.name = 'Counting';
    }
  }
  const arrived = trip([new Counting(), writable])[0] as Error;
  t.is(Object.getPrototypeOf(arrived), RangeError.prototype);
  t.deepEqual([arrived.name, arrived.message], ['Counting', 'counted']);
  const vault = trip(new Vault('closed'));
  t.is(Object.getPrototypeOf(vault), Error.prototype);
});

test('codec: what cannot be pickled in an error is replaced by a text', (t) => {
  const good = { shared: true };
  const error = Object.assign(new Error('x', { cause: new WeakMap() }), { good, bad: { good, list: [good, Symbol('s')] }, again: good });
  const arrived = trip(error, { path: 'result' });
  t.is(arrived.cause, '[result.cause: a WeakMap cannot be pickled: it holds objects of one thread only]');
  t.is(arrived.bad as unknown, '[result.bad.list[1]: Symbol(s) cannot be pickled: use Symbol.for()]');
  t.is(arrived.good, arrived.again);
  t.deepEqual(arrived.good, good);
});

test('codec: an error with getters that throw arrives', (t) => {
  const error = new Error('x');
  for (const key of ['stack', 'message', 'name', 'extra', 'cause']) {
    Object.defineProperty(error, key, { enumerable: true, get: () => { throw new Error('no'); } });
  }
  const arrived = trip(error) as Error & { extra: string };
  t.true(arrived instanceof Error);
  t.regex(arrived.extra, /reading it threw: no/);
});

test('codec: an error with thousands of causes arrives, cut short', (t) => {
  let error = new Error('0');
  for (let i = 1; i < 5000; i += 1) error = new Error(String(i), { cause: error });
  let depth = 0;
  let at: unknown = trip(error);
  for (; at instanceof Error; at = at.cause) depth += 1;
  t.true(depth > 100);
  t.regex(String(at), /nested too deeply/);
});

test('codec: objects that only inherit from an error arrive as errors', (t) => {
  function OldError(this: Error, message: string): void {
    this.message = message;
  }
  OldError.prototype = Object.create(TypeError.prototype, { constructor: { value: OldError }, name: { value: 'OldError' } }) as object;
  const arrived = trip(Reflect.construct(OldError, ['old'])) as Error;
  t.true(arrived instanceof TypeError);
  t.deepEqual([arrived.name, arrived.message], ['OldError', 'old']);
});
