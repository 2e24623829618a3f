/**
 * Functions that travel: every one really goes to a worker thread, is called there, and its result comes back.
 */

import { createHash } from 'node:crypto';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { PicklingError } from '../src/errors.js';
import { hasPrivateState } from '../src/pickle/analysis.js';
import { isStable } from '../src/pickle/functions.js';
import { isMain } from '../src/pickle/main.js';
import { ref } from '../src/pickle/ref.js';
import { referenceOf } from '../src/pickle/reference.js';
import defaultExport, * as esm from './fixtures/functions/esm.mjs';
import wrapped from './fixtures/functions/expression.mjs';
import legacyFunction from './fixtures/functions/legacy-function.cjs';
import strictLegacy from './fixtures/functions/legacy-strict.cjs';
import legacy from './fixtures/functions/legacy.cjs';
import * as library from './fixtures/functions/library.mjs';
import { reexported } from './fixtures/functions/reexport.mjs';
import { run } from './fixtures/functions/thread.ts';
import * as typed from './fixtures/functions/typed.ts';

const here = new URL('fixtures/functions/', import.meta.url);
const fixture = (name: string): string => new URL(name, here).href;
const { local, refused } = esm;

/** The message of the refusal of a function. */
async function refusal(t: ExecutionContext, fn: unknown): Promise<string> {
  const error = await t.throwsAsync(async () => run(fn), { instanceOf: PicklingError, code: 'ERR_POLYCORE_PICKLING' });
  return error?.message ?? '';
}

// By reference.

test('reference: an exported function is its module and its name', (t) => {
  t.deepEqual(referenceOf(esm.declared), { url: fixture('esm.mjs'), name: 'declared' });
  t.deepEqual(referenceOf(esm.assigned), { url: fixture('esm.mjs'), name: 'assigned' });
  t.deepEqual(referenceOf(esm.Exported), { url: fixture('esm.mjs'), name: 'Exported' });
});

test('reference: a renamed export has its exported name', (t) => {
  t.deepEqual(referenceOf(esm.renamed), { url: fixture('esm.mjs'), name: 'renamed' });
});

test('reference: default exports are found, named or not', async (t) => {
  t.deepEqual(referenceOf(defaultExport), { url: fixture('esm.mjs'), name: 'default' });
  t.deepEqual(referenceOf(library.default), { url: fixture('library.mjs'), name: 'default' });
  t.is(await run(defaultExport, 1), 'default 1');
});

test('reference: a re-exported function is that of the defining module', (t) => {
  t.deepEqual(referenceOf(reexported), { url: fixture('library.mjs'), name: 'double' });
});

test('reference: an export assigned later is found once it is', async (t) => {
  t.is(referenceOf(local.arrow), null);
  esm.fill();
  t.deepEqual(referenceOf(esm.later), { url: fixture('esm.mjs'), name: 'later' });
});

test('reference: an exported function travels by reference even if it captures what cannot travel', async (t) => {
  t.is(await run(esm.declared, 2), 6);
  t.is(await run(esm.assigned, 2), 6);
  t.is(await run((x: number) => esm.assigned(x), 2), 6);
});

test('reference: CommonJS exports are found by identity', async (t) => {
  t.deepEqual(referenceOf(legacy.triple), { url: fixture('legacy.cjs'), name: 'module.exports.triple' });
  t.deepEqual(referenceOf(legacy.nested.quadruple), { url: fixture('legacy.cjs'), name: 'module.exports.nested.quadruple' });
  t.deepEqual(referenceOf(legacyFunction), { url: fixture('legacy-function.cjs'), name: 'module.exports' });
  t.is(await run(legacy.triple, 2), 6);
  t.is(await run(legacy.nested.quadruple, 2), 8);
  t.is(await run(legacyFunction, 2), 18);
  t.is(await run(legacyFunction.member, 2), 20);
});

test('reference: functions of a .ts file under tsx', async (t) => {
  t.deepEqual(referenceOf(typed.area), { url: fixture('typed.ts'), name: 'area' });
  t.is(await run(typed.area, { sides: 3 }), 6);
  t.is(await run(typed.sides, { sides: 3 }), 12);
});

test('reference: functions of other packages', async (t) => {
  const { default: ms } = (await import('ms' as string)) as { default: (text: string) => number };
  t.regex(referenceOf(ms)?.url ?? '', /node_modules\/ms\/index\.js$/);
  t.is(await run(ms, '1s'), 1000);
  t.is(await run((text: string) => ms(text), '2s'), 2000);
});

