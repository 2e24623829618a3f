//! A flag to wait for. Setting it ends every wait that has begun before, also if it is cleared at once.
//!
//! State: bit 0, set; [`WAITERS`]. Clearing is one atomic operation, setting without waiters one compare-and-swap, also
//! from JavaScript.

use crate::primitive::Ordering;
use crate::records::Records;
use crate::wait::{Wait, Waitable};
use crate::wait_queue::{BASE, WAITERS, WaitQueue};
use crate::waiter::{Phase, Waiter};

/// Bit of the state: set.
pub const SET: u32 = 1;

/// See the module's description.
#[derive(Debug)]
pub struct Event<'a, R: Records + ?Sized> {
    queue: WaitQueue<'a, R>,
}

impl<'a, R: Records + ?Sized> Event<'a, R> {
    /// The event in record `object`.
    pub fn new(records: &'a R, object: u32) -> Self {
        Self { queue: WaitQueue::new(records, object, BASE) }
    }

    /// Whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.queue.state().load(Ordering::Acquire) & SET != 0
    }

    /// Sets it and ends all waits.
    pub fn set(&self) {
        let state = self.queue.state();
        // Release pairs with the Acquire of whoever finds it set.
        if state.compare_exchange(0, SET, Ordering::Release, Ordering::Relaxed).is_ok() {
            return;
        }
        let mut guarded = self.queue.lock();
        // Also takes WAITERS away: the list is about to be empty, and nobody enters it now.
        state.swap(SET, Ordering::AcqRel);
        while let Some(first) = guarded.first() {
            guarded.settle(first, Phase::Granted, 0);
        }
    }

    /// Clears it.
    pub fn clear(&self) {
        self.queue.state().fetch_and(!SET, Ordering::AcqRel);
    }

    /// The isolate lets go of the event: its waits end.
    pub fn leave(&self, isolate: u32) {
        self.queue.leave(isolate);
    }
}

impl<R: Records + ?Sized> Waitable<R> for Event<'_, R> {
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait> {
        let waiter = self.queue.waiter(waiter.id);
        let mut guarded = self.queue.lock();
        let wait = |state: u32| (state & SET == 0).then_some(state | WAITERS);
        if self.queue.state().fetch_update(Ordering::Acquire, Ordering::Acquire, wait).is_err() {
            return Some(Wait::Granted(0));
        }
        guarded.push_back(waiter);
        None
    }

    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        self.queue.withdraw(waiter)
    }

    fn refund(&self, _waiter: Waiter<'_, R>) {}
}
