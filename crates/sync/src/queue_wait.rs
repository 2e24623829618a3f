//! Waiting for a [`Queue`]: for an item, until one is there, for room, until everything is done.

use crate::queue::{Got, Lists, OBSERVE, Put, Queue, QueueRecords, flag};
use crate::wait::{Wait, Waitable};
use crate::wait_queue::Guarded;
use crate::waiter::{Waiter, waiter_word};

/// Waits for an item, which is the result; or, if [`OBSERVE`] is wanted, until one is there or the queue is shut down.
pub struct Getting<'a, R: QueueRecords + ?Sized>(pub Queue<'a, R>);

/// Waits until the item that is wanted in is in the queue.
pub struct Putting<'a, R: QueueRecords + ?Sized>(pub Queue<'a, R>);

/// Waits until everything that was put is done.
pub struct Joining<'a, R: QueueRecords + ?Sized>(pub Queue<'a, R>);

impl<'a, R: QueueRecords + ?Sized> Queue<'a, R> {
    /// The waiter leaves `list`, if it is there.
    fn withdraw(
        &self,
        waiter: Waiter<'_, R>,
        list: impl for<'l> Fn(&'l mut Lists<'a, R>) -> &'l mut Guarded<'a, R>,
    ) -> bool {
        let mut lists = self.lock();
        let waiter = Waiter::of(self.records, waiter.id);
        let list = list(&mut lists);
        if !list.has(waiter) {
            return false;
        }
        list.remove(waiter);
        // A smaller item may have waited behind it.
        self.settle(&mut lists);
        true
    }

    /// Ends all waits of one isolate, which lets go of the queue.
    pub fn close_of(&self, isolate: u32) {
        let mut lists = self.lock();
        lists.getters.close_of(isolate);
        lists.putters.close_of(isolate);
        lists.joiners.close_of(isolate);
        self.settle(&mut lists);
    }
}

impl<R: QueueRecords + ?Sized> Waitable<R> for Getting<'_, R> {
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait> {
        let mut lists = self.0.lock();
        if waiter.get(waiter_word::WANT) == OBSERVE {
            if self.0.is_ready_guarded() {
                return Some(Wait::Granted(0));
            }
        } else {
            match self.0.get_guarded(&mut lists) {
                Got::Item(item) => return Some(Wait::Granted(item)),
                Got::Shut => return Some(Wait::Closed),
                Got::Empty => {}
            }
        }
        self.0.enter(&mut lists, Waiter::of(self.0.records, waiter.id), flag::GETTERS);
        None
    }

    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        self.0.withdraw(waiter, |lists| &mut lists.getters)
    }

    fn refund(&self, waiter: Waiter<'_, R>) {
        if waiter.get(waiter_word::WANT) != OBSERVE {
            self.0.put_back(waiter.get(waiter_word::RESULT));
        }
    }
}

impl<R: QueueRecords + ?Sized> Waitable<R> for Putting<'_, R> {
    /// `WANT` is the item; `Granted(1)` means that there is no free record for it, and it is the waiter's still.
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait> {
        let mut lists = self.0.lock();
        match self.0.offer(waiter.get(waiter_word::WANT), waiter.get(waiter_word::ISOLATE), &mut lists) {
            Put::Done => return Some(Wait::Granted(0)),
            Put::Shut => return Some(Wait::Closed),
            Put::NoRecord => return Some(Wait::Granted(NO_RECORD)),
            Put::Full => {}
        }
        self.0.enter(&mut lists, Waiter::of(self.0.records, waiter.id), flag::PUTTERS);
        None
    }

    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        self.0.withdraw(waiter, |lists| &mut lists.putters)
    }

    fn refund(&self, _waiter: Waiter<'_, R>) {
        // What has been put stays.
    }
}

/// Result of a `Putting`: there is no free record for the item.
pub const NO_RECORD: u32 = 1;

impl<R: QueueRecords + ?Sized> Waitable<R> for Joining<'_, R> {
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait> {
        let mut lists = self.0.lock();
        if self.0.not_done() == 0 {
            return Some(Wait::Granted(0));
        }
        self.0.enter(&mut lists, Waiter::of(self.0.records, waiter.id), flag::JOINERS);
        None
    }

    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        self.0.withdraw(waiter, |lists| &mut lists.joiners)
    }

    fn refund(&self, _waiter: Waiter<'_, R>) {}
}
