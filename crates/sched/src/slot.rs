//! Slots: the fixed records of the region's table, 256 bytes each. A slot is a job, the item of a queue, somebody who waits,
//! an isolate's own record, or a shared object; its state says which. JavaScript reads and writes the same words through
//! typed arrays; `src/runtime/slot.ts` holds the same table. This is a job's and an item's; those of the others are in
//! `object.rs`, `isolate.rs` and, in the crate `sync`, `waiter.rs`.
//!
//! | word | meaning | written by |
//! |---|---|---|
//! | 0 | link of the list the slot is in | this crate |
//! | 1 | state | this crate |
//! | 2 | isolate that submitted it and awaits its result | this crate |
//! | 3 | the submitter's token | submitter |
//! | 4 | function | submitter |
//! | 5 | kind of payload | whoever wrote the payload |
//! | 6 | length of the payload's main part, bytes or items | ditto |
//! | 7 | nesting depth | this crate |
//! | 8-9 | offset of the slot's block as f64, 0 if it has none | this crate |
//! | 10-11 | length of that block as f64; negative: it begins with a list of handles, see `cargo.rs`. Without a block: a payload that is one double | this crate, or whoever wrote the payload |
//! | 12 | worker that took it | this crate |
//! | 13 | operation | submitter |
//! | 14 | status of the result | runner |
//! | 15 | spare argument | submitter |
//! | 16-63 | inline payload, 192 bytes | both |

use std::fmt;

use crate::primitive::{AtomicU32, AtomicU64, Ordering};
use shm::{Block, Region};
use sync::{Links, NONE, TaggedStack};

/// Bytes of a slot.
pub const SLOT_BYTES: usize = 256;
/// Most bytes of the spare blocks of free slots.
const MOST_SPARE_BYTES: u64 = 16 << 20;
/// The most slots there are: jobs under way, items of queues, waiters and objects of the whole process together.
const MAX_SLOTS: usize = 1 << 22;
/// What part of the region's address space may be slots; a small region has fewer than the most.
const SHARE: usize = 8;

/// Slots of a region of `reserved` bytes: a power of two.
fn slots_in(reserved: usize) -> usize {
    let most = (reserved / SHARE / SLOT_BYTES).clamp(1, MAX_SLOTS);
    1 << most.ilog2()
}

/// Word numbers, see the module's table.
pub mod word {
    /// Link of the list the slot is in.
    pub const NEXT: usize = 0;
    /// See [`State`](super::State).
    pub const STATE: usize = 1;
    /// Isolate that submitted it.
    pub const OWNER: usize = 2;
    /// The submitter's token.
    pub const TOKEN: usize = 3;
    /// Function number.
    pub const FUNCTION: usize = 4;
    /// Kind of payload.
    pub const KIND: usize = 5;
    /// Length of the payload's main part.
    pub const LENGTH: usize = 6;
    /// Nesting depth, 1 for a job submitted from outside any job.
    pub const DEPTH: usize = 7;
    /// Offset of the payload's block (f64, two words), or of a spare block, negated.
    pub const BLOCK: usize = 8;
    /// Length of the payload's block (f64, two words).
    pub const BLOCK_LENGTH: usize = 10;
    /// Worker that took it.
    pub const WORKER: usize = 12;
    /// Operation.
    pub const OPERATION: usize = 13;
    /// See [`Status`](super::Status).
    pub const STATUS: usize = 14;
    /// Spare argument.
    pub const ARGUMENT: usize = 15;
}

/// Life of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum State {
    /// In the free list.
    Free = 0,
    /// Reserved by an isolate that fills it or has read it.
    Held = 1,
    /// In a queue of a pool.
    Queued = 2,
    /// Taken by a worker.
    Running = 3,
    /// On its way to its submitter.
    Done = 4,
    /// Cancelled while queued; whoever takes it sends it home.
    Cancelled = 5,
    /// A shared object.
    Object = 6,
    /// Somebody who waits for an object.
    Waiting = 7,
    /// An item inside a shared object, which owns it.
    Item = 8,
    /// An isolate's own record, see `isolate.rs`.
    Isolate = 9,
    /// Somebody whose wait has ended, on the way to the isolate.
    Answered = 10,
}

/// All slots are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSlot;

impl fmt::Display for NoSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("all slots of the shared region are in use")
    }
}

impl std::error::Error for NoSlot {}

/// How a job ended; the values above `Error` are set by this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Status {
    /// The payload is the result.
    Ok = 0,
    /// The payload is the error.
    Error = 1,
    /// It never ran.
    Cancelled = 2,
    /// Its worker died.
    Crashed = 3,
    /// Not a job: something happened to a worker, see [`Event`](crate::Event).
    Event = 4,
}

