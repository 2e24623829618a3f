//! The battery of crossbeam's queue tests, on the queue, and what waiting adds to it.
#![cfg(not(loom))]

mod queue_memory;

use std::collections::{BinaryHeap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use queue_memory::{Memory, QUEUE, Shape};
use sync::{FIRST_VALUE, Got, Mode, NONE, OBSERVE, Phase, Put, QueueRecords, Records, Wait, Waitable, flag, rank_word};

const COUNT: u32 = if cfg!(miri) { 60 } else { 20_000 };

/// An item that needs no record.
fn value(n: u32) -> u32 {
    FIRST_VALUE | n
}

/// A queue of any number of items whose ring is so small that the backlog is in use.
const UNBOUNDED: Shape = Shape { limit: 0, most_bytes: 0, order: 0, cells: 4 };

fn bounded(limit: u32) -> Shape {
    Shape { limit, cells: limit, ..Shape::default() }
}

#[test]
fn smoke() {
    let memory = Memory::new(bounded(2), 0, 0);
    let queue = memory.queue();
    assert_eq!((queue.get(), queue.len(), queue.is_empty(), queue.is_full()), (Got::Empty, 0, true, false));
    assert_eq!(
        (queue.put(value(7), 0), queue.put(value(8), 0), queue.put(value(9), 0)),
        (Put::Done, Put::Done, Put::Full)
    );
    assert_eq!((queue.len(), queue.is_empty(), queue.is_full()), (2, false, true));
    assert_eq!((queue.get(), queue.get(), queue.get()), (Got::Item(value(7)), Got::Item(value(8)), Got::Empty));
}

#[test]
fn an_unbounded_queue_keeps_the_order_across_ring_and_backlog_and_frees_its_boxes() {
    let memory = Memory::new(UNBOUNDED, 0, COUNT);
    let queue = memory.queue();
    for i in 0..COUNT {
        assert_eq!(queue.put(value(i), 0), Put::Done);
    }
    assert_eq!(queue.len(), COUNT as usize);
    for i in 0..COUNT {
        assert_eq!(queue.get(), Got::Item(value(i)));
    }
    assert_eq!((queue.get(), memory.free_records()), (Got::Empty, COUNT as usize));
}

#[test]
fn without_a_free_record_a_value_that_does_not_fit_is_refused() {
    let memory = Memory::new(UNBOUNDED, 0, 1);
    let queue = memory.queue();
    for i in 0..5 {
        assert_eq!(queue.put(value(i), 0), Put::Done);
    }
    assert_eq!((queue.put(value(5), 0), queue.not_done()), (Put::NoRecord, 5));
    for i in 0..5 {
        assert_eq!(queue.get(), Got::Item(value(i)));
    }
}

#[test]
fn random_use_by_one_thread_equals_a_plain_queue() {
    let large = Shape { limit: 9, cells: 4, ..Shape::default() };
    for (shape, limit) in [(UNBOUNDED, usize::MAX), (bounded(3), 3), (bounded(7), 7), (large, 9)] {
        let memory = Memory::new(shape, 0, COUNT);
        let queue = memory.queue();
        let mut oracle = VecDeque::new();
        let mut seed = 1_u64;
        for i in 0..COUNT {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(3);
            if seed >> 62 & (1 | u64::from(i / 50 % 2 == 0)) == 0 {
                assert_eq!(queue.get(), oracle.pop_front().map_or(Got::Empty, Got::Item));
            } else if oracle.len() < limit {
                assert_eq!(queue.put(value(i), 0), Put::Done);
                oracle.push_back(value(i));
            } else {
                assert_eq!(queue.put(value(i), 0), Put::Full);
            }
            assert_eq!((queue.len(), queue.is_empty()), (oracle.len(), oracle.is_empty()));
            assert_eq!(queue.is_full(), oracle.len() >= limit);
        }
    }
}

#[test]
fn many_at_once_are_as_many_one_by_one() {
    let large = Shape { limit: 9, cells: 4, ..Shape::default() };
    let ring_of_4 = Shape { order: flag::LAST_FIRST, limit: 9, ..Shape::default() };
    for shape in [UNBOUNDED, bounded(3), bounded(7), large, ring_of_4] {
        let [one, many] = [(); 2].map(|()| Memory::new(shape, 0, 64));
        let mut seed = 5_u64;
        for round in 0..COUNT / 20 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(3);
            let count = (seed >> 60) as usize;
            if seed >> 59 & 1 == 0 {
                let items: Vec<u32> = (0..).map(|i| value(round * 16 + i)).take(count).collect();
                let put =
                    items.iter().take_while(|&&item| one.queue().len() < 40 && one.queue().put(item, 0) == Put::Done);
                let put = put.count();
                assert_eq!(many.queue().put_many(&items[..put], 0), put);
            } else {
                let mut out = vec![0; count];
                let got = many.queue().get_many(&mut out);
                for &item in &out[..got] {
                    assert_eq!(one.queue().get(), Got::Item(item));
                }
                assert!(got == count || one.queue().get() == Got::Empty);
            }
            assert_eq!((one.queue().len(), one.queue().not_done()), (many.queue().len(), many.queue().not_done()));
        }
        if shape.limit != 0 {
            let items: Vec<u32> = (0..20).map(value).collect();
            let room = shape.limit as usize - many.queue().len();
            assert_eq!((many.queue().put_many(&items, 0), many.queue().is_full()), (room, true));
        }
    }
}

