//! Loom models of the queue: nobody waits for what is there, nothing is lost or doubled, nothing comes after the end.
#![cfg(loom)]

mod queue_memory;

use loom::sync::Arc;
use loom::thread;
use queue_memory::{Memory, Shape};
use sync::{FIRST_VALUE, Got, Mode, Phase, Put, Wait, Waitable};

fn value(n: u32) -> u32 {
    FIRST_VALUE | n
}

fn spawn<T: 'static>(memory: &Arc<Memory>, work: impl FnOnce(&Memory) -> T + 'static) -> thread::JoinHandle<T> {
    let memory = Arc::clone(memory);
    thread::spawn(move || work(&memory))
}

const ONE: Shape = Shape { limit: 1, most_bytes: 0, order: 0, cells: 1 };
/// Any number of items, one of them in the ring.
const MANY: Shape = Shape { limit: 0, ..ONE };

#[test]
fn a_consumer_that_falls_asleep_gets_the_item_that_is_put_meanwhile() {
    loom::model(|| {
        let memory = Memory::new(ONE, 1, 0);
        let producer = spawn(&memory, |memory| assert_eq!(memory.queue().put(value(1), 0), Put::Done));
        assert_eq!(memory.get_blocking(1), Wait::Granted(value(1)));
        producer.join().unwrap();
        assert_eq!(memory.queue().get(), Got::Empty);
    });
}

#[test]
fn a_producer_that_falls_asleep_gets_the_room_that_is_made_meanwhile() {
    loom::model(|| {
        let memory = Memory::new(ONE, 1, 0);
        assert_eq!(memory.queue().put(value(1), 0), Put::Done);
        let consumer = spawn(&memory, |memory| assert_eq!(memory.queue().get(), Got::Item(value(1))));
        assert_eq!(memory.put_blocking(1, value(2)), Wait::Granted(0));
        consumer.join().unwrap();
        assert_eq!((memory.queue().get(), memory.queue().get()), (Got::Item(value(2)), Got::Empty));
    });
}

#[test]
fn two_producers_and_a_backlog_keep_their_orders() {
    loom::model(|| {
        let memory = Memory::new(MANY, 0, 2);
        let producer = spawn(&memory, |memory| {
            assert_eq!((memory.queue().put(value(1), 0), memory.queue().put(value(2), 0)), (Put::Done, Put::Done));
        });
        assert_eq!(memory.queue().put(value(9), 0), Put::Done);
        let early = memory.queue().get();
        producer.join().unwrap();
        let mut got: Vec<_> = match early {
            Got::Item(item) => vec![item],
            other => panic!("an item was put before: {other:?}"),
        };
        while let Got::Item(item) = memory.queue().get() {
            got.push(item);
        }
        let place = |n| got.iter().position(|&item| item == value(n)).expect("nothing is lost");
        assert!(got.len() == 3 && place(1) < place(2) && place(9) < 3, "{got:?}");
        assert_eq!(memory.free_records(), 2);
    });
}

#[test]
fn a_timeout_that_races_with_a_put_loses_nothing() {
    loom::model(|| {
        let memory = Memory::new(ONE, 1, 0);
        assert_eq!(memory.getting().enlist(memory.waiter(1, Mode::Async, 0)), None);
        let producer = spawn(&memory, |memory| assert_eq!(memory.queue().put(value(1), 0), Put::Done));
        let withdrawn = memory.getting().withdraw(memory.waiter_of(1));
        producer.join().unwrap();
        if withdrawn {
            assert_eq!(memory.queue().get(), Got::Item(value(1)));
        } else {
            assert_eq!(memory.waiter_of(1).phase(), Phase::Granted);
            assert_eq!(*memory.home.lock().unwrap(), [1]);
        }
        assert_eq!(memory.queue().get(), Got::Empty);
    });
}

#[test]
fn what_is_put_while_the_queue_is_shut_down_is_got_or_refused() {
    loom::model(|| {
        let memory = Memory::new(ONE, 1, 0);
        let producer = spawn(&memory, |memory| memory.queue().put(value(1), 0));
        let closer = spawn(&memory, |memory| memory.queue().shut_down(false));
        let got = memory.get_blocking(1);
        closer.join().unwrap();
        match (producer.join().unwrap(), got) {
            (Put::Done, Wait::Granted(item)) => assert_eq!(item, value(1)),
            (Put::Shut, Wait::Closed) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(memory.queue().get(), Got::Shut);
    });
}

#[test]
fn whoever_waits_until_everything_is_done_is_woken() {
    loom::model(|| {
        let memory = Memory::new(ONE, 1, 0);
        assert_eq!(memory.queue().put(value(1), 0), Put::Done);
        // A put that finds no room counts for a moment.
        let producer = spawn(&memory, |memory| memory.queue().put(value(2), 0));
        let worker = spawn(&memory, |memory| memory.queue().done().unwrap());
        assert_eq!(memory.block(&memory.joining(), 1, 0, None), Wait::Granted(0));
        worker.join().unwrap();
        assert_eq!(producer.join().unwrap(), Put::Full);
    });
}
