//! The lock: owners, order, abandonment; and its exclusion under several threads.
#![cfg(not(loom))]

mod board;

use std::sync::atomic::Ordering;

use board::{Board, OBJECT};
use sync::{ABANDONED, BASE, Lock, Mode, OWNER, Phase, Rest, WAITERS, Wait, WaitQueue, Waitable};

fn state(board: &Board) -> u32 {
    WaitQueue::new(board, OBJECT, BASE).state().load(Ordering::Relaxed)
}

#[test]
fn only_its_owner_releases_it() {
    let board = Board::new(2);
    let lock = Lock::new(&board, OBJECT);
    assert!(!lock.release(1));
    assert_eq!(lock.try_acquire(1), Some(0));
    assert_eq!(lock.try_acquire(1), None, "not re-entrant");
    assert_eq!(lock.try_acquire(2), None);
    assert!(!lock.release(2));
    assert!(lock.release(1));
    assert_eq!(state(&board), 0);
}

#[test]
fn promises_are_made_the_owner_in_order() {
    let board = Board::new(4);
    let lock = Lock::new(&board, OBJECT);
    assert_eq!(lock.try_acquire(1), Some(0));
    for isolate in 1..4 {
        assert_eq!(board.promise(isolate, 0, &lock), None);
    }
    for isolate in 0..3 {
        assert_eq!(state(&board), (isolate + 1) | WAITERS);
        assert!(lock.release(isolate + 1));
        assert_eq!(board.arrived(), [isolate + 1]);
    }
    assert_eq!(state(&board), 4, "the last one, and nobody waits");
    assert!(lock.release(4));
}

#[test]
fn a_thread_competes_at_first_and_is_made_the_owner_after_a_while() {
    let board = Board::new(2);
    let lock = Lock::new(&board, OBJECT);
    let waiter = board.waiter(1, Mode::Thread, 0);
    assert_eq!(lock.try_acquire(1), Some(0));
    assert_eq!(lock.enlist(waiter), None);
    board.micros.store(999, Ordering::Relaxed);
    assert!(lock.release(1));
    assert_eq!(waiter.phase(), Phase::Retry);
    assert_eq!(lock.try_acquire(1), Some(0), "another one was faster");
    assert_eq!(lock.enlist(waiter), None);
    board.micros.store(1000, Ordering::Relaxed);
    assert!(lock.release(1));
    assert_eq!((waiter.phase(), lock.owner()), (Phase::Granted, 2));
}

#[test]
fn a_thread_that_lost_goes_back_to_the_front() {
    let board = Board::new(3);
    let lock = Lock::new(&board, OBJECT);
    let (first, second) = (board.waiter(1, Mode::Thread, 0), board.waiter(2, Mode::Thread, 0));
    assert_eq!(lock.try_acquire(1), Some(0));
    assert_eq!((lock.enlist(first), lock.enlist(second)), (None, None));
    assert!(lock.release(1));
    assert_eq!(lock.try_acquire(1), Some(0));
    assert_eq!(lock.enlist(first), None);
    assert!(lock.release(1));
    assert_eq!((first.phase(), second.phase()), (Phase::Retry, Phase::Queued));
}

#[test]
fn what_a_dead_owner_held_is_abandoned_to_the_next_one() {
    let board = Board::new(3);
    let lock = Lock::new(&board, OBJECT);
    assert_eq!(lock.try_acquire(1), Some(0));
    lock.leave(0);
    assert_eq!(state(&board), ABANDONED);
    assert_eq!(lock.try_acquire(2), Some(1), "told once");
    assert_eq!(board.promise(2, 0, &lock), None);
    assert_eq!(board.promise(1, 0, &lock), None);
    lock.leave(1);
    assert_eq!(board.arrived(), [1, 2], "its own wait ends, the other one inherits");
    assert_eq!(board.waiter_result(1), (Phase::Closed, 0));
    assert_eq!(board.waiter_result(2), (Phase::Granted, 1));
    assert!(lock.release(3));
    assert_eq!(lock.try_acquire(1), Some(0));
}

#[test]
fn a_stranger_that_leaves_changes_nothing() {
    let board = Board::new(3);
    let lock = Lock::new(&board, OBJECT);
    assert_eq!(lock.try_acquire(1), Some(0));
    assert_eq!(board.promise(1, 0, &lock), None);
    lock.leave(2);
    assert_eq!(state(&board), 1 | WAITERS);
    lock.leave(1);
    assert_eq!(state(&board), 1);
}

#[test]
fn a_withdrawn_wait_leaves_no_trace() {
    let board = Board::new(4);
    let lock = Lock::new(&board, OBJECT);
    assert_eq!(lock.try_acquire(1), Some(0));
    let waiters: Vec<_> = (1..4).map(|isolate| board.waiter(isolate, Mode::Async, 0)).collect();
    for &waiter in &waiters {
        assert_eq!(lock.enlist(waiter), None);
    }
    for index in [1, 0, 2] {
        assert_eq!(state(&board) & WAITERS, WAITERS);
        assert!(lock.withdraw(waiters[index]));
        assert!(!lock.withdraw(waiters[index]));
    }
    assert_eq!(state(&board), 1);
    assert!(lock.release(1));
    assert!(board.arrived().is_empty());
}

#[test]
fn many_threads_exclude_each_other_and_nobody_is_left_behind() {
    let rounds = if cfg!(miri) { 30 } else { 20_000 };
    let threads = 4;
    let mut board = Board::new(threads);
    // Now and then somebody is made the owner.
    board.step = 50;
    let inside = sync::primitive::AtomicU32::new(0);
    let count = sync::primitive::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for isolate in 0..threads {
            let (board, inside, count) = (&board, &inside, &count);
            scope.spawn(move || {
                let lock = Lock::new(board, OBJECT);
                let mut done = 0;
                while done < rounds {
                    let mut bed = board.bed(isolate);
                    // Some give up before they sleep.
                    if (done + isolate).is_multiple_of(5) {
                        bed = bed.ends_at_once(Rest::TimedOut);
                    }
                    if let Wait::Granted(_) = lock.wait(board.waiter(isolate, Mode::Thread, 0), &mut bed) {
                        assert_eq!(inside.fetch_add(1, Ordering::Relaxed), 0, "two are inside");
                        count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                        inside.fetch_sub(1, Ordering::Relaxed);
                        assert!(lock.release(isolate + 1));
                    }
                    done += 1;
                }
            });
        }
    });
    assert!(count.load(Ordering::Relaxed) >= rounds * threads * 4 / 5 - 4 * threads);
    assert_eq!(state(&board), 0);
    assert_eq!(state(&board) & OWNER, 0);
}
