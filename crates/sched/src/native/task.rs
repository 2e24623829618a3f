//! A parallel loop under way: its units, who takes part, how it ends.
//!
//! The task ends when all units are accounted for: run, or given up after a cancellation. Whoever accounts for the last one
//! calls `done`, so that no thread is in the loop's code any more then.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::share::Share;
use crate::primitive::{Arc, AtomicBool, AtomicU32, AtomicUsize, Ordering};

/// What the threads run: a range of units. It ends early, soon after the task is cancelled.
pub type Work = Box<dyn Fn(&Task, u32, u32) + Send + Sync>;
/// Called once when the task has ended, on the thread that ended it.
pub type Done = Box<dyn FnOnce(&Task) + Send>;

/// Units taken at once grow until a run of them takes that long …
const LONG_ENOUGH: Duration = Duration::from_micros(50);
/// … and shrink when it takes longer than that, so that enough is left to steal.
const TOO_LONG: Duration = Duration::from_micros(250);

/// See the module's description.
pub struct Task {
    shares: Box<[Share]>,
    /// Participants so far; each has the share of its number.
    joined: AtomicUsize,
    /// Units not accounted for.
    left: AtomicUsize,
    /// Not 0: the work is to end soon. Compiled code reads it.
    cancel: AtomicU32,
    ended: AtomicBool,
    work: Work,
    done: Mutex<Option<Done>>,
    waiter: sync::Parker,
}

impl Task {
    pub(super) fn new(units: u32, participants: usize, work: Work, done: Option<Done>) -> Arc<Self> {
        let count = u32::try_from(participants).unwrap_or(1).clamp(1, units.max(1));
        let bound = |index: u32| {
            let position = u64::from(units) * u64::from(index) / u64::from(count);
            u32::try_from(position).unwrap_or(units)
        };
        let shares = (0..count).map(|index| Share::new(bound(index), bound(index + 1))).collect();
        Arc::new(Self {
            shares,
            joined: AtomicUsize::new(0),
            left: AtomicUsize::new(units as usize),
            cancel: AtomicU32::new(0),
            ended: AtomicBool::new(false),
            work,
            done: Mutex::new(done),
            waiter: sync::Parker::default(),
        })
    }

    /// The flag that ends the work; it lives as long as the task.
    #[must_use]
    pub fn cancel_flag(&self) -> &AtomicU32 {
        &self.cancel
    }

    /// Asks the work to end.
    pub fn cancel(&self) {
        self.cancel.store(1, Ordering::Relaxed);
    }

    /// Whether [`Task::cancel`] was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed) != 0
    }

    /// Whether nobody runs it any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        // Acquire: what the work has written is seen by who sees its end.
        self.ended.load(Ordering::Acquire)
    }

    /// Whether another thread could be of use.
    pub(super) fn wants_help(&self) -> bool {
        self.joined.load(Ordering::Relaxed) < self.shares.len() && self.shares.iter().any(|share| !share.is_empty())
    }

    /// Takes part until nothing is left to take; `false` if there was no place.
    pub(super) fn help(&self) -> bool {
        let index = self.joined.fetch_add(1, Ordering::Relaxed);
        let Some(own) = self.shares.get(index) else {
            self.joined.fetch_sub(1, Ordering::Relaxed);
            return false;
        };
        let mut grain = 1;
        loop {
            while let Some((begin, end)) = own.take(grain) {
                grain = self.run(begin, end, grain);
            }
            let Some(loot) = self.steal(index) else { return true };
            own.refill(loot);
        }
    }

    fn steal(&self, thief: usize) -> Option<(u32, u32)> {
        let count = self.shares.len();
        (1..count).find_map(|step| self.shares[(thief + step) % count].steal())
    }

    /// Runs units and accounts for them; how many to take next time.
    fn run(&self, begin: u32, end: u32, grain: u32) -> u32 {
        let start = Instant::now();
        if !self.is_cancelled() {
            (self.work)(self, begin, end);
        }
        let took = start.elapsed();
        self.account((end - begin) as usize);
        if took < LONG_ENOUGH {
            grain.saturating_mul(2)
        } else if took > TOO_LONG {
            (grain / 2).max(1)
        } else {
            grain
        }
    }

    fn account(&self, units: usize) {
        // AcqRel: the last to account sees what all others have written.
        if self.left.fetch_sub(units, Ordering::AcqRel) == units {
            self.end();
        }
    }

    /// To be called once.
    pub(super) fn end(&self) {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(done) = done {
            done(self);
        }
        // Release: pairs with the load in `has_ended`.
        self.ended.store(true, Ordering::Release);
        self.waiter.unpark();
    }

    /// Sleeps until the task has ended or `timeout` has passed; whether it has ended. One thread only, the starter.
    pub fn wait(&self, timeout: Duration) -> bool {
        if !self.has_ended() {
            self.waiter.park(timeout);
        }
        self.has_ended()
    }
}
