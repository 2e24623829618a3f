//! Products of matrices against three loops.
#![cfg(not(miri))] // the instructions that `gemm` chooses are not there

use std::sync::atomic::AtomicU32;

use crate::memory::{THREADS, elements, random, with_team};
use proptest::prelude::*;
use sched::algorithms::{Real, Shape, Stopped, Team, matmul};

fn naive(Shape { rows, inner, columns }: Shape, a: &[f64], b: &[f64]) -> Vec<f64> {
    let mut product = vec![0.0; rows * columns];
    for row in 0..rows {
        for k in 0..inner {
            for column in 0..columns {
                product[row * columns + column] += a[row * inner + k] * b[k * columns + column];
            }
        }
    }
    product
}

/// The product, the same bits on any number of threads, whatever was in the result before.
fn product<T: Real + std::fmt::Debug>(shape: Shape, a: &[T], b: &[T]) -> Vec<T> {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    let (left, right) = (elements(&mut a), elements(&mut b));
    let products = THREADS.map(|threads| {
        let mut product = vec![T::ONE; shape.rows * shape.columns];
        with_team(threads, |team| matmul(team, shape, [&left, &right], &mut product)).unwrap();
        product
    });
    // A NaN equals nothing, but has a name.
    assert!(products.iter().all(|product| format!("{product:?}") == format!("{:?}", products[0])));
    products.into_iter().next().unwrap()
}

/// Small integers, whose sums are exact in any order.
fn exact(seed: u64, len: usize) -> Vec<f64> {
    let mut next = random(seed);
    (0..len).map(|_| (next() % 17) as f64 - 8.0).collect()
}

fn is_exact(shape: Shape, seed: u64) {
    let (a, b) = (exact(seed, shape.rows * shape.inner), exact(seed ^ 1, shape.inner * shape.columns));
    let expected = naive(shape, &a, &b);
    assert_eq!(product(shape, &a, &b), expected);
    let floats = |values: &[f64]| values.iter().map(|value| *value as f32).collect::<Vec<_>>();
    assert_eq!(product(shape, &floats(&a), &floats(&b)), floats(&expected));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn of_any_shape(rows in 0_usize..70, inner in 0_usize..70, columns in 0_usize..70, seed in any::<u64>()) {
        is_exact(Shape { rows, inner, columns }, seed);
    }
}

#[test]
fn of_shapes_that_are_cut() {
    for (rows, inner, columns) in
        [(600, 40, 530), (1, 3000, 1100), (1030, 700, 1), (1, 200_000, 2), (130, 300, 65), (2, 1, 1500)]
    {
        is_exact(Shape { rows, inner, columns }, 5);
    }
}

#[test]
fn rounding_is_that_of_some_order() {
    let shape = Shape { rows: 90, inner: 333, columns: 81 };
    let mut next = random(9);
    let mut values = |len: usize| -> Vec<f64> { (0..len).map(|_| (next() >> 11) as f64 / 2_f64.powi(53)).collect() };
    let (a, b) = (values(90 * 333), values(333 * 81));
    let expected = naive(shape, &a, &b);
    assert!(product(shape, &a, &b).iter().zip(&expected).all(|(ours, theirs)| (ours - theirs).abs() < 1e-11 * theirs));
}

#[test]
fn what_is_not_finite_stays_so() {
    let shape = Shape { rows: 2, inner: 2, columns: 2 };
    let result = product(shape, &[f64::INFINITY, 1.0, 0.0, 1.0], &[0.0, 1.0, 1.0, 2.0]);
    assert!(result[0].is_nan());
    assert_eq!(result[1..], [f64::INFINITY, 1.0, 2.0]);
}

#[test]
fn a_cancelled_product_ends() {
    let shape = Shape { rows: 100, inner: 100, columns: 100 };
    let (mut a, mut b, mut product) = (vec![1.0; 10_000], vec![1.0; 10_000], vec![0.0; 10_000]);
    let (left, right) = (elements(&mut a), elements(&mut b));
    let ended = matmul(&Team::new(2, &AtomicU32::new(1)), shape, [&left, &right], &mut product);
    assert_eq!(ended, Err(Stopped::Cancelled));
}
