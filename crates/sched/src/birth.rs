//! Isolates that were started and have not said yet what they are: a thread, or a worker of a pool.
//!
//! From then on the clean-up hook of an isolate makes its end known. One that ends before (its preloads fail, its memory is too
//! small, the system refuses it an event loop) has no hook, and Node tells of it in the event loop of whoever started it, which
//! may be blocked: by the very wait for that isolate. So the system's threads are looked at that have appeared while it was
//! started. When all of them are gone and it has not come, it never will. Threads that others have started in the same moment
//! can delay that, but not make it wrong; those that turn out to be other isolates are taken off.
//!
//! Nobody does that by himself: every thread that is blocked by the scheduler looks after each of its slices, and it costs one
//! load while nobody is being born. A thread that waits in its event loop is told by Node.

use std::sync::{Mutex, PoisonError};

use crate::object::{Handle, Stale};
use crate::os_threads;
use crate::primitive::{AtomicUsize, Ordering};
use crate::runtime::{Event, Runtime};
use crate::threads;
use sync::NONE;

/// What an isolate is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unborn {
    /// This thread; it is kept until then.
    Thread(Handle),
    /// A worker.
    Worker {
        /// Number of its pool.
        pool: u32,
        /// Its key in that.
        key: u32,
    },
}

/// One of them.
struct Birth {
    who: Unborn,
    /// The system's threads before it was started, if they are known.
    before: Option<Vec<u32>>,
    /// One of these is its; `None` if nothing is known of it.
    threads: Option<Vec<u32>>,
}

impl Birth {
    fn is_over(&self) -> bool {
        self.threads.as_ref().is_some_and(|threads| !threads.iter().any(|&thread| os_threads::lives(thread)))
    }
}

/// Those of this process.
#[derive(Default)]
pub(crate) struct Births {
    list: Mutex<Vec<Birth>>,
    /// How many there are. Relaxed: who reads an old number looks again after the next slice.
    count: AtomicUsize,
}

impl Births {
    /// Changes the list, and then the count.
    fn change<T>(&self, work: impl FnOnce(&mut Vec<Birth>) -> T) -> T {
        let mut births = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut births);
        self.count.store(births.len(), Ordering::Relaxed);
        result
    }
}

impl Runtime {
    /// An isolate is about to be started by the calling thread.
    ///
    /// # Errors
    /// When its thread is gone.
    pub fn expect_birth(&self, who: Unborn) -> Result<(), Stale> {
        if let Unborn::Thread(thread) = who {
            self.slots().retain(thread)?;
        }
        let before = os_threads::all();
        self.births.change(|births| births.push(Birth { who, before, threads: None }));
        Ok(())
    }

    /// It has been started since.
    pub fn watch_birth(&self, who: Unborn) {
        let now = os_threads::all();
        self.births.change(|births| {
            // It may be there already.
            let Some(birth) = births.iter_mut().find(|birth| birth.who == who) else { return };
            birth.threads = birth.before.take().zip(now).map(|(before, mut now)| {
                now.retain(|thread| !before.contains(thread));
                now
            });
        });
    }

    /// The calling thread is it: from now on its own clean-up makes its end known.
    pub fn end_birth(&self, who: Unborn) {
        self.forget_birth(who);
        let Some(current) = os_threads::current() else { return };
        self.births.change(|births| {
            let others = births.iter_mut().filter_map(|birth| birth.threads.as_mut());
            others.for_each(|threads| threads.retain(|&thread| thread != current));
        });
    }

    /// It could not be started, or its end is known otherwise.
    pub fn forget_birth(&self, who: Unborn) {
        let is_known = self.births.change(|births| {
            let index = births.iter().position(|birth| birth.who == who);
            index.map(|index| births.swap_remove(index)).is_some()
        });
        if is_known {
            self.release_unborn(who);
        }
    }

    /// Makes known the end of those that will never come.
    pub fn look_for_stillborn(&self) {
        if self.births.count.load(Ordering::Relaxed) == 0 {
            return;
        }
        let over: Vec<Birth> = self.births.change(|births| births.extract_if(.., |birth| birth.is_over()).collect());
        for Birth { who, .. } in over {
            match who {
                Unborn::Thread(thread) => threads::end(self, thread),
                Unborn::Worker { pool, key } => {
                    if let Some(pool) = self.pool(pool) {
                        self.report(&pool, Event::Gone, key, NONE);
                    }
                }
            }
            self.release_unborn(who);
        }
    }

    /// The last isolate has ended: nobody waits for others any more.
    pub fn forget_births(&self) {
        for Birth { who, .. } in self.births.change(std::mem::take) {
            self.release_unborn(who);
        }
    }

    fn release_unborn(&self, who: Unborn) {
        if let Unborn::Thread(thread) = who {
            self.slots().unref(thread);
        }
    }
}
