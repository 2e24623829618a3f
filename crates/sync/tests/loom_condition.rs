//! Loom models of the condition variable: no notification is lost, also when a wait times out in the same moment.
#![cfg(loom)]

mod board;

use board::{Board, OBJECT, OTHER};
use loom::sync::Arc;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::thread;
use sync::{Condition, Lock, Mode, Rest, Wait};

/// The lock is the first object, the condition the second.
fn condition(board: &Board) -> (Lock<'_, Board>, Condition<'_, Board>) {
    (Lock::new(board, OBJECT), Condition::new(board, OTHER, OBJECT))
}

fn locked(board: &Board, isolate: u32) {
    assert_eq!(board.wait(isolate, 0, &Lock::new(board, OBJECT)), Wait::Granted(0));
}

#[test]
fn a_notification_after_the_release_is_not_lost() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        let ready = Arc::new(AtomicBool::new(false));
        let waiter = {
            let (board, ready) = (Arc::clone(&board), Arc::clone(&ready));
            thread::spawn(move || {
                let (lock, condition) = condition(&board);
                locked(&board, 0);
                while !ready.load(Ordering::Relaxed) {
                    let waiter = board.waiter(0, Mode::Thread, 0);
                    assert_eq!(condition.wait(waiter, &mut board.bed(0)), Ok(Wait::Granted(0)));
                    assert_eq!(lock.owner(), 1);
                }
                assert!(lock.release(1));
            })
        };
        let (lock, condition) = condition(&board);
        locked(&board, 1);
        ready.store(true, Ordering::Relaxed);
        condition.notify(1, 2, 1).unwrap();
        assert!(lock.release(2));
        waiter.join().unwrap();
        assert_eq!(lock.owner(), 0);
    });
}

fn gives_up(end: Rest) {
    loom::model(move || {
        let board = Arc::new(Board::new(2));
        let waiter = {
            let board = Arc::clone(&board);
            thread::spawn(move || {
                let (lock, condition) = condition(&board);
                locked(&board, 0);
                let mut bed = board.bed(0).ends_at_once(end);
                let wait = condition.wait(board.waiter(0, Mode::Thread, 0), &mut bed).unwrap();
                if wait == Wait::Stopped {
                    assert_ne!(lock.owner(), 1);
                } else {
                    assert!(lock.release(1), "it owns the lock again");
                }
                wait
            })
        };
        let (lock, condition) = condition(&board);
        locked(&board, 1);
        let moved = condition.notify(1, 2, 1).unwrap();
        assert!(lock.release(2));
        let wait = waiter.join().unwrap();
        if end == Rest::TimedOut {
            assert_eq!(wait == Wait::Granted(0), moved == 1, "notified or timed out, not both and not neither");
        }
        assert_eq!(lock.owner(), 0);
    });
}

#[test]
fn a_timeout_in_the_moment_of_the_notification_is_one_or_the_other() {
    gives_up(Rest::TimedOut);
}

#[test]
fn a_stop_in_the_moment_of_the_notification_leaves_the_lock_free() {
    gives_up(Rest::Stopped);
}
