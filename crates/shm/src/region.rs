//! The region: a mapping, a fixed table at its start, and a heap of blocks behind it.
//!
//! Layout: page 0 with the users (offset 0 means "none"), the table, the tag bytes of the heap, the heap.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::buddy::{Buddy, MIN_ORDER, Memory, ORDERS, order_of};
use crate::error::{AllocError, MapError};
use crate::mapping::Mapping;
use crate::shelf::Shelves;
use crate::users::{self, TooManyUsers, User};

/// Address space tried in turn: hosts with `ulimit -v` or strict overcommit refuse the larger ones.
const RESERVE: [usize; 4] = [32 << 30, 8 << 30, 2 << 30, 512 << 20];
const PAGE: usize = 1 << 16;
/// A free block of at least this size is returned to the system at once; smaller ones stay warm for the next use.
const DISCARD: u64 = 16 << 20;

/// A block of the heap: where it starts and how many bytes were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Bytes from the start of the region.
    pub offset: u64,
    /// Usable bytes.
    pub len: usize,
}

impl Block {
    /// Bytes that it takes of the heap.
    #[must_use]
    pub fn size(self) -> u64 {
        1 << (order_of(self.len) + MIN_ORDER as usize)
    }
}

/// The shared region. Lives as long as the process.
pub struct Region {
    mapping: Mapping,
    table: usize,
    tags: usize,
    buddy: Mutex<Buddy>,
    shelves: Shelves,
}

// SAFETY: `base` is a mapping that is never moved or unmapped; every access to it goes through raw pointers whose users
// own the range (a block belongs to whoever allocated it, the table's words are atomics).
unsafe impl Send for Region {}
// SAFETY: as above; the allocator's state is behind a mutex.
unsafe impl Sync for Region {}

#[expect(clippy::cast_ptr_alignment, reason = "free blocks start at multiples of 256 of a page-aligned mapping")]
impl Memory for Region {
    fn load(&self, offset: u64) -> u64 {
        // SAFETY: the allocator passes aligned offsets of free blocks inside the heap, under its lock.
        unsafe { self.at(offset).cast::<u64>().read() }
    }
    fn store(&self, offset: u64, value: u64) {
        // SAFETY: as for `load`.
        unsafe { self.at(offset).cast::<u64>().write(value) }
    }
    fn tag(&self, index: u64) -> u8 {
        // SAFETY: there is one tag byte per smallest block of the whole region; only the allocator touches them.
        unsafe { self.at(self.tags as u64 + index).read() }
    }
    fn set_tag(&self, index: u64, tag: u8) {
        // SAFETY: as for `tag`.
        unsafe { self.at(self.tags as u64 + index).write(tag) }
    }
}

impl Region {
    /// Maps a region with a table at its start; `table_len` says how many bytes that has, given those of the region.
    ///
    /// # Errors
    /// When the system refuses even the smallest reservation.
    pub fn new(table_len: impl Fn(usize) -> usize) -> Result<Self, MapError> {
        let mut refused = None;
        for len in RESERVE {
            match Mapping::new(len) {
                Ok(mapping) => {
                    let table = table_len(mapping.len);
                    return Ok(Self::over(mapping, table));
                }
                Err(error) => refused = Some(error),
            }
        }
        Err(MapError(refused.unwrap_or_else(|| std::io::Error::other("nothing tried"))))
    }

    fn over(mapping: Mapping, table_len: usize) -> Self {
        let up = |n: usize| n.next_multiple_of(PAGE);
        let tags = PAGE + up(table_len);
        let heap = tags + up(mapping.len >> MIN_ORDER);
        let end = mapping.len;
        let region = Self { mapping, table: PAGE, tags, buddy: Mutex::new(Buddy::none()), shelves: Shelves::new() };
        let buddy = Buddy::new(&region, heap as u64, end as u64);
        *region.lock() = buddy;
        region
    }

