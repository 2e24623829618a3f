//! The token protocol of the parker.
#![cfg(not(loom))]

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sync::Parker;

#[test]
fn unpark_before_park_is_not_lost() {
    let parker = Parker::default();
    parker.unpark();
    assert!(parker.park(Duration::from_mins(1)));
}

#[test]
fn park_returns_without_a_token_after_its_timeout() {
    let parker = Parker::default();
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(20) {
        assert!(!parker.park(Duration::from_millis(20)));
    }
}

#[test]
fn two_threads_can_hand_a_turn_to_and_fro() {
    let parkers = [Parker::default(), Parker::default()];
    let turn = AtomicU32::new(0);
    let rounds = if cfg!(miri) { 20 } else { 20_000 };
    thread::scope(|scope| {
        for me in 0..2_u32 {
            let (parkers, turn) = (&parkers, &turn);
            scope.spawn(move || {
                for _ in 0..rounds {
                    while turn.load(Ordering::Acquire) != me {
                        parkers[me as usize].park(Duration::from_mins(1));
                    }
                    turn.store(1 - me, Ordering::Release);
                    parkers[1 - me as usize].unpark();
                }
            });
        }
    });
}
