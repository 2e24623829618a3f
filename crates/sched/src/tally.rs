//! How often each isolate is inside an object as a reader: one word for each isolate that holds the object, in the region,
//! so that a dead one's can be taken back.
//!
//! The object's own words have room for 21 isolates: pairs of isolate + 1 and count. Further isolates have theirs in a block
//! with a word for every isolate there can be; word 7 of the object says where that is. A place is made when the isolate
//! begins to hold the object, before anybody counts, and given up when it lets go.

use crate::primitive::{AtomicU32, Ordering};
use crate::runtime::ISOLATES;
use crate::slot::{SLOT_BYTES, SlotTable};
use shm::{AllocError, Block};

/// First of the words with pairs.
const PAIRS: usize = 20;
/// Behind the last of them. The two words left over are nobody's.
const END: usize = SLOT_BYTES / 4 - 2;
/// Word with the place of the block, in units.
const MORE: usize = 7;
const UNIT: u64 = 256;
const BLOCK_BYTES: usize = ISOLATES * 4;

/// Word of the pair of an isolate, if it has one.
pub(crate) fn index_of(slots: &SlotTable, object: u32, isolate: u32) -> Option<usize> {
    let key = (PAIRS..END).step_by(2).find(|&word| slots.get(object, word) == isolate + 1)?;
    Some(key + 1)
}

/// The word in which `isolate` counts.
pub(crate) fn word(slots: &SlotTable, object: u32, isolate: u32) -> &AtomicU32 {
    match (index_of(slots, object, isolate), more(slots, object)) {
        (None, Some(block)) => slots.block_word(block, isolate as usize),
        // Who holds the object has a place; of anybody else the answer is a word that means nothing.
        (index, _) => slots.word(object, index.unwrap_or(END)),
    }
}

fn more(slots: &SlotTable, object: u32) -> Option<Block> {
    let place = slots.get(object, MORE);
    (place != 0).then_some(Block { offset: u64::from(place) * UNIT, len: BLOCK_BYTES })
}

/// How often `isolate` is inside.
pub(crate) fn count(slots: &SlotTable, object: u32, isolate: u32) -> u32 {
    if index_of(slots, object, isolate).is_none() && more(slots, object).is_none() {
        return 0;
    }
    word(slots, object, isolate).load(Ordering::Relaxed)
}

/// Makes a place for `isolate`.
pub(crate) fn enter(slots: &SlotTable, object: u32, isolate: u32) -> Result<(), AllocError> {
    for key in (PAIRS..END).step_by(2) {
        let free = slots.word(object, key);
        if free.compare_exchange(0, isolate + 1, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            return Ok(());
        }
    }
    if more(slots, object).is_none() {
        let block = slots.region().alloc(BLOCK_BYTES)?;
        // SAFETY: the block is ours alone and so long.
        unsafe { slots.region().at(block.offset).write_bytes(0, BLOCK_BYTES) };
        let place = u32::try_from(block.offset / UNIT).unwrap_or(0);
        // Release publishes the zeros; another isolate may have been faster.
        if slots.word(object, MORE).compare_exchange(0, place, Ordering::Release, Ordering::Relaxed).is_err() {
            slots.region().free(block);
        }
    }
    Ok(())
}

/// Gives up the place of `isolate`, whose count is 0.
pub(crate) fn leave(slots: &SlotTable, object: u32, isolate: u32) {
    if let Some(index) = index_of(slots, object, isolate) {
        slots.word(object, index - 1).store(0, Ordering::Relaxed);
    }
}

/// Frees the block, if there is one.
pub(crate) fn free(slots: &SlotTable, object: u32) {
    if let Some(block) = more(slots, object) {
        slots.region().free(block);
    }
}
