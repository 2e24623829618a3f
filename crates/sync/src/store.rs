//! Where the items of a [`Queue`](crate::Queue) lie, and in which order they come out. Items are 32-bit values: numbers
//! of records, or small values that need none (see [`is_record`]).
//!
//! | order | items lie in |
//! |---|---|
//! | first in, first out | a lock-free [`Ring`]; what does not fit into it, in a list behind it (the *backlog*) |
//! | last in, first out | a list |
//! | smallest first | a heap, see [`ranking`](crate::ranking) |
//!
//! Before all of them comes the list of items that were given back (see `put_back`). The lists link records; a value that
//! is none is boxed: a record is taken for it. Everything but the ring belongs to whoever holds the queue's guard.
//!
//! | word | meaning |
//! |---|---|
//! | 6 | most items, or 0 for any number; if there is a ring, its capacity, unless the queue is used under the guard only |
//! | 7 | cells of the ring, or 0 if there is none |
//! | 28, 29 | first and last record of the list, or the root of the heap |
//! | 30 | records in the list or heap |
//! | 31 | first record of those given back |
//! | 33 | records given back |
//! | 34-35 | most bytes, or 0 for any number |
//! | 36-37 | items ever added to the heap |
//! | 38-39 | bytes of all items, if their number is limited |
//! | 48 | tail of the ring |
//!
//! The ring's cells and its head lie in the object's block.

use crate::primitive::{AtomicU32, AtomicU64, Ordering};
use crate::queue::{QueueRecords, flag, queue_word};
use crate::ranking::{self, rank_word};
use crate::ring::{Cells, Ring};
use crate::stack::NONE;

/// Words of the store; see the module's table.
pub mod store_word {
    /// Most items, or 0.
    pub const LIMIT: usize = 6;
    /// Cells of the ring, or 0.
    pub const CELLS: usize = 7;
    /// First record of the list, or root of the heap.
    pub const FIRST: usize = 28;
    /// Last record of the list.
    pub const LAST: usize = 29;
    /// Records in the list or heap.
    pub const LENGTH: usize = 30;
    /// First record of those given back.
    pub const RETURNED: usize = 31;
    /// Items ever added to the heap (64 bits).
    pub const ARRIVALS: usize = 36;
    /// Bytes of all items (64 bits).
    pub const BYTES: usize = 38;
    /// Records given back.
    pub const RETURNED_LENGTH: usize = 33;
    /// Most bytes, or 0 (64 bits).
    pub const MOST_BYTES: usize = 34;
    /// Tail of the ring.
    pub const TAIL: usize = 48;
}

/// Link of a record in one of the lists.
const NEXT: usize = 0;
/// Kind of payload of a record, and the value of a box.
const KIND: usize = 5;
const VALUE: usize = 6;
/// `KIND` of a box; the runtime uses small numbers.
const BOX: u32 = 0xb0c5;
/// Bytes that a value without a record counts as.
const VALUE_BYTES: u64 = 8;

/// Items from here on are values, not records.
pub const FIRST_VALUE: u32 = 1 << 29;

/// Whether an item is the number of a record.
#[must_use]
pub fn is_record(item: u32) -> bool {
    item < FIRST_VALUE
}

/// Why an item did not find a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoPlace {
    /// The queue is full.
    Full,
    /// There is no free record for a box.
    NoRecord,
}

/// The ring's words in an object.
pub(crate) struct InObject<'a, R: ?Sized>(&'a R, u32);

impl<R: QueueRecords + ?Sized> Cells for InObject<'_, R> {
    fn capacity(&self) -> u32 {
        self.0.word(self.1, store_word::CELLS).load(Ordering::Relaxed)
    }

    fn head(&self) -> &AtomicU32 {
        self.0.head(self.1)
    }

    fn tail(&self) -> &AtomicU32 {
        self.0.word(self.1, store_word::TAIL)
    }

    fn cell(&self, index: u32) -> &AtomicU64 {
        self.0.cell(self.1, index)
    }
}

