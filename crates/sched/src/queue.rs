//! Queues over the slots of the region. An item is a slot in [`State::Item`], or a small value that needs no slot.
//!
//! Besides the words that `sync` lists, words 12-13 of a queue are the place of its block in the region: everybody reads them at
//! each item, so they are among those that never change. The block has the head of the ring, alone in [`HEAD_BYTES`], and then
//! its cells.

use crate::kind::Kind;
use crate::object::Handle;
use crate::port::Port;
use crate::primitive::{AtomicU32, AtomicU64, Ordering};
use crate::runtime::Runtime;
use crate::slot::{SlotTable, State, word};
use crate::tally;
use sync::{Got, NONE, OBSERVE, Put, Queue, QueueRecords, Records, Waiter, is_record, queue_word, waiter_word};

/// Place of the block, bytes from the start of the region (64 bits).
const BLOCK_AT: usize = 12;
/// Bytes before the first cell; `src/queue/shape.ts` has the same number.
const HEAD_BYTES: u64 = 128;
/// Bytes of a cell.
const CELL: u64 = 8;

/// How a queue is made.
#[derive(Debug, Clone, Copy)]
pub struct QueueShape {
    /// Most items, or 0 for any number.
    pub limit: u32,
    /// Most bytes of all items, or 0 for any number.
    pub most_bytes: u64,
    /// 0, or one of the orders of [`sync::flag`].
    pub order: u32,
    /// Cells of the ring, for which the object has a block; 0 for other orders than first in, first out.
    pub cells: u32,
}

impl SlotTable {
    fn in_block(&self, queue: u32, bytes: u64) -> *mut u8 {
        self.region().at(self.double_word(queue, BLOCK_AT).load(Ordering::Relaxed) + bytes)
    }

    #[expect(clippy::cast_ptr_alignment, reason = "blocks start at multiples of 256 of a page-aligned mapping")]
    fn cell_of(&self, queue: u32, index: u32) -> &AtomicU64 {
        let at = self.in_block(queue, HEAD_BYTES + u64::from(index) * CELL);
        // SAFETY: the queue's block has as many cells as the ring, which asks for no other. It is aligned and lives as long as
        // the queue, which the caller refers to. Everybody accesses it atomically.
        unsafe { &*at.cast::<AtomicU64>() }
    }

    #[expect(clippy::cast_ptr_alignment, reason = "as above")]
    fn head_of(&self, queue: u32) -> &AtomicU32 {
        // SAFETY: as above; only queues that have a ring, and so a block, are asked for its head.
        unsafe { &*self.in_block(queue, 0).cast::<AtomicU32>() }
    }

    fn take_box(&self) -> Option<u32> {
        let slot = self.reserve(NONE)?;
        self.put_state(slot, State::Item);
        Some(slot)
    }

    /// Bytes of an item's payload, and of the buffers that it lends.
    fn payload_bytes(&self, item: u32) -> u64 {
        let Some(block) = self.block(item) else { return self.get(item, word::LENGTH).into() };
        let lent = |handle: Handle| if self.kind(handle) == Ok(Kind::Buffer) { self.block(handle.slot) } else { None };
        let lent: usize = self.take_handles(item, block).into_iter().filter_map(lent).map(|block| block.len).sum();
        (block.len + lent) as u64
    }

    fn discard_item(&self, item: u32) {
        if is_record(item) {
            self.release(item);
        }
    }
}

/// The records of a queue that is being freed: nobody waits for it.
struct Deserted<'a>(&'a SlotTable);

impl Records for Deserted<'_> {
    fn word(&self, record: u32, index: usize) -> &AtomicU32 {
        self.0.word(record, index)
    }

    fn unpark(&self, _isolate: u32) {}

    fn send_home(&self, _waiter: u32) {}

    fn call(&self, _isolate: u32) {}

    fn tally(&self, object: u32, isolate: u32) -> &AtomicU32 {
        tally::word(self.0, object, isolate)
    }

    fn now(&self) -> u32 {
        sync::micros()
    }
}

