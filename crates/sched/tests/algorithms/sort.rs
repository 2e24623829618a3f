//! Sorting against the sort of the standard library.

use std::cmp::Ordering as Order;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::memory::{THREADS, elements, random, with_team};
use proptest::prelude::*;
use sched::algorithms::{Clamped, Half, Key, Sortable, Stopped, Team, sort};

/// Large enough for stripes and buckets.
const MANY: usize = if cfg!(miri) { 9_000 } else { 100_000 };

/// Bits of elements.
trait Bits: Sortable + std::fmt::Debug {
    fn bits_of(self) -> u64;
    fn from_low(bits: u64) -> Self;
    /// The order of `TypedArray.prototype.sort`.
    fn order(a: &Self, b: &Self) -> Order;
}

macro_rules! integers {
    ($($T:ty)*) => {$(
        impl Bits for $T {
            fn bits_of(self) -> u64 {
                let mut bytes = [0; 8];
                bytes[..size_of::<$T>()].copy_from_slice(&self.to_le_bytes());
                u64::from_le_bytes(bytes)
            }
            fn from_low(bits: u64) -> Self {
                let bytes = bits.to_le_bytes();
                Self::from_le_bytes(*bytes.first_chunk().unwrap())
            }
            fn order(a: &Self, b: &Self) -> Order {
                a.cmp(b)
            }
        }
    )*};
}

integers!(u8 i8 u16 i16 u32 i32 u64 i64);

/// NaN last, -0 before +0; NaNs in any order.
fn float_order(a: f64, b: f64) -> Order {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => Order::Equal,
        (true, false) => Order::Greater,
        (false, true) => Order::Less,
        (false, false) => a.partial_cmp(&b).unwrap().then(b.is_sign_negative().cmp(&a.is_sign_negative())),
    }
}

impl Bits for f64 {
    fn bits_of(self) -> u64 {
        self.to_bits()
    }
    fn from_low(bits: u64) -> Self {
        Self::from_bits(bits)
    }
    fn order(a: &Self, b: &Self) -> Order {
        float_order(*a, *b)
    }
}

impl Bits for f32 {
    fn bits_of(self) -> u64 {
        self.to_bits().into()
    }
    fn from_low(bits: u64) -> Self {
        Self::from_bits(u32::from_low(bits))
    }
    fn order(a: &Self, b: &Self) -> Order {
        float_order((*a).into(), (*b).into())
    }
}

impl Bits for Half {
    fn bits_of(self) -> u64 {
        self.0.into()
    }
    fn from_low(bits: u64) -> Self {
        Self(u16::from_low(bits))
    }
    fn order(a: &Self, b: &Self) -> Order {
        float_order(a.to_f64(), b.to_f64())
    }
}

impl Bits for Clamped {
    fn bits_of(self) -> u64 {
        self.0.into()
    }
    fn from_low(bits: u64) -> Self {
        Self(u8::from_low(bits))
    }
    fn order(a: &Self, b: &Self) -> Order {
        a.0.cmp(&b.0)
    }
}

/// In order, and a permutation bit for bit, on any number of threads.
fn sorts<T: Bits>(values: &[T]) {
    let mut expected: Vec<u64> = values.iter().map(|value| value.bits_of()).collect();
    expected.sort_unstable();
    for threads in THREADS {
        let mut sorted = values.to_vec();
        let memory = elements(&mut sorted);
        with_team(threads, |team| sort(team, &memory)).unwrap();
        assert!(sorted.is_sorted_by(|a, b| T::order(a, b) != Order::Greater), "{sorted:?}");
        let mut bits: Vec<u64> = sorted.iter().map(|value| value.bits_of()).collect();
        bits.sort_unstable();
        assert!(bits == expected, "elements were lost");
    }
}

fn sorts_as_every_kind(bits: &[u64]) {
    fn as_kind<T: Bits>(bits: &[u64]) {
        sorts::<T>(&bits.iter().map(|bits| T::from_low(*bits)).collect::<Vec<_>>());
    }
    as_kind::<u8>(bits);
    as_kind::<i8>(bits);
    as_kind::<Clamped>(bits);
    as_kind::<u16>(bits);
    as_kind::<i16>(bits);
    as_kind::<Half>(bits);
    as_kind::<u32>(bits);
    as_kind::<i32>(bits);
    as_kind::<f32>(bits);
    as_kind::<u64>(bits);
    as_kind::<i64>(bits);
    as_kind::<f64>(bits);
}

/// Bits that are special for some kind, and others.
fn any_bits() -> impl Strategy<Value = u64> {
    let special = [
        0,
        1,
        u64::MAX,
        1 << 63,
        i64::MAX as u64,
        f64::NAN.to_bits(),
        (-f64::NAN).to_bits(),
        f64::NAN.to_bits() | 5,
        f64::INFINITY.to_bits(),
        f64::NEG_INFINITY.to_bits(),
        1.5_f64.to_bits(),
        f32::NAN.to_bits().into(),
        (-f32::NAN).to_bits().into(),
        f32::INFINITY.to_bits().into(),
        0x8000_0000,
        0x7e00,
        0xfe01,
        0x7c00,
        0x8000,
    ];
    prop_oneof![any::<u64>(), prop::sample::select(special.to_vec())]
}

