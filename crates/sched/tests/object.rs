//! Shared objects: handles, references, and what becomes of them when messages, isolates and objects end.
#![cfg(not(any(loom, miri)))]

use std::sync::{Mutex, MutexGuard, PoisonError};

use sched::{Handle, Kind, Port, QueueShape, Runtime, SlotTable, State};

const KINDS: std::ops::RangeInclusive<u32> = 1..=16;

/// One test at a time: they look at what the whole region uses.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn runtime() -> &'static Runtime {
    Runtime::start().expect("a region")
}

fn isolate() -> &'static Port {
    runtime().attach(Box::new(|| {})).expect("an isolate")
}

fn detach(port: &Port) {
    runtime().detach(port, sync::NONE, None);
}

fn slots() -> &'static SlotTable {
    runtime().slots()
}

fn slot(port: &Port) -> u32 {
    let mut slot = [0];
    assert_eq!(runtime().reserve(port, &mut slot), 1);
    slot[0]
}

fn object(port: &Port, kind: u32) -> Handle {
    let kind = Kind::from_number(kind).expect("a kind");
    let bytes = if kind == Kind::Queue { 128 + 2 * 8 } else { 0 };
    let handle = runtime().create(port, slot(port), kind, bytes).expect("an object");
    let shape = |order, cells| QueueShape { limit: 0, most_bytes: 0, order, cells };
    match kind {
        Kind::Queue => runtime().init_queue(handle.slot, shape(0, 2)),
        Kind::LifoQueue => runtime().init_queue(handle.slot, shape(1 << 8, 0)),
        Kind::PriorityQueue => runtime().init_queue(handle.slot, shape(1 << 9, 0)),
        Kind::Connection => runtime().init_end(port, handle.slot, None, None).expect("no queues"),
        _ => {}
    }
    handle
}

#[test]
fn object_lives_as_long_as_somebody_holds_it() {
    let _alone = alone();
    let (one, other) = (isolate(), isolate());
    let lock = object(one, 1);
    assert_eq!(runtime().held(one, lock), Ok(Kind::Lock));
    assert!(runtime().held(other, lock).is_err());
    for _ in 0..3 {
        runtime().hold(other, lock).expect("it lives");
    }
    assert_eq!(slots().references(lock.slot), 2, "an isolate holds it once");
    assert!(runtime().let_go(one, lock));
    assert!(!runtime().let_go(one, lock), "no longer held");
    assert_eq!(slots().kind(lock), Ok(Kind::Lock));
    assert!(runtime().let_go(other, lock));
    assert!(slots().kind(lock).is_err());
    assert!(slots().is(lock.slot, State::Free));
    [one, other].into_iter().for_each(detach);
}

#[test]
fn object_handle_is_stale_when_its_slot_is_another_object() {
    let _alone = alone();
    let port = isolate();
    let first = object(port, 5);
    assert!(runtime().let_go(port, first));
    let mut others = Vec::new();
    while others.last().is_none_or(|last: &Handle| last.slot != first.slot) {
        others.push(object(port, 5));
    }
    let second = others[others.len() - 1];
    assert_ne!(first.generation, second.generation);
    assert!(slots().kind(first).is_err());
    assert!(slots().retain(first).is_err());
    assert!(runtime().hold(port, first).is_err());
    assert!(!runtime().let_go(port, first));
    assert_eq!(slots().references(second.slot), 1);
    for never in [Handle { slot: u32::MAX, generation: 1 }, Handle { slot: second.slot, generation: 0 }] {
        assert!(slots().retain(never).is_err());
    }
    detach(port);
    assert!(slots().kind(second).is_err());
}

#[test]
fn object_named_by_a_message_lives_until_the_block_is_freed() {
    let _alone = alone();
    let port = isolate();
    let used = slots().region().used();
    let named = [object(port, 1), object(port, 9), object(port, 1)];
    let letter = slot(port);
    let place = slots().load(letter, 100, &named).expect("a block");
    assert_eq!(slots().message(letter), Some(place));
    assert!(place.len >= 100 && place.offset.is_multiple_of(16));
    assert_eq!(named.map(|handle| slots().references(handle.slot)), [2; 3]);
    for handle in named {
        assert!(runtime().let_go(port, handle));
        assert!(slots().kind(handle).is_ok(), "the message keeps it");
    }
    slots().drop_block(letter);
    for handle in named {
        assert!(slots().kind(handle).is_err());
    }
    slots().release(letter);
    detach(port);
    let again = isolate();
    assert!(slots().region().used() <= used, "nothing of it is left");
    detach(again);
}

