//! A lock for many readers or one writer, first come first served: a reader does not overtake a writer that waits.
//!
//! State: the number of readers, or the writer (24 bits), [`WRITER`], [`ABANDONED`](crate::ABANDONED), [`WAITERS`]. Without
//! [`WAITERS`] it is taken and released by one compare-and-swap, also from JavaScript. With it, whoever releases lets in
//! those at the front: one writer, or all readers up to the next writer.
//!
//! Each isolate counts in a word of its own (`Records::tally`) how often it is inside as a reader, so that what it
//! leaves behind when it dies can be taken back.

use crate::lock::{ABANDONED, OWNER};
use crate::primitive::{AtomicU32, Ordering};
use crate::records::Records;
use crate::wait::{Wait, Waitable};
use crate::wait_queue::{BASE, Guarded, WAITERS, WaitQueue};
use crate::waiter::{Phase, Waiter, waiter_word};

/// Bit of the state: the number is the writer, not the count of readers.
pub const WRITER: u32 = 1 << 29;

/// What a waiter wants: to read.
pub const READ: u32 = 1;
/// What a waiter wants: to write.
pub const WRITE: u32 = 2;

/// See the module's description.
#[derive(Debug)]
pub struct RwLock<'a, R: Records + ?Sized> {
    queue: WaitQueue<'a, R>,
}

/// The state after letting in one who wants `want`, if that is possible; [`ABANDONED`] is told to that one only.
fn entered(state: u32, want: u32, who: u32) -> Option<u32> {
    let waiters = state & WAITERS;
    if state & WRITER != 0 || (want == WRITE && state & OWNER != 0) {
        None
    } else if want == WRITE {
        Some(waiters | WRITER | who)
    } else {
        Some(waiters | ((state & OWNER) + 1))
    }
}

impl<'a, R: Records + ?Sized> RwLock<'a, R> {
    /// The lock in record `object`.
    pub fn new(records: &'a R, object: u32) -> Self {
        Self { queue: WaitQueue::new(records, object, BASE) }
    }

    fn state(&self) -> &'a AtomicU32 {
        self.queue.state()
    }

    fn tally(&self, isolate: u32) -> &'a AtomicU32 {
        self.queue.records.tally(self.queue.object, isolate)
    }

    /// Lets one in that is not in the queue, or just left it; 1 if the lock was abandoned.
    fn enter(&self, want: u32, who: u32) -> Option<u32> {
        let mut state = self.state().load(Ordering::Relaxed);
        while let Some(next) = entered(state, want, who) {
            // Acquire pairs with the Release of whoever left.
            match self.state().compare_exchange_weak(state, next, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => {
                    if want == READ {
                        self.tally(who - 1).fetch_add(1, Ordering::Relaxed);
                    }
                    return Some(u32::from(state & ABANDONED != 0));
                }
                Err(now) => state = now,
            }
        }
        None
    }

    /// Lets `who` in if that is possible at once and nobody waits; 1 if the lock was abandoned.
    #[must_use]
    pub fn try_acquire(&self, want: u32, who: u32) -> Option<u32> {
        // Whoever begins to wait in between comes after this one.
        if self.state().load(Ordering::Relaxed) & WAITERS != 0 { None } else { self.enter(want, who) }
    }

    /// Lets in those at the front.
    fn admit(&self, guarded: &mut Guarded<'a, R>) {
        while let Some(first) = guarded.first() {
            let Some(abandoned) = self.enter(first.get(waiter_word::WANT), first.get(waiter_word::WHO)) else { return };
            guarded.settle(first, Phase::Granted, abandoned);
        }
        self.state().fetch_and(!WAITERS, Ordering::Relaxed);
    }

    /// One reader of the isolate of `who` leaves; `false` if it has none inside.
    #[must_use]
    pub fn release_read(&self, who: u32) -> bool {
        let inside = |count: u32| count.checked_sub(1);
        if self.tally(who - 1).fetch_update(Ordering::Relaxed, Ordering::Relaxed, inside).is_err() {
            return false;
        }
        self.leave_by(1);
        true
    }

    /// Takes `less` off the state and lets in whom that lets in.
    fn leave_by(&self, less: u32) {
        if self.state().fetch_sub(less, Ordering::Release) & WAITERS != 0 {
            self.admit(&mut self.queue.lock());
        }
    }

    /// The writer `who` leaves; `false` if it is not inside.
    #[must_use]
    pub fn release_write(&self, who: u32) -> bool {
        if self.state().load(Ordering::Relaxed) & (WRITER | OWNER) != WRITER | who {
            return false;
        }
        self.leave_by(WRITER | who);
        true
    }

    /// The isolate lets go of the lock: its waits end, its readers leave, and what it was writing is abandoned.
    pub fn leave(&self, isolate: u32) {
        let readers = self.tally(isolate).swap(0, Ordering::Relaxed);
        let mut guarded = self.queue.lock();
        guarded.close_of(isolate);
        self.state().fetch_sub(readers, Ordering::Release);
        if self.state().load(Ordering::Relaxed) & (WRITER | OWNER) == WRITER | (isolate + 1) {
            self.state().fetch_add(ABANDONED - (WRITER | (isolate + 1)), Ordering::Release);
        }
        self.admit(&mut guarded);
    }
}

impl<R: Records + ?Sized> Waitable<R> for RwLock<'_, R> {
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait> {
        let waiter = self.queue.waiter(waiter.id);
        let (want, who) = (waiter.get(waiter_word::WANT), waiter.get(waiter_word::WHO));
        let mut guarded = self.queue.lock();
        loop {
            if guarded.is_empty()
                && let Some(abandoned) = self.enter(want, who)
            {
                return Some(Wait::Granted(abandoned));
            }
            let state = self.state().load(Ordering::Relaxed);
            if !guarded.is_empty() {
                break;
            }
            let barred = entered(state, want, who).is_none();
            if barred
                && self.state().compare_exchange(state, state | WAITERS, Ordering::Relaxed, Ordering::Relaxed).is_ok()
            {
                break;
            }
        }
        guarded.push_back(waiter);
        None
    }

    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        // A writer that gives up may have kept readers behind it waiting.
        self.queue.withdraw_and(waiter, |guarded| self.admit(guarded))
    }

    fn refund(&self, waiter: Waiter<'_, R>) {
        let who = waiter.get(waiter_word::WHO);
        // It is inside no more if its isolate has ended and left the lock in between.
        let _ = if waiter.get(waiter_word::WANT) == READ { self.release_read(who) } else { self.release_write(who) };
    }
}
