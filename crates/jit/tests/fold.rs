//! Reductions: which go over vector registers, and that all of them fold what they are told to.

#![expect(clippy::float_cmp, reason = "results are compared exactly")]

mod support;

use std::sync::atomic::AtomicU32;

use jit::{Control, Element, Entry, Param, Status};
use support::build;

fn lanes(source: &str, element: Element) -> Result<u32, String> {
    let compiled = build(source, Entry::Reduce, vec![Param::Array(element)], &[]).unwrap();
    compiled.explanation.lanes.ok_or(compiled.explanation.scalar_because)
}

#[test]
fn minima_and_integers_take_lanes() {
    assert_eq!(lanes("(a, b) => Math.min(a, b)", Element::F64), Ok(2));
    assert_eq!(lanes("(a, b) => { const m = Math.max(b, a); return m }", Element::F32), Ok(4));
    assert_eq!(lanes("(a, b) => (a + b) | 0", Element::I32), Ok(4));
    assert_eq!(lanes("function (a, b) { return a ^ b }", Element::U32), Ok(4));
    assert_eq!(lanes("(a, b) => BigInt.asIntN(64, a + b)", Element::I64), Ok(2));
    assert_eq!(lanes("(a, b) => a | b", Element::I64), Ok(2));
}

#[test]
fn what_depends_on_the_order_does_not() {
    assert!(lanes("(a, b) => a + b", Element::F64).unwrap_err().contains("last bits"));
    assert!(lanes("(a, b) => a - b", Element::F64).unwrap_err().contains("each step"));
    assert!(lanes("(a, b) => (a + b * 2) | 0", Element::I32).unwrap_err().contains("each step"));
    assert!(lanes("(a, b) => { let m = b; const k = (m = 3, m); return Math.min(a, m) }", Element::F64).is_err());
    assert!(lanes("(a, b) => Math.min(b, b)", Element::F64).unwrap_err().contains("each step"));
}

#[test]
fn every_length_is_folded_whole() {
    let compiled = build("(a, b) => (a + b) | 0", Entry::Reduce, vec![Param::Array(Element::I32)], &[]).unwrap();
    let mut numbers: Vec<i32> = (1..=100).map(|i| i * 1_000_003).collect();
    for length in 1..=100_usize {
        let mut acc = 0.5_f64;
        let words = [numbers.as_mut_ptr() as u64, 100, (&raw mut acc) as u64];
        let flag = AtomicU32::new(0);
        let mut control = Control::new(&flag, 0);
        let hi = i64::try_from(length).unwrap();
        // SAFETY: the words are an array of 100 integers and the address of the accumulator; `hi` is at most 100.
        assert_eq!(unsafe { compiled.kernel.run(&words, 0, hi, &mut control) }, Status::Done);
        let wanted = numbers[..length].iter().fold(0_i32, |sum, x| sum.wrapping_add(*x));
        assert_eq!(acc, f64::from(wanted), "{length}");
    }
}
