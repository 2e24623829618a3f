//! Waiting for shared objects by threads and promises of several isolates, their ends, and the reports about them.
#![cfg(not(any(loom, miri)))]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sched::{Goal, Handle, Kind, Port, Runtime, State, WaitError};
use sync::{BASE, Event, Lock, MOST, NONE, Phase, READ, RwLock, Semaphore, WRITE, Wait, Waiter};

const FOREVER: Duration = Duration::from_mins(1);

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn runtime() -> &'static Runtime {
    Runtime::start().expect("a region")
}

fn isolate(name: &str) -> &'static Port {
    let port = runtime().attach(Box::new(|| {})).expect("an isolate");
    port.set_name(name.to_owned());
    port
}

fn detach(port: &Port) {
    runtime().detach(port, NONE, None);
}

fn slot(port: &Port) -> u32 {
    let mut slot = [0];
    assert_eq!(runtime().reserve(port, &mut slot), 1);
    slot[0]
}

fn object(port: &Port, kind: Kind) -> Handle {
    runtime().create(port, slot(port), kind, 0).expect("an object")
}

fn shared(kind: Kind, ports: &[&'static Port]) -> Handle {
    let handle = object(ports[0], kind);
    for port in &ports[1..] {
        runtime().hold(port, handle).expect("it lives");
    }
    handle
}

fn goal(object: Handle, want: u32) -> Goal {
    Goal { object, base: BASE, want }
}

fn me(port: &Port) -> u32 {
    port.isolate + 1
}

fn wait_for(port: &Port, goal: Goal, limit: Duration, alive: bool) -> Result<Wait, WaitError> {
    let waiter = slot(port);
    let wait = runtime().wait_for(port, goal, waiter, limit, || alive);
    assert!(runtime().slots().is(waiter, State::Held));
    runtime().slots().release(waiter);
    wait
}

fn block(port: &Port, object: Handle, want: u32) -> Wait {
    wait_for(port, goal(object, want), FOREVER, true).expect("it may wait")
}

fn waiters(port: &Port, object: Handle) -> usize {
    runtime().waiters(port, object, BASE).expect("held")
}

/// What has come home to an isolate: the slots and how their waits ended.
fn arrived(port: &Port, rest: &mut u32) -> Vec<(u32, Phase)> {
    let mut slots = [0; 16];
    let count = runtime().take(port, rest, &mut slots);
    slots[..count].iter().map(|&slot| (slot, Waiter::of(runtime(), slot).phase())).collect()
}

#[test]
fn wait_of_a_thread_ends_when_another_one_releases() {
    let _alone = alone();
    let ports = [isolate("a"), isolate("b")];
    let lock = shared(Kind::Lock, &ports);
    let mutex = Lock::new(runtime(), lock.slot);
    for _ in 0..200 {
        assert_eq!(block(ports[0], lock, 0), Wait::Granted(0));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                assert_eq!(block(ports[1], lock, 0), Wait::Granted(0));
                assert!(mutex.release(me(ports[1])));
            });
            assert!(mutex.release(me(ports[0])));
        });
    }
    assert_eq!(mutex.owner(), 0);
    ports.into_iter().for_each(detach);
}