#[test]
fn object_reference_of_a_message_is_not_taken_when_another_one_is_stale() {
    let _alone = alone();
    let port = isolate();
    let (live, gone) = (object(port, 3), object(port, 3));
    assert!(runtime().let_go(port, gone));
    let letter = slot(port);
    assert!(slots().load(letter, 1, &[live, gone]).is_err());
    assert!(slots().message(letter).is_none());
    assert_eq!(slots().references(live.slot), 1);
    assert!(slots().load(letter, 1 << 45, &[live]).is_err(), "no room");
    assert_eq!(slots().references(live.slot), 1);
    slots().release(letter);
    detach(port);
}

#[test]
fn object_is_let_go_when_its_isolate_ends_and_lives_on_elsewhere() {
    let _alone = alone();
    let (one, other) = (isolate(), isolate());
    let alone: Vec<Handle> = (0..10_000).map(|n| object(one, 1 + n % 16)).collect();
    let both = object(one, 2);
    runtime().hold(other, both).expect("it lives");
    detach(one);
    assert!(alone.iter().all(|&handle| slots().kind(handle).is_err()));
    assert_eq!(slots().references(both.slot), 1);
    detach(other);
    assert!(slots().kind(both).is_err());
}

#[test]
fn object_is_released_with_a_job_that_never_runs() {
    let _alone = alone();
    let port = isolate();
    let pool = runtime().create_pool(port);
    let lock = object(port, 1);
    let job = slot(port);
    slots().load(job, 16, &[lock]).expect("a block");
    assert!(runtime().let_go(port, lock));
    runtime().submit(pool, port, job, (1, 0.0), None).expect("an open pool");
    detach(port);
    assert!(slots().kind(lock).is_ok(), "the job still waits");
    runtime().drop_pool(pool);
    assert!(slots().kind(lock).is_err(), "it came home to a dead isolate");
}

#[test]
fn object_chain_of_any_length_is_freed_without_recursion() {
    let _alone = alone();
    let port = isolate();
    let mut next = object(port, 1);
    let first = next;
    for _ in 0..100_000 {
        // An object whose block names the one before.
        let place = slot(port);
        let link = runtime().create(port, place, Kind::Value, 0).expect("an object");
        slots().load(place, 0, &[next]).expect("a block");
        assert!(runtime().let_go(port, next));
        next = link;
    }
    assert!(slots().kind(first).is_ok());
    assert!(runtime().let_go(port, next));
    assert!(slots().kind(first).is_err());
    detach(port);
}

#[test]
fn object_block_is_zeroed_and_freed_with_it() {
    let _alone = alone();
    let port = isolate();
    let _first = object(port, 14);
    let used = slots().region().used();
    for _ in 0..100 {
        let array = runtime().create(port, slot(port), Kind::Array, 5000).expect("an object");
        let block = slots().block(array.slot).expect("a block");
        assert_eq!(block.len, 5000);
        // SAFETY: the block is the object's, which only this thread knows.
        let clean = unsafe {
            let bytes = std::slice::from_raw_parts_mut(slots().region().at(block.offset), block.len);
            let clean = bytes.iter().all(|&byte| byte == 0);
            bytes.fill(7);
            clean
        };
        assert!(clean);
        assert!(runtime().let_go(port, array));
    }
    assert_eq!(slots().region().used(), used);
    detach(port);
}

#[test]
fn object_creation_and_drop_leaves_the_region_flat() {
    let _alone = alone();
    let port = isolate();
    let kept = object(port, 1);
    let used = slots().region().used();
    let mut highest = 0;
    for kind in KINDS {
        for _ in 0..1_000_000 {
            let handle = object(port, kind);
            highest = highest.max(handle.slot);
            assert!(runtime().let_go(port, handle));
        }
    }
    assert_eq!(slots().region().used(), used);
    assert!(highest <= kept.slot + 1, "the same slot again and again");
    detach(port);
}

#[test]
fn object_of_many_threads_is_freed_once() {
    let _alone = alone();
    for _ in 0..200 {
        let ports: Vec<&Port> = (0..4).map(|_| isolate()).collect();
        let lock = object(ports[0], 1);
        for port in &ports[1..] {
            runtime().hold(port, lock).expect("it lives");
        }
        std::thread::scope(|scope| {
            for port in &ports {
                scope.spawn(|| {
                    let letter = slot(port);
                    slots().load(letter, 8, &[lock]).expect("held");
                    assert!(runtime().let_go(port, lock));
                    slots().release(letter);
                });
            }
        });
        assert!(slots().kind(lock).is_err());
        ports.into_iter().for_each(detach);
    }
}
