//! Loom model of the sleep protocol: a post is never missed by all workers. A lost wake-up shows as a deadlock.
#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use sched::{Bed, Seat, Sleep};
use std::time::Duration;
use sync::{Parker, Ring};

struct Shared {
    jobs: Ring,
    sleep: Sleep,
    seats: [Seat; 2],
    parkers: [Parker; 2],
}

impl Shared {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            jobs: Ring::new(2),
            sleep: Sleep::default(),
            seats: Default::default(),
            parkers: Default::default(),
        })
    }

    fn wake_one(&self) {
        for (seat, parker) in self.seats.iter().zip(&self.parkers) {
            if self.sleep.wake(seat).is_some() {
                parker.unpark();
                return;
            }
        }
    }

    fn post(&self, job: u32) {
        self.jobs.push(job).expect("room for two");
        if self.sleep.posted() {
            self.wake_one();
        }
    }

    /// Works until one job is done, as `Runtime::next` does.
    fn take_one(&self, me: usize) -> u32 {
        self.sleep.start_search();
        loop {
            if let Some(job) = self.jobs.pop() {
                if self.sleep.found() && !self.jobs.is_empty() {
                    self.wake_one();
                }
                return job;
            }
            if self.sleep.try_sleep(&self.seats[me], Bed::Parker, || !self.jobs.is_empty()) {
                while self.seats[me].is_asleep() {
                    self.parkers[me].park(Duration::MAX);
                }
                self.sleep.get_up(&self.seats[me], Bed::Parker);
            }
        }
    }
}

#[test]
fn a_job_posted_while_its_worker_falls_asleep_is_run() {
    loom::model(|| {
        let shared = Shared::new();
        let worker = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.take_one(0))
        };
        shared.post(7);
        assert_eq!(worker.join().unwrap(), 7);
    });
}

#[test]
fn two_jobs_wake_two_workers() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let shared = Shared::new();
        let workers: Vec<_> = (0..2)
            .map(|me| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.take_one(me))
            })
            .collect();
        shared.post(1);
        shared.post(2);
        let mut got: Vec<u32> = workers.into_iter().map(|worker| worker.join().unwrap()).collect();
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
    });
}
