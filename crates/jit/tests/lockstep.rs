//! Loops inside of vector loops: lanes that end at different times give what single iterations give.

#![expect(clippy::float_cmp, reason = "results are compared exactly")]

mod support;

use jit::{Element, Entry, Param};
use support::{Arg, build, run};

const MANDELBROT: &str = "(i, width, limit, out) => {
  const cx = ((i % width) / width) * 3 - 2;
  const cy = (Math.floor(i / width) / width) * 2 - 1;
  let x = 0, y = 0, n = 0;
  while (n < limit && x * x + y * y <= 4) {
    const next = x * x - y * y + cx;
    y = 2 * x * y + cy;
    x = next;
    n++;
  }
  out[i] = n;
}";

#[test]
fn escape_times_take_lanes() {
    let params = vec![Param::Natural(12), Param::Natural(12), Param::Array(Element::I32)];
    let compiled = build(MANDELBROT, Entry::For { bits: 20 }, params, &[]).unwrap();
    assert_eq!(compiled.explanation.lanes, Some(2), "{}", compiled.explanation.scalar_because);
}

#[test]
fn escape_times_are_those_of_single_iterations() {
    let (width, limit) = (37_i32, 200_i32);
    let mut out = vec![0_i32; 37 * 23 + 3];
    let count = i64::try_from(out.len()).unwrap();
    let args = vec![Arg::Number(f64::from(width)), Arg::Number(f64::from(limit)), Arg::I32(&mut out)];
    run(MANDELBROT, Entry::For { bits: 20 }, args, count, None).unwrap();
    for (i, n) in (0_i32..).zip(out) {
        let cx = f64::from(i % width) / f64::from(width) * 3.0 - 2.0;
        let cy = f64::from(i / width) / f64::from(width) * 2.0 - 1.0;
        let (mut x, mut y, mut wanted) = (0.0_f64, 0.0_f64, 0);
        while wanted < limit && x * x + y * y <= 4.0 {
            (x, y) = (x * x - y * y + cx, 2.0 * x * y + cy);
            wanted += 1;
        }
        assert_eq!(n, wanted, "pixel {i}");
    }
}

#[test]
fn conditions_and_loops_in_loops() {
    let source = "(i, a, out) => {
      let x = a[i], n = 0;
      for (let j = 0; j < x; j++) {
        if (x > 5) { x -= 0.5; n += 2 } else n++;
        for (let k = 0; k < j; k += 2) n += 0.25;
      }
      out[i] = n + x;
    }";
    let mut starts: Vec<f64> = (0..101).map(|i| f64::from(i * 7 % 23) - 2.0).collect();
    let mut out = vec![0.0; 101];
    run(source, Entry::For { bits: 8 }, vec![Arg::F64(&mut starts), Arg::F64(&mut out)], 101, None).unwrap();
    for (i, start) in starts.iter().enumerate() {
        let (mut x, mut n, mut round) = (*start, 0.0, 0.0);
        while round < x {
            if x > 5.0 {
                x -= 0.5;
                n += 2.0;
            } else {
                n += 1.0;
            }
            let mut k = 0.0;
            while k < round {
                n += 0.25;
                k += 2.0;
            }
            round += 1.0;
        }
        assert_eq!(out[i], n + x, "{i}");
    }
}

#[test]
fn what_a_loop_leaves_behind_is_that_of_its_own_last_round() {
    let source = "(i, a, out) => {
      const end = Math.max(a[i], 1);
      for (let j = 0; j < end; j++) var last = j * 10;
      out[i] = last;
    }";
    let mut a: Vec<f64> = (0..50).map(|i| f64::from(i * 5 % 13)).collect();
    let mut out = vec![0.0; 50];
    run(source, Entry::For { bits: 8 }, vec![Arg::F64(&mut a), Arg::F64(&mut out)], 50, None).unwrap();
    for (start, last) in a.iter().zip(out) {
        assert_eq!(last, (start.max(1.0) - 1.0) * 10.0, "{start}");
    }
}
