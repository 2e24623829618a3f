//! Loom models of the barrier.
#![cfg(loom)]

mod board;

use board::{Board, OBJECT};
use loom::sync::Arc;
use loom::thread;
use sync::{ACT, Barrier, Mode, Rest, Wait, Waitable};

fn barrier(board: &Board) -> Barrier<'_, Board> {
    Barrier::new(board, OBJECT)
}

#[test]
fn two_parties_meet_twice_and_each_number_is_given_once() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        barrier(&board).start(2, false);
        let twice = |isolate: u32, board: Arc<Board>| {
            [(); 2].map(|()| match board.wait(isolate, 0, &barrier(&board)) {
                Wait::Granted(number) => number,
                other => panic!("{other:?}"),
            })
        };
        let other = {
            let board = Arc::clone(&board);
            thread::spawn(move || twice(1, board))
        };
        let mine = twice(0, Arc::clone(&board));
        let theirs = other.join().unwrap();
        assert_eq!([mine[0] + theirs[0], mine[1] + theirs[1]], [1, 1]);
    });
}

#[test]
fn an_action_is_run_once_before_anybody_goes_on() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        barrier(&board).start(2, true);
        let ran = Arc::new(loom::sync::atomic::AtomicU32::new(0));
        let party = |isolate: u32, board: Arc<Board>, ran: Arc<loom::sync::atomic::AtomicU32>| {
            let mut wait = board.wait(isolate, 0, &barrier(&board));
            if let Wait::Granted(result) = wait
                && result & ACT != 0
            {
                ran.fetch_add(1, loom::sync::atomic::Ordering::Relaxed);
                wait = barrier(&board).finish(result, true);
            }
            assert!(matches!(wait, Wait::Granted(_)));
            assert_eq!(ran.load(loom::sync::atomic::Ordering::Relaxed), 1);
        };
        let other = {
            let (board, ran) = (Arc::clone(&board), Arc::clone(&ran));
            thread::spawn(move || party(1, board, ran))
        };
        party(0, board, ran);
        other.join().unwrap();
    });
}

#[test]
fn a_timeout_breaks_it_for_the_other_or_comes_too_late() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        barrier(&board).start(2, false);
        let hasty = {
            let board = Arc::clone(&board);
            thread::spawn(move || {
                let mut bed = board.bed(1).ends_at_once(Rest::TimedOut);
                barrier(&board).wait(board.waiter(1, Mode::Thread, 0), &mut bed)
            })
        };
        let patient = board.wait(0, 0, &barrier(&board));
        let hasty = hasty.join().unwrap();
        match patient {
            Wait::Granted(_) => assert!(matches!(hasty, Wait::Granted(_))),
            other => assert_eq!((other, hasty), (Wait::Broken, Wait::TimedOut)),
        }
    });
}