/// What both kinds of records do alike.
macro_rules! queue_records {
    ($records:ty, $slots:ident) => {
        impl QueueRecords for $records {
            fn double(&self, id: u32, index: usize) -> &AtomicU64 {
                self.$slots().double_word(id, index)
            }

            fn cell(&self, id: u32, index: u32) -> &AtomicU64 {
                self.$slots().cell_of(id, index)
            }

            fn head(&self, id: u32) -> &AtomicU32 {
                self.$slots().head_of(id)
            }

            fn take_record(&self) -> Option<u32> {
                self.$slots().take_box()
            }

            fn give_record(&self, id: u32) {
                self.$slots().release(id);
            }

            fn bytes(&self, id: u32) -> u64 {
                self.$slots().payload_bytes(id)
            }

            fn take_over(&self, id: u32) {
                self.$slots().put_state(id, State::Item);
            }

            fn hand_back(&self, id: u32, isolate: u32) {
                self.$slots().set(id, word::OWNER, isolate);
                self.$slots().put_state(id, State::Held);
            }

            fn discard(&self, item: u32) {
                self.$slots().discard_item(item);
            }
        }
    };
}

impl Deserted<'_> {
    fn slots(&self) -> &SlotTable {
        self.0
    }
}

queue_records!(Runtime, slots);
queue_records!(Deserted<'_>, slots);

/// Frees the items of a queue to which nobody refers any more.
pub(crate) fn free(slots: &SlotTable, queue: u32) {
    Queue::of(&Deserted(slots), queue).drain();
}

/// An isolate lets go of a queue: its waits end. It has its items back.
pub(crate) fn leave(runtime: &Runtime, port: &Port, queue: u32) {
    Queue::of(runtime, queue).close_of(port.isolate);
}

impl Runtime {
    /// The queue in an object.
    pub fn queue(&self, slot: u32) -> Queue<'_, Self> {
        Queue::of(self, slot)
    }

    /// Makes a queue of a new object with a zeroed block for its cells, before anybody else knows of it.
    pub fn init_queue(&self, slot: u32, shape: QueueShape) {
        let block_at = self.slots().block(slot).map_or(0, |block| block.offset);
        self.slots().double_word(slot, BLOCK_AT).store(block_at, Ordering::Relaxed);
        self.queue(slot).init(shape.limit, shape.most_bytes, shape.order, shape.cells);
    }

    /// Puts an item of the isolate of `port`. Unless the answer is `Done`, it stays its.
    pub fn put_item(&self, port: &Port, queue: u32, item: u32) -> Put {
        self.queue(queue).put(item, port.isolate)
    }

    /// Puts items of the isolate of `port`, as many as get in; how many. The others stay its.
    pub fn put_items(&self, port: &Port, queue: u32, items: &[u32]) -> usize {
        self.queue(queue).put_many(items, port.isolate)
    }

    /// Gets items that are there into `out`; how many. They belong to the isolate of `port` from then on.
    pub fn get_items(&self, port: &Port, queue: u32, out: &mut [u32]) -> usize {
        let count = self.queue(queue).get_many(out);
        for &item in &out[..count] {
            self.claim(port, item);
        }
        count
    }

    /// Gets an item, which belongs to the isolate of `port` from then on; waits a moment for one if it is to `spin`.
    pub fn get_item(&self, port: &Port, queue: u32, spin: bool) -> Got {
        let queue = self.queue(queue);
        let got = if spin { queue.get_soon() } else { queue.get() };
        if let Got::Item(item) = got {
            self.claim(port, item);
        }
        got
    }

    /// Puts an item of the isolate of `port` before all others of a queue: it had got it and does not use it.
    pub fn return_item(&self, queue: u32, item: u32) {
        if is_record(item) {
            self.slots().put_state(item, State::Item);
        }
        self.queue(queue).put_back(item);
    }

    /// An item that was got belongs to the isolate of `port`.
    fn claim(&self, port: &Port, item: u32) {
        if is_record(item) {
            self.hand_back(item, port.isolate);
            port.may_hold(item);
        }
    }

    /// As `claim`, if that is what a wait that was granted had been for.
    pub(crate) fn claim_result(&self, port: &Port, waiter: u32, result: u32) {
        let waiter = Waiter::of(self, waiter);
        let is_get =
            waiter.get(waiter_word::BASE) as usize == queue_word::GETTERS && waiter.get(waiter_word::WANT) != OBSERVE;
        let object = Handle { slot: waiter.get(waiter_word::OBJECT), generation: waiter.get(waiter_word::GENERATION) };
        if is_get && self.slots().kind(object).is_ok_and(Kind::is_queue) {
            self.claim(port, result);
        }
    }
}
