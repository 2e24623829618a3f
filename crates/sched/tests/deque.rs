//! The deque under its owner and several thieves.
#![cfg(not(loom))]

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use sched::{Deque, Steal};

const JOBS: u32 = if cfg!(miri) { 100 } else { 200_000 };

#[test]
fn deque_pops_the_youngest_and_steals_the_oldest() {
    let deque = Deque::new(4);
    for job in 1..=4 {
        deque.push(job).unwrap();
    }
    assert_eq!(deque.push(5), Err(5));
    assert_eq!((deque.len(), deque.youngest(), deque.oldest()), (4, Some(4), Some(1)));
    assert_eq!(deque.pop_if(|_| true), Some(4));
    assert_eq!(deque.steal_if(|_| true), Steal::Job(1));
    assert_eq!((deque.pop_if(|_| true), deque.pop_if(|_| true), deque.pop_if(|_| true)), (Some(3), Some(2), None));
    assert_eq!(deque.steal_if(|_| true), Steal::Empty);
    assert!(deque.is_empty());
}

#[test]
fn deque_leaves_what_is_not_wanted() {
    let deque = Deque::new(4);
    deque.push(1).unwrap();
    assert_eq!(deque.pop_if(|job| job != 1), None);
    assert_eq!(deque.steal_if(|job| job != 1), Steal::Refused);
    assert_eq!(deque.pop_if(|job| job == 1), Some(1));
}

#[test]
fn deque_gives_each_job_to_exactly_one_thread() {
    let deque = Deque::new(64);
    let seen: Vec<AtomicU32> = (0..JOBS).map(|_| AtomicU32::new(0)).collect();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    match deque.steal_if(|_| true) {
                        Steal::Job(job) => {
                            seen[job as usize].fetch_add(1, Ordering::Relaxed);
                        }
                        Steal::Empty if done.load(Ordering::Acquire) => return,
                        _ => thread::yield_now(),
                    }
                }
            });
        }
        for job in 0..JOBS {
            while deque.push(job).is_err() {
                thread::yield_now();
            }
            if job % 3 == 0
                && let Some(own) = deque.pop_if(|_| true)
            {
                seen[own as usize].fetch_add(1, Ordering::Relaxed);
            }
        }
        while let Some(own) = deque.pop_if(|_| true) {
            seen[own as usize].fetch_add(1, Ordering::Relaxed);
        }
        done.store(true, Ordering::Release);
    });
    assert!(seen.iter().all(|count| count.load(Ordering::Relaxed) == 1));
}
