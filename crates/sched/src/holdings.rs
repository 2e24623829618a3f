//! The objects that one isolate holds: a bitmap over all slots, in two levels, in the region, so that whoever finds the
//! isolate dead can walk it. The upper level is a block named by the isolate's record: for each 4096 slots the place of
//! a block of 4096 bits, or 0 while none of them was ever held.
//!
//! Only the isolate's own thread changes it, and whoever cleans up after its end.

use crate::primitive::{AtomicU32, Ordering};
use crate::slot::SlotTable;
use shm::{AllocError, Block};

/// Slots of one lower block.
const LEAF_SLOTS: u32 = 4096;
const LEAF_BYTES: usize = LEAF_SLOTS as usize / 8;
/// Blocks start at multiples of this, so a place fits into 32 bits.
const UNIT: u64 = 256;

/// See the module's description.
pub(crate) struct Holdings<'a> {
    slots: &'a SlotTable,
    record: u32,
}

impl<'a> Holdings<'a> {
    /// Those of the isolate with that record.
    pub(crate) fn of(slots: &'a SlotTable, record: u32) -> Self {
        Self { slots, record }
    }

    /// Gives a new record its upper level, which holds nothing.
    pub(crate) fn create(slots: &'a SlotTable, record: u32) -> Result<(), AllocError> {
        let len = slots.count().div_ceil(LEAF_SLOTS) as usize * 4;
        let block = zeroed(slots, len)?;
        slots.set_block(record, block);
        Ok(())
    }

    fn place(&self, leaf: u32) -> Option<&AtomicU32> {
        Some(self.slots.block_word(self.slots.block(self.record)?, leaf as usize))
    }

    fn leaf(&self, leaf: u32) -> Option<Block> {
        let place = self.place(leaf)?.load(Ordering::Relaxed);
        (place != 0).then_some(Block { offset: u64::from(place) * UNIT, len: LEAF_BYTES })
    }

    /// The word with the slot's bit, if there is a block for it, and the bit.
    fn bit(&self, slot: u32) -> Option<(&AtomicU32, u32)> {
        Some(bit_in(self.slots, self.leaf(slot / LEAF_SLOTS)?, slot))
    }

    /// Adds a slot; `false` if it was there.
    pub(crate) fn insert(&self, slot: u32) -> Result<bool, AllocError> {
        let (word, bit) = match self.bit(slot) {
            Some(found) => found,
            None => bit_in(self.slots, self.grow(slot / LEAF_SLOTS)?, slot),
        };
        Ok(word.fetch_or(bit, Ordering::Relaxed) & bit == 0)
    }

    fn grow(&self, leaf: u32) -> Result<Block, AllocError> {
        let block = zeroed(self.slots, LEAF_BYTES)?;
        if let (Some(place), Ok(unit)) = (self.place(leaf), u32::try_from(block.offset / UNIT)) {
            place.store(unit, Ordering::Relaxed);
        }
        Ok(block)
    }

    /// Removes a slot; `false` if it was not there.
    pub(crate) fn remove(&self, slot: u32) -> bool {
        self.bit(slot).is_some_and(|(word, bit)| word.fetch_and(!bit, Ordering::Relaxed) & bit != 0)
    }

    /// Whether a slot is there.
    pub(crate) fn contains(&self, slot: u32) -> bool {
        self.bit(slot).is_some_and(|(word, bit)| word.load(Ordering::Relaxed) & bit != 0)
    }

    /// Takes all slots out, calls `each` with them, and frees the lower level.
    pub(crate) fn drain(&self, mut each: impl FnMut(u32)) {
        for leaf in 0..self.slots.count().div_ceil(LEAF_SLOTS) {
            let Some(block) = self.leaf(leaf) else { continue };
            for first in (0..LEAF_SLOTS).step_by(32) {
                let mut bits = self.slots.block_word(block, first as usize / 32).swap(0, Ordering::Relaxed);
                while bits != 0 {
                    each(leaf * LEAF_SLOTS + first + bits.trailing_zeros());
                    bits &= bits - 1;
                }
            }
            if let Some(place) = self.place(leaf) {
                place.store(0, Ordering::Relaxed);
            }
            self.slots.region().free(block);
        }
    }
}

/// Word and bit of a slot in its lower block.
fn bit_in(slots: &SlotTable, leaf: Block, slot: u32) -> (&AtomicU32, u32) {
    (slots.block_word(leaf, (slot % LEAF_SLOTS / 32) as usize), 1 << (slot % 32))
}

fn zeroed(slots: &SlotTable, len: usize) -> Result<Block, AllocError> {
    let block = slots.region().alloc(len)?;
    // SAFETY: the block is ours alone and `len` bytes long.
    unsafe { slots.region().at(block.offset).write_bytes(0, len) };
    Ok(block)
}
