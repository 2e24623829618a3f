//! The event.
#![cfg(not(loom))]

mod board;

use board::{Board, OBJECT, record_of};
use sync::{Event, Wait, Waitable};

#[test]
fn setting_and_clearing_may_be_repeated() {
    let board = Board::new(1);
    let event = Event::new(&board, OBJECT);
    assert!(!event.is_set());
    event.set();
    event.set();
    assert!(event.is_set());
    assert_eq!(board.promise(0, 0, &event), Some(Wait::Granted(0)));
    event.clear();
    event.clear();
    assert!(!event.is_set());
}

#[test]
fn every_wait_ends_once() {
    let board = Board::new(20);
    let event = Event::new(&board, OBJECT);
    for isolate in 0..20 {
        assert_eq!(board.promise(isolate, 0, &event), None);
    }
    assert!(event.withdraw(sync::Waiter::of(&board, record_of(3))));
    event.leave(5);
    assert_eq!(board.arrived(), [5]);
    event.set();
    event.clear();
    let rest: Vec<u32> = (0..20).filter(|isolate| ![3, 5].contains(isolate)).collect();
    assert_eq!(board.arrived(), rest);
    event.set();
    assert!(board.arrived().is_empty());
}

#[test]
fn more_threads_than_are_woken_without_allocating_go_on() {
    let threads = if cfg!(miri) { 10 } else { 24 };
    let board = Board::new(threads);
    let event = Event::new(&board, OBJECT);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..threads)
            .map(|isolate| {
                let (board, event) = (&board, &event);
                scope.spawn(move || board.wait(isolate, 0, event))
            })
            .collect();
        while sync::WaitQueue::new(&board, OBJECT, sync::BASE).lock().iter().count() < threads as usize {
            std::thread::yield_now();
        }
        event.set();
        for thread in waiting {
            assert_eq!(thread.join().unwrap(), Wait::Granted(0));
        }
    });
}