#[test]
fn wait_of_a_thread_ends_in_time_or_when_its_isolate_is_stopped() {
    let _alone = alone();
    let (port, other) = (isolate("a"), isolate("b"));
    for kind in
        [Kind::Lock, Kind::RLock, Kind::Semaphore, Kind::BoundedSemaphore, Kind::Event, Kind::Barrier, Kind::RwLock]
    {
        let handle = shared(kind, &[port, other]);
        match kind {
            Kind::Lock | Kind::RLock => drop(Lock::new(runtime(), handle.slot).try_acquire(me(other))),
            Kind::RwLock => drop(RwLock::new(runtime(), handle.slot).try_acquire(WRITE, me(other))),
            Kind::Barrier => sync::Barrier::new(runtime(), handle.slot).start(2, false),
            _ => {}
        }
        let start = Instant::now();
        let late = wait_for(port, goal(handle, 1), Duration::from_millis(30), true);
        assert_eq!(late, Ok(Wait::TimedOut), "{kind:?}");
        assert!(start.elapsed() >= Duration::from_millis(30));
        if kind == Kind::Barrier {
            sync::Barrier::new(runtime(), handle.slot).reset();
        }
        let start = Instant::now();
        let stopped = wait_for(port, goal(handle, 1), FOREVER, false);
        assert_eq!(stopped, Ok(Wait::Stopped), "{kind:?}");
        assert!(start.elapsed() < Duration::from_secs(1));
        assert_eq!(waiters(port, handle), 0, "no ghost of {kind:?}");
    }
    [port, other].into_iter().for_each(detach);
}

#[test]
fn wait_of_a_promise_comes_home_when_it_has_ended() {
    let _alone = alone();
    let (port, other) = (isolate("a"), isolate("b"));
    let (event, mut rest) = (shared(Kind::Event, &[port, other]), NONE);
    let slots = [slot(port), slot(port)];
    for waiter in slots {
        assert_eq!(runtime().enlist(port, goal(event, 0), waiter), Ok(None));
    }
    assert_eq!(waiters(other, event), 2);
    assert!(runtime().withdraw(port, event, slots[0], false));
    assert!(runtime().slots().is(slots[0], State::Held));
    Event::new(runtime(), event.slot).set();
    assert!(!runtime().withdraw(port, event, slots[1], false), "it has ended");
    assert_eq!(arrived(port, &mut rest), [(slots[1], Phase::Granted)]);
    assert_eq!(runtime().enlist(port, goal(event, 0), slots[0]), Ok(Some(Wait::Granted(0))));
    assert_eq!(port.outstanding(), 0);
    [port, other].into_iter().for_each(detach);
}

#[test]
fn wait_for_what_is_not_held_or_cannot_be_waited_for_is_refused() {
    let _alone = alone();
    let (port, other) = (isolate("a"), isolate("b"));
    let (lock, array) = (object(port, Kind::Lock), object(port, Kind::Array));
    let waiter = slot(other);
    let refused = runtime().enlist(other, goal(lock, 0), waiter);
    assert!(matches!(refused, Err(WaitError::Stale(_))));
    assert!(matches!(wait_for(other, goal(lock, 0), FOREVER, true), Err(WaitError::Stale(_))));
    assert_eq!(runtime().enlist(port, goal(array, 0), slot(port)), Err(WaitError::Unwaitable));
    assert_eq!(other.outstanding() + port.outstanding(), 0);
    [port, other].into_iter().for_each(detach);
}

#[test]
fn wait_of_an_isolate_that_lets_go_is_closed() {
    let _alone = alone();
    let (port, other) = (isolate("a"), isolate("b"));
    let semaphore = shared(Kind::Semaphore, &[port, other]);
    let waiter = slot(port);
    assert_eq!(runtime().enlist(port, goal(semaphore, 1), waiter), Ok(None));
    assert!(runtime().let_go(port, semaphore));
    assert_eq!(arrived(port, &mut { NONE }), [(waiter, Phase::Closed)]);
    [port, other].into_iter().for_each(detach);
}

