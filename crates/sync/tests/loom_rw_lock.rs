//! Loom models of the lock for readers and writers.
#![cfg(loom)]

mod board;

use board::{Board, OBJECT};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::thread;
use sync::{Mode, READ, Rest, RwLock, WRITE, Wait, Waitable};

struct Shared {
    board: Board,
    value: UnsafeCell<u32>,
}

fn shared() -> Arc<Shared> {
    Arc::new(Shared { board: Board::new(3), value: UnsafeCell::new(0) })
}

fn lock(shared: &Shared) -> RwLock<'_, Board> {
    RwLock::new(&shared.board, OBJECT)
}

fn read(shared: &Shared, isolate: u32) -> u32 {
    assert_eq!(shared.board.wait(isolate, READ, &lock(shared)), Wait::Granted(0));
    // SAFETY: the lock is held for reading; loom checks that nobody writes.
    let value = shared.value.with(|value| unsafe { *value });
    assert!(lock(shared).release_read(isolate + 1));
    value
}

fn write(shared: &Shared, isolate: u32) {
    assert_eq!(shared.board.wait(isolate, WRITE, &lock(shared)), Wait::Granted(0));
    // SAFETY: the lock is held for writing; loom checks that nobody else is here.
    shared.value.with_mut(|value| unsafe { *value += 1 });
    assert!(lock(shared).release_write(isolate + 1));
}

#[test]
fn a_writer_excludes_readers_and_writers() {
    loom::model(|| {
        let shared = shared();
        let others: Vec<_> = [write as fn(&Shared, u32), |shared, isolate| drop(read(shared, isolate))]
            .into_iter()
            .zip(1..)
            .map(|(work, isolate)| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || work(&shared, isolate))
            })
            .collect();
        write(&shared, 0);
        for other in others {
            other.join().unwrap();
        }
        assert_eq!(read(&shared, 0), 2);
    });
}

#[test]
fn a_writer_that_gives_up_lets_the_reader_behind_it_pass() {
    loom::model(|| {
        let shared = shared();
        assert_eq!(lock(&shared).try_acquire(READ, 1), Some(0));
        let writer = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let mut bed = shared.board.bed(1).ends_at_once(Rest::TimedOut);
                let wait = lock(&shared).wait(shared.board.waiter(1, Mode::Thread, WRITE), &mut bed);
                assert_eq!(wait, Wait::TimedOut);
            })
        };
        // The first reader stays inside: so the second one can only pass if the writer has gone.
        let reader = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || read(&shared, 2))
        };
        writer.join().unwrap();
        reader.join().unwrap();
        assert!(lock(&shared).release_read(1));
        assert_eq!(lock(&shared).try_acquire(WRITE, 1), Some(0));
    });
}
