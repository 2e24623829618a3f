//! Keeping elements against `Iterator::filter`.

use crate::memory::{THREADS, elements, random, with_team};
use proptest::prelude::*;
use sched::algorithms::{Half, Number, gather, mask, select};

fn length() -> impl Strategy<Value = usize> {
    prop_oneof![0_usize..200, 4094_usize..4099, 0..if cfg!(miri) { 5000_usize } else { 20_000 }]
}

/// What is kept, on any number of threads.
fn kept<T: Number>(values: &[u32], answers: &[T]) -> Vec<u32> {
    let (mut values, mut answers) = (values.to_vec(), answers.to_vec());
    let (input, answers) = (elements(&mut values), elements(&mut answers));
    let results: Vec<Vec<u32>> = THREADS
        .iter()
        .map(|threads| {
            with_team(*threads, |team| {
                let selection = select(team, input.len(), mask(&answers)).unwrap();
                let mut output = vec![0; selection.count()];
                gather(team, &selection, &input, &elements(&mut output)).unwrap();
                output
            })
        })
        .collect();
    assert!(results.iter().all(|result| *result == results[0]));
    results.into_iter().next().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 64 }))]
    #[test]
    fn kept_elements_stay_in_order(seed in any::<u64>(), len in length(), share in 0_u64..=8) {
        let mut next = random(seed);
        let values: Vec<u32> = (0..len).map(|_| u32::try_from(next() >> 32).unwrap()).collect();
        let answers: Vec<u8> = (0..len).map(|_| if next() % 8 < share { u8::try_from(next() >> 56).unwrap() | 1 } else { 0 }).collect();
        let expected: Vec<u32> =
            values.iter().zip(&answers).filter(|(_, answer)| **answer != 0).map(|(value, _)| *value).collect();
        prop_assert_eq!(kept(&values, &answers), expected);
    }
}

#[test]
fn masks_hold_what_javascript_takes_for_true() {
    let values: Vec<u32> = (0..6).collect();
    assert_eq!(kept(&values, &[0.0, -0.0, f64::NAN, 5e-324, f64::INFINITY, -1.0]), [3, 4, 5]);
    assert_eq!(kept(&values, &[0x0, 0x8000, 0x7e00, 1, 0x7c00, 0xbc00].map(Half)), [3, 4, 5]);
    assert_eq!(kept(&values, &[0_i64, 0, 0, 1 << 63, 1, -1]), [3, 4, 5]);
}

#[test]
fn a_predicate_is_asked_once_for_each_index() {
    let asked: Vec<_> = (0..10_000).map(|_| std::sync::atomic::AtomicU32::new(0)).collect();
    let selection = with_team(2, |team| {
        select(team, asked.len(), |from, answers| {
            for (index, answer) in answers.iter_mut().enumerate() {
                asked[from + index].fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                *answer = u8::from((from + index) % 10 == 3) * 200;
            }
        })
    });
    assert_eq!(selection.unwrap().count(), 1000);
    assert!(asked.into_iter().all(|count| count.into_inner() == 1));
}

#[test]
#[should_panic(expected = "room for what is kept")]
fn a_result_of_another_length_is_refused() {
    with_team(1, |team| {
        let input = elements(&mut vec![1_u8; 4]);
        let selection = select(team, 4, |_, answers| answers.fill(1)).unwrap();
        let _ = gather(team, &selection, &input, &elements(&mut vec![0; 3]));
    });
}
