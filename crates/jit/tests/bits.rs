//! Bitwise operators in vector loops give the bits of single iterations, for every kind of number.

mod support;

use jit::{Element, Entry, Param};
use support::{Arg, build_with, run_compiled};

/// Numbers around everything that `ToInt32` does: powers of two, fractions, both signs, what is no number.
fn inputs() -> Vec<f64> {
    let mut found = vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 5e-324, -5e-324, f64::MAX, f64::MIN];
    for power in 0..70 {
        let base = f64::from(power).exp2();
        for offset in [-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5] {
            found.extend([base + offset, -(base + offset)]);
        }
    }
    for power in [83, 84, 200, 1000] {
        found.extend([
            f64::from(power).exp2() * 1.5,
            f64::from(power).exp2() * -1.25,
            (f64::from(power).exp2() - 1.0) * 0.75,
        ]);
    }
    let mut state = 1_u64;
    for _ in 0..500 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        found.push(f64::from_bits(state ^ (state >> 29)));
    }
    found
}

/// The body with so much else to do that vector registers pay.
fn padded(source: &str) -> String {
    let more = "pad[i] = ((((i * 0.5 + 1.5) * i - 2.5) * i + 3.5) * 0.25 - i) * 0.125 + 7.5;";
    source.replacen(") => {", &format!(", pad) => {{ {more}"), 1)
}

fn same(source: &str) {
    let source = &padded(source);
    let a = inputs();
    let mut b = a.clone();
    b.rotate_left(97);
    let params = || vec![Param::Array(Element::F64); 4];
    let results = [true, false].map(|vectorize| {
        let compiled = build_with(source, Entry::For { bits: 12 }, params(), &[], vectorize).unwrap();
        let wanted = vectorize.then_some(2);
        assert_eq!(compiled.explanation.lanes, wanted, "{source}: {}", compiled.explanation.scalar_because);
        let (mut a, mut b, mut out, mut pad) = (a.clone(), b.clone(), vec![0.5; a.len()], vec![0.5; a.len()]);
        let count = i64::try_from(out.len()).unwrap();
        let args = vec![Arg::F64(&mut a), Arg::F64(&mut b), Arg::F64(&mut out), Arg::F64(&mut pad)];
        run_compiled(&compiled, args, count, None).unwrap();
        out.into_iter().map(f64::to_bits).collect::<Vec<_>>()
    });
    for (i, (vector, scalar)) in results[0].iter().zip(&results[1]).enumerate() {
        let (got, wanted) = (f64::from_bits(*vector), f64::from_bits(*scalar));
        assert_eq!(vector, scalar, "{source}: {got} instead of {wanted} of {} and {}", a[i], b[i]);
    }
}

#[test]
fn conversions() {
    same("(i, a, b, out) => { out[i] = a[i] | 0; }");
    same("(i, a, b, out) => { out[i] = a[i] >>> 0; }");
    same("(i, a, b, out) => { out[i] = ~a[i]; }");
    same("(i, a, b, out) => { out[i] = ~~(a[i] * 0.5); }");
}

#[test]
fn operators() {
    for operator in ["&", "|", "^"] {
        same(&format!("(i, a, b, out) => {{ out[i] = a[i] {operator} b[i]; }}"));
        same(&format!("(i, a, b, out) => {{ out[i] = (a[i] {operator} 255.5) {operator} ~b[i]; }}"));
    }
    for operator in ["<<", ">>", ">>>"] {
        for count in ["0", "1", "7", "31", "32", "-1", "33.9"] {
            same(&format!("(i, a, b, out) => {{ out[i] = a[i] {operator} {count}; }}"));
        }
        same(&format!("(i, a, b, out) => {{ out[i] = ((a[i] {operator} 5) >>> 0) + (b[i] {operator} 3); }}"));
    }
    same("(i, a, b, out) => { out[i] = Math.imul(a[i], b[i]) ^ Math.imul(b[i] >>> 1, 0x9e3779b1); }");
}

#[test]
fn truths_and_ranges_that_are_known() {
    same("(i, a, b, out) => { out[i] = ((a[i] < b[i]) | 0) + (Math.min(Math.max(a[i], -1000), 1000) | 0); }");
    same("(i, a, b, out) => { out[i] = (Math.floor(a[i]) & 7) * 0.5 + (a[i] & 1 ? b[i] * 0.25 : 0.125); }");
}

/// Elements of 32 bits and of 8, stored from lanes.
#[test]
fn stores_into_integers() {
    let values = [
        "a[i] | 0",
        "a[i] >>> 0",
        "~a[i] ^ b[i]",
        "Math.min(Math.max(a[i], -1e6), 1e6)",
        "Math.round(Math.min(Math.abs(a[i]), 9e14))",
    ];
    for (value, index) in values.iter().flat_map(|value| [(value, "i"), (value, "2 * i + 1")]) {
        let source =
            padded(&format!("(i, a, b, words, bytes) => {{ words[{index}] = {value}; bytes[{index}] = {value}; }}"));
        let a: Vec<f64> = inputs().into_iter().map(|x| if x.is_nan() { 1.0 } else { x }).collect();
        let params = || {
            vec![
                Param::Array(Element::F64),
                Param::Array(Element::F64),
                Param::Array(Element::I32),
                Param::Array(Element::U8),
                Param::Array(Element::F64),
            ]
        };
        let results = [true, false].map(|vectorize| {
            let compiled = build_with(&source, Entry::For { bits: 12 }, params(), &[], vectorize).unwrap();
            assert_eq!(
                compiled.explanation.lanes,
                vectorize.then_some(2),
                "{source}: {}",
                compiled.explanation.scalar_because
            );
            let (mut a, mut b) = (a.clone(), a.clone());
            b.rotate_left(31);
            let (mut words, mut bytes) = (vec![7; 2 * a.len()], vec![7; 2 * a.len()]);
            let count = i64::try_from(a.len()).unwrap();
            let mut pad = vec![0.5; a.len()];
            let args =
                vec![Arg::F64(&mut a), Arg::F64(&mut b), Arg::I32(&mut words), Arg::U8(&mut bytes), Arg::F64(&mut pad)];
            run_compiled(&compiled, args, count, None).unwrap();
            (words, bytes)
        });
        assert_eq!(results[0], results[1], "{source}");
    }
}

#[test]
fn in_loops_that_lanes_leave() {
    same(
        "(i, a, b, out) => {
      let x = a[i], n = 0;
      while (n < 40) {
        if (!(Math.abs(x) > 1)) break;
        x = x * 0.25;
        n += ((x * 3) | 0) & 15 ? 2 : 1;
      }
      out[i] = n;
    }",
    );
}

#[test]
fn what_is_faster_one_by_one_is_done_so() {
    let source = "(i, n, out) => {
      let state = i + 1;
      for (let j = 0; j < n; j++) { state ^= state << 13; state ^= state >>> 17; state ^= state << 5; }
      out[i] = state;
    }";
    let params = vec![Param::Natural(12), Param::Array(Element::I32)];
    let compiled = build_with(source, Entry::For { bits: 12 }, params, &[], true).unwrap();
    assert_eq!(compiled.explanation.lanes, None);
    let source = "(i, a, b, out) => { out[i] = a[i] << b[i]; }";
    let params = vec![Param::Array(Element::F64), Param::Array(Element::F64), Param::Array(Element::F64)];
    let compiled = build_with(source, Entry::For { bits: 12 }, params, &[], true).unwrap();
    assert_eq!(compiled.explanation.scalar_because, "it shifts by a number of bits that is no constant");
}
