//! The lock for readers and writers.
#![cfg(not(loom))]

mod board;

use std::sync::atomic::Ordering;

use board::{Board, OBJECT, record_of};
use sync::{BASE, Mode, Phase, READ, Rest, RwLock, WRITE, Wait, WaitQueue, Waitable};

fn state(board: &Board) -> u32 {
    WaitQueue::new(board, OBJECT, BASE).state().load(Ordering::Relaxed)
}

#[test]
fn readers_share_it_and_a_writer_has_it_alone() {
    let board = Board::new(3);
    let lock = RwLock::new(&board, OBJECT);
    assert_eq!([1, 2, 1].map(|who| lock.try_acquire(READ, who)), [Some(0); 3]);
    assert_eq!(lock.try_acquire(WRITE, 3), None);
    assert!(!lock.release_read(3) && !lock.release_write(1));
    assert!(lock.release_read(1) && lock.release_read(1) && !lock.release_read(1) && lock.release_read(2));
    assert_eq!(lock.try_acquire(WRITE, 3), Some(0));
    assert_eq!([lock.try_acquire(READ, 1), lock.try_acquire(WRITE, 3)], [None; 2]);
    assert!(!lock.release_write(1) && lock.release_write(3));
    assert_eq!(state(&board), 0);
}

#[test]
fn first_come_first_served_readers_in_groups() {
    let board = Board::new(6);
    let lock = RwLock::new(&board, OBJECT);
    assert_eq!(lock.try_acquire(READ, 1), Some(0));
    let wants = [(1, WRITE), (2, READ), (3, READ), (4, WRITE), (5, READ)];
    for (isolate, want) in wants {
        assert_eq!(board.promise(isolate, want, &lock), None);
    }
    assert!(lock.release_read(1));
    assert_eq!(board.arrived(), [1]);
    assert!(lock.release_write(2));
    assert_eq!(board.arrived(), [2, 3]);
    assert!(lock.release_read(3));
    assert!(board.arrived().is_empty());
    assert!(lock.release_read(4));
    assert_eq!(board.arrived(), [4]);
    assert!(lock.release_write(5));
    assert_eq!(board.arrived(), [5]);
    assert!(lock.release_read(6));
    assert_eq!(state(&board), 0);
}

#[test]
fn a_writer_that_withdraws_lets_readers_pass() {
    let board = Board::new(3);
    let lock = RwLock::new(&board, OBJECT);
    assert_eq!(lock.try_acquire(READ, 1), Some(0));
    assert_eq!(board.promise(1, WRITE, &lock), None);
    assert_eq!(board.promise(2, READ, &lock), None);
    assert!(lock.withdraw(sync::Waiter::of(&board, record_of(1))));
    assert_eq!(board.arrived(), [2]);
    assert!(lock.release_read(1) && lock.release_read(3));
}

#[test]
fn what_the_dead_held_is_taken_back_and_a_dead_writer_leaves_a_mark() {
    let board = Board::new(3);
    let lock = RwLock::new(&board, OBJECT);
    assert_eq!([1, 1].map(|who| lock.try_acquire(READ, who)), [Some(0); 2]);
    assert_eq!(board.promise(1, WRITE, &lock), None);
    lock.leave(0);
    assert_eq!(board.waiter_result(1), (Phase::Granted, 0));
    assert_eq!(board.promise(2, READ, &lock), None);
    lock.leave(1);
    assert_eq!(board.waiter_result(2), (Phase::Granted, 1), "abandoned");
    assert!(lock.release_read(3));
    assert_eq!(lock.try_acquire(WRITE, 1), Some(0));
    lock.leave(0);
    assert_eq!(lock.try_acquire(WRITE, 2), Some(1));
    assert!(lock.release_write(2));
}

#[test]
fn many_threads_read_and_write() {
    let (threads, rounds) = (4, if cfg!(miri) { 20 } else { 10_000 });
    let board = Board::new(threads);
    let inside = sync::primitive::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for isolate in 0..threads {
            let (board, inside) = (&board, &inside);
            scope.spawn(move || {
                let lock = RwLock::new(board, OBJECT);
                for round in 0..rounds {
                    let want = if (round + isolate) % 3 == 0 { WRITE } else { READ };
                    let mut bed = board.bed(isolate);
                    if (round + isolate).is_multiple_of(5) {
                        bed = bed.ends_at_once(Rest::TimedOut);
                    }
                    let Wait::Granted(_) = lock.wait(board.waiter(isolate, Mode::Thread, want), &mut bed) else {
                        continue;
                    };
                    let weight = if want == WRITE { 100 } else { 1 };
                    let others = inside.fetch_add(weight, Ordering::Relaxed);
                    assert!(if want == WRITE { others == 0 } else { others < 100 }, "{others} with {want}");
                    inside.fetch_sub(weight, Ordering::Relaxed);
                    assert!(if want == WRITE {
                        lock.release_write(isolate + 1)
                    } else {
                        lock.release_read(isolate + 1)
                    });
                }
            });
        }
    });
    assert_eq!(state(&board), 0);
}
