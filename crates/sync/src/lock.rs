//! A lock that knows its owner, after `parking_lot::RawMutex` with its "eventual fairness".
//!
//! State: the owner (24 bits, 0: free), [`ABANDONED`], [`WAITERS`]. Free and without [`ABANDONED`] it is taken, and without
//! [`WAITERS`] released, by one compare-and-swap, also from JavaScript.
//!
//! **Fairness.** A release frees the lock and wakes the first waiter to compete for it; whoever is faster gets it, which keeps a
//! contended lock busy. But a promise, which could not compete before its event loop turns, and a thread that has waited
//! for [`FAIR`] microseconds, are made the owner by the one who releases. So nobody waits for longer than the holders
//! before it hold the lock, and that time. A thread that was woken and lost goes back to the front of the queue.
//!
//! **Abandoned.** What an owner held that has died is handed to the first waiter, or stands free, with that mark, which the
//! next owner is told.
//!
//! A re-entrant lock is the same: its owner counts by itself how often it has entered.

use crate::primitive::{AtomicU32, Ordering, hint};
use crate::records::Records;
use crate::wait::{Wait, Waitable};
use crate::wait_queue::{BASE, Guarded, WAITERS, WaitQueue};
use crate::waiter::{Phase, Waiter, waiter_word};

/// Part of the state: the owner, which is the number of its isolate + 1.
pub const OWNER: u32 = (1 << 24) - 1;
/// Bit of the state: free, and its last owner died.
pub const ABANDONED: u32 = 1 << 30;

/// Microseconds after which a waiting thread gets the lock without competing.
const FAIR: u32 = 1000;
/// Looks at the lock before waiting: a holder that runs often leaves within some microseconds.
const SPINS: u32 = if cfg!(any(loom, miri)) { 0 } else { 40 };
/// Pauses of the processor between two of these looks.
const PAUSES: u32 = 4;

/// See the module's description.
#[derive(Debug)]
pub struct Lock<'a, R: Records + ?Sized> {
    queue: WaitQueue<'a, R>,
}

impl<'a, R: Records + ?Sized> Lock<'a, R> {
    /// The lock in record `object`.
    pub fn new(records: &'a R, object: u32) -> Self {
        Self { queue: WaitQueue::new(records, object, BASE) }
    }

    fn state(&self) -> &'a AtomicU32 {
        self.queue.state()
    }

    /// Makes `who` the owner if the lock is free; the answer is 1 if it was abandoned.
    #[must_use]
    pub fn try_acquire(&self, who: u32) -> Option<u32> {
        let mut state = self.state().load(Ordering::Relaxed);
        while state & OWNER == 0 {
            // Acquire pairs with the Release of whoever freed it.
            match self.state().compare_exchange_weak(
                state,
                (state & WAITERS) | who,
                Ordering::Acquire,
                Ordering::Relaxed,
            ) {
                Ok(_) => return Some(u32::from(state & ABANDONED != 0)),
                Err(now) => state = now,
            }
        }
        None
    }

    /// The owner, or 0.
    #[must_use]
    pub fn owner(&self) -> u32 {
        self.state().load(Ordering::Relaxed) & OWNER
    }

    /// Frees the lock that `who` owns; `false` if it does not.
    #[must_use]
    pub fn release(&self, who: u32) -> bool {
        if self.state().compare_exchange(who, 0, Ordering::Release, Ordering::Relaxed).is_ok() {
            return true;
        }
        let mut guarded = self.queue.lock();
        let owned = self.owner() == who;
        if owned {
            self.pass_on(&mut guarded, false);
        }
        owned
    }

    /// Ends the ownership. The state is stored, not swapped: while it has an owner, only that one and those who have the
    /// guard change it.
    fn pass_on(&self, guarded: &mut Guarded<'a, R>, abandoned: bool) {
        let Some(first) = guarded.first() else {
            self.state().store(if abandoned { ABANDONED } else { 0 }, Ordering::Release);
            return;
        };
        let others = if guarded.after(first).is_some() { WAITERS } else { 0 };
        if abandoned || first.is_async() || first.waited() >= FAIR {
            self.state().store(first.get(waiter_word::WHO) | others, Ordering::Release);
            guarded.settle(first, Phase::Granted, u32::from(abandoned));
        } else {
            self.state().store(others, Ordering::Release);
            guarded.settle(first, Phase::Retry, 0);
        }
    }

    /// Adds a waiter that comes from the queue of a condition. The lock has an owner, which calls this.
    pub(crate) fn receive(&self, waiter: Waiter<'a, R>) {
        let mut guarded = self.queue.lock();
        self.state().fetch_or(WAITERS, Ordering::Relaxed);
        guarded.push_back(waiter);
    }

    /// The wait of a thread has ended in the moment in which it gives up: what it was given goes to the next.
    pub(crate) fn decline(&self, waiter: Waiter<'_, R>) {
        let who = waiter.get(waiter_word::WHO);
        if waiter.phase() == Phase::Granted || (waiter.phase() == Phase::Retry && self.try_acquire(who).is_some()) {
            let owned = self.release(who);
            debug_assert!(owned, "it was not the owner");
        }
    }

    /// The isolate lets go of the lock: its waits end, and what it owns is abandoned.
    pub fn leave(&self, isolate: u32) {
        let mut guarded = self.queue.lock();
        guarded.close_of(isolate);
        if self.owner() == isolate + 1 {
            self.pass_on(&mut guarded, true);
        } else {
            self.queue.mark(&guarded);
        }
    }
}

impl<R: Records + ?Sized> Waitable<R> for Lock<'_, R> {
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait> {
        let waiter = self.queue.waiter(waiter.id);
        let who = waiter.get(waiter_word::WHO);
        for _ in 0..if waiter.is_async() { 0 } else { SPINS } {
            if let Some(abandoned) = self.try_acquire(who) {
                return Some(Wait::Granted(abandoned));
            }
            (0..PAUSES).for_each(|_| hint::spin_loop());
        }
        let mut guarded = self.queue.lock();
        loop {
            if let Some(abandoned) = self.try_acquire(who) {
                return Some(Wait::Granted(abandoned));
            }
            let state = self.state().load(Ordering::Relaxed);
            let owned = state & OWNER != 0;
            if owned && (state & WAITERS != 0 || self.turn_on_waiters(state)) {
                break;
            }
        }
        if waiter.phase() == Phase::Retry {
            guarded.push_front(waiter);
        } else {
            guarded.push_back(waiter);
        }
        None
    }

    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        self.queue.withdraw(waiter)
    }

    fn refund(&self, waiter: Waiter<'_, R>) {
        // It is the owner no more if its isolate has ended and left the lock in between.
        let _ = self.release(waiter.get(waiter_word::WHO));
    }
}

impl<R: Records + ?Sized> Lock<'_, R> {
    fn turn_on_waiters(&self, state: u32) -> bool {
        self.state().compare_exchange(state, state | WAITERS, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}
