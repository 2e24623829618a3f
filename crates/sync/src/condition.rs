//! A condition variable with *wait morphing*: a notified waiter is not woken but moved into the queue of the lock, which it
//! gets when the notifier and those before it have released that (as `FUTEX_CMP_REQUEUE` does for threads).
//!
//! A wait enters this queue before it releases the lock, so a notification that comes after the release finds it. State:
//! only [`WAITERS`]. A notifier holds this guard while it takes that of the lock, and nobody takes them in the other order.

use crate::lock::Lock;
use crate::primitive::Ordering;
use crate::records::Records;
use crate::wait::{Rest, Sleeper, Wait, Waitable, answer_of, block};
use crate::wait_queue::{BASE, WAITERS, WaitQueue};
use crate::waiter::{Waiter, waiter_word};

/// See the module's description.
#[derive(Debug)]
pub struct Condition<'a, R: Records + ?Sized> {
    queue: WaitQueue<'a, R>,
    lock: Lock<'a, R>,
}

/// The lock has to be held for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotOwner;

/// A sleeper without a time limit.
struct Patient<'a>(&'a mut dyn Sleeper);

impl Sleeper for Patient<'_> {
    fn rest(&mut self, _is_limited: bool) -> Rest {
        self.0.rest(false)
    }
}

impl<'a, R: Records + ?Sized> Condition<'a, R> {
    /// The condition in record `object` that belongs to the lock in record `lock_object`.
    pub fn new(records: &'a R, object: u32, lock_object: u32) -> Self {
        Self { queue: WaitQueue::new(records, object, BASE), lock: Lock::new(records, lock_object) }
    }

    /// The waiter, whose isolate owns the lock, begins to wait; the lock is released.
    ///
    /// # Errors
    /// When it does not own the lock.
    pub fn begin(&self, waiter: Waiter<'_, R>) -> Result<(), NotOwner> {
        let who = waiter.get(waiter_word::WHO);
        if self.lock.owner() != who {
            return Err(NotOwner);
        }
        {
            let mut guarded = self.queue.lock();
            self.queue.state().fetch_or(WAITERS, Ordering::Relaxed);
            guarded.push_back(self.queue.waiter(waiter.id));
        }
        if self.lock.release(who) { Ok(()) } else { Err(NotOwner) }
    }

    /// As [`begin`](Self::begin), and blocks until the waiter owns the lock again: granted if it was notified, timed out if
    /// not. A thread that is being stopped does not own it.
    ///
    /// # Errors
    /// When it does not own the lock.
    pub fn wait(&self, waiter: Waiter<'_, R>, sleeper: &mut dyn Sleeper) -> Result<Wait, NotOwner> {
        self.begin(waiter)?;
        let mut is_limited = true;
        loop {
            match block(waiter, &mut Limited { sleeper, is_limited }) {
                Ok(phase) => {
                    // Woken to compete for the lock, unless the answer says more.
                    let answer = answer_of(phase, waiter.get(waiter_word::RESULT));
                    return Ok(answer.unwrap_or_else(|| self.lock.wait(waiter, &mut Patient(sleeper))));
                }
                Err(Wait::Stopped) => {
                    if !self.withdraw(waiter) && !self.lock.withdraw(waiter) {
                        self.lock.decline(waiter);
                    }
                    return Ok(Wait::Stopped);
                }
                Err(end) => {
                    if self.withdraw(waiter) {
                        let again = self.lock.wait(waiter, &mut Patient(sleeper));
                        return Ok(if matches!(again, Wait::Granted(_)) { end } else { again });
                    }
                    // It has been notified, and gets the lock, however long that takes.
                    is_limited = false;
                }
            }
        }
    }

    /// Moves the first waiters, at most `count`, into the queue of the lock, which `who` owns. Returns how many.
    ///
    /// # Errors
    /// When it does not own the lock.
    pub fn notify(&self, count: u32, who: u32, lock_generation: u32) -> Result<u32, NotOwner> {
        if self.lock.owner() != who {
            return Err(NotOwner);
        }
        let mut guarded = self.queue.lock();
        let mut moved = 0;
        while moved < count
            && let Some(first) = guarded.first()
        {
            guarded.take_out(first);
            first.set(waiter_word::GENERATION, lock_generation);
            first.set(waiter_word::SINCE, self.queue.records.now());
            self.lock.receive(first);
            moved += 1;
        }
        self.queue.mark(&guarded);
        Ok(moved)
    }

    /// The waiter ends its wait by itself; `false` when it has been notified, and gets the lock sooner or later.
    #[must_use]
    pub fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        self.queue.withdraw(waiter)
    }

    /// The isolate lets go of the condition: its waits end.
    pub fn leave(&self, isolate: u32) {
        self.queue.leave(isolate);
    }
}

struct Limited<'a> {
    sleeper: &'a mut dyn Sleeper,
    is_limited: bool,
}

impl Sleeper for Limited<'_> {
    fn rest(&mut self, is_limited: bool) -> Rest {
        self.sleeper.rest(is_limited && self.is_limited)
    }
}
