//! Loops of a team, and jobs.

use crate::memory::{THREADS, with_team};
use sched::algorithms::{Job, Stopped, Team};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

#[test]
fn results_are_in_the_order_of_units() {
    for threads in THREADS {
        let squares = with_team(threads, |team| team.map(5000, |unit| unit * unit)).unwrap();
        assert_eq!(squares, (0..5000).map(|unit| unit * unit).collect::<Vec<_>>());
        assert_eq!(with_team(threads, |team| team.map(0, |unit| unit)), Ok(vec![]));
    }
}

#[test]
fn a_cancelled_loop_leaves_out_what_has_not_begun() {
    for threads in THREADS {
        let (cancel, begun) = (AtomicU32::new(0), AtomicUsize::new(0));
        let team = Team::new(threads, &cancel);
        let ended = team.each(10_000, |_| {
            begun.fetch_add(1, Ordering::Relaxed);
            cancel.store(1, Ordering::Relaxed);
        });
        assert_eq!(ended, Err(Stopped::Cancelled));
        assert!((1..=threads).contains(&begun.into_inner()));
        assert_eq!(team.map(3, |unit| unit), Err(Stopped::Cancelled));
    }
}

#[test]
fn what_must_not_be_left_half_done_is_not() {
    let (cancel, done) = (AtomicU32::new(1), AtomicUsize::new(0));
    Team::new(2, &cancel).all(1000, |_| {
        done.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(done.into_inner(), 1000);
}

#[test]
fn a_panic_ends_the_loop_where_it_was_begun() {
    for threads in THREADS {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            with_team(threads, |team| team.all(1000, |unit| assert_ne!(unit, 700, "unit 700")));
        }));
        let payload = ended.unwrap_err();
        assert!(payload.downcast_ref::<String>().unwrap().contains("unit 700"));
    }
    assert_eq!(with_team(2, |team| team.map(100, |unit| unit)).unwrap().len(), 100);
}

#[test]
fn a_job_tells_its_result_once() {
    let (sender, receiver) = mpsc::channel();
    let job = Job::start(8, |team| Ok(team.map(1000, |unit| unit)?.len()), move || sender.send(()).unwrap());
    assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(()));
    assert_eq!(job.take(), Ok(1000));
    assert_eq!(job.take(), Err(Stopped::Cancelled));
}

#[test]
fn a_job_that_panics_is_an_error() {
    let (sender, receiver) = mpsc::channel();
    let job = Job::<()>::start(1, |_| panic!("on purpose"), move || sender.send(()).unwrap());
    assert_eq!(receiver.recv_timeout(Duration::from_secs(20)), Ok(()));
    assert_eq!(job.take(), Err(Stopped::Panicked));
}

#[test]
fn a_watched_job_ends_when_the_watcher_says_so() {
    let endless = |team: &Team<'_>| -> Result<(), Stopped> {
        loop {
            team.each(10, |_| std::hint::spin_loop())?;
        }
    };
    let job = Job::start(2, endless, || {});
    let mut asked = 0;
    job.watch(Duration::from_millis(1), || {
        asked += 1;
        asked < 3
    });
    assert_eq!(job.take(), Err(Stopped::Cancelled));
}

#[test]
fn more_jobs_than_threads_all_end() {
    let jobs: Vec<_> = (0..20_usize)
        .map(|job| {
            let (sender, receiver) = mpsc::channel();
            let run =
                move |team: &Team<'_>| (0..50).try_fold(0, |sum, _| Ok(sum + team.map(64, |unit| unit)?.len() + job));
            (Job::start(2, run, move || sender.send(()).unwrap()), receiver, job)
        })
        .collect();
    for (job, receiver, number) in jobs {
        assert_eq!(receiver.recv_timeout(Duration::from_mins(1)), Ok(()));
        assert_eq!(job.take(), Ok(50 * (64 + number)));
    }
}
