//! Blocks of slots, and the objects that messages in them name.
//!
//! A message that names shared objects keeps a reference to each. Its block begins with their handles, so that whoever
//! frees the block releases them, also where nobody reads the message: a cancelled job, a dead worker, a queue that is
//! dropped. Layout: the number of handles, then at byte 16 slot and generation of each, then at the next multiple of 16
//! the message. A block without handles is all message; the sign of its length says which it is.

use crate::kind::{Nature, nature};
use crate::object::{Handle, Stale};
use crate::primitive::Ordering;
use crate::slot::SlotTable;
use shm::{AllocError, Block};

/// Everything in a block starts at a multiple of this.
const ALIGN: usize = 16;

/// Why a block was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadError {
    /// No room.
    Alloc(AllocError),
    /// The message names an object that is gone.
    Stale(Stale),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Alloc(error) => error.fmt(f),
            Self::Stale(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {}

/// Bytes before the message.
fn list_len(handles: usize) -> usize {
    if handles == 0 { 0 } else { (ALIGN + handles * 8).next_multiple_of(ALIGN) }
}

impl SlotTable {
    /// Gives the slot a new block for a message of `len` bytes that names these objects, and takes a reference to each.
    /// Returns the place of the message; its contents are unspecified.
    ///
    /// # Errors
    /// When there is no room or an object is gone; the slot then has no block.
    pub fn load(&self, slot: u32, len: usize, handles: &[Handle]) -> Result<Block, LoadError> {
        self.drop_block(slot);
        self.retain_all(handles).map_err(LoadError::Stale)?;
        let before = list_len(handles.len());
        let block = self.region().alloc(before + len).map_err(|error| {
            self.unref_all(handles);
            LoadError::Alloc(error)
        })?;
        if handles.is_empty() {
            self.set_block(slot, block);
            return Ok(block);
        }
        let words = (u32::try_from(handles.len()).into_iter().chain([0; 3]))
            .chain(handles.iter().flat_map(|handle| [handle.slot, handle.generation]));
        for (index, word) in words.enumerate() {
            self.block_word(block, index).store(word, Ordering::Relaxed);
        }
        self.set_carrier(slot, block);
        self.tell_all(handles, |nature| nature.aboard);
        Ok(Block { offset: block.offset + before as u64, len })
    }

    /// Drops the references of a message that is no more.
    pub(crate) fn unload(&self, handles: &[Handle]) {
        self.tell_all(handles, |nature| nature.ashore);
        self.unref_all(handles);
    }

    fn tell_all(&self, handles: &[Handle], event: impl Fn(Nature) -> fn(&Self, u32)) {
        for &handle in handles {
            if let Ok(kind) = self.kind(handle) {
                event(nature(kind))(self, handle.slot);
            }
        }
    }

    /// The place of the slot's message, if it has a block.
    #[must_use]
    pub fn message(&self, slot: u32) -> Option<Block> {
        let block = self.block(slot)?;
        let before = if self.is_carrier(slot) { list_len(self.handles_in(block)) } else { 0 };
        Some(Block { offset: block.offset + before as u64, len: block.len.saturating_sub(before) })
    }

    fn handles_in(&self, block: Block) -> usize {
        self.read_word(block, 0) as usize
    }

    fn read_word(&self, block: Block, index: usize) -> u32 {
        self.block_word(block, index).load(Ordering::Relaxed)
    }

    /// The handles that the slot's block begins with; their references are the caller's from now on.
    pub(crate) fn take_handles(&self, slot: u32, block: Block) -> Vec<Handle> {
        if !self.is_carrier(slot) {
            return Vec::new();
        }
        let first = ALIGN / 4;
        (0..self.handles_in(block))
            .map(|index| Handle {
                slot: self.read_word(block, first + index * 2),
                generation: self.read_word(block, first + index * 2 + 1),
            })
            .collect()
    }

    /// Takes a reference to each.
    ///
    /// # Errors
    /// When one is gone; then to none.
    pub fn retain_all(&self, handles: &[Handle]) -> Result<(), Stale> {
        for (index, &handle) in handles.iter().enumerate() {
            if let Err(stale) = self.retain(handle) {
                self.unref_all(&handles[..index]);
                return Err(stale);
            }
        }
        Ok(())
    }

    /// Drops a reference to each.
    pub fn unref_all(&self, handles: &[Handle]) {
        for &handle in handles {
            self.unref(handle);
        }
    }
}
