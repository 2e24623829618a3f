//! Parallel loops on native threads.
#![cfg(not(loom))]

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use sched::Native;

#[test]
fn every_unit_runs_exactly_once() {
    let native = Native::get();
    for units in [0, 1, 2, 7, 1000, 100_000] {
        let seen: Arc<Vec<AtomicU32>> = Arc::new((0..units).map(|_| AtomicU32::new(0)).collect());
        let counts = Arc::clone(&seen);
        let work = move |_: &sched::Task, begin: u32, end: u32| {
            for unit in begin..end {
                counts[unit as usize].fetch_add(1, Ordering::Relaxed);
            }
        };
        let task = native.start(units, 8, true, Box::new(work), None);
        native.join(&task);
        assert!(task.has_ended());
        assert!(seen.iter().all(|count| count.load(Ordering::Relaxed) == 1));
    }
}

#[test]
fn the_end_is_announced_once_when_nobody_runs() {
    let (sender, receiver) = mpsc::channel();
    let running = Arc::new(AtomicUsize::new(0));
    let inside = Arc::clone(&running);
    let work = move |_: &sched::Task, _: u32, _: u32| {
        inside.fetch_add(1, Ordering::SeqCst);
        std::hint::black_box(());
        inside.fetch_sub(1, Ordering::SeqCst);
    };
    let done = move |_: &sched::Task| sender.send(running.load(Ordering::SeqCst)).unwrap();
    let _task = Native::get().start(1000, 8, false, Box::new(work), Some(Box::new(done)));
    assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(0));
    assert!(receiver.recv_timeout(Duration::from_secs(20)).is_err());
}

#[test]
fn a_cancelled_loop_ends_although_its_work_does_not() {
    let started = Arc::new(AtomicBool::new(false));
    let begun = Arc::clone(&started);
    let work = move |task: &sched::Task, _: u32, _: u32| {
        begun.store(true, Ordering::SeqCst);
        while !task.is_cancelled() {
            std::hint::spin_loop();
        }
    };
    let native = Native::get();
    let task = native.start(100, 8, false, Box::new(work), None);
    native.watch(&task, Duration::from_millis(1), || !started.load(Ordering::SeqCst));
    assert!(task.has_ended());
}

#[test]
fn tasks_from_several_threads_run_side_by_side() {
    let total = Arc::new(AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..50 {
                    let sum = Arc::clone(&total);
                    let work = move |_: &sched::Task, begin: u32, end: u32| {
                        sum.fetch_add((end - begin) as usize, Ordering::Relaxed);
                    };
                    let native = Native::get();
                    let task = native.start(100, 8, true, Box::new(work), None);
                    native.join(&task);
                }
            });
        }
    });
    assert_eq!(total.load(Ordering::Relaxed), 4 * 50 * 100);
}
