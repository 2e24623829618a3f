/** Each row of the table in docs/jit.md: what is available gives the results of V8, what is not is refused. */

import test from 'ava';
import { differ } from './fixtures/jit/differ.ts';

/** Parameters by letter. */
const PARAMS: Record<string, string> = {
  n: 'number',
  k: 'natural8',
  b: 'boolean',
  d: 'array8',
  i: 'array5',
  u: 'array1',
  c: 'array2',
  f: 'array7',
  g: 'bigint',
  q: 'array9',
  Q: 'array10',
};

type Row = readonly [params: string, text: string];

const AVAILABLE: Record<string, readonly Row[]> = {
  values: [
    ['nb', '(x, y) => y ? x : -x'],
    ['n', 'x => x > 1'],
    ['n', 'x => { const p = { x, y: 2, z: [x, 3] }; p.y *= 4; return p.x + p.y + p.z[1] }'],
  ],
  'typed arrays': [
    ['d', 'a => { let s = 0; for (let i = 0; i < a.length; i++) s += a[i]; return s }'],
    ['d', 'a => { let s = 0; for (const x of a) s += x; return s + a.byteLength }'],
    ['d', 'a => { a.fill(7, 2, -1); return a[3] }'],
    ['dd', '(a, b) => { a.set(b.subarray(2, 5), 1); return a[2] }'],
    ['di', '(a, b) => { b.set(a.subarray(1, 4)); a.set([1, 2], 3); return b[0] }'],
    ['uc', '(a, b) => { for (let i = 0; i < 8; i++) { b[i] = a[i] * 1.7 - 20; a[i] = b[i] * 3 } return b[3] }'],
    ['f', 'a => { a[0] += 0.1; a[1]++; a[2] *= a[3]; return a[0] + a[1]-- }'],
    ['dd', '(a, b) => { const r = a[0] > 0 ? a : b; return r[1] }'],
    ['dd', '(a, b) => { let p = a, q = b; for (let i = 0; i < 3; i++) { p[i] = q[i] + 1; [p, q] = [q, p]; } return p[0] }'],
  ],
  'small arrays': [
    ['nn', '(x, y) => { const [a, b = 3] = [x, y]; return a - b }'],
    ['nk', '(x, i) => { const t = [x, 2, 3, x * 2]; t[i & 3] = 9; return t[(i + 1) & 3] + t.length }'],
    ['nn', '(x, y) => { const f = (a, b) => [a + b, a - b]; const [s, d] = f(x, y); return s * d }'],
    ['nn', '(x, y) => { let v = [x, y]; for (let i = 0; i < 3; i++) v = [v[1], v[0] + v[1]]; return v[0] }'],
    ['nn', '(x, y) => { const t = [x, y]; const u = [...t, 5]; const g = (...r) => r[0] * r[2]; return g(...u) }'],
  ],
  objects: [['nn', '(x, y) => { const add = ({ re, im }, s) => ({ re: re + s, im }); const { re, im } = add({ re: x, im: y }, 2); return re * im }']],
  variables: [
    ['n', 'x => { var y = 1; if (x > 0) { var z = x * 2; y = z } return y }'],
    ['n', 'x => { let a, b; a = b = x; a += 1; return a * b }'],
    ['n', 'x => { for (var i = 0; i < 3; i++) { var t = x * i } return t + i }'],
  ],
  operators: [
    ['nn', '(x, y) => x + y - x * y / (y % 3) + x ** 2 - y ** 0.5'],
    ['nn', '(x, y) => (x & y) + (x | y) + (x ^ y) + ~x + (x << y) + (x >> y) + (x >>> y)'],
    ['nn', '(x, y) => (x < y) + (x <= y) * 2 + (x > y) * 4 + (x >= y) * 8 + (x === y) * 16 + (x !== y) * 32'],
    ['nb', '(x, y) => (x == y) + (x != y) + !x + (x && 3) + (x || 4)'],
    ['nn', '(x, y) => { x += y; x -= 3; x *= y; x /= 7; x %= 11; x **= 2; x <<= 1; x >>= 2; x >>>= 1; x &= 255; x |= 8; x ^= y; return x }'],
    ['nn', '(x, y) => { x ||= y; x &&= y + 1; return (x++, --x, x-- + ++x) }'],
    ['n', 'x => { const g = (a, b = 5) => a * b; return g(x) + g(x, void 0) + (void x, 1) }'],
  ],
  statements: [
    ['n', 'x => { let n = 0; outer: for (let i = 0; i < 9; i++) { for (let j = 0; ; j++) { if (j > i) continue outer; if (i * j > x) break outer; n++ } } return n }'],
    ['k', 'x => { let n = 0; do { n += x; if (n > 50) break } while (n < 100); while (n > 3) n -= 3; return n }'],
    ['k', 'x => { let r = 0; switch (x & 3) { case 0: r = 1; case 1: r += 2; break; case 2: { r = 7 } default: r *= 3 } return r }'],
    ['n', 'x => { block: { if (x > 0) break block; x = 5 } return x }'],
    ['k', 'x => { switch (true) { case x > 100: return 1; case x > 10: return 2 } return 3 }'],
  ],
  functions: [
    ['nn', '(x, y) => { function f(a, b) { if (a > b) return a; return g(b) } const g = (c) => c * x; return f(x, y) - f(y, x) }'],
    ['n', '(x, y = x + 1, ...z) => x * y'],
    ['nn', '(x, y) => { let n = 0; const count = () => { n++; return n }; return count() + count() * x + n }'],
    ['n', 'function f(x) { return x * 2 }'],
    ['n', 'method(x) { return x / 2 }'],
  ],
  Math: [
    ['nn', '(x, y) => Math.max(x, y, 3) - Math.min(x, y) + Math.hypot(x, y, 2) + Math.max() + Math.min(x)'],
    ['n', 'x => x + Math.E + Math.LN10 + Math.LN2 + Math.LOG10E + Math.LOG2E + Math.PI + Math.SQRT1_2 + Math.SQRT2'],
    ['n', 'x => { const { sqrt, abs: a } = Math; return sqrt(a(x)) + Math.clz32(x) + Math.imul(x, 3) + Math.fround(x) + Math.sign(x) }'],
  ],
  'Number and globals': [
    ['n', 'x => Number.EPSILON + Number.MAX_SAFE_INTEGER + Number.MIN_SAFE_INTEGER + Number.MAX_VALUE + Number.MIN_VALUE + x'],
    ['n', 'x => Number.isNaN(x) + Number.isFinite(x) * 2 + Number.isInteger(x) * 4 + Number.isSafeInteger(x) * 8 + isNaN(x) + isFinite(x)'],
    ['nb', '(x, y) => Number(y) + Number(x) + Boolean(x) + Object.is(x, -0) + (x === Infinity || x === -Infinity ? 1 : NaN)'],
  ],
  bigints: [
    ['gg', '(x, y) => BigInt.asIntN(64, x + y * 3n - (x & y) + (x | y) - (x ^ y) + ~x + (y << 5n))'],
    ['gg', '(x, y) => BigInt.asUintN(64, x * y)'],
    ['gg', '(x, y) => { const d = y === 0n || y === -1n ? 1n : y; return BigInt.asIntN(64, x / d - (x % d) + (x >> 3n)) }'],
    ['gg', '(x, y) => (x < y) + (x <= y) * 2 + (x > y) * 4 + (x >= y) * 8 + (x === y) * 16 + (x !== y) * 32'],
    ['gn', '(x, y) => Number(x) + Number(BigInt.asIntN(8, x)) + Number(BigInt.asUintN(20, BigInt(y | 0)))'],
    ['qQ', '(a, b) => { let s = 0n; for (const x of a) s = BigInt.asIntN(64, s + x); a[1] = s; b[2] += 5n; b[3] = BigInt.asUintN(64, s); return s }'],
    ['q', 'a => { a.fill(7n, 2, 4); a.set(a.subarray(2, 4), 5); return BigInt.asIntN(64, a[5] + BigInt(a.length)) }'],
  ],
  'what tools emit': [
    ['nn', '(x,y)=>{var a,b;return a=x,b=y,a>b&&(a=b),!0===!1?void 0:(0,Math.abs)(a)}'],
    ['n', 'x => { const f = __name((a) => a + 1, "f"); return f(x) }'],
    ['n', 'x => { cov_1a2b().f[0]++; cov_1a2b().s[3]++; return (cov_1a2b().b[0][1]++, x > 0) && (cov_1a2b().b[0][2]++, x < 5) }'],
  ],
};

