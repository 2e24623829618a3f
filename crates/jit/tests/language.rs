//! The language: each construct of the subset once.

#![expect(clippy::float_cmp, reason = "results are compared bit for bit")]

mod support;

use jit::Entry;
use support::{Arg, call, run};

fn number(source: &str, args: &[f64]) -> f64 {
    match call(source, args.iter().map(|x| Arg::Number(*x)).collect()) {
        Ok(result) => result,
        Err(error) => panic!("{source}: {error}"),
    }
}

#[test]
fn arithmetic() {
    assert_eq!(number("(a, b) => a + b", &[1.5, 2.0]), 3.5);
    assert_eq!(number("(a, b) => (a * b) % 7 - 1", &[3.0, 5.0]), 0.0);
    assert_eq!(number("(a, b) => a / b", &[1.0, 4.0]), 0.25);
    assert_eq!(number("a => (a | 0) + (a >>> 1) + (~a) + (a << 3) + (a >> 1) + (a & 3) + (a ^ 9)", &[13.7]), {
        f64::from((13 + 6 - 14 + 104 + 6 + 1) + 0b100)
    });
    assert_eq!(number("a => a >>> 0", &[-1.0]), 4_294_967_295.0);
    assert_eq!(number("a => a | 0", &[1e20]), 1_661_992_960.0);
    assert_eq!(number("a => Math.round(a)", &[2.5]), 3.0);
    assert_eq!(number("(a, b) => a % b", &[-7.0, 3.0]), -1.0);
    assert!(number("(a, b) => a % b", &[7.0, 0.0]).is_nan());
    assert!(number("a => 1 / (a * 0)", &[-7.0]) == f64::NEG_INFINITY);
}

#[test]
fn control_flow() {
    assert_eq!(number("n => { let s = 0; for (let i = 0; i < n; i++) s += i; return s }", &[100.0]), 4950.0);
    assert_eq!(
        number(
            "n => { let s = 0, i = 0; while (true) { if (i >= n) break; i++; if (i % 2 === 0) continue; s += i } return s }",
            &[10.0]
        ),
        25.0
    );
    assert_eq!(number("n => { let i = 0; do { i += 3 } while (i < n); return i }", &[10.0]), 12.0);
    let switch =
        "x => { switch (x) { case 1: return 10; case 2: x = 20; case 3: x += 1; break; default: x = -1 } return x }";
    assert_eq!(number(switch, &[1.0]), 10.0);
    assert_eq!(number(switch, &[2.0]), 21.0);
    assert_eq!(number(switch, &[3.0]), 4.0);
    assert_eq!(number(switch, &[4.0]), -1.0);
    assert_eq!(
        number(
            "n => { let c = 0; outer: for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) { if (j > i) continue outer; if (i > 5) break outer; c++ } return c }",
            &[10.0]
        ),
        21.0
    );
}

#[test]
fn functions_and_tuples() {
    assert_eq!(
        number(
            "x => { const f = (a, b = 2) => a * b; function g([p, q]) { return p - q } return f(x) + g([x, 1]) }",
            &[5.0]
        ),
        14.0
    );
    assert_eq!(number("(a, b) => { let [x, y] = [a, b]; [x, y] = [y, x]; return x * 10 + y }", &[1.0, 2.0]), 21.0);
    assert_eq!(
        number(
            "n => { const t = [1, 2, 3]; let s = 0; for (let i = 0; i < 3; i++) s += t[i] * n; t[n] = 7; return s + t[n] }",
            &[1.0]
        ),
        13.0
    );
    assert_eq!(number("n => { const p = { x: n, y: 2 }; p.x += 1; const { x, y } = p; return x * y }", &[3.0]), 8.0);
    assert_eq!(
        number("function f(a){var r;return r=2,a>0&&(r=1),void 0===a?5:!0===!1?7:(0,Math.max)(r,-9)}", &[-3.0]),
        2.0
    );
}

#[test]
fn arrays() {
    let mut a = vec![1.0, 2.0, 3.0];
    assert_eq!(
        call("a => { let s = 0; for (let i = 0; i < a.length; i++) s += a[i]; return s }", vec![Arg::F64(&mut a)]),
        Ok(6.0)
    );
    assert_eq!(call("a => a[3]", vec![Arg::F64(&mut a)]), Err("Read 3 at 1:6".to_owned()));
    assert_eq!(call("(a, i) => a[i]", vec![Arg::F64(&mut a), Arg::Number(0.5)]), Err("Read 0.5 at 1:11".to_owned()));
    let mut b = vec![0u8; 4];
    assert_eq!(
        call(
            "b => { b[0] = 300; b[1] = -1; b[2] += 7; b[3]--; return b[0] + b[1] + b[2] + b[3] }",
            vec![Arg::U8(&mut b)]
        ),
        Ok(44.0 + 255.0 + 7.0 + 255.0)
    );
    let mut c = vec![0u8; 4];
    assert_eq!(
        call(
            "b => { b[0] = 300; b[1] = -1; b[2] = 2.5; b[3] = 0 / 0; return b[0] * 1000 + b[1] * 100 + b[2] * 10 + b[3] }",
            vec![Arg::U8Clamped(&mut c)]
        ),
        Ok(255_020.0)
    );
    let mut d = vec![1.0, 2.0, 3.0, 4.0];
    call("a => { const v = a.subarray(1, -1); v.fill(9); a.set(v, 2) }", vec![Arg::F64(&mut d)]).unwrap();
    assert_eq!(d, [1.0, 9.0, 9.0, 9.0]);
}

#[test]
fn entries() {
    let mut a = vec![1.0, 2.0, 3.0, 4.0, 5.0];
    let mut out = vec![0.0; 5];
    run("x => x * x + 1", Entry::Map, vec![Arg::F64(&mut a)], 5, Some(out.as_mut_ptr())).unwrap();
    assert_eq!(out, [2.0, 5.0, 10.0, 17.0, 26.0]);
    let mut b = vec![0.0; 5];
    run("(i, a, b) => { b[i] = a[i] * 2 }", Entry::For { bits: 31 }, vec![Arg::F64(&mut a), Arg::F64(&mut b)], 5, None)
        .unwrap();
    assert_eq!(b, [2.0, 4.0, 6.0, 8.0, 10.0]);
    let mut short = vec![0.0; 3];
    let failed = run(
        "(i, a, b) => { b[i] = a[i] * 2 }",
        Entry::For { bits: 31 },
        vec![Arg::F64(&mut a), Arg::F64(&mut short)],
        5,
        None,
    );
    assert_eq!(failed, Err("Failed (1, 3.0)".to_owned()));
}
