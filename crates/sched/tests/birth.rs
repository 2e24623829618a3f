//! Isolates that end before they have said what they are: known by the threads of the system.
//!
//! One test, because those of the harness would be such threads, too.
#![cfg(all(target_os = "linux", not(any(loom, miri))))]

use std::sync::mpsc::{Sender, channel};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use sched::{Event, Goal, Handle, Kind, Port, Runtime, Unborn, threads, word};
use sync::{BASE, NONE, Wait};

const FOREVER: Duration = Duration::from_hours(1);

fn runtime() -> &'static Runtime {
    Runtime::start().expect("a region")
}

fn isolate() -> &'static Port {
    runtime().attach(Box::new(|| {})).expect("an isolate")
}

fn slot(port: &Port) -> u32 {
    let mut slot = [0];
    assert_eq!(runtime().reserve(port, &mut slot), 1);
    slot[0]
}

fn begun(port: &Port) -> Handle {
    let thread = runtime().create(port, slot(port), Kind::Thread, 0).expect("an object");
    threads::begin(runtime(), thread).expect("it lives");
    thread
}

/// A thread that lives until it is told to end, and does this then.
fn start(last: impl FnOnce() + Send + 'static) -> (Sender<()>, JoinHandle<()>) {
    let (end, ended) = channel::<()>();
    let thread = spawn(move || {
        let _ = ended.recv();
        last();
    });
    (end, thread)
}

fn stop((end, thread): (Sender<()>, JoinHandle<()>)) {
    drop(end);
    thread.join().expect("it does not panic");
}

/// Blocks until a thread has ended, for at most so long; whether it has.
fn ends(port: &Port, thread: Handle, limit: Duration) -> bool {
    runtime().look_for_stillborn();
    let goal = Goal { object: thread, base: BASE, want: 0 };
    runtime().wait_for(port, goal, slot(port), limit, || true) == Ok(Wait::Granted(0))
}

/// Whether a thread has ended, for its waiters.
fn has_ended(port: &Port, thread: Handle) -> bool {
    ends(port, thread, Duration::ZERO)
}

fn detach(port: &Port) {
    runtime().detach(port, NONE, None);
    assert_eq!(runtime().slots().objects(), 0, "nothing keeps them");
}

fn a_thread_ends_with_that_of_the_system_if_it_has_not_come_before() {
    let port = isolate();
    let thread = begun(port);
    runtime().expect_birth(Unborn::Thread(thread)).expect("it lives");
    assert!(!has_ended(port, thread), "it is not even started");
    let system = start(|| {});
    runtime().watch_birth(Unborn::Thread(thread));
    assert!(!has_ended(port, thread));
    stop(system);
    assert!(ends(port, thread, FOREVER));
    assert_eq!(threads::alive(), []);
    detach(port);
}

fn a_blocked_thread_is_woken_by_the_end_of_one_that_never_comes() {
    let port = isolate();
    let thread = begun(port);
    runtime().expect_birth(Unborn::Thread(thread)).expect("it lives");
    let system = start(|| {});
    runtime().watch_birth(Unborn::Thread(thread));
    let goal = Goal { object: thread, base: BASE, want: 0 };
    // It is told to end when the wait has lasted for a slice.
    let mut system = Some(system);
    let wait = runtime().wait_for(port, goal, slot(port), FOREVER, || {
        system.take().into_iter().for_each(stop);
        true
    });
    assert_eq!(wait, Ok(Wait::Granted(0)));
    detach(port);
}

fn a_thread_that_has_come_makes_its_end_known_itself() {
    let port = isolate();
    let thread = begun(port);
    let who = Unborn::Thread(thread);
    runtime().expect_birth(who).expect("it lives");
    let system = start(move || runtime().end_birth(who));
    runtime().watch_birth(who);
    stop(system);
    assert!(!has_ended(port, thread));
    // So has one that comes before it is watched.
    runtime().expect_birth(who).expect("it lives");
    stop(start(move || runtime().end_birth(who)));
    runtime().watch_birth(who);
    assert!(!has_ended(port, thread));
    threads::end(runtime(), thread);
    detach(port);
}

fn two_that_are_started_at_once_are_told_apart_when_one_of_them_has_come() {
    let port = isolate();
    let (dead, well) = (begun(port), begun(port));
    for thread in [dead, well] {
        runtime().expect_birth(Unborn::Thread(thread)).expect("it lives");
    }
    let (came, told) = channel::<()>();
    let (of_dead, of_well) = (start(|| {}), {
        let (end, ended) = channel::<()>();
        let thread = spawn(move || {
            let _ = told.recv();
            runtime().end_birth(Unborn::Thread(well));
            drop(told);
            let _ = ended.recv();
        });
        (end, thread)
    });
    for thread in [dead, well] {
        runtime().watch_birth(Unborn::Thread(thread));
    }
    stop(of_dead);
    assert!(!has_ended(port, dead), "each may be that of the other");
    // The second send fails when it has come.
    while came.send(()).is_ok() {}
    assert!(ends(port, dead, FOREVER));
    assert!(!has_ended(port, well));
    stop(of_well);
    assert!(!has_ended(port, well));
    threads::end(runtime(), well);
    detach(port);
}

fn the_owner_of_a_pool_is_told_once_of_a_worker_that_never_comes() {
    let port = isolate();
    let pool = runtime().create_pool(port);
    let who = Unborn::Worker { pool, key: 7 };
    runtime().expect_birth(who).expect("workers are no objects");
    let system = start(|| {});
    runtime().watch_birth(who);
    stop(system);
    // A thread that waits for results looks.
    assert_eq!(runtime().wait(port, FOREVER, || true), Some(true));
    runtime().look_for_stillborn();
    let (mut rest, mut out) = (NONE, [0; 4]);
    assert_eq!(runtime().take(port, &mut rest, &mut out), 1);
    let told = [word::OPERATION, word::ARGUMENT, word::LENGTH].map(|word| runtime().slots().get(out[0], word));
    assert_eq!(told, [Event::Gone as u32, 7, pool]);
    // Nobody is told of one whose pool is gone.
    runtime().expect_birth(who).expect("workers are no objects");
    runtime().watch_birth(who);
    runtime().drop_pool(pool);
    runtime().look_for_stillborn();
    assert!(!port.has_finished());
    detach(port);
}

fn what_is_forgotten_is_neither_kept_nor_told_of() {
    let port = isolate();
    let (first, second) = (begun(port), begun(port));
    for thread in [first, second] {
        runtime().expect_birth(Unborn::Thread(thread)).expect("it lives");
        runtime().watch_birth(Unborn::Thread(thread));
    }
    runtime().forget_birth(Unborn::Thread(first));
    runtime().forget_birth(Unborn::Thread(first));
    runtime().forget_births();
    assert!(!has_ended(port, first) && !has_ended(port, second));
    for thread in [first, second] {
        threads::undo(runtime(), thread);
        assert_eq!(runtime().slots().references(thread.slot), 1);
    }
    let gone = Handle { slot: first.slot, generation: first.generation + 1 };
    assert!(runtime().expect_birth(Unborn::Thread(gone)).is_err());
    detach(port);
}

#[test]
fn births_end_or_are_told_of() {
    a_thread_ends_with_that_of_the_system_if_it_has_not_come_before();
    a_blocked_thread_is_woken_by_the_end_of_one_that_never_comes();
    a_thread_that_has_come_makes_its_end_known_itself();
    two_that_are_started_at_once_are_told_apart_when_one_of_them_has_come();
    the_owner_of_a_pool_is_told_once_of_a_worker_that_never_comes();
    what_is_forgotten_is_neither_kept_nor_told_of();
}