#[test]
fn last_in_first_out() {
    let memory = Memory::new(Shape { limit: 3, order: flag::LAST_FIRST, ..Shape::default() }, 0, 4);
    let queue = memory.queue();
    for i in 0..3 {
        assert_eq!(queue.put(value(i), 0), Put::Done);
    }
    assert_eq!((queue.put(value(3), 0), queue.len(), queue.is_full()), (Put::Full, 3, true));
    assert_eq!((queue.get(), queue.put(value(4), 0)), (Got::Item(value(2)), Put::Done));
    let rest: Vec<_> = (0..4).map(|_| queue.get()).collect();
    assert_eq!(rest, [Got::Item(value(4)), Got::Item(value(1)), Got::Item(value(0)), Got::Empty]);
    assert_eq!(memory.free_records(), 4);
}

#[test]
fn smallest_first() {
    let memory = Memory::new(Shape { order: flag::RANKED, ..Shape::default() }, 0, 200);
    let queue = memory.queue();
    let mut oracle = BinaryHeap::new();
    for i in 0..150_u32 {
        let record = memory.take_record().expect("enough records");
        let rank = i.wrapping_mul(0x9e37_79b9) >> 28;
        memory.word(record, rank_word::MORE).store(NONE, Ordering::Relaxed);
        memory.word(record, rank_word::RANK).store(rank, Ordering::Relaxed);
        assert_eq!(queue.put(record, 0), Put::Done);
        oracle.push(std::cmp::Reverse((rank, i, record)));
        if i % 3 == 0 {
            let smallest = oracle.pop().map(|std::cmp::Reverse((_, _, record))| record);
            assert_eq!(queue.get(), Got::Item(smallest.expect("not empty")));
        }
    }
    while let Some(std::cmp::Reverse((_, _, record))) = oracle.pop() {
        assert_eq!(queue.get(), Got::Item(record));
    }
    assert_eq!(queue.get(), Got::Empty);
}

