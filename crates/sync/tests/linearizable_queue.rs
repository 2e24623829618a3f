//! Histories of the queue are linearizable: each call can be given a moment between its begin and its end such that, in the
//! order of these moments, a plain queue would have answered the same. Found by search (Wing and Gong, J. Parallel Distrib.
//! Comput. 17, 1993), with the memory of Lowe's improvement: what has been tried before is not tried again.
#![cfg(not(loom))]

mod queue_memory;

use std::collections::{HashSet, VecDeque};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use queue_memory::{Memory, Shape};
use sync::{FIRST_VALUE, Got, Put, flag};

const ROUNDS: u32 = if cfg!(miri) { 5 } else { 4_000 };
const THREADS: u32 = 3;
const CALLS: u32 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Put(u32, Put),
    Get(Got),
    ShutDown,
}

#[derive(Debug, Clone, Copy)]
struct Event {
    call: Call,
    begin: u64,
    end: u64,
}

/// The queue as it is meant to be.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
struct Plain {
    items: VecDeque<u32>,
    shut: bool,
}

impl Plain {
    /// Does the call; `false` if it would have answered otherwise.
    fn apply(&mut self, call: Call, shape: Shape) -> bool {
        match call {
            Call::ShutDown => self.shut = true,
            Call::Put(item, Put::Done) => {
                if self.shut || (shape.limit != 0 && self.items.len() >= shape.limit as usize) {
                    return false;
                }
                self.items.push_back(item);
            }
            Call::Put(_, Put::Full) => return !self.shut && self.items.len() == shape.limit as usize,
            Call::Put(_, Put::Shut) => return self.shut,
            Call::Put(_, Put::NoRecord) => return false,
            Call::Get(Got::Empty) => return self.items.is_empty() && !self.shut,
            Call::Get(Got::Shut) => return self.items.is_empty() && self.shut,
            Call::Get(Got::Item(item)) => {
                let next = if shape.order == 0 { self.items.pop_front() } else { self.items.pop_back() };
                return next == Some(item);
            }
        }
        true
    }
}

fn is_linearizable(history: &[Event], shape: Shape) -> bool {
    let mut tried = HashSet::new();
    let mut open = vec![(0_u32, Plain::default())];
    while let Some((done, state)) = open.pop() {
        let left = || (0..history.len()).filter(|index| done >> index & 1 == 0);
        let Some(first_end) = left().map(|index| history[index].end).min() else { return true };
        // Whoever began before all others ended may be the next.
        for index in left().filter(|&index| history[index].begin < first_end) {
            let mut next = state.clone();
            if next.apply(history[index].call, shape) {
                let entry = (done | 1 << index, next);
                if tried.insert(entry.clone()) {
                    open.push(entry);
                }
            }
        }
    }
    false
}

/// Runs random calls in some threads at once.
fn record(shape: Shape, seed: u64) -> Vec<Event> {
    let memory = Memory::new(shape, 0, 64);
    let (clock, start) = (AtomicU64::new(0), Barrier::new(THREADS as usize));
    let run = |thread: u32| {
        let queue = memory.queue();
        let mut random = seed ^ u64::from(thread) << 40;
        let mut next = || {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            random >> 33
        };
        start.wait();
        let mut events = Vec::new();
        for number in 0..CALLS {
            (0..next() % 40).for_each(|_| std::hint::spin_loop());
            let begin = clock.fetch_add(1, Ordering::SeqCst);
            let call = match next() % 16 {
                0 if thread == 0 && number > 2 => {
                    queue.shut_down(false);
                    Call::ShutDown
                }
                0..9 => {
                    let item = FIRST_VALUE | (thread * CALLS + number);
                    Call::Put(item, queue.put(item, 0))
                }
                _ => Call::Get(queue.get()),
            };
            events.push(Event { call, begin, end: clock.fetch_add(1, Ordering::SeqCst) });
        }
        events
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || run(thread))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn check(shape: Shape) {
    for round in 0..ROUNDS {
        let history = record(shape, u64::from(round).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        assert!(is_linearizable(&history, shape), "round {round}: {history:#?}");
    }
}

#[test]
fn the_search_tells_good_from_bad() {
    let shape = Shape { cells: 4, ..Shape::default() };
    let event = |call, begin, end| Event { call, begin, end };
    let put = |item, begin, end| event(Call::Put(item, Put::Done), begin, end);
    let get = |item, begin, end| event(Call::Get(Got::Item(item)), begin, end);
    assert!(is_linearizable(&[put(1, 0, 3), put(2, 1, 2), get(2, 4, 5), get(1, 6, 7)], shape));
    assert!(!is_linearizable(&[put(1, 0, 1), put(2, 2, 3), get(2, 4, 5), get(1, 6, 7)], shape));
    assert!(!is_linearizable(&[put(1, 0, 1), event(Call::Get(Got::Empty), 2, 3)], shape));
    let shut = [event(Call::ShutDown, 0, 5), event(Call::Get(Got::Shut), 1, 2), put(1, 3, 4)];
    assert!(!is_linearizable(&shut, shape));
}

#[test]
fn first_in_first_out_with_a_limit() {
    check(Shape { limit: 2, cells: 2, ..Shape::default() });
}

#[test]
fn first_in_first_out_with_a_limit_beyond_the_ring() {
    check(Shape { limit: 3, cells: 2, ..Shape::default() });
}

#[test]
fn first_in_first_out_with_a_backlog() {
    check(Shape { cells: 1, ..Shape::default() });
    check(Shape { cells: 2, ..Shape::default() });
}

#[test]
fn last_in_first_out() {
    check(Shape { limit: 3, order: flag::LAST_FIRST, ..Shape::default() });
}