    fn lock(&self) -> MutexGuard<'_, Buddy> {
        self.buddy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Address of `offset`; valid for as long as the process lives.
    ///
    /// # Panics
    /// When `offset` lies outside the region.
    #[must_use]
    pub fn at(&self, offset: u64) -> *mut u8 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        assert!(offset < self.mapping.len, "offset outside the region");
        self.mapping.base.wrapping_add(offset)
    }

    /// Bytes of address space.
    #[must_use]
    pub fn reserved(&self) -> usize {
        self.mapping.len
    }

    /// Address of the table.
    #[must_use]
    pub fn table(&self) -> *mut u8 {
        self.mapping.base.wrapping_add(self.table)
    }

    /// Takes a block of at least `len` bytes. Its contents are unspecified.
    ///
    /// # Errors
    /// When the heap has no free block that large.
    pub fn alloc(&self, len: usize) -> Result<Block, AllocError> {
        let order = order_of(len);
        let refused = || AllocError { wanted: len, used: usize::try_from(self.used()).unwrap_or(usize::MAX) };
        if order >= ORDERS {
            return Err(refused());
        }
        let offset = (self.shelves.take(order))
            .or_else(|| self.lock().take(self, order))
            .or_else(|| self.clear_shelves_for(order))
            .ok_or_else(refused)?;
        Ok(Block { offset, len })
    }

    /// Merges what lies on the shelves, for a block that is found nowhere else.
    fn clear_shelves_for(&self, order: usize) -> Option<u64> {
        let mut buddy = self.lock();
        self.shelves.clear(|order, offset| {
            buddy.give(self, offset, order);
        });
        buddy.take(self, order)
    }

    /// As [`Region::alloc`], and all bytes are zero. Large blocks are not written to: the system makes their pages when
    /// they are used.
    ///
    /// # Errors
    /// When the heap has no free block that large.
    pub fn alloc_zeroed(&self, len: usize) -> Result<Block, AllocError> {
        let block = self.alloc(len)?;
        let clean = len as u64 >= DISCARD
            && usize::try_from(block.offset).is_ok_and(|at| self.mapping.discard(at, len.next_multiple_of(PAGE)));
        if !clean {
            // SAFETY: the block is ours alone and `len` bytes long.
            unsafe { self.at(block.offset).write_bytes(0, len) };
        }
        Ok(block)
    }

    /// Returns a block. The caller must be its only owner.
    pub fn free(&self, block: Block) {
        let order = order_of(block.len);
        let own = 1_u64 << (order + MIN_ORDER as usize);
        if own < DISCARD && self.shelves.put(order, block.offset) {
            return;
        }
        let (at, size) = self.lock().give(self, block.offset, order);
        if own >= DISCARD {
            self.discard_free(at, size);
        }
    }

    /// Drops the pages of a free block but for its first, which holds the list links.
    fn discard_free(&self, at: u64, size: u64) {
        let buddy = self.lock();
        // Asked again under the lock: still free, so nobody uses its pages.
        if buddy.holds(self, at, size) {
            let skip = PAGE as u64;
            if let (Ok(offset), Ok(len)) = (usize::try_from(at + skip), usize::try_from(size - skip)) {
                self.mapping.discard(offset, len);
            }
        }
        drop(buddy);
    }

    /// This process uses the region; once for each process, also after a `fork`.
    ///
    /// # Errors
    /// When too many do.
    pub fn enroll(&self) -> Result<User, TooManyUsers> {
        users::enroll(&self.mapping)
    }

    /// Whether the process of that user still lives.
    ///
    /// # Panics
    /// When there is no such entry.
    #[must_use]
    pub fn is_alive(&self, me: &User, user: u32) -> bool {
        users::is_alive(&self.mapping, me, user)
    }

    /// Users that are there or have died and not been forgotten.
    pub fn users(&self) -> impl Iterator<Item = u32> + '_ {
        users::enrolled(&self.mapping)
    }

    /// A dead user's things have been cleaned up: its entry is free.
    ///
    /// # Panics
    /// When there is no such entry.
    pub fn forget(&self, user: u32) {
        users::forget(&self.mapping, user);
    }

    /// Bytes of the heap in use, rounded up to whole blocks.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.lock().used().saturating_sub(self.shelves.bytes())
    }
}
