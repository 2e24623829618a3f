/** Instances of classes, `pickle.reduce`, shared classes. */

import { EventEmitter } from 'node:events';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { encode, pickle, registerShared } from '../src/pickle/index.js';
import { Bus, Celsius, FairLock, Lock, Node, Point, Registry, Ring, Samples, Stack, Tags } from './fixtures/values/classes.js';
import { pack, trip, tripLoaded } from './fixtures/values/trip.js';

test('codec: an instance of an exported class arrives with its prototype, no constructor is called', async (t) => {
  const point = new Point(3, 4);
  const made = Point.made;
  const arrived = await tripLoaded([point, point]);
  t.true(arrived[0] instanceof Point);
  t.is(arrived[0].length, 5);
  t.is(arrived[0], arrived[1]);
  t.is(Point.made, made);
});

test('codec: the module of an exported class is one to load', (t) => {
  t.true(encode(new Node()).modules.some((url) => url.endsWith('/classes.ts')));
});

test('codec: instances that lead to each other arrive so, also 20,000 of them in a row', async (t) => {
  const first = new Node();
  let last = first;
  for (let i = 0; i < 20_000; i += 1) last = last.next = new Node();
  last.next = first;
  let count = 0;
  const arrived = await tripLoaded(first);
  for (let at: Node | undefined = arrived.next; at !== arrived && at instanceof Node; at = at.next) count += 1;
  t.is(count, 20_000);
});

test('codec: own properties are set without the setters of the class', (t) => {
  class Guarded {
    set value(_: number) {
      throw new Error('called');
    }
  }
  const guarded = Object.defineProperty(new Guarded(), 'value', { value: 1, enumerable: true });
  t.is(Object.getOwnPropertyDescriptor(trip(guarded), 'value')?.value, 1);
});

test('codec: an instance of a class that is not exported arrives on a class of the same text', (t) => {
  class Local {
    n = 20;
    twice(): number {
      return this.n * 2;
    }
  }
  const [a, b] = trip([new Local(), new Local()]);
  t.is(a.twice(), 40);
  t.is(a.constructor, b.constructor);
});

test('codec: a class that captures its own instance travels', (t) => {
  class Single {
    static of(): Single {
      return single;
    }
  }
  const single = new Single();
  const arrived = trip(single);
  t.is((arrived.constructor as typeof Single).of(), arrived);
});

test('codec: pickle.reduce says how an object is rebuilt', async (t) => {
  const celsius = new Celsius(21);
  const arrived = await tripLoaded({ a: celsius, b: celsius });
  t.is(arrived.a.degrees, 21);
  t.is(arrived.a, arrived.b);
  const ring = new Ring();
  ring.items = [1, { a: 2 }];
  t.deepEqual((await tripLoaded(ring)).items, [1, { a: 2 }]);
  t.deepEqual(await tripLoaded({ plain: { [pickle.reduce]: () => [Map, [[['a', 1]]]] } }) as unknown, { plain: new Map([['a', 1]]) });
});

test('codec: subclasses of Map, Set, Array and typed arrays arrive as such, with own properties', async (t) => {
  const registry = new Registry([['a', 1], ['b', 2]]);
  registry.label = 'mine';
  const arrived = await tripLoaded(registry);
  t.true(arrived instanceof Registry);
  t.deepEqual([arrived.total(), arrived.label, arrived.size], [3, 'mine', 2]);
  const stack = await tripLoaded(Stack.from([1, 2, 3]) as Stack);
  t.true(stack instanceof Stack);
  t.deepEqual([stack.top, stack.length], [3, 3]);
  const samples = await tripLoaded(Samples.of(1.5, 2.5));
  t.true(samples instanceof Samples);
  t.deepEqual([...samples], [1.5, 2.5]);
  t.true((await tripLoaded(new Tags(['x']))).has('x'));
  t.true(await tripLoaded(new Tags(['x'])) instanceof Tags);
});

test('codec: a subclass of EventEmitter travels, listeners are functions like any other', async (t) => {
  const bus = new Bus();
  const arrived = await tripLoaded(bus);
  t.true(arrived instanceof Bus && arrived instanceof EventEmitter);
  t.is(arrived.topic, 'news');
  t.false(arrived.emit('nobody listens'));
});

test('codec: objects of another realm arrive as those of this one', (t) => {
  const foreign = runInNewContext('({ a: [1, { b: new Map([[1, new Date(5)]]) }], e: new TypeError("far") })') as Record<string, unknown>;
  const arrived = trip(foreign);
  t.deepEqual(arrived['a'], [1, { b: new Map([[1, new Date(5)]]) }]);
  t.true(arrived['e'] instanceof TypeError);
});

test('codec: an object made from another object arrives plain, as structuredClone makes it', (t) => {
  t.deepEqual(trip(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }) as object), { own: 2 });
});

test('codec: a shared class travels by what it registered, subclasses with their properties', async (t) => {
  const locks = new Map<unknown, Lock>();
  registerShared('test lock', Lock, (lock) => lock.handle, (handle) => locks.get(handle) ?? new Lock(handle as number));
  const lock = new Lock(7);
  locks.set(7, lock);
  t.is((await tripLoaded({ lock })).lock, lock);
  const fair = new FairLock(8);
  fair.turns = 3;
  const [one, two] = await tripLoaded([fair, fair]);
  t.true(one instanceof FairLock);
  t.deepEqual([one.handle, one.turns, one === two], [8, 3, true]);
  t.is(pack(lock).parts.length, 0);
});