/// See the module's description. All methods but `ring` are for the holder of the guard.
pub(crate) struct Store<'a, R: ?Sized> {
    records: &'a R,
    id: u32,
}

impl<'a, R: QueueRecords + ?Sized> Store<'a, R> {
    pub(crate) fn of(records: &'a R, id: u32) -> Self {
        Self { records, id }
    }

    /// Sets the words of a new object that are not to be zero.
    pub(crate) fn init(&self, limit: u32, most_bytes: u64, cells: u32) {
        self.set(store_word::LIMIT, limit);
        self.set(store_word::CELLS, cells);
        self.double(store_word::MOST_BYTES).store(most_bytes, Ordering::Relaxed);
        for word in [store_word::FIRST, store_word::LAST, store_word::RETURNED] {
            self.set(word, NONE);
        }
    }

    /// The ring of a queue that has one.
    pub(crate) fn ring(&self) -> Ring<InObject<'a, R>> {
        Ring::over(InObject(self.records, self.id))
    }

    /// Whether the number of items has no limit. Needs no guard.
    pub(crate) fn is_unlimited(&self) -> bool {
        self.get(store_word::LIMIT) == 0
    }

    fn get(&self, word: usize) -> u32 {
        self.records.word(self.id, word).load(Ordering::Relaxed)
    }

    fn set(&self, word: usize, value: u32) {
        self.records.word(self.id, word).store(value, Ordering::Relaxed);
    }

    fn add(&self, word: usize, amount: i32) {
        self.set(word, self.get(word).wrapping_add_signed(amount));
    }

    fn double(&self, word: usize) -> &AtomicU64 {
        self.records.double(self.id, word)
    }

    fn next(&self, record: u32) -> &AtomicU32 {
        self.records.word(record, NEXT)
    }

    fn flags(&self) -> u32 {
        self.get(queue_word::GETTERS)
    }

    fn set_flag(&self, bit: u32, on: bool) {
        let flags = self.records.word(self.id, queue_word::GETTERS);
        if on {
            flags.fetch_or(bit, Ordering::Relaxed);
        } else {
            flags.fetch_and(!bit, Ordering::Relaxed);
        }
    }

    /// Number of items.
    pub(crate) fn len(&self) -> usize {
        let in_ring = if self.has_ring() { self.ring().len() } else { 0 };
        in_ring + self.get(store_word::LENGTH) as usize + self.get(store_word::RETURNED_LENGTH) as usize
    }

    fn has_ring(&self) -> bool {
        self.flags() & (flag::LAST_FIRST | flag::RANKED) == 0
    }

    /// Whether there is no item.
    pub(crate) fn is_empty(&self) -> bool {
        self.get(store_word::LENGTH) == 0
            && self.get(store_word::RETURNED_LENGTH) == 0
            && (!self.has_ring() || self.ring().is_empty())
    }

    /// Whether no further item finds a place. Items of some size may find none before.
    pub(crate) fn is_full(&self) -> bool {
        let most = self.double(store_word::MOST_BYTES).load(Ordering::Relaxed);
        if most != 0 && self.double(store_word::BYTES).load(Ordering::Relaxed) >= most {
            return true;
        }
        let limit = self.get(store_word::LIMIT);
        if limit != 0 && limit == self.get(store_word::CELLS) {
            return self.ring().is_full();
        }
        limit != 0 && self.len() >= limit as usize
    }

    /// Records that stand for an item: its own, and in a ranking those with the further bytes of its rank.
    fn records_of(&self, item: u32) -> impl Iterator<Item = u32> + '_ {
        let ranked = self.flags() & flag::RANKED != 0;
        let more = move |at: u32| if at == item { rank_word::MORE } else { rank_word::NEXT };
        std::iter::successors(is_record(item).then_some(item), move |&at| {
            let next = self.records.word(at, more(at)).load(Ordering::Relaxed);
            (ranked && next != NONE).then_some(next)
        })
    }

    /// The item goes from whoever puts it to the queue. Needs no guard.
    pub(crate) fn take_over(&self, item: u32) {
        self.records_of(item).for_each(|record| self.records.take_over(record));
    }

    /// It did not get in. Needs no guard.
    pub(crate) fn hand_back(&self, item: u32, isolate: u32) {
        self.records_of(item).for_each(|record| self.records.hand_back(record, isolate));
    }

    /// Adds an item.
    pub(crate) fn place(&self, item: u32) -> Result<(), NoPlace> {
        let bytes = self.bytes_of(item);
        if bytes > 0 && !self.is_empty() {
            let all = self.double(store_word::BYTES).load(Ordering::Relaxed) + bytes;
            if all > self.double(store_word::MOST_BYTES).load(Ordering::Relaxed) {
                return Err(NoPlace::Full);
            }
        }
        if self.has_ring() { self.append(item) } else { self.insert(item) }?;
        if bytes > 0 {
            self.double(store_word::BYTES).fetch_add(bytes, Ordering::Relaxed);
        }
        Ok(())
    }

    /// What the item counts towards the limit of bytes; 0 if there is none.
    fn bytes_of(&self, item: u32) -> u64 {
        if self.double(store_word::MOST_BYTES).load(Ordering::Relaxed) == 0 {
            0
        } else if is_record(item) {
            self.records.bytes(item).max(1)
        } else {
            VALUE_BYTES
        }
    }

    /// Into the ring, or behind it. A limit is the capacity of the ring, or the queue is used under the guard only.
    fn append(&self, item: u32) -> Result<(), NoPlace> {
        let (limit, ring) = (self.get(store_word::LIMIT), self.ring());
        if limit as usize == ring.capacity() {
            return ring.push(item).map_err(|_| NoPlace::Full);
        }
        let behind = self.get(store_word::LENGTH) as usize;
        if limit != 0 && ring.len() + behind >= limit as usize {
            return Err(NoPlace::Full);
        }
        if behind == 0 && ring.push(item).is_ok() {
            return Ok(());
        }
        let record = self.boxed(item)?;
        self.next(record).store(NONE, Ordering::Relaxed);
        let last = self.get(store_word::LAST);
        if last == NONE {
            self.set(store_word::FIRST, record);
            self.set_flag(flag::BACKLOG, true);
        } else {
            self.next(last).store(record, Ordering::Relaxed);
        }
        self.set(store_word::LAST, record);
        self.add(store_word::LENGTH, 1);
        Ok(())
    }

    /// Onto the list, or into the heap.
    fn insert(&self, item: u32) -> Result<(), NoPlace> {
        let limit = self.get(store_word::LIMIT);
        if limit != 0 && self.get(store_word::LENGTH) >= limit {
            return Err(NoPlace::Full);
        }
        let record = self.boxed(item)?;
        let first = self.get(store_word::FIRST);
        if self.flags() & flag::RANKED == 0 {
            self.next(record).store(first, Ordering::Relaxed);
            self.set(store_word::FIRST, record);
        } else {
            let arrival = self.double(store_word::ARRIVALS).fetch_add(1, Ordering::Relaxed);
            self.set(store_word::FIRST, ranking::push(self.records, first, record, arrival));
        }
        self.add(store_word::LENGTH, 1);
        Ok(())
    }

    /// Takes the next item.
    pub(crate) fn take(&self) -> Option<u32> {
        let item =
            self.take_returned().or_else(|| if self.has_ring() { self.take_oldest() } else { self.take_first() })?;
        let bytes = self.bytes_of(item);
        if bytes > 0 {
            self.double(store_word::BYTES).fetch_sub(bytes, Ordering::Relaxed);
        }
        Some(item)
    }

    fn take_returned(&self) -> Option<u32> {
        let record = self.get(store_word::RETURNED);
        if record == NONE {
            return None;
        }
        let next = self.next(record).load(Ordering::Relaxed);
        self.set(store_word::RETURNED, next);
        self.add(store_word::RETURNED_LENGTH, -1);
        if next == NONE {
            self.set_flag(flag::RETURNED, false);
        }
        Some(self.unboxed(record))
    }

    fn take_oldest(&self) -> Option<u32> {
        let ring = self.ring();
        loop {
            let item = ring.pop();
            if item.is_some() || self.get(store_word::FIRST) == NONE {
                return item;
            }
            // Others may empty the ring again before we get our part.
            self.refill(&ring);
        }
    }

    /// Moves records from the backlog into the ring, as many as fit.
    fn refill(&self, ring: &Ring<InObject<'a, R>>) {
        let mut record = self.get(store_word::FIRST);
        let mut moved = 0;
        while record != NONE {
            // Read first: once it is in the ring, the record is somebody else's.
            let next = self.next(record).load(Ordering::Relaxed);
            let value = self.value_in(record);
            if ring.push(value.unwrap_or(record)).is_err() {
                break;
            }
            if value.is_some() {
                self.records.give_record(record);
            }
            record = next;
            moved += 1;
        }
        if moved == 0 {
            return;
        }
        self.set(store_word::FIRST, record);
        self.add(store_word::LENGTH, -moved);
        if record == NONE {
            self.set(store_word::LAST, NONE);
            self.set_flag(flag::BACKLOG, false);
        }
    }

    fn take_first(&self) -> Option<u32> {
        let first = self.get(store_word::FIRST);
        if first == NONE {
            return None;
        }
        let rest = if self.flags() & flag::RANKED == 0 {
            self.next(first).load(Ordering::Relaxed)
        } else {
            let root = ranking::pop(self.records, first);
            self.forget_rank(first);
            root
        };
        self.set(store_word::FIRST, rest);
        self.add(store_word::LENGTH, -1);
        Some(self.unboxed(first))
    }

    /// Frees the records with the further bytes of an item's rank.
    fn forget_rank(&self, item: u32) {
        let mut more = self.records.word(item, rank_word::MORE).load(Ordering::Relaxed);
        while more != NONE {
            let next = self.records.word(more, rank_word::NEXT).load(Ordering::Relaxed);
            self.records.give_record(more);
            more = next;
        }
    }

    /// Puts an item before all others. Goes beyond the limits.
    pub(crate) fn put_back(&self, item: u32) -> Result<(), NoPlace> {
        let record = self.boxed(item)?;
        self.next(record).store(self.get(store_word::RETURNED), Ordering::Relaxed);
        self.set(store_word::RETURNED, record);
        self.add(store_word::RETURNED_LENGTH, 1);
        self.set_flag(flag::RETURNED, true);
        self.double(store_word::BYTES).fetch_add(self.bytes_of(item), Ordering::Relaxed);
        Ok(())
    }

    /// A record that stands for the item.
    fn boxed(&self, item: u32) -> Result<u32, NoPlace> {
        if is_record(item) {
            return Ok(item);
        }
        let record = self.records.take_record().ok_or(NoPlace::NoRecord)?;
        self.records.word(record, KIND).store(BOX, Ordering::Relaxed);
        self.records.word(record, VALUE).store(item, Ordering::Relaxed);
        Ok(record)
    }

    /// The value in a box; `None` if the record is none.
    fn value_in(&self, record: u32) -> Option<u32> {
        let is_box = self.records.word(record, KIND).load(Ordering::Relaxed) == BOX;
        is_box.then(|| self.records.word(record, VALUE).load(Ordering::Relaxed))
    }

    fn unboxed(&self, record: u32) -> u32 {
        self.value_in(record).map_or(record, |value| {
            self.records.give_record(record);
            value
        })
    }
}
