//! Job slots: the fixed records of the region's table, 256 bytes each, through which jobs and results travel.
//!
//! JavaScript reads and writes the same words through typed arrays; `src/runtime/slot.ts` holds the same table.
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
//! | 8-9 | offset of the payload's block as f64, 0 if inline | addon |
//! | 10-11 | length of that block as f64, or, inline, a payload that is one double | addon, or whoever wrote the payload |
//! | 12 | worker that took it | this crate |
//! | 13 | operation | submitter |
//! | 14 | status of the result | runner |
//! | 15 | spare argument | submitter |
//! | 16-63 | inline payload, 192 bytes | both |

use crate::primitive::{AtomicU32, AtomicU64, Ordering};
use shm::Region;
use sync::{Links, NONE, TaggedStack};

/// Bytes of a slot.
pub const SLOT_BYTES: usize = 256;
/// Number of slots: jobs that may be under way at once in the whole process.
pub const SLOTS: u32 = 1 << 18;

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
    /// Offset of the payload's block (f64, two words).
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
}

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
    free: TaggedStack,
    /// Slots below this number have been used before.
    fresh: AtomicU32,
}

struct Words<'a>(&'a Region);

impl Links for Words<'_> {
    fn next(&self, id: u32) -> &AtomicU32 {
        word_of(self.0, id, word::NEXT)
    }
}

#[expect(clippy::cast_ptr_alignment, reason = "slots start at multiples of 256 of a page-aligned mapping")]
fn word_of(region: &Region, slot: u32, word: usize) -> &AtomicU32 {
    assert!(slot < SLOTS && word < SLOT_BYTES / 4, "slot out of range");
    let at = region.table().wrapping_add(slot as usize * SLOT_BYTES + word * 4);
    // SAFETY: inside the table (checked), aligned, alive as long as the region; every access by anybody to these words
    // is atomic or happens before/after through the queues.
    unsafe { &*at.cast::<AtomicU32>() }
}

impl SlotTable {
    /// A region with all slots free.
    ///
    /// # Errors
    /// When the system refuses the memory.
    pub fn new() -> Result<Self, shm::MapError> {
        let region = Region::new(SLOTS as usize * SLOT_BYTES)?;
        Ok(Self { region, free: TaggedStack::default(), fresh: AtomicU32::new(0) })
    }

    /// The region the slots live in.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The link words, for the lists of `sync`.
    #[must_use]
    pub fn links(&self) -> impl Links + '_ {
        Words(&self.region)
    }

    /// A word of a slot.
    #[must_use]
    pub fn word(&self, slot: u32, word: usize) -> &AtomicU32 {
        word_of(&self.region, slot, word)
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
    fn f64_word(&self, slot: u32, word: usize) -> &AtomicU64 {
        debug_assert!(word.is_multiple_of(2));
        let at: *const AtomicU32 = self.word(slot, word);
        // SAFETY: an even word of a slot is 8-byte aligned and the next word belongs to the same slot.
        unsafe { &*at.cast::<AtomicU64>() }
    }

    /// The payload's block, if it has one.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "written by `set_block` from integers")]
    pub fn block(&self, slot: u32) -> Option<shm::Block> {
        let offset = f64::from_bits(self.f64_word(slot, word::BLOCK).load(Ordering::Relaxed));
        let len = f64::from_bits(self.f64_word(slot, word::BLOCK_LENGTH).load(Ordering::Relaxed));
        (offset != 0.0).then_some(shm::Block { offset: offset as u64, len: len as usize })
    }

    /// Names the payload's block. The slot owns it from now on.
    #[expect(clippy::cast_precision_loss, reason = "offsets and lengths lie below 2^53")]
    pub fn set_block(&self, slot: u32, block: shm::Block) {
        self.f64_word(slot, word::BLOCK).store((block.offset as f64).to_bits(), Ordering::Relaxed);
        self.f64_word(slot, word::BLOCK_LENGTH).store((block.len as f64).to_bits(), Ordering::Relaxed);
    }

    /// Frees the payload's block, if there is one.
    pub fn drop_block(&self, slot: u32) {
        if let Some(block) = self.block(slot) {
            self.f64_word(slot, word::BLOCK).store(0, Ordering::Relaxed);
            self.region.free(block);
        }
    }

    /// Takes a free slot for `owner`, or `None` when all are under way.
    pub fn reserve(&self, owner: u32) -> Option<u32> {
        let slot = self.free.pop(&self.links()).or_else(|| {
            let fresh = self.fresh.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| (n < SLOTS).then_some(n + 1));
            fresh.ok()
        })?;
        self.set(slot, word::OWNER, owner);
        self.f64_word(slot, word::BLOCK).store(0, Ordering::Relaxed);
        self.put_state(slot, State::Held);
        Some(slot)
    }

    /// Returns a slot and its block.
    pub fn release(&self, slot: u32) {
        self.drop_block(slot);
        self.set(slot, word::OWNER, NONE);
        self.put_state(slot, State::Free);
        self.free.push(&self.links(), slot);
    }

    /// Returns all slots that `owner` holds without having submitted them.
    pub fn release_held(&self, owner: u32) {
        for slot in 0..self.fresh.load(Ordering::Relaxed) {
            if self.get(slot, word::OWNER) == owner && self.is(slot, State::Held) {
                self.release(slot);
            }
        }
    }
}
