//! Free blocks that wait, as they are, for the next use of their size, in front of the buddy allocator.
//!
//! Splitting and merging walks through all orders and touches a page of each; and merged blocks go out again somewhere else,
//! so that traffic of equal blocks would touch ever new pages. Here what was freed last goes out first, warm. One list for
//! each size, each with a lock of its own that is held for some instructions. What lies here counts as free.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::buddy::{MIN_ORDER, ORDERS};

/// Bytes on all shelves together.
const MOST_BYTES: u64 = 64 << 20;
/// Blocks on one shelf.
const MOST_BLOCKS: usize = 1024;

/// See the module's description.
pub(crate) struct Shelves {
    shelves: [Mutex<Vec<u64>>; ORDERS],
    bytes: AtomicU64,
}

fn size_of_order(order: usize) -> u64 {
    1 << (MIN_ORDER as usize + order)
}

impl Shelves {
    pub(crate) fn new() -> Self {
        Self { shelves: std::array::from_fn(|_| Mutex::new(Vec::new())), bytes: AtomicU64::new(0) }
    }

    fn shelf(&self, order: usize) -> MutexGuard<'_, Vec<u64>> {
        self.shelves[order].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block of that order, the one that was put here last.
    pub(crate) fn take(&self, order: usize) -> Option<u64> {
        let block = self.shelf(order).pop()?;
        self.bytes.fetch_sub(size_of_order(order), Ordering::Relaxed);
        Some(block)
    }

    /// Keeps a block of that order; `false` when there is no room.
    pub(crate) fn put(&self, order: usize, block: u64) -> bool {
        let size = size_of_order(order);
        let mut blocks = self.shelf(order);
        if blocks.len() >= MOST_BLOCKS || self.bytes.load(Ordering::Relaxed) + size > MOST_BYTES {
            return false;
        }
        self.bytes.fetch_add(size, Ordering::Relaxed);
        blocks.push(block);
        true
    }

    /// Takes everything and hands it, with its order, to `each`.
    pub(crate) fn clear(&self, mut each: impl FnMut(usize, u64)) {
        for order in 0..ORDERS {
            let blocks = std::mem::take(&mut *self.shelf(order));
            self.bytes.fetch_sub(size_of_order(order) * blocks.len() as u64, Ordering::Relaxed);
            for block in blocks {
                each(order, block);
            }
        }
    }

    /// Bytes that lie here.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}
