//! Histograms against a loop.

use crate::memory::{THREADS, elements, random, with_team};
use proptest::prelude::*;
use sched::algorithms::{Bins, Number, histogram};

fn counted<T: Number>(values: &[T], bins: Bins) -> Vec<u32> {
    let mut values = values.to_vec();
    let memory = elements(&mut values);
    let results: Vec<Vec<u32>> = THREADS
        .iter()
        .map(|threads| {
            let mut counts = vec![7; bins.count];
            let places = elements(&mut counts);
            with_team(*threads, |team| histogram(team, &memory, bins, &places)).unwrap();
            counts
        })
        .collect();
    assert!(results.iter().all(|result| *result == results[0]));
    results.into_iter().next().unwrap()
}

fn expected(values: impl Iterator<Item = f64>, Bins { low, high, count }: Bins) -> Vec<u32> {
    let mut counts = vec![0; count];
    for value in values.filter(|value| *value >= low && *value <= high) {
        let bin = ((value - low) / (high - low) * count as f64).floor() as usize;
        counts[bin.min(count - 1)] += 1;
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 64 }))]
    #[test]
    fn every_element_in_range_is_counted_once(
        seed in any::<u64>(),
        len in 0_usize..if cfg!(miri) { 2000 } else { 200_000 },
        low in -100.0_f64..50.0,
        width in 0.001_f64..200.0,
        count in 1_usize..3000,
    ) {
        let mut next = random(seed);
        let values: Vec<f64> = (0..len).map(|_| (next() % 20_000) as f64 / 100.0 - 100.0).collect();
        let bins = Bins { low, high: low + width, count };
        prop_assert_eq!(counted(&values, bins), expected(values.iter().copied(), bins));
        let bytes: Vec<i8> = values.iter().map(|value| *value as i8).collect();
        prop_assert_eq!(counted(&bytes, bins), expected(bytes.iter().map(|value| f64::from(*value)), bins));
    }
}

#[test]
fn bounds_belong_to_the_first_and_the_last_bin() {
    let values = [0.0, -0.0, 0.25, 1.0, 1.0 + f64::EPSILON, -f64::MIN_POSITIVE, f64::NAN, f64::INFINITY];
    assert_eq!(counted(&values, Bins { low: 0.0, high: 1.0, count: 4 }), [2, 1, 0, 1]);
    assert_eq!(counted(&[i64::MIN, -1, 0, i64::MAX], Bins { low: -1.0, high: 1e30, count: 2 }), [3, 0]);
}
