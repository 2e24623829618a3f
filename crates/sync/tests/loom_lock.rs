//! Loom models of the lock: mutual exclusion, no lost wake-up, no ghost waiter.
#![cfg(loom)]

mod board;

use board::{Board, OBJECT, record_of};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use sync::{Lock, Mode, Rest, Wait, Waitable};

/// What the lock protects.
struct Shared {
    board: Board,
    count: UnsafeCell<u32>,
}

fn shared(step: u32) -> Arc<Shared> {
    let mut board = Board::new(3);
    board.step = step;
    Arc::new(Shared { board, count: UnsafeCell::new(0) })
}

fn add_one(shared: &Shared, isolate: u32) {
    let lock = Lock::new(&shared.board, OBJECT);
    assert_eq!(shared.board.wait(isolate, 0, &lock), Wait::Granted(0));
    // SAFETY: the lock is held; loom checks that nobody else is here.
    shared.count.with_mut(|count| unsafe { *count += 1 });
    assert!(lock.release(isolate + 1));
}

fn two_threads_add(step: u32) {
    loom::model(move || {
        let shared = shared(step);
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || add_one(&shared, 1))
        };
        add_one(&shared, 0);
        other.join().unwrap();
        // SAFETY: the other thread has ended.
        shared.count.with(|count| assert_eq!(unsafe { *count }, 2));
        assert_eq!(Lock::new(&shared.board, OBJECT).owner(), 0);
    });
}

#[test]
fn blocked_threads_compete_and_exclude_each_other() {
    two_threads_add(0);
}

#[test]
fn blocked_threads_that_waited_long_are_made_the_owner() {
    two_threads_add(1000);
}

/// One waits while the holder leaves and a third comes by.
#[test]
fn a_waiter_gets_the_lock_though_another_one_is_faster() {
    loom::model(|| {
        let shared = shared(0);
        let lock = Lock::new(&shared.board, OBJECT);
        assert_eq!(lock.try_acquire(1), Some(0));
        let others: Vec<_> = (1..3)
            .map(|isolate| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || add_one(&shared, isolate))
            })
            .collect();
        assert!(lock.release(1));
        for other in others {
            other.join().unwrap();
        }
        // SAFETY: the other threads have ended.
        shared.count.with(|count| assert_eq!(unsafe { *count }, 2));
    });
}

fn gives_up(end: Rest) {
    loom::model(move || {
        let shared = shared(0);
        let lock = Lock::new(&shared.board, OBJECT);
        assert_eq!(lock.try_acquire(1), Some(0));
        let hasty = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let lock = Lock::new(&shared.board, OBJECT);
                let mut bed = shared.board.bed(1).ends_at_once(end);
                let wait = lock.wait(shared.board.waiter(1, Mode::Thread, 0), &mut bed);
                match wait {
                    Wait::Granted(_) => assert!(lock.release(2)),
                    other => assert_eq!(other, if end == Rest::Stopped { Wait::Stopped } else { Wait::TimedOut }),
                }
            })
        };
        let patient = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || add_one(&shared, 2))
        };
        assert!(lock.release(1));
        hasty.join().unwrap();
        patient.join().unwrap();
        assert_eq!(lock.try_acquire(1), Some(0), "nobody is left behind");
        assert!(lock.release(1));
    });
}

/// Who gives up in the moment in which it is woken passes the wake-up on.
#[test]
fn a_timeout_neither_keeps_the_lock_nor_loses_a_wake_up() {
    gives_up(Rest::TimedOut);
}

#[test]
fn a_stop_neither_keeps_the_lock_nor_loses_a_wake_up() {
    gives_up(Rest::Stopped);
}

#[test]
fn a_promise_is_made_the_owner_or_withdrawn() {
    loom::model(|| {
        let shared = shared(0);
        let lock = Lock::new(&shared.board, OBJECT);
        assert_eq!(lock.try_acquire(1), Some(0));
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let lock = Lock::new(&shared.board, OBJECT);
                let granted = match shared.board.promise(1, 0, &lock) {
                    Some(wait) => wait == Wait::Granted(0),
                    None => !lock.withdraw(sync::Waiter::of(&shared.board, record_of(1))),
                };
                if granted {
                    assert_eq!(lock.owner(), 2);
                    assert!(lock.release(2));
                }
                granted
            })
        };
        assert!(lock.release(1));
        let granted = other.join().unwrap();
        assert_eq!(lock.owner(), 0);
        let home = shared.board.arrived();
        assert!(home.is_empty() || (granted && home == [1]));
    });
}
