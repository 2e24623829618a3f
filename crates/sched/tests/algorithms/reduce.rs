//! Sums, extremes and other reductions against loops.

use std::cell::Cell;

use crate::memory::{THREADS, elements, random, with_team};
use proptest::prelude::*;
use sched::algorithms::{
    Clamped, Elements, Half, LEAF, Number, Stopped, Team, Total, Wide, dot, max, mean, min, reduce, sum,
};

/// Lengths around the bounds of leaves.
fn length() -> impl Strategy<Value = usize> {
    prop_oneof![
        0_usize..50,
        LEAF - 2..LEAF + 3,
        3 * LEAF - 2..3 * LEAF + 3,
        0..if cfg!(miri) { LEAF } else { 9 * LEAF }
    ]
}

/// Numbers are the same if their bits are, but for NaNs.
fn same(a: Total, b: Total) -> bool {
    match (a, b) {
        (Total::Number(a), Total::Number(b)) => a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan(),
        _ => a == b,
    }
}

/// The result, which does not depend on the number of threads.
fn result<T: Number>(values: &[T], work: impl Fn(&Team<'_>, &Elements<T>) -> Result<Total, Stopped>) -> Total {
    let mut values = values.to_vec();
    let memory = elements(&mut values);
    let results = THREADS.map(|threads| with_team(threads, |team| work(team, &memory)).unwrap());
    assert!(results.iter().all(|total| same(*total, results[0])), "{results:?}");
    results[0]
}

fn number(value: f64) -> Total {
    Total::Number(value)
}

fn integer(value: i128) -> Total {
    Total::Integer(Wide::from(value))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 48 }))]

    #[test]
    fn sums_of_integers_are_exact(seed in any::<u64>(), len in length()) {
        let mut next = random(seed);
        let wide: Vec<u64> = (0..len).map(|_| next()).collect();
        let signed: Vec<i64> = wide.iter().map(|value| value.cast_signed()).collect();
        let narrow: Vec<i32> = signed.iter().map(|value| (value >> 32) as i32).collect();
        let exact = |values: &mut dyn Iterator<Item = i128>| values.sum::<i128>();
        prop_assert_eq!(result(&wide, sum), integer(exact(&mut wide.iter().map(|value| i128::from(*value)))));
        prop_assert_eq!(result(&signed, sum), integer(exact(&mut signed.iter().map(|value| i128::from(*value)))));
        let total = exact(&mut narrow.iter().map(|value| i128::from(*value)));
        prop_assert_eq!(result(&narrow, sum), number(total as f64));
        if len > 0 {
            prop_assert_eq!(result(&narrow, mean), number(total as f64 / len as f64));
        }
    }

    #[test]
    fn products_of_integers_are_exact(seed in any::<u64>(), len in length()) {
        let mut next = random(seed);
        // 62 bits each, so that the oracle does not overflow.
        let mut a: Vec<i64> = (0..len).map(|_| next().cast_signed() >> 2).collect();
        let mut b: Vec<i64> = (0..len).map(|_| next().cast_signed() >> 20).collect();
        let exact: i128 = a.iter().zip(&b).map(|(a, b)| i128::from(*a) * i128::from(*b)).sum();
        let (left, right) = (elements(&mut a), elements(&mut b));
        for threads in THREADS {
            prop_assert_eq!(with_team(threads, |team| dot(team, &left, &right)).unwrap(), integer(exact));
        }
        let mut a: Vec<i32> = a.iter().map(|value| (value >> 30) as i32).collect();
        let mut b: Vec<i32> = b.iter().map(|value| (value >> 12) as i32).collect();
        let exact: i128 = a.iter().zip(&b).map(|(a, b)| i128::from(*a) * i128::from(*b)).sum();
        let (left, right) = (elements(&mut a), elements(&mut b));
        prop_assert_eq!(with_team(2, |team| dot(team, &left, &right)).unwrap(), number(exact as f64));
    }

    #[test]
    fn doubles_are_added_as_documented(seed in any::<u64>(), len in length()) {
        let mut next = random(seed);
        let mut values: Vec<f64> = (0..len).map(|_| (next() >> 11) as f64 * 1e-9 - 1e3).collect();
        prop_assert!(same(result(&values, sum), number(tree(&values))));
        let squares: Vec<f64> = values.iter().map(|value| value * value).collect();
        let memory = elements(&mut values);
        for threads in THREADS {
            let total = with_team(threads, |team| dot(team, &memory, &memory)).unwrap();
            prop_assert!(same(total, number(tree(&squares))));
        }
    }

    #[test]
    fn extremes_are_those_of_math(bits in prop::collection::vec(special(), 1..30), repeat in 1_usize..400) {
        let values: Vec<f64> = bits.iter().copied().cycle().take(bits.len() * repeat).collect();
        let least = values.iter().copied().reduce(math_min).unwrap();
        let most = values.iter().copied().reduce(|a, b| -math_min(-a, -b)).unwrap();
        prop_assert!(same(result(&values, |team, values| Ok(min(team, values)?.unwrap())), number(least)));
        prop_assert!(same(result(&values, |team, values| Ok(max(team, values)?.unwrap())), number(most)));
        let floats: Vec<f32> = values.iter().map(|value| *value as f32).collect();
        prop_assert!(same(
            result(&floats, |team, values| Ok(min(team, values)?.unwrap())),
            number(f64::from(least as f32))
        ));
        let halves: Vec<Half> = values.iter().map(|value| Half::from_f64(*value)).collect();
        prop_assert!(same(
            result(&halves, |team, values| Ok(max(team, values)?.unwrap())),
            number(Half::from_f64(most).to_f64())
        ));
    }
}

