//! Algorithms under way for this isolate: blocking, or reported through its port.
//!
//! Their memory belongs to the caller, see `arrays.rs`; a clean-up hook ends what still runs when the isolate ends.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::AtomicU32;
use std::time::{Duration, Instant};

use napi::{Env, Result};
use sched::Runtime;
use sched::algorithms::{Job, Selection, Stopped, Team, Total};

use crate::alive::Alive;
use crate::isolate::with;

/// How often a blocked caller looks whether its isolate is being stopped, or its time is over.
const SLICE: Duration = Duration::from_millis(10);

/// Statuses as JavaScript sees them.
const DONE: i32 = 0;
const CANCELLED: i32 = 1;
const NO_MEMORY: i32 = 2;
const PANICKED: i32 = 3;
/// The slot will come home.
const STARTED: i32 = -1;

/// What an algorithm gives besides what it writes.
pub(crate) enum Outcome {
    Values(Vec<Total>),
    Selected(Selection),
}

/// An algorithm with all it needs.
pub(crate) type Algorithm = Box<dyn FnOnce(&Team<'_>) -> std::result::Result<Outcome, Stopped> + Send>;

/// How an algorithm is run.
#[napi_derive::napi(object)]
#[derive(Clone, Copy)]
pub(crate) struct AlgorithmWay {
    /// Threads at most.
    pub threads: u32,
    /// What comes home at the end; negative: the call blocks.
    pub slot: i32,
    /// Of a call that blocks: this thread is one of the threads, and cannot be interrupted.
    pub takes_part: bool,
    /// How long a call may block that does not take part; negative: no limit.
    pub milliseconds: f64,
}

#[derive(Default)]
struct Pending {
    jobs: HashMap<u32, Job<Outcome>>,
    /// What the last algorithm that ended gave.
    outcome: Option<Outcome>,
    hooked: bool,
}

thread_local! {
    static PENDING: RefCell<Pending> = RefCell::default();
}

/// Runs an algorithm, `brief` ones on this thread alone if the call blocks anyway. Returns a status: 0 done, 1 cancelled, 2 out
/// of memory, 3 ended by a bug, -1 begun, and `algorithmOutcome` tells the rest when the slot has come home.
pub(crate) fn run(env: Env, way: AlgorithmWay, brief: bool, algorithm: Algorithm) -> Result<i32> {
    if let Ok(slot) = u32::try_from(way.slot) {
        return start(env, way.threads, slot, algorithm);
    }
    if brief || way.takes_part {
        let threads = if brief { 1 } else { way.threads as usize };
        let run = || algorithm(&Team::new(threads, &AtomicU32::new(0)));
        return Ok(ended(catch_unwind(AssertUnwindSafe(run)).unwrap_or(Err(Stopped::Panicked))));
    }
    let alive = Alive::new(env)?;
    let begin = Instant::now();
    let job = Job::start(way.threads as usize, algorithm, || {});
    job.watch(SLICE, || {
        let in_time = way.milliseconds < 0.0 || begin.elapsed().as_secs_f64() * 1e3 < way.milliseconds;
        in_time && alive.ask()
    });
    Ok(ended(job.take()))
}

fn start(env: Env, threads: u32, slot: u32, algorithm: Algorithm) -> Result<i32> {
    with(|isolate| {
        Runtime::get().lend_slot(isolate.port, slot);
        Ok(())
    })?;
    let job = Job::start(threads as usize, algorithm, move || Runtime::get().return_slot(slot));
    PENDING.with_borrow_mut(|pending| {
        if !std::mem::replace(&mut pending.hooked, true) {
            // Memory of this isolate may go when it ends, so its algorithms have to end first.
            let _ = env.add_env_cleanup_hook((), |()| end_all());
        }
        pending.jobs.insert(slot, job);
    });
    Ok(STARTED)
}

fn end_all() {
    let jobs = PENDING.with_borrow_mut(|pending| std::mem::take(&mut pending.jobs));
    for job in jobs.values() {
        job.cancel();
    }
    for job in jobs.values() {
        job.watch(SLICE, || false);
    }
}

/// Keeps what came of an algorithm for JavaScript to ask for; its status.
fn ended(result: std::result::Result<Outcome, Stopped>) -> i32 {
    let (outcome, status) = match result {
        Ok(outcome) => (Some(outcome), DONE),
        Err(Stopped::Cancelled) => (None, CANCELLED),
        Err(Stopped::NoMemory) => (None, NO_MEMORY),
        Err(Stopped::Panicked) => (None, PANICKED),
    };
    PENDING.with_borrow_mut(|pending| pending.outcome = outcome);
    status
}

/// What the last algorithm that ended has given, once.
pub(crate) fn take_outcome() -> Option<Outcome> {
    PENDING.with_borrow_mut(|pending| pending.outcome.take())
}

/// How many elements the last selection has, until it is taken.
pub(crate) fn selected() -> Option<f64> {
    PENDING.with_borrow(|pending| match &pending.outcome {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        Some(Outcome::Selected(selection)) => Some(selection.count() as f64),
        _ => None,
    })
}

/// Asks the algorithm behind a slot to end.
#[napi_derive::napi]
pub(crate) fn algorithm_cancel(slot: u32) {
    PENDING.with_borrow(|pending| {
        if let Some(job) = pending.jobs.get(&slot) {
            job.cancel();
        }
    });
}

/// How the algorithm behind a slot that has come home ended: 0 done, 1 cancelled, 2 out of memory, 3 by a bug.
#[napi_derive::napi]
#[must_use]
pub(crate) fn algorithm_outcome(slot: u32) -> i32 {
    let job = PENDING.with_borrow_mut(|pending| pending.jobs.remove(&slot));
    ended(job.map_or(Err(Stopped::Cancelled), |job| job.take()))
}
