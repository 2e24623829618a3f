/** `ShareableList`: a list of fixed length in named memory. */

import test, { type ExecutionContext } from 'ava';
import { Pool, ShareableList, SharedMemory } from '../index.js';

type Items = ConstructorParameters<typeof ShareableList>[0];

/** A new list that is gone after the test. */
function create(t: ExecutionContext, items: Items): ShareableList {
  const list = new ShareableList(items);
  t.teardown(() => {
    list.memory.close();
    list.memory.unlink();
  });
  return list;
}

const MIXED = ['howdy', Buffer.from('HoWdY'), -273.154, 100, null, true, 42, 2n ** 62n, -0, ''] as const;

test('shareable-list: items of every kind come back as they are (SH07)', (t) => {
  const list = create(t, MIXED);
  t.is(list.length, 10);
  t.deepEqual([...list], MIXED.map((item) => (item instanceof Buffer ? Uint8Array.from(item) : item)));
  t.is(list.at(-1), '');
  t.is(list.at(-3), 2n ** 62n);
  t.is(list.format, '8s8sdqxxxxxx?xxxxxxxx?qqd8s');
  t.is(list.count(42), 1);
  t.is(list.count(43), 0);
  t.is(list.indexOf(100), 3);
  t.is(list.indexOf(Buffer.from('HoWdY')), 1);
  t.is(list.indexOf('nowhere'), -1);
  t.throws(() => list.at(10), { instanceOf: RangeError, message: 'Expected `index` to be one of 10 items, got 10' });
  t.throws(() => list.at(-11), { instanceOf: RangeError });
  t.throws(() => list.at(0.5), { instanceOf: RangeError });
  t.is(create(t, []).length, 0);
});

test('shareable-list: what does not fit is refused, and its neighbours are untouched (SH07)', (t) => {
  const list = create(t, ['howdy', 'some', 'next']);
  const before = [...list];
  t.throws(() => list.set(1, 'far too many'), { instanceOf: RangeError, message: 'Expected at most 8 bytes for item 1, got 12' });
  t.throws(() => list.set(1, 'aéaéaé'), { instanceOf: RangeError, message: /got 9/ });
  t.throws(() => list.set(3, 1), { instanceOf: RangeError });
  t.deepEqual([...list], before);
  list.set(1, 'éééé');
  t.deepEqual([...list], ['howdy', 'éééé', 'next']);
  list.set(1, 'ab');
  t.deepEqual([...list], ['howdy', 'ab', 'next']);
});

test('shareable-list: an item may become one of another kind that fits (SH07)', (t) => {
  const list = create(t, ['some', 1]);
  for (const item of [1, 1.5, true, null, 'text', Uint8Array.of(1, 2), 2n ** 60n, 'eight by']) {
    list.set(0, item);
    t.deepEqual(list.at(0), item);
    t.is(list.at(1), 1);
  }
  list.set(-1, 'was one');
  t.is(list.at(1), 'was one');
});

test('shareable-list: what cannot be an item is refused', (t) => {
  t.throws(() => new ShareableList([{} as unknown as number]), { instanceOf: TypeError, message: /Expected an item/ });
  t.throws(() => new ShareableList([2n ** 63n]), { instanceOf: RangeError, message: /64 bits/ });
  t.throws(() => new ShareableList(undefined), { instanceOf: RangeError });
  const list = create(t, [1]);
  t.throws(() => list.set(0, undefined as unknown as null), { instanceOf: TypeError });
  t.is(list.at(0), 1);
});

test('shareable-list: whoever attaches, or is passed it, sees the same list', async (t) => {
  const pool = new Pool(1);
  t.teardown(() => pool.terminate());
  const list = create(t, ['some', 3]);
  const other = new ShareableList(undefined, { name: list.memory.name });
  other.set(1, 4);
  t.is(list.at(1), 4);
  t.is(await pool.apply((given: ShareableList) => { given.set(0, `${given.at(0)}!`); return given.length; }, [list]), 2);
  t.is(other.at(0), 'some!');
  t.is(new ShareableList(new SharedMemory({ name: list.memory.name })).at(1), 4);
  t.regex(String(list), /^\[ShareableList polycore_\w+, 2 items\]$/);
});

/** What CPython 3.11 makes of `MIXED`, without the zeros at the end. */
const FROM_PYTHON =
  'CgAAAAAAAAAAAAAAAAAAAAgAAAAAAAAAEAAAAAAAAAAYAAAAAAAAACAAAAAAAAAAKAAAAAAAAAAwAAAAAAAAADgAAAAAAAAAQAAAAAAAAABIAA' +
  'AAAAAAAFAAAAAAAAAAaG93ZHkAAABIb1dkWQAAAFg5tMh2EnHAZAAAAAAAAAAAAAAAAAAAAAAAAAAAAAABKgAAAAAAAAAAAAAAAAAAQAAAAAAA' +
  'AACAAAAAAAAAAAA4cwAAAAAAADhzAAAAAAAAZAAAAAAAAABxAAAAAAAAAHh4eHh4eD94eHh4eHh4eD9xAAAAAAAAAHEAAAAAAAAAZAAAAAAAAA' +
  'A4cwAAAAAAAAECAAADAAAAAAE=';

test('shareable-list: the memory is what Python would have made, so that Python can read it', (t) => {
  const list = create(t, MIXED);
  t.is(list.memory.size, 266);
  const expected = Buffer.from(FROM_PYTHON, 'base64');
  t.deepEqual(Buffer.from(list.memory.buffer), Buffer.concat([expected], 266));
  const other = new SharedMemory({ create: true, size: 266 });
  t.teardown(() => other.unlink());
  new Uint8Array(other.buffer).set(expected);
  t.deepEqual([...new ShareableList(other)], [...list]);
});