test('reference: globals and exports of Node modules', async (t) => {
  t.deepEqual(referenceOf(Math.max), { url: 'global:', name: 'Math.max' });
  t.deepEqual(referenceOf(structuredClone), { url: 'global:', name: 'structuredClone' });
  t.deepEqual(referenceOf(Array.prototype.slice), { url: 'global:', name: 'Array.prototype.slice' });
  t.is(referenceOf(path.basename)?.name, 'basename');
  t.is(referenceOf(createHash)?.url, 'node:crypto');
  t.is(await run(Math.max, 1, 5), 5);
  t.is(await run(JSON.parse, '[1]').then(JSON.stringify), '[1]');
  t.is(await run(path.basename, '/a/b.js'), 'b.js');
  t.true((await run((date: typeof Date) => date.now(), Date)) as number > 0);
});

test('reference: a decoded reference is the very same function', async (t) => {
  t.is(await run((f: unknown) => f, esm.declared), esm.declared);
  t.is(await run((f: unknown) => f, library.Point), library.Point);
});

test('reference: a default export made by a call travels, by value where the loader is not the plain one', async (t) => {
  t.is(await run(wrapped, 1), 1.5);
});

test('ref: names a module and an export, and can be called here too', async (t) => {
  const double = ref<typeof library.double>(fixture('library.mjs'), 'double');
  t.is(await double(4), 8);
  t.is(await run(double, 5), 10);
  t.is(await run(ref(new URL('library.mjs', here)), 5), -5);
  t.throws(() => ref('./library.mjs'), { instanceOf: TypeError });
  for (const url of [undefined, null, 5, {}]) t.throws(() => ref(url as never), { message: /^Expected `url` to be a string or a URL/ });
  t.throws(() => ref(fixture('library.mjs'), 5 as never), { instanceOf: TypeError, message: /^Expected `name` to be a string/ });
});

test('isMain: false of other modules, and an error of what is no import.meta', (t) => {
  t.false(isMain(import.meta));
  for (const meta of [undefined, null, {}, 5, 'file:///']) t.throws(() => isMain(meta as never), { message: /^Expected `meta` to be import\.meta/ });
});

test('ref: an export that does not exist is an error that names it', async (t) => {
  await t.throwsAsync(run(ref(fixture('library.mjs'), 'nothing')), { message: /library\.mjs has no nothing/ });
  await t.throwsAsync(run(ref(fixture('missing.mjs'))), { message: /Cannot load module .*missing\.mjs/ });
});

// By value.

const results: readonly [name: string, args: unknown[], result: unknown][] = [
  ['arrow', [2], 6],
  ['hidden', [5], 2],
  ['expression', [1], 4],
  ['named', [2], [2, 1]],
  ['method', [2], 6],
  ['quoted', [2], 2],
  ['computed', [2], 6],
  ['asyncMethod', [3], [0, 3, 6]],
  ['getter', [], 3],
  ['async', [1], 4],
  ['generator', [2], [0, 3]],
  ['asyncGenerator', [2], [0, 3]],
  ['parameters', [{ a: 1, z: 2 }, [], 9], [1, 1, { z: 2 }, [9]]],
  ['parameters', [], [3, 3, {}, []]],
  ['shadowed', [], 'shadowed'],
  ['parameterShadow', [8], 8],
  ['undeclared', [], 'undefined'],
  ['globals', [], ['object', 'function', true, 2]],
  ['map', ['a'], 1],
  ['namespace', ['a', 'b'], 'a/b'],
  ['builtins', ['x'], [createHash('sha1').update('x').digest('hex'), false, 'function']],
  ['imported', [2], [-2, 4, 10, 4, [1, 2]]],
  ['importedClass', [2], true],
  ['reexported', [2], 4],
  ['commonJs', [2], [6, 8]],
  ['dynamicImport', [], 10],
  ['strict', [], true],
  ['args', [1, 2], 2],
  ['constructorFunction', [], [6, 9, true]],
  ['even', [10], true],
  ['fib', [10], 55],
  ['withMemo', [7], 'remembered'],
  ['useSecret', [], ['hello from Secret', 3, 6, 1, [3]]],
  ['cyclicClass', [], true],
  ['template', [1], '1!3'],
  ['unicode', [], 'äöü 😀3'],
  ['evaluated', [3, 4], 12],
];

for (const [name, args, result] of results) {
  test(`value: ${name}(${JSON.stringify(args).slice(1, -1)}) gives the same in a worker`, async (t) => {
    t.deepEqual(await run(local[name], ...args), result);
  });
}

test('value: import.meta is that of the defining module', async (t) => {
  const [url, dirname, filename, resolved] = (await run(local.meta)) as string[];
  t.is(url, fixture('esm.mjs'));
  t.is(dirname, path.dirname(filename ?? ''));
  t.true(filename?.endsWith('esm.mjs'));
  t.is(resolved, fixture('library.mjs'));
});

