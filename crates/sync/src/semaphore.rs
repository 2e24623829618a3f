//! A counter of permits, first come first served: a release hands its permits to the first waiters, and nobody who comes
//! later overtakes them.
//!
//! State: the permits (30 bits), [`CLOSED`], [`WAITERS`]. Without [`WAITERS`] permits are taken and returned by one
//! compare-and-swap, also from JavaScript.
//!
//! A wait may ask for several permits at once; then it waits at the front until that many are there. A *closed* semaphore
//! still gives what permits it has, and ends all other waits.

use crate::primitive::{AtomicU32, Ordering};
use crate::records::Records;
use crate::wait::{Wait, Waitable};
use crate::wait_queue::{Guarded, WAITERS, WaitQueue};
use crate::waiter::{Phase, Waiter, waiter_word};

/// Bit of the state: waits end unless there are permits.
pub const CLOSED: u32 = 1 << 30;
/// The most permits there can be.
pub const MOST: u32 = CLOSED - 1;

/// More permits would be returned than there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

/// See the module's description.
#[derive(Debug)]
pub struct Semaphore<'a, R: Records + ?Sized> {
    queue: WaitQueue<'a, R>,
}

impl<'a, R: Records + ?Sized> Semaphore<'a, R> {
    /// The semaphore in record `object` whose words begin at `base`.
    pub fn new(records: &'a R, object: u32, base: usize) -> Self {
        Self { queue: WaitQueue::new(records, object, base) }
    }

    /// Begins with so many permits.
    pub fn start(&self, permits: u32) {
        self.queue.clear();
        self.state().store(permits.min(MOST), Ordering::Relaxed);
    }

    fn state(&self) -> &'a AtomicU32 {
        self.queue.state()
    }

    /// Permits there are now.
    #[must_use]
    pub fn permits(&self) -> u32 {
        self.state().load(Ordering::Relaxed) & MOST
    }

    /// Whether it is closed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state().load(Ordering::Acquire) & CLOSED != 0
    }

    /// Takes so many permits if they are there and nobody waits.
    #[must_use]
    pub fn try_acquire(&self, permits: u32) -> bool {
        let mut state = self.state().load(Ordering::Relaxed);
        while state & WAITERS == 0 && state & MOST >= permits {
            // Acquire pairs with the Release of whoever returned them.
            match self.state().compare_exchange_weak(state, state - permits, Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(now) => state = now,
            }
        }
        false
    }

    /// Takes as many permits as there are, at most so many, if nobody waits; how many.
    #[must_use]
    pub fn try_acquire_some(&self, most: u32) -> u32 {
        loop {
            let permits = self.permits().min(most);
            if permits == 0 || self.state().load(Ordering::Relaxed) & WAITERS != 0 {
                return 0;
            }
            if self.try_acquire(permits) {
                return permits;
            }
        }
    }

    /// Returns permits, to no more than `limit`.
    ///
    /// # Errors
    /// When there would be more; none is returned then.
    pub fn release(&self, permits: u32, limit: u32) -> Result<(), TooMany> {
        let fits = |state: u32| (state & MOST).checked_add(permits).is_some_and(|sum| sum <= limit.min(MOST));
        let mut state = self.state().load(Ordering::Relaxed);
        while state & WAITERS == 0 {
            if !fits(state) {
                return Err(TooMany);
            }
            match self.state().compare_exchange_weak(state, state + permits, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(now) => state = now,
            }
        }
        let mut guarded = self.queue.lock();
        let add = |state: u32| fits(state).then(|| state + permits);
        self.state().fetch_update(Ordering::Release, Ordering::Relaxed, add).map_err(|_| TooMany)?;
        self.grant(&mut guarded);
        Ok(())
    }

    /// Gives permits to the first waiters as long as there are enough.
    fn grant(&self, guarded: &mut Guarded<'a, R>) {
        while let Some(first) = guarded.first() {
            if !self.subtract(first.get(waiter_word::WANT)) {
                return;
            }
            guarded.settle(first, Phase::Granted, 0);
        }
        self.state().fetch_and(!WAITERS, Ordering::Relaxed);
    }

    /// Takes permits under the guard, also when somebody waits.
    fn subtract(&self, permits: u32) -> bool {
        let less = |state: u32| (state & MOST >= permits).then(|| state - permits);
        self.state().fetch_update(Ordering::Acquire, Ordering::Relaxed, less).is_ok()
    }

    /// Closes it: waits for permits that are not there end.
    pub fn close(&self) {
        let mut guarded = self.queue.lock();
        self.state().fetch_or(CLOSED, Ordering::Release);
        while let Some(first) = guarded.first() {
            guarded.settle(first, Phase::Closed, 0);
        }
        self.state().fetch_and(!WAITERS, Ordering::Relaxed);
    }

    /// The isolate lets go of the semaphore: its waits end. Permits that it took stay taken.
    pub fn leave(&self, isolate: u32) {
        let mut guarded = self.queue.lock();
        guarded.close_of(isolate);
        self.grant(&mut guarded);
    }
}

impl<R: Records + ?Sized> Waitable<R> for Semaphore<'_, R> {
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait> {
        let waiter = self.queue.waiter(waiter.id);
        let mut guarded = self.queue.lock();
        loop {
            if guarded.is_empty() && self.subtract(waiter.get(waiter_word::WANT)) {
                return Some(Wait::Granted(0));
            }
            let state = self.state().load(Ordering::Relaxed);
            if state & CLOSED != 0 {
                return Some(Wait::Closed);
            }
            if !guarded.is_empty() {
                break;
            }
            let short = state & MOST < waiter.get(waiter_word::WANT);
            if short
                && self.state().compare_exchange(state, state | WAITERS, Ordering::Relaxed, Ordering::Relaxed).is_ok()
            {
                break;
            }
        }
        guarded.push_back(waiter);
        None
    }

    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        // The one behind it may want less.
        self.queue.withdraw_and(waiter, |guarded| self.grant(guarded))
    }

    fn refund(&self, waiter: Waiter<'_, R>) {
        let returned = self.release(waiter.get(waiter_word::WANT), MOST);
        debug_assert_eq!(returned, Ok(()), "more permits come back than there were");
    }
}
