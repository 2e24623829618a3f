//! An algorithm in the background: one native thread drives it, others join its loops.
//!
//! The job's [`Task`] has a single unit, the whole algorithm; the task's cancel flag is that of the algorithm's [`Team`], the
//! same flag that ends compiled loops.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::PoisonError;
use std::time::Duration;

use super::error::Stopped;
use super::team::Team;
use crate::native::{Done, Native, Task, Work};
use crate::primitive::{Arc, Mutex};

type Outcome<R> = Arc<Mutex<Option<Result<R, Stopped>>>>;

/// See the module's description. Dropping it neither cancels nor waits.
pub struct Job<R> {
    task: Arc<Task>,
    outcome: Outcome<R>,
}

impl<R: Send + 'static> Job<R> {
    /// Begins `run` on the native threads, at most `threads` of them. `done` is called at the end, on one of them; afterwards no
    /// thread touches what `run` was given.
    pub fn start(
        threads: usize,
        run: impl FnOnce(&Team<'_>) -> Result<R, Stopped> + Send + 'static,
        done: impl FnOnce() + Send + 'static,
    ) -> Self {
        let outcome: Outcome<R> = Arc::new(Mutex::new(None));
        let (run, result) = (Mutex::new(Some(run)), Arc::clone(&outcome));
        let work: Work = Box::new(move |task, _, _| {
            let Some(run) = run.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
            let team = Team::new(threads, task.cancel_flag());
            let ended = catch_unwind(AssertUnwindSafe(|| run(&team))).unwrap_or(Err(Stopped::Panicked));
            *result.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        });
        let done: Done = Box::new(move |_| done());
        Self { task: Native::get().start(1, 1, false, work, Some(done)), outcome }
    }

    /// Asks it to end.
    pub fn cancel(&self) {
        self.task.cancel();
    }

    /// Waits for the end in slices, after each of which `go_on` is asked; when it says no, the job is cancelled, and its end is
    /// waited for all the same. The starting thread only, and no native thread.
    pub fn watch(&self, slice: Duration, go_on: impl FnMut() -> bool) {
        Native::get().watch(&self.task, slice, go_on);
    }

    /// What came of it, once it has ended.
    ///
    /// # Errors
    /// Why there is no result; [`Stopped::Cancelled`] too if it was taken before or has not ended.
    pub fn take(&self) -> Result<R, Stopped> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(Err(Stopped::Cancelled))
    }
}