#[test]
fn wait_that_was_granted_to_a_dead_isolate_is_undone() {
    let _alone = alone();
    let other = isolate("b");
    let (semaphore, lock, rw_lock) =
        (object(other, Kind::Semaphore), object(other, Kind::Lock), object(other, Kind::RwLock));
    for collected in [false, true] {
        let port = isolate("a");
        for handle in [semaphore, lock, rw_lock] {
            runtime().hold(port, handle).expect("it lives");
        }
        assert_eq!(block(other, lock, 0), Wait::Granted(0));
        assert_eq!(block(other, rw_lock, WRITE), Wait::Granted(0));
        for (handle, want) in [(semaphore, 2), (lock, 0), (rw_lock, READ)] {
            assert_eq!(runtime().enlist(port, goal(handle, want), slot(port)), Ok(None));
        }
        Semaphore::new(runtime(), semaphore.slot, BASE).release(2, MOST).expect("room");
        assert!(Lock::new(runtime(), lock.slot).release(me(other)));
        assert!(RwLock::new(runtime(), rw_lock.slot).release_write(me(other)));
        // Either the port still has all of them, or the list that a call has taken and not yet handed over.
        let mut rest = NONE;
        if collected {
            assert_eq!(runtime().take(port, &mut rest, &mut [0]), 1);
        }
        runtime().detach(port, rest, None);
        let lost = if collected { 2 } else { 0 };
        assert_eq!(
            Semaphore::new(runtime(), semaphore.slot, BASE).permits(),
            2 - lost,
            "what was read counts as taken"
        );
        assert_eq!(Lock::new(runtime(), lock.slot).owner(), 0);
        assert_eq!(block(other, lock, 0), Wait::Granted(0), "not abandoned: it never knew");
        assert!(Lock::new(runtime(), lock.slot).release(me(other)));
        assert_eq!(block(other, rw_lock, WRITE), Wait::Granted(0));
        assert!(RwLock::new(runtime(), rw_lock.slot).release_write(me(other)));
        assert_eq!(block(other, semaphore, 2 - lost), Wait::Granted(0));
    }
    detach(other);
}

#[test]
fn wait_of_a_dead_isolate_leaves_the_queue_and_what_it_held_is_abandoned() {
    let _alone = alone();
    let ports = [isolate("a"), isolate("b"), isolate("c")];
    let lock = shared(Kind::Lock, &ports);
    assert_eq!(block(ports[0], lock, 0), Wait::Granted(0));
    assert_eq!(runtime().enlist(ports[1], goal(lock, 0), slot(ports[1])), Ok(None));
    std::thread::scope(|scope| {
        let heir = scope.spawn(|| block(ports[2], lock, 0));
        while waiters(ports[2], lock) < 2 {
            std::thread::yield_now();
        }
        detach(ports[1]);
        assert_eq!(waiters(ports[2], lock), 1);
        detach(ports[0]);
        assert_eq!(heir.join().unwrap(), Wait::Granted(1));
    });
    assert_eq!(Lock::new(runtime(), lock.slot).owner(), me(ports[2]));
    detach(ports[2]);
}

#[test]
fn wait_for_a_lock_that_more_isolates_read_than_it_has_room_for() {
    let _alone = alone();
    let used = runtime().slots().region().used();
    let ports: Vec<&'static Port> = (0..50).map(|n| isolate(&format!("reader {n}"))).collect();
    let lock = shared(Kind::RwLock, &ports);
    let rw_lock = RwLock::new(runtime(), lock.slot);
    for port in &ports {
        assert_eq!(block(port, lock, READ), Wait::Granted(0));
        assert_eq!(block(port, lock, READ), Wait::Granted(0));
    }
    assert_eq!(runtime().tally_word(ports[0], lock.slot).map(|word| runtime().slots().get(lock.slot, word)), Some(2));
    assert_eq!(runtime().tally_word(ports[49], lock.slot), None);
    let report = runtime().explain(ports[0], lock, BASE, Duration::from_secs(1));
    assert!(report.contains("reader 0; ") && report.contains("reader 49"), "{report}");
    for port in &ports[2..] {
        assert!(rw_lock.release_read(me(port)));
        detach(port);
    }
    assert!(rw_lock.release_read(me(ports[0])) && rw_lock.release_read(me(ports[0])));
    detach(ports[1]);
    assert_eq!(block(ports[0], lock, WRITE), Wait::Granted(0));
    detach(ports[0]);
    assert!(runtime().slots().kind(lock).is_err());
    // The records of the isolates stay for the next ones.
    assert!(runtime().slots().region().used() <= used + 50 * 4096);
}

