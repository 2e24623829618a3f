/**
 * Functions as compilers leave them: the same functions, compiled in many ways, give the same in a worker.
 */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import test from 'ava';
import { transformSync } from 'esbuild';
import { createInstrumenter } from 'istanbul-lib-instrument';
import { minify } from 'terser';
import { run } from './fixtures/functions/thread.ts';

type Functions = Record<string, (x: number) => unknown>;

const fixtures = fileURLToPath(new URL('fixtures/functions/', import.meta.url));
const source = readFileSync(join(fixtures, 'compiled.ts'), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'polycore-compiled-'));
const require = createRequire(import.meta.url);

test.before(() => cpSync(join(fixtures, 'legacy-parts.cjs'), join(folder, 'legacy-parts.cjs')));
test.after.always(() => rmSync(folder, { recursive: true }));

const esm = (code: string, options: object = {}): string => transformSync(code, { loader: 'ts', format: 'esm', ...options }).code;
const cjs = (code: string, options: object = {}): string =>
  transformSync(code, { loader: 'ts', format: 'cjs', platform: 'node', ...options }).code;

const compilers: Record<string, () => Promise<[file: string, code: string]>> = {
  'esbuild to ESM': async () => ['plain.mjs', esm(source)],
  'esbuild with keepNames': async () => ['names.mjs', esm(source, { keepNames: true })],
  'esbuild, minified': async () => ['small.mjs', esm(source, { minify: true })],
  'esbuild, minified with keepNames': async () => ['small-names.mjs', esm(source, { minify: true, keepNames: true })],
  'esbuild to ES2015': async () => ['old.mjs', esm(source, { target: 'es2015' })],
  'esbuild to CommonJS': async () => ['plain.cjs', cjs(source)],
  'esbuild to CommonJS, minified': async () => ['small.cjs', cjs(source, { minify: true })],
  'terser, everything mangled': async () => {
    const { code = '' } = await minify(esm(source), { module: true, toplevel: true, compress: { passes: 2 } });
    return ['terser.mjs', code];
  },
  'istanbul': async () => {
    const instrumenter = createInstrumenter({ esModules: true, compact: false });
    return ['istanbul.mjs', instrumenter.instrumentSync(esm(source), 'istanbul.mjs')];
  },
  'istanbul in CommonJS, compact': async () => {
    const instrumenter = createInstrumenter({ compact: true });
    return ['istanbul.cjs', instrumenter.instrumentSync(cjs(source), 'istanbul.cjs')];
  },
  'tsc to CommonJS, ES2015': async () => ['tsc-2015.cjs', tsc('es2015', 'commonjs')],
  'tsc to ESM, ES2022': async () => ['tsc-2022.mjs', tsc('es2022', 'esnext')],
};

function tsc(target: string, module: string): string {
  const out = join(folder, `tsc-${target}`);
  const options = ['--target', target, '--module', module, '--moduleResolution', 'bundler', '--esModuleInterop', '--outDir', out];
  try {
    execFileSync(process.execPath, [
      join(require.resolve('typescript/package.json'), '../bin/tsc'),
      ...options,
      '--noCheck',
      '--ignoreConfig',
      join(fixtures, 'compiled.ts'),
    ]);
  } catch {
    // Complaints about types are none of this test's business.
  }
  return readFileSync(join(out, 'compiled.js'), 'utf8');
}

for (const [name, compile] of Object.entries(compilers)) {
  test(`compiled: ${name}`, async (t) => {
    const [file, code] = await compile();
    const path = join(folder, file);
    writeFileSync(path, code);
    const { make } = (await import(pathToFileURL(path).href)) as { make: () => Functions };
    const functions = make();
    for (const [key, fn] of Object.entries(functions)) {
      t.deepEqual(await run(fn, 2), await fn(2), key);
    }
  });
}

const BABEL = `
  function _typeof(o) { "@babel/helpers - typeof"; return _typeof = "function" == typeof Symbol && "symbol" == typeof Symbol.iterator
    ? function (o) { return typeof o; } : function (o) { return "other"; }, _typeof(o); }
  function _classCallCheck(a, n) { if (!(a instanceof n)) throw new TypeError("Cannot call a class as a function"); }
  function _defineProperties(e, r) { for (var t = 0; t < r.length; t++) { var o = r[t]; o.enumerable = o.enumerable || !1, o.configurable = !0, "value" in o && (o.writable = !0), Object.defineProperty(e, o.key, o); } }
  function _createClass(e, r, t) { return r && _defineProperties(e.prototype, r), t && _defineProperties(e, t), Object.defineProperty(e, "prototype", { writable: !1 }), e; }
  function _inherits(t, e) { t.prototype = Object.create(e && e.prototype, { constructor: { value: t, writable: !0, configurable: !0 } }), Object.defineProperty(t, "prototype", { writable: !1 }), e && Object.setPrototypeOf(t, e); }
  var Shape = function () { function Shape(n) { _classCallCheck(this, Shape); this.n = n; } return _createClass(Shape, [{ key: "area", value: function area() { return this.n * 2; } }, { key: "size", get: function () { return this.n; } }], [{ key: "of", value: function of(n) { return new this(n); } }]); }();
  var Square = function (_Shape) { function Square(n) { var _this; _classCallCheck(this, Square); _this = Reflect.construct(Shape, [n], new.target); return _this; } _inherits(Square, _Shape); return _createClass(Square, [{ key: "twice", value: function twice() { return 2 * this.area(); } }]); }(Shape);
  exports.make = function () { return {
    typeOf: function (x) { return [_typeof(x), _typeof("")]; },
    classes: function (x) { var s = new Square(x); return [s.twice(), s.size, s instanceof Shape, Square.of(1).area()]; },
  }; };
`;

test('compiled: the classes and helpers of Babel for ES5', async (t) => {
  const path = join(folder, 'babel.cjs');
  writeFileSync(path, BABEL);
  const { make } = require(path) as { make: () => Functions };
  const { typeOf, classes } = make();
  t.deepEqual(await run(typeOf, 2), ['number', 'string']);
  t.deepEqual(await run(classes, 2), [8, 2, true, 2]);
});
