//! The condition variable: who is notified, and how the lock changes hands.
#![cfg(not(loom))]

mod board;

use std::sync::atomic::{AtomicU32, Ordering};

use board::{Board, OBJECT, OTHER, record_of};
use sync::{Condition, Lock, Mode, NotOwner, Phase, Wait, WaitQueue};

fn waits(board: &Board, object: u32) -> usize {
    WaitQueue::new(board, object, sync::BASE).lock().iter().count()
}

#[test]
fn the_lock_is_needed_to_wait_and_to_notify() {
    let board = Board::new(2);
    let condition = Condition::new(&board, OTHER, OBJECT);
    assert_eq!(condition.begin(board.waiter(0, Mode::Async, 0)), Err(NotOwner));
    assert_eq!(condition.notify(1, 1, 1), Err(NotOwner));
    assert_eq!(Lock::new(&board, OBJECT).try_acquire(2), Some(0));
    assert_eq!(condition.notify(1, 1, 1), Err(NotOwner));
    assert_eq!(condition.notify(1, 2, 1), Ok(0));
}

#[test]
fn the_notified_get_the_lock_one_after_the_other() {
    let board = Board::new(5);
    let (lock, condition) = (Lock::new(&board, OBJECT), Condition::new(&board, OTHER, OBJECT));
    for isolate in 0..4 {
        assert_eq!(lock.try_acquire(isolate + 1), Some(0));
        condition.begin(board.waiter_for(isolate, OTHER)).unwrap();
        assert_eq!(lock.owner(), 0, "a wait releases it");
    }
    assert_eq!(lock.try_acquire(5), Some(0));
    assert_eq!(condition.notify(3, 5, 7), Ok(3));
    assert_eq!((waits(&board, OTHER), waits(&board, OBJECT)), (1, 3));
    assert!(board.arrived().is_empty(), "not before the notifier releases the lock");
    for isolate in 0..3 {
        assert!(lock.release(if isolate == 0 { 5 } else { isolate }));
        assert_eq!(board.arrived(), [isolate]);
        assert_eq!(board.waiter_result(isolate), (Phase::Granted, 0));
        assert_eq!(lock.owner(), isolate + 1);
    }
    assert!(lock.release(3));
    let last = sync::Waiter::of(&board, record_of(3));
    assert!(condition.withdraw(last));
    assert!(!condition.withdraw(last));
}

#[test]
fn a_thread_that_waits_is_not_woken_by_others_than_notifiers() {
    let (threads, rounds) = (3, if cfg!(miri) { 10 } else { 3000 });
    let board = Board::new(threads);
    let turn = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for isolate in 0..threads {
            let (board, turn) = (&board, &turn);
            scope.spawn(move || {
                let (lock, condition) = (Lock::new(board, OBJECT), Condition::new(board, OTHER, OBJECT));
                for _ in 0..rounds {
                    assert!(matches!(board.wait(isolate, 0, &lock), Wait::Granted(_)));
                    while turn.load(Ordering::Relaxed) % threads != isolate {
                        let waiter = board.waiter_for_thread(isolate, OTHER);
                        assert_eq!(condition.wait(waiter, &mut board.bed(isolate)), Ok(Wait::Granted(0)));
                        assert_eq!(lock.owner(), isolate + 1);
                    }
                    turn.fetch_add(1, Ordering::Relaxed);
                    condition.notify(threads, isolate + 1, 1).unwrap();
                    assert!(lock.release(isolate + 1));
                }
            });
        }
    });
    assert_eq!(turn.load(Ordering::Relaxed), threads * rounds);
}
