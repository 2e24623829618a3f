//! Lanes that leave a vector loop early, by `break`, `continue` or `return`, have what single iterations give.

mod support;

use jit::{Element, Entry, Param};
use support::{Arg, build_with, run_compiled};

/// What the lanes start from: numbers of all kinds.
fn inputs() -> Vec<f64> {
    let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, 0.0, 0.5, -0.5, 1e300, 5e-324];
    (0..400_i32)
        .map(
            |i| {
                if i % 11 == 0 { special[usize::try_from(i / 11).unwrap() % 9] } else { f64::from(i * 37 % 101) - 40.0 }
            },
        )
        .collect()
}

/// Runs the body with two lanes and with one, for different parts of the range; the bits of all results are the same.
fn same(source: &str) {
    let params = || vec![Param::Array(Element::F64), Param::Array(Element::F64), Param::Array(Element::F64)];
    let vector = build_with(source, Entry::For { bits: 12 }, params(), &[], true).unwrap();
    assert_eq!(vector.explanation.lanes, Some(2), "{source}: {}", vector.explanation.scalar_because);
    let scalar = build_with(source, Entry::For { bits: 12 }, params(), &[], false).unwrap();
    assert_eq!(scalar.explanation.lanes, None);
    for count in [400_i64, 7, 4, 3] {
        let results = [&vector, &scalar].map(|compiled| {
            let (mut a, mut x, mut y) = (inputs(), vec![0.25; 400], vec![0.75; 400]);
            let args = vec![Arg::F64(&mut a), Arg::F64(&mut x), Arg::F64(&mut y)];
            run_compiled(compiled, args, count, None).unwrap();
            x.iter()
                .chain(&y)
                .map(|number| if number.is_nan() { u64::MAX } else { number.to_bits() })
                .collect::<Vec<_>>()
        });
        assert_eq!(results[0], results[1], "{count}: {source}");
    }
}

/// Refused, as a lane that has left must not write.
fn scalar(source: &str, reason: &str) {
    let params = vec![Param::Array(Element::F64), Param::Array(Element::F64), Param::Array(Element::F64)];
    let compiled = build_with(source, Entry::For { bits: 12 }, params, &[], true).unwrap();
    assert_eq!(compiled.explanation.lanes, None, "{source}");
    assert_eq!(compiled.explanation.scalar_because, reason, "{source}");
}

#[test]
fn a_break_ends_the_loop_of_its_lane() {
    same(
        "(i, a, x, y) => {
      let s = 0, n = 0;
      for (let j = 0; j < 30; j++) {
        s += a[i] * 0.5;
        if (s > 40) break;
        n += 2;
      }
      x[i] = s; y[i] = n;
    }",
    );
}

#[test]
fn a_loop_without_a_condition_ends_by_break() {
    same(
        "(i, a, x, y) => {
      let s = Math.abs(a[i]), n = 0;
      while (true) {
        if (!(s > 1)) break;
        s = s / 2 - 0.25;
        n++;
        if (n > 50) break;
      }
      x[i] = s; y[i] = n;
    }",
    );
    same(
        "(i, a, x, y) => {
      let n = 0, t = 0;
      for (;;) { t += 3; if (t > a[i] || n >= 9) break; else n++; }
      x[i] = t; y[i] = n;
    }",
    );
}

#[test]
fn continue_leaves_out_the_rest_of_a_round() {
    same(
        "(i, a, x, y) => {
      let s = 0, n = 0;
      for (let j = 0; j < 20; j++) {
        if (j > a[i]) { n += 0.5; continue; }
        s += j;
        if (s > 60) continue;
        n -= 1;
      }
      x[i] = s; y[i] = n;
    }",
    );
}

#[test]
fn a_condition_at_the_end() {
    same(
        "(i, a, x, y) => {
      let s = a[i], n = 0;
      do { s -= 7.5; n++; if (n > 12) break; if (n === 2) continue; s += 0.125; } while (s > 0);
      x[i] = s; y[i] = n;
    }",
    );
    same("(i, a, x, y) => { let s = a[i], n = 0; do { s /= 2; n++; } while (s > 1 && n < 40); x[i] = s; y[i] = n; }");
}

#[test]
fn labels_lead_out_of_several_loops() {
    same(
        "(i, a, x, y) => {
      let s = 0, n = 0;
      outer: for (let j = 0; j < 9; j++) {
        for (let k = 0; k < 9; k++) {
          s += 1.5;
          if (s > a[i]) break outer;
          if (k > j) continue outer;
          n += k;
        }
        n += 100;
      }
      x[i] = s; y[i] = n;
    }",
    );
    same(
        "(i, a, x, y) => {
      let n = 0;
      block: {
        if (a[i] > 5) { n = 1; break block; }
        n += 2;
        if (a[i] < -5) break block;
        n += 4;
      }
      x[i] = n; y[i] = a[i] + n;
    }",
    );
}

#[test]
fn functions_return_early() {
    same(
        "(i, a, x, y) => {
      const sign = (v) => { if (v > 0) return 1; if (v < 0) return -1; return v; };
      x[i] = sign(a[i]);
      y[i] = sign(a[i] - 3) + sign(2 - a[i]) * 4;
    }",
    );
    same(
        "(i, a, x, y) => {
      function find(limit) {
        let s = 0;
        for (let j = 0; j < 25; j++) {
          if (s > limit) return j;
          for (let k = 0; k < 3; k++) { s += k; if (s === 7) return -s; }
        }
        return 1000;
      }
      x[i] = find(a[i]);
      y[i] = a[i] < 10 ? 1 : 2;
    }",
    );
}

#[test]
fn nested_conditions_of_which_some_leave() {
    same(
        "(i, a, x, y) => {
      let n = 0, s = a[i];
      for (let j = 0; j < 12; j++) {
        if (s > 3) {
          if (s > 30) { n += 1; break; } else if (s > 20) { s -= 4; continue; }
          s += 0.5;
        } else {
          s = s + 2;
          if (s !== s) break;
        }
        n += s > 10 ? 0.25 : 0.5;
      }
      x[i] = s; y[i] = n;
    }",
    );
}

#[test]
fn variables_of_a_round_that_is_cut_short_are_its_own() {
    same(
        "(i, a, x, y) => {
      let last = -1, kept = 0;
      for (let j = 0; j < 10; j++) {
        let t = j * 2;
        if (t > a[i]) { last = t; if (t > 14) break; continue; }
        t += 1;
        kept += t;
        last = kept;
      }
      x[i] = last; y[i] = kept;
    }",
    );
}

#[test]
fn what_is_written_on_some_paths_is_written_one_by_one() {
    scalar(
        "(i, a, x, y) => { block: { if (a[i] > 0) break block; x[i] = Math.sqrt(-a[i]) * 2; } }",
        "it writes to arrays on some paths only",
    );
    scalar(
        "(i, a, x, y) => {
          const put = (v) => { x[i] = v * 2; return v; };
          let s = 0;
          for (let j = 0; j < 5; j++) { if (j > a[i]) break; s += put(j); }
          y[i] = s;
        }",
        "it writes to arrays on some paths only",
    );
    scalar(
        "(i, a, x, y) => {
          const put = (v) => { x[i] = v * 2; return v; };
          let s = 0;
          if (a[i] > 2) s = put(a[i] * 3) + 1;
          y[i] = s * s + 2 * s;
        }",
        "it writes to arrays on some paths only",
    );
}