fn special() -> impl Strategy<Value = f64> {
    let values = vec![0.0, -0.0, 1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY, 1e300, 6e-8, -3e-5];
    prop_oneof![
        20 => prop::sample::select(values),
        20 => -1e5_f64..1e5,
        1 => prop::sample::select(vec![f64::NAN, -f64::NAN]),
    ]
}

fn math_min(a: f64, b: f64) -> f64 {
    match (a.is_nan() || b.is_nan(), a == b) {
        (true, _) => f64::NAN,
        (_, true) => {
            if a.is_sign_negative() {
                a
            } else {
                b
            }
        }
        _ => a.min(b),
    }
}

/// The sum of a leaf as documented.
pub(crate) fn leaf(values: &[f64]) -> f64 {
    let lane = |lane: usize| values.iter().skip(lane).step_by(8).fold(0.0, |sum, value| sum + value);
    ((lane(0) + lane(1)) + (lane(2) + lane(3))) + ((lane(4) + lane(5)) + (lane(6) + lane(7)))
}

/// The sum as documented.
fn tree(values: &[f64]) -> f64 {
    let mut level: Vec<f64> = values.chunks(LEAF).map(leaf).collect();
    while level.len() > 1 {
        level = level.chunks(2).map(|pair| pair.iter().copied().reduce(|a, b| a + b).unwrap()).collect();
    }
    level.first().copied().unwrap_or(0.0)
}

#[test]
fn extremes_of_integers() {
    let values = [i64::MIN, -1, 0, 7, i64::MAX];
    assert_eq!(result(&values, |team, values| Ok(min(team, values)?.unwrap())), integer(i64::MIN.into()));
    assert_eq!(result(&values, |team, values| Ok(max(team, values)?.unwrap())), integer(i64::MAX.into()));
    assert_eq!(result(&[u64::MAX, 1], |team, values| Ok(max(team, values)?.unwrap())), integer(u64::MAX.into()));
    assert_eq!(result(&[-5_i8, 3], |team, values| Ok(min(team, values)?.unwrap())), number(-5.0));
    assert_eq!(result(&[Clamped(200), Clamped(3)], sum), number(203.0));
}

#[test]
fn of_no_elements() {
    let none = elements(&mut Vec::<f64>::new());
    with_team(2, |team| {
        assert_eq!(sum(team, &none), Ok(number(0.0)));
        assert_eq!(dot(team, &none, &none), Ok(number(0.0)));
        assert!(same(mean(team, &none).unwrap(), number(f64::NAN)));
        assert_eq!((min(team, &none), max(team, &none)), (Ok(None), Ok(None)));
        assert_eq!(sum(team, &elements(&mut Vec::<i64>::new())), Ok(integer(0)));
    });
}

#[test]
fn wide_integers_carry_and_have_a_sign() {
    let most = Wide::from(u128::MAX);
    let twice = most + most;
    assert_eq!(twice.words(), (false, [u64::MAX - 1, u64::MAX, 1]));
    let zero = twice + Wide::from(-2_i128);
    assert_eq!(zero.words(), (false, [u64::MAX - 3, u64::MAX, 1]));
    assert_eq!(Wide::from(-1_i64).words(), (true, [1, 0, 0]));
    assert_eq!(Wide::from(i128::MIN).words(), (true, [0, 1 << 63, 0]));
    assert_eq!((Wide::from(-5_i64) + Wide::from(7_u64)).to_f64(), 2.0);
    let extremes = [i64::MIN; 3];
    let mut values = extremes.to_vec();
    let memory = elements(&mut values);
    let total = with_team(1, |team| dot(team, &memory, &memory)).unwrap();
    let Total::Integer(total) = total else { panic!("{total:?}") };
    assert_eq!(total.words(), (false, [0, 3 << 62, 0]));
}

#[test]
fn neighbours_are_combined_pairwise() {
    let shapes = THREADS.map(|threads| {
        let names = Cell::new(0);
        let text = std::cell::RefCell::new(Vec::new());
        let combine = |left: usize, right: usize| {
            text.borrow_mut().push((left, right));
            names.set(names.get() + 1);
            100 + names.get()
        };
        let leaf = |from: usize, _| from / LEAF;
        with_team(threads, |team| reduce(team, 4 * LEAF + 1, leaf, combine)).unwrap();
        text.into_inner()
    });
    assert_eq!(shapes, [(); 3].map(|()| vec![(0, 1), (2, 3), (101, 102), (103, 4)]));
}
