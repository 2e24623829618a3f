//! Histograms against a loop.

use crate::memory::{THREADS, elements, random, with_team};
use proptest::prelude::*;
use sched::algorithms::{Bins, Number, histogram};

fn counted<T: Number>(values: &[T], bins: &Bins) -> Vec<u32> {
    let mut values = values.to_vec();
    let memory = elements(&mut values);
    let results: Vec<Vec<u32>> = THREADS
        .iter()
        .map(|threads| {
            let mut counts = vec![7; bins.count()];
            let places = elements(&mut counts);
            with_team(*threads, |team| histogram(team, &memory, bins, &places)).unwrap();
            counts
        })
        .collect();
    assert!(results.iter().all(|result| *result == results[0]));
    results.into_iter().next().unwrap()
}

/// Edges of equal parts.
fn equal(low: f64, high: f64, count: usize) -> Vec<f64> {
    let step = (high - low) / count as f64;
    (0..=count).map(|index| if index == count { high } else { low + index as f64 * step }).collect()
}

/// Looks at every bin.
fn expected(values: impl Iterator<Item = f64>, edges: &[f64]) -> Vec<u32> {
    let last = edges.len() - 2;
    let mut counts = vec![0; edges.len() - 1];
    for value in values {
        let holds =
            |bin: &usize| edges[*bin] <= value && (value < edges[*bin + 1] || *bin == last && value == edges[*bin + 1]);
        if let Some(bin) = (0..=last).rfind(holds) {
            counts[bin] += 1;
        }
    }
    counts
}

fn check<T: Number>(values: &[T], edges: &[f64]) {
    let expected = expected(values.iter().map(|value| value.to_f64()), edges);
    assert_eq!(counted(values, &Bins::new(edges.to_vec(), true)), expected);
    assert_eq!(counted(values, &Bins::new(edges.to_vec(), false)), expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 64 }))]
    #[test]
    fn every_element_in_range_is_counted_once(
        seed in any::<u64>(),
        len in 0_usize..if cfg!(miri) { 2000 } else { 100_000 },
        low in -100.0_f64..50.0,
        width in 0.001_f64..200.0,
        count in 1_usize..30,
    ) {
        let mut next = random(seed);
        let values: Vec<f64> = (0..len).map(|_| (next() % 20_000) as f64 / 100.0 - 100.0).collect();
        let edges = equal(low, low + width, count);
        check(&values, &edges);
        let bytes: Vec<i8> = values.iter().map(|value| *value as i8).collect();
        check(&bytes, &edges);
        let mut uneven: Vec<f64> = values.iter().copied().take(count + 1).chain([low, low + width]).collect();
        uneven.sort_by(f64::total_cmp);
        prop_assert_eq!(
            counted(&values, &Bins::new(uneven.clone(), false)),
            expected(values.iter().copied(), &uneven)
        );
    }
}

#[test]
fn edges_decide_where_rounding_would_not() {
    let edges = equal(0.0, 0.7, 7);
    check(&edges, &edges);
    let neighbours: Vec<f64> = edges.iter().flat_map(|edge| [edge.next_down(), edge.next_up()]).collect();
    check(&neighbours, &edges);
}

#[test]
fn bounds_belong_to_the_first_and_the_last_bin() {
    let values = [0.0, -0.0, 0.25, 1.0, 1.0 + f64::EPSILON, -f64::MIN_POSITIVE, f64::NAN, f64::INFINITY];
    let edges = equal(0.0, 1.0, 4);
    check(&values, &edges);
    assert_eq!(counted(&values, &Bins::new(edges, true)), [2, 1, 0, 1]);
    check(&[i64::MIN, -1, 0, i64::MAX], &[-1.0, 1.0, 1e30]);
}

#[test]
fn many_bins() {
    let values: Vec<f64> = (0..100_000).map(f64::from).collect();
    assert_eq!(counted(&values, &Bins::new(equal(0.0, 100_000.0, 100_000), true)), vec![1; 100_000]);
}