test('value: a setter arrives as a function', async (t) => {
  const target = { size: 0 };
  t.is(await run((set: (this: void, to: typeof target) => void, to: typeof target) => (set(to), to.size), local.setter, target), 3);
});

test('value: name and length arrive', async (t) => {
  const shape = (fn: Function): unknown => [fn.name, fn.length];
  for (const fn of [local.arrow, local.quoted, local.getter, local.evaluated, local.Secret, local.parameters, local.computed]) {
    t.deepEqual(await run(shape, fn), shape(fn));
  }
});

test('value: a captured variable has the value of the moment it is sent', async (t) => {
  t.is(await run(local.moving), 1);
  esm.setMoving(2);
  t.is(await run(local.moving), 2);
});

test('value: closures of a loop have each their own values', async (t) => {
  const made = esm.loop();
  t.deepEqual(await Promise.all(made.map(async (fn: unknown) => run(fn))), [[0, 0], [1, 1], [2, 4]]);
});

test('value: variables of all kinds of scopes are found, innermost first', async (t) => {
  t.deepEqual(await run(esm.scopes('parameter')), ['parameter', 'closure', 'caught', 'block', 'Inner']);
});

test('value: a declared function whose variable was replaced calls the replacement', async (t) => {
  t.deepEqual(await run(local.original, 3), ['memo']);
});

test('value: functions come back, and can be sent on', async (t) => {
  const middle = (await run(local.nested)) as () => (y: number) => number;
  t.is(middle()(2), 6);
  t.is(await run(middle()(2) === 6 ? middle() : undefined, 3), 9);
  const again = (await run((fn: unknown) => fn, local.imported)) as typeof local.imported;
  t.deepEqual(again(2), [-2, 4, 10, 4, [1, 2]]);
  t.deepEqual(await run(again, 2), [-2, 4, 10, 4, [1, 2]]);
  const meta = await run((fn: unknown) => fn, local.meta);
  t.is(((await run(meta)) as string[])[0], fixture('esm.mjs'));
});

test('value: the same function twice in a message is one function there', async (t) => {
  t.true(await run((a: unknown, b: unknown) => a === b, local.arrow, local.arrow));
});

test('value: a stack names the file, line and column the function was written at', async (t) => {
  const error = await t.throwsAsync(run(local.stack));
  const source = await import('node:fs').then(({ readFileSync }) => readFileSync(new URL('esm.mjs', here), 'utf8'));
  const line = source.split('\n').findIndex((text) => text.includes("new Error('with a stack')")) + 1;
  t.regex(error?.message ?? '', new RegExp(`esm\\.mjs:${line}:11`));
});

test('value: a weak collection arrives empty, and is one for the functions that share it', async (t) => {
  const seen = new WeakMap<object, number>();
  seen.set(seen, 1);
  const remember = (key: object): void => void seen.set(key, 1);
  const knows = (key: object): boolean => seen.has(key);
  const both = (first: typeof remember, second: typeof knows): unknown => {
    const key = {};
    return [second(key), first(key), second(key)];
  };
  t.deepEqual(await run(both, remember, knows), [false, undefined, true]);
});

test('value: captured global objects are those of the receiver', async (t) => {
  const { env } = process;
  const { log } = console;
  const math = Math;
  t.deepEqual(await run(() => [typeof env['PATH'], typeof log, math.max(1, 2)]), ['string', 'function', 2]);
});

// CommonJS.

const commonJs: readonly [name: string, args: unknown[], result: unknown][] = [
  ['sloppy', [], 'object'],
  ['withUndeclared', [1], 'number'],
  ['octal', [], 8],
  ['strict', [], true],
  ['required', ['a', 'b'], 'a/b'],
  ['destructured', [2], 6],
  ['module', [2], 6],
  ['lateRequire', [2], 6],
  ['exported', [2], 6],
  ['ownModule', [], [3, true]],
  ['counter', [], 0],
  ['dynamicImport', [], 10],
];

for (const [name, args, result] of commonJs) {
  test(`CommonJS: ${name}(${JSON.stringify(args).slice(1, -1)}) gives the same in a worker`, async (t) => {
    t.deepEqual(await run(legacy.local()[name], ...args), result);
  });
}

test('CommonJS: __filename and __dirname are those of the defining module', async (t) => {
  t.deepEqual(await run(legacy.local().where), legacy.local().where());
});

test('CommonJS: a directive of the file makes its functions strict', async (t) => {
  t.is(await run(strictLegacy.local().self), true);
});

// TypeScript: this file and typed.ts go through tsx, that is esbuild with keepNames.