proptest! {
    #[test]
    fn short_arrays_of_every_kind(bits in prop::collection::vec(any_bits(), 0..100)) {
        sorts_as_every_kind(&bits);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 6 }))]
    #[test]
    fn long_arrays_of_every_kind_and_of_few_or_many_values(
        seed in any::<u64>(),
        mask in prop::sample::select(&[u64::MAX, 0, 1, 0xff, 0xffff_0000, 0x8000_0000_0000_000f][..]),
        extra in 0_usize..300,
    ) {
        let mut next = random(seed);
        let bits: Vec<u64> = (0..MANY + extra).map(|_| next() & mask).collect();
        sorts_as_every_kind(&bits);
    }
}

#[test]
fn keys_are_one_to_one() {
    for bits in 0..=u16::MAX {
        assert_eq!(Half::bits(Half::key(bits)), bits);
        assert_eq!(i16::bits(i16::key(bits)), bits);
    }
    let keys: std::collections::HashSet<u16> = (0..=u16::MAX).map(Half::key).collect();
    assert_eq!(keys.len(), 1 << 16);
    assert_eq!(Half::key(0x7e00).before().map(Half::bits), Some(0x7dff));
}

/// Distributions that are known to be hard for sorting by samples.
#[test]
fn hard_distributions() {
    let mut next = random(7);
    let many = MANY * 4;
    let values: [Vec<f64>; 7] = [
        (0..many).map(|index| index as f64).collect(),
        (0..many).rev().map(|index| index as f64).collect(),
        vec![1.5; many],
        (0..many).map(|index| if index == many / 2 { -1.0 } else { 1.0 }).collect(),
        (0..many).map(|_| if next().is_multiple_of(2) { 0.5 } else { (next() >> 11) as f64 }).collect(),
        (0..many).map(|_| (next() % 3) as f64).collect(),
        (0..many).map(|_| 2_f64.powi(i32::try_from(next() % 2000).unwrap() - 1000)).collect(),
    ];
    for values in &values {
        sorts(values);
    }
}

/// Zero wherever the sample is taken, so that all else is one bucket, which no thread may sort in one go.
fn misleading(len: usize) -> Vec<u64> {
    let mut next = random(3);
    let mut values: Vec<u64> = (0..len).map(|_| next() | 1).collect();
    let mut position = random(len as u64);
    for _ in 0..16 * (len / 8192).next_power_of_two() {
        values[usize::try_from((u128::from(position()) * len as u128) >> 64).unwrap()] = 0;
    }
    values
}

#[test]
fn a_bucket_too_large_for_one_thread_is_sorted_too() {
    sorts(&misleading(MANY * 4));
}

#[test]
fn a_cancelled_sort_loses_no_elements() {
    let mut next = random(11);
    let arrays: [Vec<u64>; 2] = [(0..MANY).map(|_| next()).collect(), misleading(MANY * 4)];
    // The flag is set by another thread, sooner and later.
    for step in 4..if cfg!(miri) { 6 } else { 22 } {
        let (values, pause) = (&arrays[step % 2], 1 << step);
        let mut array = values.clone();
        let (memory, cancel) = (elements(&mut array), AtomicU32::new(0));
        let ended = std::thread::scope(|scope| {
            scope.spawn(|| {
                (0..pause).for_each(|_| std::hint::spin_loop());
                cancel.store(1, Ordering::Relaxed);
            });
            sort(&Team::new(2, &cancel), &memory)
        });
        if ended.is_ok() {
            assert!(array.is_sorted());
        } else {
            assert_eq!(ended, Err(Stopped::Cancelled));
        }
        let mut expected = values.clone();
        expected.sort_unstable();
        array.sort_unstable();
        assert!(array == expected);
    }
}

#[test]
fn a_sort_cancelled_before_it_begins_changes_nothing() {
    let values: Vec<u32> = (0..50_000).rev().collect();
    let mut array = values.clone();
    let memory = elements(&mut array);
    assert_eq!(sort(&Team::new(2, &AtomicU32::new(1)), &memory), Err(Stopped::Cancelled));
    assert!(array == values);
}

#[test]
fn a_racing_writer_spoils_the_order_only() {
    let mut next = random(5);
    let mut array: Vec<u64> = (0..MANY).map(|_| next()).collect();
    let (ours, theirs, done) = (elements(&mut array), elements(&mut array), AtomicU32::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut next = random(6);
            while done.load(Ordering::Relaxed) == 0 {
                let index = usize::try_from(next()).unwrap() % MANY;
                theirs.write(index, &[next()]);
            }
        });
        for _ in 0..if cfg!(miri) { 1 } else { 20 } {
            with_team(2, |team| sort(team, &ours)).unwrap();
        }
        done.store(1, Ordering::Relaxed);
    });
}
