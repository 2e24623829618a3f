//! The list of threads, their ends, their names, and the hook for uncaught errors.
#![cfg(not(any(loom, miri)))]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sched::{EVENT_TOKEN, Goal, Handle, Kind, Port, Runtime, threads, word};
use sync::{BASE, NONE, Wait};

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
    runtime().detach(port, NONE, None);
}

fn slot(port: &Port) -> u32 {
    let mut slot = [0];
    assert_eq!(runtime().reserve(port, &mut slot), 1);
    slot[0]
}

fn thread(port: &Port) -> Handle {
    runtime().create(port, slot(port), Kind::Thread, 0).expect("an object")
}

#[test]
fn threads_are_listed_from_their_beginning_to_their_end_whoever_holds_them() {
    let _alone = alone();
    let port = isolate();
    let (first, second) = (thread(port), thread(port));
    threads::begin(runtime(), first).expect("it lives");
    threads::begin(runtime(), second).expect("it lives");
    assert_eq!(threads::alive(), [first, second]);
    assert!(runtime().let_go(port, first));
    assert_eq!(runtime().slots().kind(first), Ok(Kind::Thread), "kept while it is alive");
    threads::end(runtime(), first);
    assert_eq!(threads::alive(), [second]);
    assert!(runtime().slots().kind(first).is_err(), "nobody has it any more");
    threads::undo(runtime(), second);
    threads::undo(runtime(), second);
    assert_eq!(threads::alive(), []);
    assert_eq!(runtime().slots().references(second.slot), 1);
    detach(port);
    assert_eq!(runtime().slots().objects(), 0);
}

#[test]
fn threads_end_for_those_who_wait_and_for_those_who_come_later() {
    let _alone = alone();
    let (port, other) = (isolate(), isolate());
    let ended = thread(port);
    runtime().hold(other, ended).expect("it lives");
    threads::begin(runtime(), ended).expect("it lives");
    let goal = Goal { object: ended, base: BASE, want: 0 };
    let wait = |port: &Port, limit| {
        let slot = runtime().slots().reserve(port.isolate).expect("a free slot");
        let wait = runtime().wait_for(port, goal, slot, limit, || true).expect("it may wait");
        runtime().slots().release(slot);
        wait
    };
    assert_eq!(wait(other, Duration::ZERO), Wait::TimedOut);
    std::thread::scope(|scope| {
        let waiter = scope.spawn(|| wait(other, Duration::from_mins(1)));
        while runtime().waiters(port, ended, BASE) != Ok(1) {
            std::thread::yield_now();
        }
        threads::end(runtime(), ended);
        assert_eq!(waiter.join().expect("no panic"), Wait::Granted(0));
    });
    assert_eq!(wait(port, Duration::ZERO), Wait::Granted(0));
    [port, other].into_iter().for_each(detach);
}

#[test]
fn threads_have_names_as_long_as_they_live() {
    let _alone = alone();
    let port = isolate();
    let named = thread(port);
    assert_eq!(threads::name(named), "");
    threads::set_name(named, "first".to_owned());
    threads::set_name(named, "second".to_owned());
    assert_eq!(threads::name(named), "second");
    assert!(runtime().let_go(port, named));
    assert_eq!(threads::name(named), "", "it went with the object");
    assert_eq!(threads::next_number() + 1, threads::next_number());
    detach(port);
}

#[test]
fn threads_give_their_names_to_their_isolates_also_later_ones() {
    let _alone = alone();
    let port = isolate();
    port.set_name("thread 3".to_owned());
    let named = thread(port);
    port.name_after("worker", named);
    assert_eq!(port.name(), "thread 3", "it has none yet");
    threads::set_name(named, "first".to_owned());
    assert_eq!(port.name(), "worker first");
    threads::set_name(named, "second".to_owned());
    assert_eq!(port.name(), "worker second");
    assert!(runtime().let_go(port, named));
    assert_eq!(port.name(), "thread 3", "it went with the object");
    detach(port);
    let other = isolate();
    assert_eq!(other.name(), format!("isolate {}", other.isolate), "whoever had the number before");
    detach(other);
}

#[test]
fn threads_have_one_main_thread_until_the_last_isolate_ends() {
    let _alone = alone();
    let port = isolate();
    assert_eq!(threads::main(runtime(), None), Ok(None));
    let (first, second) = (thread(port), thread(port));
    assert_eq!(threads::main(runtime(), Some(first)), Ok(Some(first)));
    assert_eq!(threads::main(runtime(), Some(second)), Ok(Some(first)), "there is one");
    assert_eq!(threads::alive(), [first]);
    threads::end(runtime(), first);
    assert_eq!(threads::main(runtime(), None), Ok(Some(first)), "known when it has ended");
    threads::begin(runtime(), second).expect("it lives");
    detach(port);
    threads::forget_all(runtime());
    assert_eq!(threads::main(runtime(), None), Ok(None));
    assert_eq!(threads::alive(), []);
    assert_eq!(runtime().slots().objects(), 0);
}

#[test]
fn threads_hook_is_the_one_set_last_by_an_isolate_that_lives() {
    let _alone = alone();
    let (port, other) = (isolate(), isolate());
    assert_eq!(threads::hook(), None);
    threads::set_hook(port.isolate, true);
    threads::set_hook(other.isolate, true);
    assert_eq!(threads::hook(), Some(other.isolate));
    threads::set_hook(port.isolate, true);
    assert_eq!(threads::hook(), Some(port.isolate));
    threads::set_hook(port.isolate, false);
    assert_eq!(threads::hook(), Some(other.isolate));
    let error = slot(port);
    assert!(runtime().send_uncaught(error, other.isolate));
    let mut arrived = [0; 2];
    assert_eq!(runtime().take(other, &mut { NONE }, &mut arrived), 1);
    assert_eq!((arrived[0], runtime().slots().get(error, word::TOKEN)), (error, EVENT_TOKEN));
    let number = other.isolate;
    detach(other);
    assert_eq!(threads::hook(), None, "it went with its isolate");
    let late = slot(port);
    assert!(!runtime().send_uncaught(late, number), "the slot stays");
    detach(port);
}
