//! The battery of crossbeam's queue tests, on the ring.
#![cfg(not(loom))]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::thread;

use sync::{Cells, Full, Ring};

const COUNT: u32 = if cfg!(miri) { 200 } else { 200_000 };

#[test]
fn smoke() {
    let ring = Ring::new(2);
    assert_eq!(ring.pop(), None);
    ring.push(7).unwrap();
    assert_eq!((ring.len(), ring.is_empty()), (1, false));
    assert_eq!((ring.pop(), ring.pop()), (Some(7), None));
    assert!(ring.is_empty());
}

#[test]
fn capacity_is_exact_and_a_full_ring_hands_the_value_back() {
    for capacity in [1, 2, 3, 4, 5, 7, 64, 100] {
        let ring = Ring::new(capacity);
        for lap in 0..3 {
            for i in 0..capacity {
                assert!(!ring.is_full());
                ring.push(lap * 100 + i).unwrap();
            }
            assert!(ring.is_full());
            assert_eq!(ring.push(9), Err(Full(9)));
            assert_eq!(ring.len(), ring.capacity());
            for i in 0..capacity {
                assert_eq!(ring.pop(), Some(lap * 100 + i));
            }
            assert_eq!(ring.pop(), None);
        }
    }
}

#[test]
#[should_panic(expected = "capacity must be from 1 to 2^24")]
fn capacity_must_not_be_zero() {
    let _ = Ring::new(0);
}

#[test]
fn spsc_keeps_the_order() {
    let ring = Ring::new(4);
    thread::scope(|scope| {
        scope.spawn(|| {
            for i in 0..COUNT {
                while ring.push(i).is_err() {
                    thread::yield_now();
                }
            }
        });
        for i in 0..COUNT {
            let got = loop {
                match ring.pop() {
                    Some(value) => break value,
                    None => thread::yield_now(),
                }
            };
            assert_eq!(got, i);
        }
    });
    assert!(ring.is_empty());
}

#[test]
fn mpmc_delivers_each_value_once_and_keeps_each_producers_order() {
    let ring = Ring::new(7);
    let producers = 3_u32;
    let taken = AtomicUsize::new(0);
    let sum = AtomicU64::new(0);
    thread::scope(|scope| {
        for producer in 0..producers {
            let ring = &ring;
            scope.spawn(move || {
                for i in 0..COUNT / 4 {
                    while ring.push(producer << 24 | i).is_err() {
                        thread::yield_now();
                    }
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = [None; 3];
                while taken.load(Ordering::Relaxed) < (producers * (COUNT / 4)) as usize {
                    let Some(value) = ring.pop() else {
                        thread::yield_now();
                        continue;
                    };
                    let (producer, i) = ((value >> 24) as usize, value & 0xff_ffff);
                    assert!(last[producer].is_none_or(|before| before < i), "a producer's values changed order");
                    last[producer] = Some(i);
                    taken.fetch_add(1, Ordering::Relaxed);
                    sum.fetch_add(u64::from(i), Ordering::Relaxed);
                }
            });
        }
    });
    let each: u64 = (0..u64::from(COUNT / 4)).sum();
    assert_eq!(sum.into_inner(), each * u64::from(producers));
}

#[test]
fn random_use_by_one_thread_equals_a_plain_queue() {
    for capacity in [16, 5] {
        let ring = Ring::new(capacity);
        let mut oracle = VecDeque::new();
        let mut seed = 1_u64;
        for i in 0..COUNT {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(3);
            if seed >> 63 == 0 {
                let fits = oracle.len() < capacity as usize;
                assert_eq!(ring.push(i).is_ok(), fits);
                if fits {
                    oracle.push_back(i);
                }
            } else {
                assert_eq!(ring.pop(), oracle.pop_front());
            }
            assert_eq!((ring.len(), ring.is_empty()), (oracle.len(), oracle.is_empty()));
        }
    }
}

/// A ring as it is after any number of operations.
struct Aged {
    head: AtomicU32,
    tail: AtomicU32,
    cells: [AtomicU64; 3],
}

impl Cells for Aged {
    fn capacity(&self) -> u32 {
        3
    }

    fn head(&self) -> &AtomicU32 {
        &self.head
    }

    fn tail(&self) -> &AtomicU32 {
        &self.tail
    }

    fn cell(&self, index: u32) -> &AtomicU64 {
        &self.cells[index as usize]
    }
}

#[test]
fn positions_wrap_without_a_seam() {
    // The last lap before positions start again at 0: a lap of three cells counts as four.
    let first = (1_u32 << 31) - 4;
    let free = u64::from(first.wrapping_mul(2)) << 32;
    let cells = std::array::from_fn(|_| AtomicU64::new(free));
    let ring = Ring::over(Aged { head: AtomicU32::new(first), tail: AtomicU32::new(first), cells });
    assert!(ring.is_empty());
    for value in 0..20 {
        ring.push(value).unwrap();
        ring.push(value + 100).unwrap();
        assert_eq!(ring.len(), 2);
        assert_eq!((ring.pop(), ring.pop(), ring.pop()), (Some(value), Some(value + 100), None));
    }
}