test('TypeScript: functions that esbuild compiled, with its __name helper', async (t) => {
  t.is(await run(typed.local.arrow, 2), 8);
  t.is(await run(typed.local.imported, 2), 4);
  t.is(await run(typed.local.instance), 8);
  const inner = (x: number): number => {
    const named = (y: number): number => y + 1;
    function declared(y: number): number {
      return named(y) * 2;
    }
    return declared(x);
  };
  t.is(await run(inner, 1), 4);
  class Counter {
    static readonly step: number = 2;
    count = Counter.step;
    next(): this {
      this.count += Counter.step;
      return this;
    }
  }
  t.is(await run(() => new Counter().next().next().count), 6);
});

test('TypeScript: a code frame shows the original source', async (t) => {
  const message = await refusal(t, typed.local.assigns);
  t.regex(message, /typed\.ts:23:28/);
  t.regex(message, /> 23 \|   assigns: \(\): number => \(\(count as number\) \+= 1\),/);
});

// Refusals.

const assignments = ['assigns', 'increments', 'compound', 'destructures', 'objectTarget', 'forOf', 'logical'] as const;
for (const name of assignments) {
  test(`refused: assignment to a captured variable (${name})`, async (t) => {
    const message = await refusal(t, refused[name]);
    t.regex(message, new RegExp(`Cannot send function ${name} .*assigns the captured variable "total"`));
    t.regex(message, /esm\.mjs:\d+:\d+\n/);
    t.regex(message, /\n {2,}\| +\^/);
  });
}

test('refused: assignment to a captured variable in an arrow inside', async (t) => {
  t.regex(await refusal(t, refused.nested), /assigns the captured variable "total"/);
});

test('refused: a captured value that cannot travel, with the way to it', async (t) => {
  t.regex(await refusal(t, refused.socket), /captured "socket" of function socket.*handle[^]*> .*socket\.write/);
  const message = await refusal(t, refused.transitively);
  t.regex(message, /captured "refusedHelper" of function transitively.*captured "socket" of function refusedHelper/);
});

test('refused: `this` and `super` of a method', async (t) => {
  t.regex(await refusal(t, refused.self), /function method .*reads `this`.*Pass the object as an argument/);
  t.regex(await refusal(t, refused.getter), /reads `this`/);
  t.regex(await refusal(t, refused.upper), /reads `super`/);
});

test('refused: `this`, `arguments` and `new.target` of the code around an arrow', async (t) => {
  t.regex(await refusal(t, refused.arrowThis), /reads `this` of the code around it/);
  t.regex(await refusal(t, refused.arrowArguments), /reads `arguments`/);
  t.regex(await refusal(t, refused.arrowTarget), /reads `new\.target`/);
});

test('refused: bound and native functions', async (t) => {
  t.regex(await refusal(t, refused.bound), /"bound hidden".*bound function/);
  t.regex(await refusal(t, refused.native), /native code/);
});

test('refused: private names of the class around', async (t) => {
  t.regex(await refusal(t, refused.privateName), /private name/);
});

test('refused: a class whose definition needs a function that needs the class', async (t) => {
  class Loop {
    static readonly parts: unknown[] = [() => needsLoop];
    static readonly first = [needsLoop];
  }
  function needsLoop(): unknown {
    return Loop;
  }
  t.regex(await refusal(t, Loop), /reads "\w+", whose definition needs it in turn/);
});

// Stability.

test('isStable: exported functions and functions without captured variables', (t) => {
  t.true(isStable(esm.assigned));
  t.true(isStable(Math.max));
  t.true(isStable(local.undeclared));
  t.true(isStable(local.imported));
});

test('isStable: constants of primitive type, and functions that are stable', (t) => {
  t.true(isStable(local.arrow));
  t.true(isStable(local.hidden));
  t.true(isStable(local.even));
  t.true(isStable(local.fib));
});

test('isStable: false for variables that change and for objects, which can', (t) => {
  t.false(isStable(local.moving));
  t.false(isStable(local.map));
  t.false(isStable(local.withMemo));
  t.false(isStable(local.original));
  t.false(isStable(esm.loop()[0]));
});

test('isStable: the same after the function has been sent', async (t) => {
  for (const [name, expected] of [['arrow', true], ['even', true], ['moving', false], ['map', false]] as const) {
    await run((fn: unknown) => typeof fn, local[name]);
    t.is(isStable(local[name]), expected);
  }
});

test('hasPrivateState: declared by the class or by a class it extends', (t) => {
  t.true(hasPrivateState(library.Hidden));
  t.true(hasPrivateState(class extends library.Hidden {}));
  t.false(hasPrivateState(library.Point));
  t.false(hasPrivateState(Map));
  t.false(
    hasPrivateState(
      class {
        static #only = 1;
        static get only(): number {
          return this.#only;
        }
      },
    ),
  );
});
