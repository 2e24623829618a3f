//! Native threads: a lean fork-join for loops that run no JavaScript.
//!
//! ```text
//!   starter ── start(task) ──►  list of tasks  ◄── look ── thread 0 … n-1 (started at the first task, kept for ever)
//!      │                             │
//!      └── run / wait                └─ a thread that finds a task takes part in it until nothing is left to take
//! ```
//!
//! A thread without work looks again for some microseconds, then sleeps on its parker. Posting is: put the task into the
//! list, fence, wake sleepers; falling asleep is: mark oneself asleep, fence, look at the list once more. With a sequentially
//! consistent fence on both sides one of the two sees the other (as in [`crate::Sleep`]), so no wake-up is lost.

mod share;
mod task;

use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

pub use share::Share;
pub use task::{Done, Task, Work};

use crate::primitive::{Arc, AtomicBool, AtomicUsize, Ordering, fence, hint};

/// Looks at the list of tasks before a thread sleeps, with pauses in between: some 20 microseconds.
const SPINS: u32 = 200;
const PAUSES: u32 = 32;
/// A sleeping thread needs no time limit; the parker wants one.
const FOREVER: Duration = Duration::from_secs(1 << 30);

struct Thread {
    asleep: AtomicBool,
    parker: sync::Parker,
}

/// See the module's description.
pub struct Native {
    threads: Box<[Thread]>,
    tasks: Mutex<Vec<Arc<Task>>>,
    /// Length of `tasks`, to look at without the lock.
    count: AtomicUsize,
    spinning: AtomicUsize,
}

static NATIVE: OnceLock<Native> = OnceLock::new();

impl Native {
    /// The threads of this process, as many as the machine runs at once; started at the first call.
    pub fn get() -> &'static Self {
        static STARTED: OnceLock<()> = OnceLock::new();
        let native = NATIVE.get_or_init(|| {
            let count = thread::available_parallelism().map_or(1, usize::from);
            let threads =
                (0..count).map(|_| Thread { asleep: AtomicBool::new(false), parker: sync::Parker::default() });
            Self {
                threads: threads.collect(),
                tasks: Mutex::new(Vec::new()),
                count: AtomicUsize::new(0),
                spinning: AtomicUsize::new(0),
            }
        });
        STARTED.get_or_init(|| {
            for index in 0..native.threads.len() {
                // Without a thread the starter does all of the work itself.
                let _ = thread::Builder::new().name(format!("polycore-{index}")).spawn(move || native.live(index));
            }
        });
        native
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.threads.len()
    }

    fn live(&self, index: usize) {
        let own = &self.threads[index];
        loop {
            while let Some(task) = self.find() {
                task.help();
                self.forget_if_taken(&task);
            }
            if self.spin() {
                continue;
            }
            own.asleep.store(true, Ordering::Relaxed);
            fence(Ordering::SeqCst);
            if self.find().is_none() {
                own.parker.park(FOREVER);
            }
            own.asleep.store(false, Ordering::Relaxed);
        }
    }

    /// Looks for some time, unless that would leave no processor to those who work; whether something came.
    fn spin(&self) -> bool {
        let others = self.spinning.fetch_add(1, Ordering::Relaxed);
        let mut found = false;
        if others + 1 < self.threads.len().max(2) {
            for _ in 0..SPINS {
                if self.count.load(Ordering::Relaxed) != 0 && self.find().is_some() {
                    found = true;
                    break;
                }
                (0..PAUSES).for_each(|_| hint::spin_loop());
            }
        }
        self.spinning.fetch_sub(1, Ordering::Relaxed);
        found
    }

    fn list(&self) -> impl std::ops::DerefMut<Target = Vec<Arc<Task>>> + '_ {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task that wants another participant.
    fn find(&self) -> Option<Arc<Task>> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        self.list().iter().find(|task| task.wants_help()).cloned()
    }

    /// Takes a task off the list when nobody else can be of use in it.
    fn forget_if_taken(&self, task: &Arc<Task>) {
        let mut tasks = self.list();
        tasks.retain(|other| !Arc::ptr_eq(other, task) || other.wants_help());
        self.count.store(tasks.len(), Ordering::Release);
    }

    /// Begins a loop over `units` on up to `participants` threads. With `joins`, the calling thread is going to call
    /// [`Native::join`] and counts as one of them.
    pub fn start(&self, units: u32, participants: usize, joins: bool, work: Work, done: Option<Done>) -> Arc<Task> {
        let participants = participants.clamp(1, self.threads.len());
        let task = Task::new(units, participants, work, done);
        if units == 0 {
            task.end();
            return task;
        }
        let helpers = participants - usize::from(joins);
        if helpers == 0 {
            return task;
        }
        {
            let mut tasks = self.list();
            tasks.push(Arc::clone(&task));
            self.count.store(tasks.len(), Ordering::Release);
        }
        fence(Ordering::SeqCst);
        let mut wanted = helpers.min(units as usize);
        for thread in &self.threads {
            if wanted == 0 {
                break;
            }
            // Whoever turns the mark back wakes, so that no thread is woken twice.
            if thread.asleep.load(Ordering::Relaxed) && thread.asleep.swap(false, Ordering::Relaxed) {
                thread.parker.unpark();
                wanted -= 1;
            }
        }
        task
    }

    /// Takes part in a task begun with `joins`, then waits for its end.
    pub fn join(&self, task: &Arc<Task>) {
        task.help();
        self.forget_if_taken(task);
        for _ in 0..SPINS {
            if task.has_ended() {
                return;
            }
            (0..PAUSES).for_each(|_| hint::spin_loop());
        }
        while !task.wait(FOREVER) {}
    }

    /// Waits for the end of a task without taking part, in slices after each of which `go_on` is asked; when it says no, the
    /// task is cancelled, and its end is waited for all the same.
    pub fn watch(&self, task: &Arc<Task>, slice: Duration, mut go_on: impl FnMut() -> bool) {
        for _ in 0..SPINS {
            if task.has_ended() {
                return;
            }
            (0..PAUSES).for_each(|_| hint::spin_loop());
        }
        while !task.wait(slice) {
            if !go_on() {
                task.cancel();
            }
        }
    }
}