#[test]
fn bytes_are_limited_but_one_item_always_fits() {
    let memory = Memory::new(Shape { most_bytes: 100, cells: 8, ..Shape::default() }, 1, 9);
    let queue = memory.queue();
    let item = |bytes: u32| {
        let record = memory.take_record().expect("enough records");
        memory.word(record, 63).store(bytes, Ordering::Relaxed);
        record
    };
    let (huge, half, rest, more) = (item(1000), item(50), item(50), item(1));
    assert_eq!((queue.put(huge, 0), queue.is_full(), queue.put(half, 0)), (Put::Done, true, Put::Full));
    assert_eq!((queue.get(), queue.put(half, 0), queue.put(rest, 0)), (Got::Item(huge), Put::Done, Put::Done));
    assert_eq!((queue.is_full(), queue.put(more, 0)), (true, Put::Full));
    // The one that waits gets in as soon as there is room.
    assert_eq!(memory.putting().enlist(memory.waiter(1, Mode::Async, more)), None);
    assert_eq!((queue.get(), memory.home.lock().unwrap().as_slice()), (Got::Item(half), &[1][..]));
    assert_eq!((queue.get(), queue.get(), queue.get()), (Got::Item(rest), Got::Item(more), Got::Empty));
}

#[test]
fn promises_are_served_in_order_and_sent_home_once() {
    let memory = Memory::new(bounded(1), 4, 0);
    let queue = memory.queue();
    for isolate in [2, 1, 3] {
        assert_eq!(memory.getting().enlist(memory.waiter(isolate, Mode::Async, 0)), None);
    }
    assert!(memory.getting().withdraw(memory.waiter_of(1)));
    for i in 0..3 {
        assert_eq!(queue.put(value(i), 0), Put::Done);
    }
    assert_eq!(*memory.home.lock().unwrap(), [2, 3]);
    let result = |isolate: u32| (memory.waiter_of(isolate).phase(), memory.word(isolate, 14).load(Ordering::Relaxed));
    assert_eq!((result(2), result(3)), ((Phase::Granted, value(0)), (Phase::Granted, value(1))));
    assert!(!memory.getting().withdraw(memory.waiter_of(3)), "it has its item");
    // The queue holds one item and is full: who puts now waits, and his item comes in when there is room.
    for (isolate, item) in [(1, 10), (4, 11)] {
        assert_eq!(memory.putting().enlist(memory.waiter(isolate, Mode::Async, value(item))), None);
    }
    assert_eq!(queue.put(value(99), 0), Put::Full);
    assert!(memory.putting().withdraw(memory.waiter_of(1)));
    assert_eq!((queue.get(), queue.get(), queue.get()), (Got::Item(value(2)), Got::Item(value(11)), Got::Empty));
    assert_eq!(*memory.home.lock().unwrap(), [2, 3, 4]);
}

#[test]
fn observers_see_items_and_take_none() {
    let memory = Memory::new(UNBOUNDED, 3, 0);
    let queue = memory.queue();
    assert_eq!(memory.getting().enlist(memory.waiter(1, Mode::Async, OBSERVE)), None);
    assert_eq!(memory.getting().enlist(memory.waiter(2, Mode::Async, 0)), None);
    assert_eq!(memory.getting().enlist(memory.waiter(3, Mode::Async, OBSERVE)), None);
    assert_eq!(queue.put(value(1), 0), Put::Done);
    assert_eq!(*memory.home.lock().unwrap(), [1, 2], "the third sees the next one");
    assert_eq!((queue.put(value(2), 0), queue.get()), (Put::Done, Got::Item(value(2))));
    assert_eq!(*memory.home.lock().unwrap(), [1, 2, 3]);
    assert_eq!(queue.put(value(3), 0), Put::Done);
    assert_eq!(memory.getting().enlist(memory.waiter(1, Mode::Async, OBSERVE)), Some(Wait::Granted(0)));
}

#[test]
fn join_waits_until_everything_is_done() {
    let memory = Memory::new(UNBOUNDED, 1, 0);
    let queue = memory.queue();
    assert_eq!(memory.joining().enlist(memory.waiter(1, Mode::Async, 0)), Some(Wait::Granted(0)));
    assert!(queue.done().is_err());
    assert_eq!(queue.put(value(1), 0), Put::Done);
    assert_eq!(queue.put(value(2), 0), Put::Done);
    assert_eq!(memory.joining().enlist(memory.waiter(1, Mode::Async, 0)), None);
    queue.done().unwrap();
    assert!(memory.home.lock().unwrap().is_empty());
    queue.done().unwrap();
    assert_eq!(*memory.home.lock().unwrap(), [1]);
    assert!(queue.done().is_err());
}

