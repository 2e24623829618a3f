//! Running sums against loops.

use crate::memory::{THREADS, elements, random, with_team};
use crate::reduce::leaf;
use proptest::prelude::*;
use sched::algorithms::{Clamped, Half, LEAF, Number, scan};

/// The loop that a caller would write: what was stored is what goes on.
fn stored<T: Copy, R: Copy>(values: &[T], zero: R, step: impl Fn(R, T) -> R) -> (Vec<R>, Vec<R>) {
    let (mut inclusive, mut exclusive, mut running) = (vec![], vec![], zero);
    for value in values {
        exclusive.push(running);
        running = step(running, *value);
        inclusive.push(running);
    }
    (inclusive, exclusive)
}

fn scanned<T: Number + PartialEq + std::fmt::Debug>(values: &[T], exclusive: bool) -> Vec<T> {
    let results: Vec<Vec<T>> = THREADS
        .iter()
        .map(|threads| {
            let (mut input, mut output) = (values.to_vec(), vec![T::default(); values.len()]);
            let (from, to) = (elements(&mut input), elements(&mut output));
            with_team(*threads, |team| scan(team, &from, &to, exclusive)).unwrap();
            // In place too.
            with_team(*threads, |team| scan(team, &from, &from, exclusive)).unwrap();
            assert!(input == output);
            output
        })
        .collect();
    assert!(results.iter().all(|result| *result == results[0]));
    results.into_iter().next().unwrap()
}

/// Lengths around the bounds of leaves.
fn length() -> impl Strategy<Value = usize> {
    let most = if cfg!(miri) { LEAF + 2 } else { 4 * LEAF };
    prop_oneof![0_usize..50, LEAF - 2..LEAF + 3, 2 * LEAF - 2..2 * LEAF + 3, 0..most]
}

macro_rules! integers {
    ($($name:ident, $T:ty;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 48 }))]
            $(
                #[test]
                fn $name(seed in any::<u64>(), len in length()) {
                    let mut next = random(seed);
                    let values: Vec<$T> =
                        (0..len).map(|_| <$T>::from_le_bytes(*next().to_le_bytes().first_chunk().unwrap())).collect();
                    let (inclusive, exclusive) = stored(&values, 0, <$T>::wrapping_add);
                    prop_assert_eq!(scanned(&values, false), inclusive);
                    prop_assert_eq!(scanned(&values, true), exclusive);
                }
            )*
        }
    };
}

integers! {
    bytes_wrap_around, u8;
    signed_bytes_wrap_around, i8;
    integers_of_16_bits_wrap_around, i16;
    integers_of_32_bits_wrap_around, u32;
    integers_of_64_bits_wrap_around, i64;
}

#[test]
fn clamped_bytes_saturate() {
    for most in [2, 256] {
        let mut next = random(most);
        let values: Vec<u8> = (0..3 * LEAF).map(|_| u8::try_from(next() % most).unwrap()).collect();
        let clamped: Vec<Clamped> = values.iter().map(|value| Clamped(*value)).collect();
        let (inclusive, exclusive) = stored(&values, 0, u8::saturating_add);
        let bytes = |values: Vec<Clamped>| values.iter().map(|value| value.0).collect::<Vec<_>>();
        assert_eq!(bytes(scanned(&clamped, false)), inclusive);
        assert_eq!(bytes(scanned(&clamped, true)), exclusive);
    }
}

/// The shape that is documented.
fn tree(values: &[f64]) -> Vec<f64> {
    let (mut before, mut result) = (0.0, vec![]);
    for values in values.chunks(LEAF) {
        result.extend(stored(values, before, |running, value| running + value).0);
        before += leaf(values);
    }
    result
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 48 }))]
    #[test]
    fn doubles_are_added_in_the_documented_order(seed in any::<u64>(), len in length()) {
        let mut next = random(seed);
        let values: Vec<f64> = (0..len).map(|_| (next() >> 11) as f64 * 1e-9 - 1e3).collect();
        let expected = tree(&values);
        prop_assert_eq!(&scanned(&values, false), &expected);
        let exclusive: Vec<f64> = std::iter::once(0.0).chain(expected).take(len).collect();
        // The last sum of a leaf is added in another order than the first one of the next.
        let first = len.min(LEAF);
        prop_assert_eq!(&scanned(&values, true)[..first], &exclusive[..first]);
    }

    #[test]
    fn floats_are_added_as_doubles(seed in any::<u64>(), len in 0_usize..LEAF) {
        let mut next = random(seed);
        let values: Vec<f64> = (0..len).map(|_| f64::from(u32::try_from(next() >> 40).unwrap()) - 8e6).collect();
        let sums = stored(&values, 0.0, |running, value| running + value).0;
        let floats: Vec<f32> = values.iter().map(|value| *value as f32).collect();
        prop_assert_eq!(scanned(&floats, false), sums.iter().map(|sum| *sum as f32).collect::<Vec<_>>());
    }
}

#[test]
fn halves_are_rounded_when_they_are_stored() {
    let mut ones = vec![Half::from_f64(1.0); 3000];
    let memory = elements(&mut ones);
    with_team(2, |team| scan(team, &memory, &memory, false)).unwrap();
    // 2049 is not a half; the sum itself is not rounded.
    let values: Vec<f64> = [2046, 2047, 2048, 2049, 2999].iter().map(|index| ones[*index].to_f64()).collect();
    assert_eq!(values, [2047.0, 2048.0, 2048.0, 2050.0, 3000.0]);
}

#[test]
fn a_nan_stays() {
    let mut values = vec![1.0; 3 * LEAF];
    values[LEAF + 5] = f64::NAN;
    let sums = {
        let memory = elements(&mut values);
        with_team(2, |team| scan(team, &memory, &memory, false)).unwrap();
        values
    };
    assert!(sums[..LEAF + 5].iter().all(|sum| !sum.is_nan()) && sums[LEAF + 5..].iter().all(|sum| sum.is_nan()));
}
