//! Binary buddy allocator (Knowlton 1965; Knuth, TAOCP vol. 1, 2.5 C) over a range of the region.
//!
//! Its state lives in the region itself: one byte per smallest block says "a free block of order n starts here", and the
//! free blocks of one order are linked through their own first 16 bytes. Rounding up to a power of two wastes address
//! space, not memory: the pages of the rounded tail are never touched. Coalescing is exact: two free buddies never stay
//! apart. Callers hold the region's lock.

/// Smallest block: 256 bytes.
pub(crate) const MIN_ORDER: u32 = 8;
/// Number of orders: the largest block is `1 << (MIN_ORDER + ORDERS - 1)` = 32 GiB.
pub(crate) const ORDERS: usize = 28;
/// "No block": offset 0 is the region's header and never free.
const NIL: u64 = 0;

/// The memory a buddy allocator manages, as raw accessors, so that it can be tested over a plain vector.
pub(crate) trait Memory {
    /// Reads the word at `offset`.
    fn load(&self, offset: u64) -> u64;
    /// Writes the word at `offset`.
    fn store(&self, offset: u64, value: u64);
    /// The tag byte of smallest block `index`: 0, or 1 + order of the free block that starts there.
    fn tag(&self, index: u64) -> u8;
    /// Writes that byte.
    fn set_tag(&self, index: u64, tag: u8);
}

/// Heads of the free lists; `start` and `end` bound the managed range.
pub(crate) struct Buddy {
    heads: [u64; ORDERS],
    start: u64,
    end: u64,
    used: u64,
}

/// Order (counted from `MIN_ORDER`) of the smallest block that holds `len` bytes.
pub(crate) fn order_of(len: usize) -> usize {
    (len.max(1).next_power_of_two().trailing_zeros().max(MIN_ORDER) - MIN_ORDER) as usize
}

fn size_of_order(order: usize) -> u64 {
    1 << (MIN_ORDER as usize + order)
}

impl Buddy {
    /// Manages `start .. end`; both must be multiples of the smallest block.
    pub(crate) fn new<M: Memory>(memory: &M, start: u64, end: u64) -> Self {
        let mut buddy = Self { heads: [NIL; ORDERS], start, end, used: 0 };
        let mut at = start;
        while at < end {
            let aligned = (at.trailing_zeros().saturating_sub(MIN_ORDER) as usize).min(ORDERS - 1);
            let mut order = aligned;
            while at + size_of_order(order) > end {
                order -= 1;
            }
            buddy.link(memory, at, order);
            at += size_of_order(order);
        }
        buddy
    }

    /// An allocator that manages nothing yet.
    pub(crate) fn none() -> Self {
        Self { heads: [NIL; ORDERS], start: 0, end: 0, used: 0 }
    }

    /// Whether a free block of `size` bytes starts at `at`.
    pub(crate) fn holds<M: Memory>(&self, memory: &M, at: u64, size: u64) -> bool {
        at >= self.start
            && at < self.end
            && memory.tag(at >> MIN_ORDER) == tag_of((size.trailing_zeros() - MIN_ORDER) as usize)
    }

    /// Bytes handed out, rounded up to whole blocks.
    pub(crate) fn used(&self) -> u64 {
        self.used
    }

    fn link<M: Memory>(&mut self, memory: &M, at: u64, order: usize) {
        let next = self.heads[order];
        memory.store(at, next);
        memory.store(at + 8, NIL);
        if next != NIL {
            memory.store(next + 8, at);
        }
        self.heads[order] = at;
        memory.set_tag(at >> MIN_ORDER, tag_of(order));
    }

    fn unlink<M: Memory>(&mut self, memory: &M, at: u64, order: usize) {
        let (next, previous) = (memory.load(at), memory.load(at + 8));
        if previous == NIL {
            self.heads[order] = next;
        } else {
            memory.store(previous, next);
        }
        if next != NIL {
            memory.store(next + 8, previous);
        }
        memory.set_tag(at >> MIN_ORDER, 0);
    }