/// All slots and the list of free ones.
pub struct SlotTable {
    region: Region,
    /// How many there are.
    count: u32,
    free: TaggedStack,
    /// Slots below this number have been used before.
    fresh: AtomicU32,
    /// Bytes of the spare blocks of free slots.
    spare: AtomicU64,
    /// Generation of the object made last, see `object.rs`.
    pub(crate) generation: AtomicU32,
    /// Objects that are alive.
    pub(crate) objects: AtomicU32,
}

struct Words<'a>(&'a SlotTable);

impl Links for Words<'_> {
    fn next(&self, id: u32) -> &AtomicU32 {
        self.0.word(id, word::NEXT)
    }
}

impl SlotTable {
    /// A region with all slots free.
    ///
    /// # Errors
    /// When the system refuses the memory.
    pub fn new() -> Result<Self, shm::MapError> {
        let region = Region::new(|reserved| slots_in(reserved) * SLOT_BYTES)?;
        let count = u32::try_from(slots_in(region.reserved())).unwrap_or(u32::MAX);
        let [fresh, generation, objects] = [AtomicU32::new(0), AtomicU32::new(0), AtomicU32::new(0)];
        Ok(Self { region, count, free: TaggedStack::default(), fresh, spare: AtomicU64::new(0), generation, objects })
    }

    /// Slots from this number on have never been used.
    #[must_use]
    pub fn used(&self) -> u32 {
        self.fresh.load(Ordering::Relaxed)
    }

