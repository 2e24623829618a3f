//! Loom models of the semaphore: no permit and no wake-up is lost.
#![cfg(loom)]

mod board;

use board::{Board, OBJECT, record_of};
use loom::sync::Arc;
use loom::thread;
use sync::{BASE, MOST, Mode, Rest, Semaphore, Wait, Waitable};

fn semaphore(board: &Board) -> Semaphore<'_, Board> {
    Semaphore::new(board, OBJECT, BASE)
}

#[test]
fn two_waiters_get_the_permits_that_are_released() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        let waiters: Vec<_> = (0..2)
            .map(|isolate| {
                let board = Arc::clone(&board);
                thread::spawn(move || assert_eq!(board.wait(isolate, 1, &semaphore(&board)), Wait::Granted(0)))
            })
            .collect();
        semaphore(&board).release(1, MOST).unwrap();
        semaphore(&board).release(1, MOST).unwrap();
        for waiter in waiters {
            waiter.join().unwrap();
        }
        assert_eq!(semaphore(&board).permits(), 0);
    });
}

fn gives_up(end: Rest) {
    loom::model(move || {
        let board = Arc::new(Board::new(1));
        let waiter = {
            let board = Arc::clone(&board);
            thread::spawn(move || {
                let mut bed = board.bed(0).ends_at_once(end);
                semaphore(&board).wait(board.waiter(0, Mode::Thread, 1), &mut bed)
            })
        };
        semaphore(&board).release(1, MOST).unwrap();
        let taken = u32::from(matches!(waiter.join().unwrap(), Wait::Granted(_)));
        assert_eq!(semaphore(&board).permits(), 1 - taken);
        assert!(taken == 1 || semaphore(&board).try_acquire(1), "no ghost waits");
    });
}

#[test]
fn a_permit_is_not_lost_when_its_waiter_gives_up() {
    gives_up(Rest::TimedOut);
}

#[test]
fn a_permit_is_not_lost_when_its_waiter_is_stopped() {
    gives_up(Rest::Stopped);
}

/// The first wants two, the second one: when the first gives up, the second gets what is there.
#[test]
fn who_gives_up_lets_the_one_behind_pass() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        assert_eq!(board.promise(0, 2, &semaphore(&board)), None);
        assert_eq!(board.promise(1, 1, &semaphore(&board)), None);
        let other = {
            let board = Arc::clone(&board);
            thread::spawn(move || semaphore(&board).release(1, MOST).unwrap())
        };
        assert!(semaphore(&board).withdraw(sync::Waiter::of(&*board, record_of(0))));
        other.join().unwrap();
        assert_eq!(board.arrived(), [1]);
        assert_eq!(semaphore(&board).permits(), 0);
    });
}

#[test]
fn closing_ends_waits_or_lets_them_have_their_permit() {
    loom::model(|| {
        let board = Arc::new(Board::new(1));
        let waiter = {
            let board = Arc::clone(&board);
            thread::spawn(move || board.wait(0, 1, &semaphore(&board)))
        };
        semaphore(&board).release(1, MOST).unwrap();
        semaphore(&board).close();
        assert_eq!(waiter.join().unwrap(), Wait::Granted(0), "the permit was there before");
    });
}

#[test]
fn promises_come_home_in_the_order_in_which_they_asked() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        for isolate in 0..2 {
            assert_eq!(board.promise(isolate, 1, &semaphore(&board)), None);
        }
        let releasers: Vec<_> = (0..2)
            .map(|_| {
                let board = Arc::clone(&board);
                thread::spawn(move || semaphore(&board).release(1, MOST).unwrap())
            })
            .collect();
        for releaser in releasers {
            releaser.join().unwrap();
        }
        assert_eq!(board.arrived(), [0, 1]);
    });
}
