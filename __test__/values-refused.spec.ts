/** What cannot travel is refused, by its place in the value, and never arrives empty. */

import { open } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { Readable } from 'node:stream';
import { createHash } from 'node:crypto';
import * as path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { encode, pickle } from '../src/pickle/index.js';
import { Account } from './fixtures/values/classes.js';

function refuses(t: ExecutionContext, value: unknown, message: RegExp | string, root = 'args'): void {
  t.throws(() => encode(value, { path: root }), { code: 'ERR_POLYCORE_PICKLING', message }, String(message));
}

test('codec: the message names the place', (t) => {
  const bad = new WeakMap();
  refuses(t, [{ socket: bad }], /^args\[0\]\.socket: a WeakMap cannot be pickled/);
  refuses(t, { items: [1, 2, 3, { fn: bad }] }, /^result\.items\[3\]\.fn: /, 'result');
  refuses(t, [new Map([['k', bad]])], /^args\[0\]\.get\("k"\): /);
  refuses(t, [new Map([[{}, bad]])], /^args\[0\]\.get\(\{…\}\): /);
  refuses(t, [new Set([1, bad])], /^args\[0\]\[1\]: /);
  refuses(t, { 'odd key': bad, a: 1 }, /^args\["odd key"\]: /);
  refuses(t, Object.assign([1], { extra: bad }), /^args\.extra: /);
  refuses(t, [1, { a: { b: {} }, c: [[]], d: bad }], /^args\[1\]\.d: /);
  refuses(t, bad, /^args: /);
});

test('codec: the message names a place far down', (t) => {
  let list: object = { bad: new WeakMap() };
  for (let i = 0; i < 3000; i += 1) list = { next: list };
  refuses(t, list, /^args(?:\.next){15}…(?:\.next){14}\.bad: /);
});

test('codec: what belongs to its thread is refused', (t) => {
  const { port1, port2 } = new MessageChannel();
  const values: Record<string, unknown> = {
    WeakMap: new WeakMap(), WeakSet: new WeakSet(), WeakRef: new WeakRef({}), Promise: Promise.resolve(), MessagePort: port1,
    FinalizationRegistry: new FinalizationRegistry(() => undefined), NumberFormat: new Intl.NumberFormat(), Hash: createHash('sha1'),
    Socket: new Socket(), Server: createServer(), Readable: new Readable(), AbortController: new AbortController(), EventTarget: new EventTarget(),
    AbortSignal: new AbortController().signal, TextDecoder: new TextDecoder(), Blob: new Blob([]), Headers: new Headers(),
    Generator: (function* () { yield 1; })(), AsyncGenerator: (async function* () { yield 1; })(), 'Array Iterator': [][Symbol.iterator](),
    'Map Iterator': new Map().keys(), 'RegExp String Iterator': 'a'.matchAll(/a/g), Collator: new Intl.Collator(),
  };
  for (const [name, value] of Object.entries(values)) refuses(t, [{ value }], new RegExp(`^args\\[0\\]\\.value: an? ${name} cannot be pickled`));
  port1.close();
  port2.close();
});

test('codec: a file handle is refused', async (t) => {
  const handle = await open(new URL(import.meta.url));
  t.teardown(() => handle.close());
  t.throws(() => encode({ handle }), { code: 'ERR_POLYCORE_PICKLING', message: /FileHandle/ });
});

test('codec: subclasses of what belongs to its thread are refused', (t) => {
  class Line extends Socket {}
  class Later extends Promise<number> {}
  class Numbers extends WeakMap<object, number> {}
  refuses(t, { a: new Line() }, /^args\.a: .*Socket/);
  refuses(t, { a: new Later(() => undefined) }, /^args\.a: a Later .* it is a Promise/);
  refuses(t, { a: new Numbers() }, /^args\.a: a Numbers .* it is a WeakMap/);
});

test('codec: what pretends to be a native object is refused', (t) => {
  for (const prototype of [Map.prototype, Uint8Array.prototype, Date.prototype, new Map(), Promise.prototype, Number.prototype]) {
    refuses(t, { a: Object.create(prototype) as unknown }, /^args\.a: /);
  }
  refuses(t, { a: new Proxy(new Map(), {}) }, /^args\.a: /);
});

test('codec: a function that cannot travel is refused by its place', (t) => {
  refuses(t, [{ fn: (() => 1).bind(null) }], /^args\[0\]\.fn: .*bound function/);
  const bad = Promise.resolve(1);
  refuses(t, { items: [() => bad] }, /^result\.items\[0\] → captured "bad" of .*: a Promise cannot be pickled/, 'result');
});

test('codec: symbols are refused but those that every thread has', (t) => {
  refuses(t, [Symbol('mine')], 'args[0]: Symbol(mine) cannot be pickled: use Symbol.for()');
  refuses(t, [Object(Symbol.iterator)], /^args\[0\]: /);
});

test('codec: a module namespace is refused', (t) => {
  refuses(t, { path }, /^args\.path: a module cannot be pickled/);
});

test('codec: an error of a getter or a trap is the cause', (t) => {
  const cause = new TypeError('not today');
  const thrower = { deep: { get value(): never { throw cause; } } };
  const error = t.throws(() => encode([thrower], { path: 'args' }), { code: 'ERR_POLYCORE_PICKLING' });
  t.is(error?.message, 'args[0].deep.value: reading it threw: not today');
  t.is(error?.cause, cause);
  refuses(t, { p: new Proxy({}, { ownKeys: () => { throw cause; } }) }, /^args\.p: .*not today/);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  refuses(t, { proxy }, /^args\.proxy: /);
});

test('codec: an instance with private members is refused without pickle.reduce', (t) => {
  refuses(t, { account: new Account(1) }, /^args\.account: Account has private members.*\[pickle\.reduce\]/);
});

test('codec: a pickle.reduce that gives anything but a call is refused', (t) => {
  for (const result of [undefined, null, 1, [], [1, []], [Map, 1]]) {
    refuses(t, { a: { [pickle.reduce]: () => result } }, /^args\.a: \[pickle\.reduce\]\(\) must return \[callable, arguments\]/);
  }
});

test('codec: an object that contains itself in its pickle.reduce is refused', (t) => {
  const object = { [pickle.reduce]: (): unknown => [Array, [[object]]] };
  refuses(t, { object }, /contains itself/);
});

test('codec: arguments of pickle.reduce nested too deeply are refused, no stack overflow', (t) => {
  let list: object = {};
  for (let i = 0; i < 100_000; i += 1) list = { list };
  refuses(t, { [pickle.reduce]: () => [Array, [list]] }, /nested too deeply/);
});
