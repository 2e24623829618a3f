//! Ends of pipes. An end reads one queue and writes another, and tells both when nobody is left to use it.
//!
//! An isolate that got the end in a message, or has used it, is *active*, and so is a message under way that names it. The
//! isolate that made the end is passive until it uses it; so is a registered function that captured it. An end is *closed*
//! when it has had active users and none is left, or when nobody refers to it at all. A passive reference can make it open
//! again, by passing it on.
//!
//! While an end is closed, the queue that it read refuses puts and the one that it wrote refuses waits; those that wait
//! there are woken.
//!
//! | word | meaning |
//! |---|---|
//! | 6, 7 | queue that it reads, queue that it writes; `NONE` if there is none |
//! | 16-19 | unused, guard, unused |
//! | 20, 21 | generations of these queues |
//! | 22 | active users |
//! | 23 | the isolate that made it and has not used it, or `NONE` |
//! | 24 | whether it is closed |
//! | 25 | whether it has had active users |

use crate::object::{Handle, Stale, object_word};
use crate::port::Port;
use crate::runtime::Runtime;
use crate::slot::SlotTable;
use shm::AllocError;
use sync::{BASE, NONE, WaitQueue};

const READS: usize = object_word::A;
const WRITES: usize = object_word::B;
const GENERATIONS: usize = 20;
const ACTIVE: usize = 22;
const MAKER: usize = 23;
const CLOSED: usize = 24;
const BEGUN: usize = 25;

/// The queue that an end reads or writes.
fn queue_of(slots: &SlotTable, end: u32, which: usize) -> Option<Handle> {
    let slot = slots.get(end, which);
    let generation = slots.get(end, GENERATIONS + which - READS);
    (slot != NONE && generation != 0).then_some(Handle { slot, generation })
}

/// Changes something about an end under its guard, then tells its queues if it is open or closed because of that.
fn change(slots: &SlotTable, end: u32, work: impl FnOnce(&dyn Fn(usize) -> u32, &dyn Fn(usize, u32))) {
    let runtime = Runtime::get();
    let _guard = WaitQueue::new(runtime, end, BASE).lock();
    work(&|word| slots.get(end, word), &|word, value| slots.set(end, word, value));
    let is_closed = slots.get(end, ACTIVE) == 0 && slots.get(end, BEGUN) != 0;
    if u32::from(is_closed) != slots.get(end, CLOSED) {
        slots.set(end, CLOSED, u32::from(is_closed));
        tell(runtime, slots, end, is_closed);
    }
}

/// Tells the queues of an end whether it is closed.
fn tell(runtime: &Runtime, slots: &SlotTable, end: u32, is_closed: bool) {
    let reads = queue_of(slots, end, READS).map(|queue| runtime.queue(queue.slot));
    let writes = queue_of(slots, end, WRITES).map(|queue| runtime.queue(queue.slot));
    if is_closed {
        reads.inspect(sync::Queue::refuse_puts);
        writes.inspect(sync::Queue::refuse_waits);
    } else {
        reads.inspect(|queue| queue.reopen(true, false));
        writes.inspect(|queue| queue.reopen(false, true));
    }
}

fn add_user(slots: &SlotTable, end: u32) {
    change(slots, end, |get, set| {
        set(ACTIVE, get(ACTIVE) + 1);
        set(BEGUN, 1);
    });
}

fn remove_user(slots: &SlotTable, end: u32) {
    change(slots, end, |get, set| set(ACTIVE, get(ACTIVE).saturating_sub(1)));
}

/// An isolate begins to hold an end that has arrived.
#[expect(clippy::unnecessary_wraps, reason = "the signature is that of all kinds")]
pub(crate) fn enter(slots: &SlotTable, _port: &Port, end: u32) -> Result<(), AllocError> {
    add_user(slots, end);
    Ok(())
}

/// An isolate lets go of an end.
pub(crate) fn leave(runtime: &Runtime, port: &Port, end: u32) {
    let slots = runtime.slots();
    change(slots, end, |get, set| {
        if get(MAKER) == port.isolate {
            set(MAKER, NONE);
        } else {
            set(ACTIVE, get(ACTIVE).saturating_sub(1));
        }
    });
}

/// Nobody refers to an end any more. What was sent to it is dropped: that may name the other end and so keep both queues.
pub(crate) fn free(slots: &SlotTable, end: u32) {
    let runtime = Runtime::get();
    if slots.get(end, CLOSED) == 0 {
        tell(runtime, slots, end, true);
    }
    if let Some(queue) = queue_of(slots, end, READS) {
        runtime.queue(queue.slot).drain();
    }
    for which in [READS, WRITES] {
        if let Some(queue) = queue_of(slots, end, which) {
            slots.unref(queue);
        }
    }
}

/// A message names an end, and keeps it open while it is under way.
pub(crate) fn aboard(slots: &SlotTable, end: u32) {
    add_user(slots, end);
}

/// That message is no more.
pub(crate) fn ashore(slots: &SlotTable, end: u32) {
    remove_user(slots, end);
}

impl Runtime {
    /// Makes an end of a new object that the isolate of `port` holds; it keeps a reference to its queues.
    ///
    /// # Errors
    /// When a queue is gone.
    pub fn init_end(&self, port: &Port, end: u32, reads: Option<Handle>, writes: Option<Handle>) -> Result<(), Stale> {
        let slots = self.slots();
        for (index, queue) in [reads, writes].into_iter().enumerate() {
            if let Some(queue) = queue {
                slots.retain(queue)?;
            }
            slots.set(end, READS + index, queue.map_or(NONE, |queue| queue.slot));
            slots.set(end, GENERATIONS + index, queue.map_or(0, |queue| queue.generation));
        }
        // `enter` has counted the maker as one that got it in a message.
        for (word, value) in [(ACTIVE, 0), (BEGUN, 0), (CLOSED, 0), (MAKER, port.isolate)] {
            slots.set(end, word, value);
        }
        Ok(())
    }

    /// The isolate of `port` uses an end that it holds.
    pub fn use_end(&self, port: &Port, end: u32) {
        change(self.slots(), end, |get, set| {
            if get(MAKER) == port.isolate {
                set(MAKER, NONE);
                set(ACTIVE, get(ACTIVE) + 1);
                set(BEGUN, 1);
            }
        });
    }
}