    /// Takes a block of `order`, splitting a larger one when needed.
    pub(crate) fn take<M: Memory>(&mut self, memory: &M, order: usize) -> Option<u64> {
        let mut have = (order..ORDERS).find(|&o| self.heads[o] != NIL)?;
        let at = self.heads[have];
        self.unlink(memory, at, have);
        while have > order {
            have -= 1;
            self.link(memory, at + size_of_order(have), have);
        }
        self.used += size_of_order(order);
        Some(at)
    }

    /// Returns a block of `order`, merging it with its free buddies; gives the merged block's place and size.
    pub(crate) fn give<M: Memory>(&mut self, memory: &M, mut at: u64, mut order: usize) -> (u64, u64) {
        debug_assert!(at >= self.start && at < self.end && at.trailing_zeros() >= MIN_ORDER);
        self.used -= size_of_order(order);
        while order + 1 < ORDERS {
            let buddy = at ^ size_of_order(order);
            let inside = buddy >= self.start && buddy + size_of_order(order) <= self.end;
            if !inside || memory.tag(buddy >> MIN_ORDER) != tag_of(order) {
                break;
            }
            self.unlink(memory, buddy, order);
            at = at.min(buddy);
            order += 1;
        }
        self.link(memory, at, order);
        (at, size_of_order(order))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "ORDERS is far below 255")]
fn tag_of(order: usize) -> u8 {
    order as u8 + 1
}

#[cfg(test)]
mod tests {
    use super::{Buddy, MIN_ORDER, Memory, order_of};
    use std::cell::RefCell;
    use std::collections::HashMap;

    /// A sparse memory for the tests.
    #[derive(Default)]
    struct Sparse {
        words: RefCell<HashMap<u64, u64>>,
        tags: RefCell<HashMap<u64, u8>>,
    }

    impl Memory for Sparse {
        fn load(&self, offset: u64) -> u64 {
            *self.words.borrow().get(&offset).unwrap_or(&0)
        }
        fn store(&self, offset: u64, value: u64) {
            self.words.borrow_mut().insert(offset, value);
        }
        fn tag(&self, index: u64) -> u8 {
            *self.tags.borrow().get(&index).unwrap_or(&0)
        }
        fn set_tag(&self, index: u64, tag: u8) {
            self.tags.borrow_mut().insert(index, tag);
        }
    }

    #[test]
    fn order_rounds_up_to_a_power_of_two() {
        assert_eq!([0, 1, 256, 257, 512, 1 << 20].map(order_of), [0, 0, 0, 1, 1, 12]);
    }

    #[test]
    fn random_use_never_overlaps_and_coalesces_to_the_start_state() {
        let memory = Sparse::default();
        let (start, end) = (1 << 16, 1 << 24);
        let mut buddy = Buddy::new(&memory, start, end);
        let mut live: Vec<(u64, usize)> = Vec::new();
        let mut seed = 42_u64;
        for _ in 0..if cfg!(miri) { 200 } else { 20_000 } {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if seed >> 63 == 0 || live.is_empty() {
                let len = 1_usize << ((seed >> 40) % 17);
                if let Some(at) = buddy.take(&memory, order_of(len)) {
                    let size = 1_u64 << (order_of(len) + MIN_ORDER as usize);
                    assert!(at >= start && at + size <= end && at % size == 0);
                    for &(other, order) in &live {
                        let other_size = 1_u64 << (order + MIN_ORDER as usize);
                        assert!(at + size <= other || other + other_size <= at, "blocks overlap");
                    }
                    live.push((at, order_of(len)));
                }
            } else {
                let index = usize::try_from(seed >> 32).unwrap_or(0) % live.len();
                let (at, order) = live.swap_remove(index);
                buddy.give(&memory, at, order);
            }
        }
        for (at, order) in live.drain(..) {
            buddy.give(&memory, at, order);
        }
        assert_eq!(buddy.used(), 0);
        assert_eq!(buddy.take(&memory, order_of(1 << 23)), Some(1 << 23), "everything merged again");
    }
}