#[test]
fn shutdown_refuses_puts_at_once_and_gets_when_it_is_empty() {
    let memory = Memory::new(bounded(1), 2, 0);
    let queue = memory.queue();
    assert_eq!(queue.put(value(1), 0), Put::Done);
    assert_eq!(memory.putting().enlist(memory.waiter(1, Mode::Async, value(2))), None);
    queue.shut_down(false);
    assert_eq!((memory.waiter_of(1).phase(), queue.put(value(3), 0)), (Phase::Closed, Put::Shut));
    assert_eq!((queue.get(), queue.get()), (Got::Item(value(1)), Got::Shut));
    assert_eq!(memory.getting().enlist(memory.waiter(2, Mode::Async, 0)), Some(Wait::Closed));
    assert!(queue.is_ready());
}

#[test]
fn shutdown_at_once_discards_and_wakes_everybody() {
    let memory = Memory::new(bounded(2), 3, 0);
    let queue = memory.queue();
    assert_eq!(memory.getting().enlist(memory.waiter(1, Mode::Async, 0)), None);
    queue.shut_down(true);
    assert_eq!((memory.waiter_of(1).phase(), queue.get()), (Phase::Closed, Got::Shut));

    let memory = Memory::new(bounded(2), 3, 0);
    let queue = memory.queue();
    assert_eq!(queue.put(value(1), 0), Put::Done);
    assert_eq!(queue.put(value(2), 0), Put::Done);
    assert_eq!(memory.joining().enlist(memory.waiter(2, Mode::Async, 0)), None);
    assert_eq!(memory.putting().enlist(memory.waiter(3, Mode::Async, value(3))), None);
    queue.shut_down(true);
    assert_eq!((memory.waiter_of(2).phase(), memory.waiter_of(3).phase()), (Phase::Granted, Phase::Closed));
    assert_eq!(*memory.discarded.lock().unwrap(), [value(1), value(2)]);
    assert_eq!((queue.get(), queue.done().is_err()), (Got::Shut, true));
}

#[test]
fn a_queue_can_be_reopened() {
    let memory = Memory::new(bounded(1), 0, 0);
    let queue = memory.queue();
    queue.refuse_puts();
    queue.refuse_waits();
    assert_eq!((queue.put(value(1), 0), queue.get()), (Put::Shut, Got::Shut));
    queue.reopen(true, false);
    assert_eq!((queue.put(value(1), 0), queue.get(), queue.get()), (Put::Done, Got::Item(value(1)), Got::Shut));
    queue.reopen(false, true);
    assert_eq!(queue.get(), Got::Empty);
}

#[test]
fn an_isolate_that_ends_leaves_its_waits_and_what_it_got_comes_first() {
    let memory = Memory::new(bounded(1), 4, 2);
    let queue = memory.queue();
    assert_eq!(queue.put(value(1), 0), Put::Done);
    assert_eq!(memory.putting().enlist(memory.waiter(1, Mode::Async, value(2))), None);
    assert_eq!(memory.putting().enlist(memory.waiter(2, Mode::Async, value(3))), None);
    queue.close_of(1);
    assert_eq!(memory.waiter_of(1).phase(), Phase::Closed);
    assert_eq!(queue.get(), Got::Item(value(1)));
    queue.put_back(value(1));
    assert_eq!((queue.get(), queue.get(), queue.get()), (Got::Item(value(1)), Got::Item(value(3)), Got::Empty));
    // Handed on at once if somebody waits.
    assert_eq!(memory.getting().enlist(memory.waiter(3, Mode::Async, 0)), None);
    queue.put_back(value(9));
    assert_eq!(memory.word(3, 14).load(Ordering::Relaxed), value(9));
    assert_eq!(memory.free_records(), 2);
}

