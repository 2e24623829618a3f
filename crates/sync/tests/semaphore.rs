//! The semaphore: order, amounts, limits, closing; and that permits neither vanish nor appear under several threads.
#![cfg(not(loom))]

mod board;

use std::sync::atomic::Ordering;

use board::{Board, OBJECT, record_of};
use sync::{BASE, MOST, Mode, Rest, Semaphore, TooMany, Wait, Waitable};

fn semaphore(board: &Board, permits: u32) -> Semaphore<'_, Board> {
    let semaphore = Semaphore::new(board, OBJECT, BASE);
    semaphore.start(permits);
    semaphore
}

#[test]
fn permits_are_taken_as_long_as_there_are_some() {
    let board = Board::new(1);
    let semaphore = semaphore(&board, 3);
    assert!(semaphore.try_acquire(1));
    assert!(!semaphore.try_acquire(3));
    assert_eq!(semaphore.try_acquire_some(5), 2);
    assert_eq!(semaphore.try_acquire_some(5), 0);
    assert_eq!(semaphore.permits(), 0);
}

#[test]
fn waits_are_served_in_order_and_nobody_overtakes_them() {
    let board = Board::new(4);
    let semaphore = semaphore(&board, 0);
    for isolate in 0..4 {
        assert_eq!(board.promise(isolate, 1, &semaphore), None);
    }
    semaphore.release(1, MOST).unwrap();
    assert!(!semaphore.try_acquire(1));
    assert_eq!(semaphore.try_acquire_some(1), 0);
    semaphore.release(2, MOST).unwrap();
    semaphore.release(3, MOST).unwrap();
    assert_eq!(board.arrived(), [0, 1, 2, 3]);
    assert_eq!(semaphore.permits(), 2, "what nobody wanted stays");
}

#[test]
fn a_wait_for_many_holds_up_those_behind_it() {
    let board = Board::new(3);
    let semaphore = semaphore(&board, 2);
    assert_eq!(board.promise(0, 3, &semaphore), None);
    assert_eq!(board.promise(1, 1, &semaphore), None);
    assert_eq!(board.promise(2, 1, &semaphore), None);
    semaphore.release(1, MOST).unwrap();
    assert_eq!(board.arrived(), [0]);
    semaphore.release(2, MOST).unwrap();
    assert_eq!(board.arrived(), [1, 2]);
}

#[test]
fn who_leaves_lets_those_behind_pass() {
    let board = Board::new(3);
    let semaphore = semaphore(&board, 1);
    assert_eq!(board.promise(0, 2, &semaphore), None);
    assert_eq!(board.promise(1, 1, &semaphore), None);
    semaphore.leave(0);
    assert_eq!(board.arrived(), [0, 1]);
    assert_eq!(semaphore.permits(), 0);
    assert_eq!(board.promise(2, 1, &semaphore), None);
    assert!(semaphore.withdraw(sync::Waiter::of(&board, record_of(2))));
    semaphore.release(1, MOST).unwrap();
    assert_eq!(semaphore.permits(), 1);
}

#[test]
fn a_limit_refuses_with_and_without_waits() {
    let board = Board::new(1);
    let semaphore = semaphore(&board, 2);
    assert_eq!(semaphore.release(1, 2), Err(TooMany));
    assert_eq!(semaphore.release(MOST, MOST), Err(TooMany));
    assert_eq!(semaphore.release(u32::MAX, u32::MAX), Err(TooMany));
    assert!(semaphore.try_acquire(2));
    assert_eq!(board.promise(0, 1, &semaphore), None);
    assert_eq!(semaphore.release(3, 2), Err(TooMany));
    assert!(board.arrived().is_empty());
    assert_eq!(semaphore.release(2, 2), Ok(()));
    assert_eq!((board.arrived(), semaphore.permits()), (vec![0], 1));
}

#[test]
fn a_closed_one_gives_what_it_has_and_ends_all_other_waits() {
    let board = Board::new(2);
    let semaphore = semaphore(&board, 0);
    assert_eq!(board.promise(0, 1, &semaphore), None);
    semaphore.close();
    assert!(semaphore.is_closed());
    assert_eq!(board.arrived(), [0]);
    assert_eq!(board.promise(1, 1, &semaphore), Some(Wait::Closed));
    semaphore.release(1, MOST).unwrap();
    assert_eq!(board.promise(1, 1, &semaphore), Some(Wait::Granted(0)));
    assert_eq!(board.wait(1, 1, &semaphore), Wait::Closed);
}

#[test]
fn two_in_one_record_do_not_meet() {
    let board = Board::new(2);
    let (items, spaces) = (Semaphore::new(&board, OBJECT, 16), Semaphore::new(&board, OBJECT, 20));
    items.start(0);
    spaces.start(1);
    let waiter = board.waiter_at(0, 16, 1);
    assert_eq!(items.enlist(waiter), None);
    assert!(!spaces.withdraw(waiter));
    assert!(spaces.try_acquire(1));
    items.release(1, MOST).unwrap();
    assert_eq!(board.arrived(), [0]);
}

#[test]
fn permits_neither_vanish_nor_appear() {
    let (threads, rounds) = (4, if cfg!(miri) { 30 } else { 20_000 });
    let board = Board::new(threads);
    let semaphore = semaphore(&board, 2);
    let inside = sync::primitive::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for isolate in 0..threads {
            let (board, semaphore, inside) = (&board, &semaphore, &inside);
            scope.spawn(move || {
                for round in 0..rounds {
                    let want = 1 + round % 2;
                    let mut bed = board.bed(isolate);
                    if (round + isolate).is_multiple_of(7) {
                        bed = bed.ends_at_once(if round % 2 == 0 { Rest::TimedOut } else { Rest::Stopped });
                    }
                    if let Wait::Granted(_) = semaphore.wait(board.waiter(isolate, Mode::Thread, want), &mut bed) {
                        assert!(inside.fetch_add(want, Ordering::Relaxed) + want <= 2);
                        inside.fetch_sub(want, Ordering::Relaxed);
                        semaphore.release(want, 2).unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(semaphore.permits(), 2);
    assert!(semaphore.try_acquire(2));
}
