//! Copies out of and into memory that others may write.

use crate::memory::elements;
use proptest::prelude::*;
use sched::algorithms::{Elements, Plain};
use std::sync::atomic::{AtomicBool, Ordering};

/// Any range of any array, at any alignment, by pieces of any length.
fn copies<T: Plain + PartialEq + std::fmt::Debug>(values: &[T], skip: usize, from: usize, count: usize) {
    let mut memory: Vec<T> = std::iter::repeat_n(T::default(), skip).chain(values.iter().copied()).collect();
    // SAFETY: the memory outlives the elements, and nobody else touches it.
    let all = unsafe { Elements::new(memory.as_mut_ptr().wrapping_add(skip), values.len()) };
    let mut out = vec![T::default(); count];
    all.read(from, &mut out);
    assert_eq!(out, values[from..from + count]);
    let mut expected = values.to_vec();
    expected[from..from + count].reverse();
    out.reverse();
    all.write(from, &out);
    assert_eq!(memory[skip..], expected);
    assert!(memory[..skip].iter().all(|value| *value == T::default()));
}

proptest! {
    #[test]
    fn any_range_is_copied_and_nothing_else(
        values in prop::collection::vec(any::<u64>(), 1..60),
        skip in 0_usize..9,
        cut in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let from = cut.0.index(values.len() + 1);
        let count = cut.1.index(values.len() - from + 1);
        copies(&values, skip, from, count);
        copies(&values.iter().map(|value| f64::from_bits(value >> 2)).collect::<Vec<_>>(), skip, from, count);
        copies(&values.iter().map(|value| u32::try_from(value >> 32).unwrap()).collect::<Vec<_>>(), skip, from, count);
        copies(&values.iter().map(|value| u16::try_from(value >> 48).unwrap()).collect::<Vec<_>>(), skip, from, count);
        copies(&values.iter().map(|value| u8::try_from(value >> 56).unwrap()).collect::<Vec<_>>(), skip, from, count);
    }
}

#[test]
fn no_elements_need_no_memory() {
    let none = elements(&mut Vec::<u16>::new());
    none.read(0, &mut []);
    none.write(0, &[]);
    assert!(none.is_empty());
}

#[test]
#[should_panic(expected = "elements 3..+2 of 4")]
fn a_range_out_of_bounds_is_refused() {
    elements(&mut vec![0_u8; 4]).read(3, &mut [0; 2]);
}

#[test]
#[should_panic(expected = "elements 5..+0 of 4")]
fn so_is_an_empty_one() {
    elements(&mut vec![0_u8; 4]).write(5, &[]);
}

#[test]
fn racing_writers_change_numbers_and_nothing_else() {
    let mut shared = vec![0_u32; 1000];
    let (ours, theirs, done) = (elements(&mut shared), elements(&mut shared), AtomicBool::new(false));
    let rounds = if cfg!(miri) { 3 } else { 2000 };
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in (0..2).cycle() {
                theirs.write(0, &[round; 1000]);
                if done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        for _ in 0..rounds {
            let mut seen = [2; 1000];
            ours.read(0, &mut seen);
            assert!(seen.iter().all(|value| *value < 2));
        }
        done.store(true, Ordering::Relaxed);
    });
}