#[test]
fn many_threads_lose_and_double_nothing_and_keep_each_producers_order() {
    for shape in [UNBOUNDED, bounded(1), bounded(3), Shape { limit: 9, cells: 4, ..Shape::default() }] {
        let memory = Memory::new(shape, 8, 2 * COUNT);
        let (left, got) = (AtomicU32::new(2 * COUNT), AtomicU32::new(0));
        thread::scope(|scope| {
            for producer in 0..4_u32 {
                let memory = &memory;
                scope.spawn(move || {
                    for i in 0..COUNT / 2 {
                        let item = value(producer << 24 | i);
                        // Half of them without waiting first, as a program would.
                        if i % 2 == 0 || memory.queue().put(item, 0) != Put::Done {
                            assert_eq!(memory.put_blocking(producer + 1, item), Wait::Granted(0));
                        }
                    }
                });
            }
            for consumer in 4..8_u32 {
                let (memory, left, got) = (&memory, &left, &got);
                scope.spawn(move || {
                    let mut last = [None; 4];
                    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
                        let item = match if got.load(Ordering::Relaxed) % 3 == 0 {
                            memory.queue().get()
                        } else {
                            Got::Empty
                        } {
                            Got::Item(item) => item,
                            _ => match memory.get_blocking(consumer + 1) {
                                Wait::Granted(item) => item,
                                other => panic!("{other:?}"),
                            },
                        };
                        let (producer, i) = ((item & 0x0fff_ffff) >> 24, item & 0xff_ffff);
                        let before = &mut last[producer as usize];
                        assert!(before.is_none_or(|before| before < i), "a producer's items changed order");
                        *before = Some(i);
                        got.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!((got.into_inner(), memory.queue().get()), (2 * COUNT, Got::Empty));
        assert_eq!(memory.free_records(), 2 * COUNT as usize);
    }
}

#[test]
fn timeouts_that_race_with_puts_lose_nothing() {
    let memory = Memory::new(bounded(2), 4, 0);
    let count = COUNT / 4;
    let got = AtomicU32::new(0);
    thread::scope(|scope| {
        for producer in 1..3_u32 {
            let memory = &memory;
            scope.spawn(move || {
                for i in 0..count {
                    while memory.block(&memory.putting(), producer, value(i), Some(Duration::from_micros(5)))
                        != Wait::Granted(0)
                    {}
                }
            });
        }
        for consumer in 3..5_u32 {
            let (memory, got) = (&memory, &got);
            scope.spawn(move || {
                while got.load(Ordering::Relaxed) < 2 * count {
                    if let Wait::Granted(_) =
                        memory.block(&memory.getting(), consumer, 0, Some(Duration::from_micros(5)))
                    {
                        got.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    assert_eq!((got.into_inner(), memory.queue().get()), (2 * count, Got::Empty));
}

#[test]
fn what_was_put_before_a_shutdown_is_got_after_it() {
    for round in 0..COUNT / 40 {
        let memory = Memory::new(UNBOUNDED, 0, 64);
        let shut = AtomicBool::new(false);
        let (mut put, mut got) = (0, 0);
        thread::scope(|scope| {
            let producer = scope.spawn(|| {
                let mut count = 0;
                while memory.queue().put(value(count), 0) == Put::Done && count < 40 {
                    count += 1;
                }
                count
            });
            let consumer = scope.spawn(|| {
                let mut count = 0;
                loop {
                    match memory.queue().get() {
                        Got::Item(_) => count += 1,
                        Got::Empty => thread::yield_now(),
                        Got::Shut => return count,
                    }
                }
            });
            for _ in 0..round % 64 {
                std::hint::spin_loop();
            }
            memory.queue().shut_down(false);
            shut.store(true, Ordering::Release);
            put = producer.join().unwrap();
            got = consumer.join().unwrap();
        });
        assert!(put == got || put == 40, "{put} put, {got} got");
        assert_eq!(memory.queue().get(), Got::Shut);
        assert_eq!(memory.word(QUEUE, 16).load(Ordering::Relaxed) & (flag::BACKLOG | flag::RETURNED), 0);
    }
}
