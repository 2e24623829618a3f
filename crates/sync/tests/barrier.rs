//! The barrier: numbers, actions, breaking and resetting.
#![cfg(not(loom))]

mod board;

use board::{Board, OBJECT, record_of};
use sync::{ACT, Barrier, Mode, Phase, Rest, Wait, Waitable};

fn barrier(board: &Board, parties: u32, has_action: bool) -> Barrier<'_, Board> {
    let barrier = Barrier::new(board, OBJECT);
    barrier.start(parties, has_action);
    barrier
}

#[test]
fn each_party_gets_another_number() {
    let board = Board::new(3);
    let barrier = barrier(&board, 3, false);
    for _ in 0..3 {
        assert_eq!(board.promise(0, 0, &barrier), None);
        assert_eq!(board.promise(1, 0, &barrier), None);
        assert_eq!(board.promise(2, 0, &barrier), Some(Wait::Granted(2)));
        assert_eq!(board.arrived(), [0, 1]);
        assert_eq!([0, 1].map(|isolate| board.waiter_result(isolate)), [0, 1].map(|n| (Phase::Granted, n)));
    }
}

#[test]
fn the_last_party_acts_and_those_who_come_meanwhile_try_again() {
    let board = Board::new(4);
    let barrier = barrier(&board, 2, true);
    assert_eq!(board.promise(0, 0, &barrier), None);
    let Some(Wait::Granted(ticket)) = board.promise(1, 0, &barrier) else { panic!("the last one acts") };
    assert_eq!(ticket & ACT, ACT);
    assert_eq!(board.promise(2, 0, &barrier), None);
    assert_eq!(board.promise(3, 0, &barrier), None);
    assert_eq!(barrier.finish(ticket, true), Wait::Granted(1));
    assert_eq!(board.arrived(), [0, 2, 3]);
    assert_eq!([2, 3].map(|isolate| board.waiter_result(isolate).0), [Phase::Retry; 2]);
    assert_eq!(barrier.finish(ticket, true), Wait::Broken, "a ticket is good once");
    assert_eq!(board.promise(2, 0, &barrier), None);
    let Some(Wait::Granted(next)) = board.promise(3, 0, &barrier) else { panic!("the last one acts") };
    assert_ne!(ticket, next);
    assert_eq!(barrier.finish(next, false), Wait::Broken);
    assert_eq!(board.waiter_result(2).0, Phase::Broken);
    assert_eq!(board.promise(0, 0, &barrier), Some(Wait::Broken));
}

#[test]
fn a_reset_while_the_action_runs_makes_it_void() {
    let board = Board::new(3);
    let barrier = barrier(&board, 2, true);
    assert_eq!(board.promise(0, 0, &barrier), None);
    let Some(Wait::Granted(ticket)) = board.promise(1, 0, &barrier) else { panic!("the last one acts") };
    barrier.reset();
    assert_eq!(board.waiter_result(0).0, Phase::Broken);
    assert_eq!(barrier.finish(ticket, true), Wait::Broken);
    assert_eq!(board.promise(0, 0, &barrier), None, "as new");
}

#[test]
fn who_withdraws_leaves_and_who_gives_up_breaks_it() {
    let board = Board::new(3);
    let barrier = barrier(&board, 3, false);
    assert_eq!(board.promise(0, 0, &barrier), None);
    assert_eq!(board.promise(1, 0, &barrier), None);
    let (first, second) = (sync::Waiter::of(&board, record_of(0)), sync::Waiter::of(&board, record_of(1)));
    assert!(barrier.withdraw(first));
    assert_eq!(board.promise(0, 0, &barrier), None);
    assert!(barrier.expire(second));
    assert_eq!(board.arrived(), [0]);
    assert_eq!(board.waiter_result(0).0, Phase::Broken);
    assert_eq!(board.promise(2, 0, &barrier), Some(Wait::Broken));
    barrier.reset();
    assert_eq!(board.promise(2, 0, &barrier), None);
}

#[test]
fn a_party_that_dies_inside_breaks_it() {
    let board = Board::new(3);
    let barrier = barrier(&board, 3, true);
    assert_eq!(board.promise(0, 0, &barrier), None);
    assert_eq!(board.promise(1, 0, &barrier), None);
    barrier.leave(2);
    assert!(board.arrived().is_empty(), "it was not inside");
    barrier.leave(1);
    assert_eq!(board.arrived(), [1, 0]);
    assert_eq!([0, 1].map(|isolate| board.waiter_result(isolate).0), [Phase::Broken, Phase::Closed]);
    barrier.reset();
    assert_eq!(board.promise(0, 0, &barrier), None);
    assert_eq!(board.promise(1, 0, &barrier), None);
    assert!(matches!(board.promise(2, 0, &barrier), Some(Wait::Granted(_))));
    barrier.leave(2);
    assert_eq!(board.arrived(), [0, 1], "it died in the action");
    assert_eq!(board.promise(0, 0, &barrier), Some(Wait::Broken));
}

#[test]
fn a_thread_that_is_stopped_in_the_moment_of_acting_breaks_it() {
    let board = Board::new(2);
    let barrier = barrier(&board, 2, true);
    assert_eq!(board.promise(0, 0, &barrier), None);
    let waiter = board.waiter(1, Mode::Thread, 0);
    let Some(Wait::Granted(result)) = barrier.enlist(waiter) else { panic!("the last one acts") };
    waiter.set(sync::waiter_word::RESULT, result);
    barrier.refund(waiter);
    assert_eq!(board.waiter_result(0).0, Phase::Broken);
}

#[test]
fn threads_meet_again_and_again() {
    let (threads, rounds) = (4, if cfg!(miri) { 10 } else { 5000 });
    let board = Board::new(threads);
    let barrier = barrier(&board, threads, false);
    let sum = sync::primitive::AtomicU32::new(0);
    std::thread::scope(|scope| {
        for isolate in 0..threads {
            let (board, barrier, sum) = (&board, &barrier, &sum);
            scope.spawn(move || {
                for _ in 0..rounds {
                    let mut bed = board.bed(isolate);
                    bed.end = Rest::Stopped;
                    let Wait::Granted(number) = barrier.wait(board.waiter(isolate, Mode::Thread, 0), &mut bed) else {
                        panic!("broken");
                    };
                    sum.fetch_add(number, sync::primitive::Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(sum.into_inner(), rounds * (0..threads).sum::<u32>());
}
