//! Loom models of the event.
#![cfg(loom)]

mod board;

use board::{Board, OBJECT};
use loom::sync::Arc;
use loom::thread;
use sync::{Event, Mode, Rest, Wait, Waitable};

#[test]
fn setting_ends_every_wait() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        let waiters: Vec<_> = (0..2)
            .map(|isolate| {
                let board = Arc::clone(&board);
                thread::spawn(move || {
                    assert_eq!(board.wait(isolate, 0, &Event::new(&*board, OBJECT)), Wait::Granted(0));
                })
            })
            .collect();
        Event::new(&*board, OBJECT).set();
        for waiter in waiters {
            waiter.join().unwrap();
        }
    });
}

#[test]
fn clearing_at_once_loses_no_wait_that_has_begun() {
    loom::model(|| {
        let board = Arc::new(Board::new(2));
        let event = Event::new(&*board, OBJECT);
        assert_eq!(board.promise(0, 0, &event), None);
        let late = {
            let board = Arc::clone(&board);
            thread::spawn(move || board.promise(1, 0, &Event::new(&*board, OBJECT)))
        };
        event.set();
        event.clear();
        let late = late.join().unwrap();
        let home = board.arrived();
        assert!(home.starts_with(&[0]));
        assert!(!event.is_set());
        event.set();
        assert_eq!(late.is_none(), [home, board.arrived()].concat().contains(&1), "waited, then or now");
    });
}

#[test]
fn a_timeout_leaves_nothing_behind() {
    loom::model(|| {
        let board = Arc::new(Board::new(1));
        let waiter = {
            let board = Arc::clone(&board);
            thread::spawn(move || {
                let mut bed = board.bed(0).ends_at_once(Rest::TimedOut);
                Event::new(&*board, OBJECT).wait(board.waiter(0, Mode::Thread, 0), &mut bed)
            })
        };
        let event = Event::new(&*board, OBJECT);
        event.set();
        waiter.join().unwrap();
        event.clear();
        assert!(!event.is_set());
        assert_eq!(
            sync::WaitQueue::new(&*board, OBJECT, sync::BASE).state().load(loom::sync::atomic::Ordering::Relaxed),
            0
        );
    });
}