/** What V8 needs to run the last row. */
const HELPERS = globalThis as Record<string, unknown>;
HELPERS.__name = (fn: unknown): unknown => fn;
HELPERS.cov_1a2b = (): unknown => ({ f: [0], s: [0, 0, 0, 0], b: [[0, 0, 0]] });

for (const [row, programs] of Object.entries(AVAILABLE)) {
  test(`jit subset: ${row}`, (t) => {
    for (const [letters, text] of programs) {
      const params = [...letters].map((letter) => PARAMS[letter]!);
      for (let seed = 0; seed < 30; seed++) t.is(differ({ text, entry: 'call', params }, seed), undefined, text);
    }
  });
}

const REFUSED: Record<string, readonly string[]> = {
  values: ['x => "a"', 'x => null', 'x => `${x}`', 'x => new Map().size', 'x => new Set().size', 'x => /a/', 'x => Symbol()', 'x => { class A {} return 1 }'],
  'typed arrays': ['(x) => new Float64Array(4)[0]', '(x, a) => a.map((y) => y)[0]', '(x, a) => a.indexOf(1)', '(x, a) => a.sort()[0]'],
  'small arrays': ['x => { const a = [x]; a.push(1); return a[0] }', 'x => { const a = []; return 1 }'],
  objects: ['x => { const o = { a: 1 }; o.b = x; return o.b }'],
  variables: ['x => { let y = x; if (x > 3) y = true; return y }'],
  operators: ['x => typeof x', 'x => { const o = { x }; delete o.x; return 1 }', 'x => 1 in [x]', 'x => x?.a', 'x => x instanceof Number'],
  statements: ['x => { try { return x } catch { return 1 } }', 'x => { throw x }', 'x => { for (const k in [x]) return k }', 'function f(x) { with (Math) return sqrt(x) }'],
  functions: ['x => { const f = (n) => n ? f(n - 1) : 0; return f(x) }', 'async x => x', 'function* f(x) { yield x }', 'function f(x) { return this }', 'function f(x) { return arguments[0] }', 'x => { let f = () => 1; if (x) f = () => 2; return f() }'],
  bigints: ['x => 2n ** 3n * BigInt(x)', 'x => Number(1n << BigInt(x))', 'x => 1n + x', 'x => BigInt(x) + 1', 'x => 123456789012345678901234567890n'],
  globals: ['x => parseInt(x)', 'x => Date.now()', 'x => console.log(x)', 'x => Math.nothing(x)'],
};

for (const [row, texts] of Object.entries(REFUSED)) {
  test(`jit subset: refused ${row}`, (t) => {
    for (const text of texts) t.regex(differ({ text, entry: 'call', params: text.startsWith('(x, a)') ? ['number', 'array8'] : ['number'] }, 1) ?? 'accepted', /^refused: /, text);
  });
}