#[test]
fn explain_names_holders_waiters_and_the_circle() {
    let _alone = alone();
    let ports = [isolate("the main thread"), isolate("worker 1"), isolate("worker 2")];
    let (first, second) = (shared(Kind::Lock, &ports), shared(Kind::Lock, &ports));
    assert_eq!(block(ports[1], first, 0), Wait::Granted(0));
    assert_eq!(block(ports[2], second, 0), Wait::Granted(0));
    assert_eq!(runtime().enlist(ports[0], goal(first, 0), slot(ports[0])), Ok(None));
    let quiet = runtime().explain(ports[0], first, BASE, Duration::from_millis(2100));
    assert!(quiet.starts_with("polycore: the main thread has waited 2.1 s for Lock "), "{quiet}");
    assert!(quiet.contains("it is held by worker 1\n") && !quiet.contains("deadlock"), "{quiet}");
    std::thread::scope(|scope| {
        let crossed = [(ports[1], second), (ports[2], first)]
            .map(|(port, lock)| scope.spawn(move || wait_for(port, goal(lock, 0), Duration::from_millis(500), true)));
        while waiters(ports[0], first) < 2 || waiters(ports[0], second) < 1 {
            std::thread::yield_now();
        }
        let report = runtime().explain(ports[0], first, BASE, Duration::from_secs(3));
        for part in [
            "held by worker 1, which has been blocked for Lock",
            "waiting: the main thread (awaits, ",
            "worker 2 (blocked, ",
            "deadlock: worker 1 waits for Lock",
            "held by worker 2 waits for Lock",
        ] {
            assert!(report.contains(part), "{part} is not in {report}");
        }
        for thread in crossed {
            assert_eq!(thread.join().unwrap(), Ok(Wait::TimedOut));
        }
    });
    ports.into_iter().for_each(detach);
}

#[test]
fn explain_says_how_every_kind_of_object_is() {
    let _alone = alone();
    let port = isolate("a");
    let expected = [
        (Kind::Lock, "it is free"),
        (Kind::Semaphore, "it is at 0 permits"),
        (Kind::Event, "it is not set"),
        (Kind::Barrier, "it is met by 0 of 0"),
        (Kind::RwLock, "it is free"),
    ];
    for (kind, text) in expected {
        let report = runtime().explain(port, object(port, kind), BASE, Duration::ZERO);
        assert!(report.contains(text), "{report}");
    }
    let (condition, lock) = (object(port, Kind::Condition), object(port, Kind::RLock));
    runtime().bind_condition(port, condition, lock).expect("both live");
    let report = runtime().explain(port, condition, BASE, Duration::ZERO);
    assert!(report.contains("it is bound to RLock") && report.contains("which is free"), "{report}");
    detach(port);
}

#[test]
fn leaks_are_what_nobody_can_reach() {
    let _alone = alone();
    let port = isolate("a");
    let before = runtime().leaks();
    assert!(before.objects.is_empty(), "{before}");
    let (lock, queue) = (object(port, Kind::Lock), object(port, Kind::Queue));
    // A circle: the queue's block names the queue itself.
    runtime().slots().load(queue.slot, 8, &[queue, lock]).expect("room");
    let message = slot(port);
    runtime().slots().put_state(message, State::Item);
    detach(port);
    let leaks = runtime().leaks();
    assert_eq!(leaks.objects, [(Kind::Lock, 1), (Kind::Queue, 1)]);
    assert_eq!(leaks.slots, before.slots + 1);
    assert!(leaks.to_string().contains("1 Lock, 1 Queue, "), "{leaks}");
    assert!(!leaks.is_empty());
    runtime().slots().drop_block(queue.slot);
    runtime().slots().release(message);
    assert_eq!(runtime().leaks(), before);
}