    /// How many slots there are, a power of two.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// The region the slots live in.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The link words, for the lists of `sync`.
    #[must_use]
    pub fn links(&self) -> impl Links + '_ {
        Words(self)
    }

    /// A word of a slot.
    ///
    /// # Panics
    /// When there is no such slot or word.
    #[must_use]
    pub fn word(&self, slot: u32, word: usize) -> &AtomicU32 {
        assert!(slot < self.count && word < SLOT_BYTES / 4, "slot out of range");
        self.word_behind(self.region.table(), slot as usize * SLOT_BYTES + word * 4)
    }

    /// A word of a block of the caller's.
    pub(crate) fn block_word(&self, block: Block, word: usize) -> &AtomicU32 {
        assert!(word < block.len / 4, "word behind the end of a block");
        self.word_behind(self.region.at(block.offset), word * 4)
    }

    #[expect(
        clippy::cast_ptr_alignment,
        reason = "slots and blocks start at multiples of 256 of a page-aligned mapping"
    )]
    #[expect(clippy::unused_self, reason = "lends the word for as long as the table lives")]
    fn word_behind(&self, start: *mut u8, bytes: usize) -> &AtomicU32 {
        // SAFETY: both callers have checked that it lies in the table or in a block; it is aligned and alive as long as
        // the region. Every access by anybody is atomic or happens before/after through the queues.
        unsafe { &*start.wrapping_add(bytes).cast::<AtomicU32>() }
    }

    /// Reads a word.
    #[must_use]
    pub fn get(&self, slot: u32, word: usize) -> u32 {
        self.word(slot, word).load(Ordering::Relaxed)
    }

    /// Writes a word.
    pub fn set(&self, slot: u32, word: usize, value: u32) {
        self.word(slot, word).store(value, Ordering::Relaxed);
    }

    /// Zeroes the words of a held slot from `first` on.
    pub(crate) fn clear_from(&self, slot: u32, first: usize) {
        let from: *const AtomicU32 = self.word(slot, first);
        let count = SLOT_BYTES / 4 - first;
        // SAFETY: the rest of the slot, which nobody else reads or writes as long as the caller holds it.
        unsafe { from.cast_mut().write_bytes(0, count) };
    }

    /// Whether the slot is in `state`.
    #[must_use]
    pub fn is(&self, slot: u32, state: State) -> bool {
        self.word(slot, word::STATE).load(Ordering::Acquire) == state as u32
    }

    /// Moves a slot to `state`.
    pub fn put_state(&self, slot: u32, state: State) {
        self.word(slot, word::STATE).store(state as u32, Ordering::Release);
    }

    /// Moves a slot from one state to another; whether it was in the first.
    #[must_use]
    pub fn change_state(&self, slot: u32, from: State, to: State) -> bool {
        self.word(slot, word::STATE)
            .compare_exchange(from as u32, to as u32, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }

    #[expect(clippy::cast_ptr_alignment, reason = "even words of a slot are 8-byte aligned")]
    pub(crate) fn double_word(&self, slot: u32, word: usize) -> &AtomicU64 {
        debug_assert!(word.is_multiple_of(2));
        let at: *const AtomicU32 = self.word(slot, word);
        // SAFETY: an even word of a slot is 8-byte aligned and the next word belongs to the same slot.
        unsafe { &*at.cast::<AtomicU64>() }
    }

    /// Offset and length of the slot's block as they are kept.
    fn block_words(&self, slot: u32) -> (f64, f64) {
        let read = |word| f64::from_bits(self.double_word(slot, word).load(Ordering::Relaxed));
        (read(word::BLOCK), read(word::BLOCK_LENGTH))
    }

    /// The slot's block, if it has one.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "written by `set_block` from integers")]
    pub fn block(&self, slot: u32) -> Option<Block> {
        let (offset, len) = self.block_words(slot);
        (offset > 0.0).then_some(Block { offset: offset as u64, len: len.abs() as usize })
    }

    /// The block that the slot has kept for its next payload: JavaScript marks it with a negative offset instead of freeing it,
    /// see `src/runtime/block.ts`.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "written by `set_block` from integers")]
    fn spare(&self, slot: u32) -> Option<Block> {
        let (offset, len) = self.block_words(slot);
        (offset < 0.0).then_some(Block { offset: -offset as u64, len: len as usize })
    }

    /// Names the slot's block, which belongs to it from now on.
    pub fn set_block(&self, slot: u32, block: Block) {
        self.put_block(slot, block, 1.0);
    }

    /// As `set_block`, for a block that begins with a list of handles.
    pub(crate) fn set_carrier(&self, slot: u32, block: Block) {
        self.put_block(slot, block, -1.0);
    }

    #[expect(clippy::cast_precision_loss, reason = "offsets and lengths lie below 2^53")]
    fn put_block(&self, slot: u32, block: Block, sign: f64) {
        let write = |word, value: f64| self.double_word(slot, word).store(value.to_bits(), Ordering::Relaxed);
        write(word::BLOCK, block.offset as f64);
        write(word::BLOCK_LENGTH, block.len as f64 * sign);
    }

    /// Whether the slot's block begins with a list of handles.
    pub(crate) fn is_carrier(&self, slot: u32) -> bool {
        let (offset, len) = self.block_words(slot);
        offset > 0.0 && len < 0.0
    }

    /// Frees the slot's block, if there is one, and releases the objects that it names; or its spare block.
    pub fn drop_block(&self, slot: u32) {
        if let Some(block) = self.block(slot).or_else(|| self.spare(slot)) {
            // A spare block names none.
            let named = self.take_handles(slot, block);
            self.double_word(slot, word::BLOCK).store(0, Ordering::Relaxed);
            self.region.free(block);
            self.unload(&named);
        }
    }

    /// Bytes of the region in use. The spare blocks of free slots are not.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.region.used().saturating_sub(self.spare.load(Ordering::Relaxed))
    }

    fn spare_bytes(&self, slots: &[u32]) -> u64 {
        slots.iter().filter_map(|&slot| self.spare(slot)).map(Block::size).sum()
    }

    /// Takes a free slot without any block for `owner`, or `None` when all are under way.
    pub fn reserve(&self, owner: u32) -> Option<u32> {
        let slot = self.take_free(owner)?;
        self.spare.fetch_sub(self.spare_bytes(&[slot]), Ordering::Relaxed);
        self.drop_block(slot);
        Some(slot)
    }

    /// Takes free slots, which may have spare blocks, for `owner`; how many of `out` were filled.
    pub(crate) fn reserve_many(&self, owner: u32, out: &mut [u32]) -> usize {
        let mut count = 0;
        while count < out.len()
            && let Some(slot) = self.take_free(owner)
        {
            out[count] = slot;
            count += 1;
        }
        self.spare.fetch_sub(self.spare_bytes(&out[..count]), Ordering::Relaxed);
        count
    }

    fn take_free(&self, owner: u32) -> Option<u32> {
        let slot = self.free.pop(&self.links()).or_else(|| {
            let fresh =
                self.fresh.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < self.count).then_some(n + 1));
            fresh.ok()
        })?;
        self.set(slot, word::OWNER, owner);
        self.put_state(slot, State::Held);
        Some(slot)
    }

    /// Returns a slot and its block.
    pub fn release(&self, slot: u32) {
        self.drop_block(slot);
        self.give_free(&[slot]);
    }

    fn give_free(&self, slots: &[u32]) {
        for &slot in slots {
            self.set(slot, word::OWNER, NONE);
            self.put_state(slot, State::Free);
        }
        self.free.push(&self.links(), slots);
    }

    /// Returns slots and their blocks; spare ones they keep, unless free slots have too many.
    pub fn release_many(&self, slots: &[u32]) {
        let bytes = self.spare_bytes(slots);
        let keep = self.spare.fetch_add(bytes, Ordering::Relaxed) + bytes <= MOST_SPARE_BYTES;
        if !keep {
            self.spare.fetch_sub(bytes, Ordering::Relaxed);
        }
        for &slot in slots {
            if !keep || self.block(slot).is_some() {
                self.drop_block(slot);
            }
        }
        self.give_free(slots);
    }

    /// Returns those of `slots` that `owner` holds without having submitted them.
    pub(crate) fn release_held(&self, owner: u32, slots: impl Iterator<Item = u32>) {
        let used = self.used();
        for slot in slots.filter(|&slot| slot < used) {
            if self.get(slot, word::OWNER) == owner && self.is(slot, State::Held) {
                self.release(slot);
            }
        }
    }
}
