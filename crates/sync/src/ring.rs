//! Bounded multi-producer multi-consumer FIFO of 32-bit values, after Vyukov's bounded MPMC queue
//! (<https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue>), with the stamp and the value of a
//! cell in one 64-bit word, so that a cell changes hands by a single compare-and-swap and anybody can help a lagging
//! cursor on (as in Tsigas and Zhang, SPAA 2001).
//!
//! Progress: lock-free. A producer or consumer that stops anywhere, even for ever, blocks nobody: the cell is either
//! still free or already filled, and others move the cursor. Linearizes at the cell's compare-and-swap.
//!
//! A cell at position `p` of lap `p / capacity` has stamp `2p` when free and `2p + 1` when filled; taking it sets
//! `2 (p + capacity)`. Positions wrap at 2^31; a thread would have to sleep through 2^31 operations to be fooled. What a
//! cell stores is its stamp less `2i`, `i` being its index: so a new ring is all zeros, and a large one costs memory only
//! as far as it is used.

use crossbeam_utils::CachePadded;

use crate::primitive::{AtomicU32, AtomicU64, Ordering};

/// The ring had no room; the value is handed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full(pub u32);

/// See the module's description.
pub struct Ring {
    /// Position of the next take, modulo 2^31.
    head: CachePadded<AtomicU32>,
    /// Position of the next put, modulo 2^31.
    tail: CachePadded<AtomicU32>,
    cells: Box<[AtomicU64]>,
    mask: u32,
}

const POSITIONS: u32 = (1 << 31) - 1;

#[cfg(loom)]
fn zeroed(capacity: usize) -> Box<[AtomicU64]> {
    (0..capacity).map(|_| AtomicU64::new(0)).collect()
}

#[cfg(not(loom))]
fn zeroed(capacity: usize) -> Box<[AtomicU64]> {
    let words = Box::into_raw(vec![0_u64; capacity].into_boxed_slice());
    // SAFETY: `AtomicU64` has the size, alignment and bit validity of `u64` on the 64-bit targets we build for, and the
    // box is the only owner of the allocation.
    unsafe { Box::from_raw(words as *mut [AtomicU64]) }
}

/// Signed distance from stamp `b` to stamp `a`, right across the wrap.
fn ahead(a: u32, b: u32) -> i32 {
    a.wrapping_sub(b).cast_signed()
}

impl Ring {
    /// A ring of `capacity` cells.
    ///
    /// # Panics
    /// When `capacity` is not a power of two between 1 and 2^24.
    #[must_use]
    pub fn new(capacity: u32) -> Self {
        assert!(capacity.is_power_of_two() && capacity <= 1 << 24, "capacity must be a power of two up to 2^24");
        Self {
            head: CachePadded::new(AtomicU32::new(0)),
            tail: CachePadded::new(AtomicU32::new(0)),
            cells: zeroed(capacity as usize),
            mask: capacity - 1,
        }
    }

    /// Number of cells.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.cells.len()
    }

    fn cell(&self, position: u32) -> &AtomicU64 {
        &self.cells[(position & self.mask) as usize]
    }

    fn pack(&self, position: u32, stamp: u32, value: u32) -> u64 {
        u64::from(stamp.wrapping_sub((position & self.mask) * 2)) << 32 | u64::from(value)
    }

    /// Stamp and value of what the cell at `position` holds.
    #[expect(clippy::cast_possible_truncation, reason = "takes the two halves of a cell apart")]
    fn unpack(&self, position: u32, cell: u64) -> (u32, u32) {
        (((cell >> 32) as u32).wrapping_add((position & self.mask) * 2), cell as u32)
    }

    fn advance(cursor: &AtomicU32, from: u32) {
        // Failure means that another thread moved it; Release pairs with the Acquire loads of the cursors.
        let _ = cursor.compare_exchange(from, from.wrapping_add(1) & POSITIONS, Ordering::Release, Ordering::Relaxed);
    }

    /// Puts `value` at the end.
    ///
    /// # Errors
    /// Hands the value back when every cell is filled.
    pub fn push(&self, value: u32) -> Result<(), Full> {
        loop {
            let tail = self.tail.load(Ordering::Acquire);
            let cell = self.cell(tail);
            let seen = cell.load(Ordering::Acquire);
            let lag = ahead(self.unpack(tail, seen).0, tail.wrapping_mul(2));
            if lag == 0 {
                let filled = self.pack(tail, tail.wrapping_mul(2) | 1, value);
                // Release publishes what the value names; it pairs with the Acquire in `pop`.
                if cell.compare_exchange(seen, filled, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                    Self::advance(&self.tail, tail);
                    return Ok(());
                }
            } else if lag > 0 {
                Self::advance(&self.tail, tail);
            } else if self.tail.load(Ordering::Acquire) == tail {
                return Err(Full(value));
            }
        }
    }

    /// Takes the oldest value.
    pub fn pop(&self) -> Option<u32> {
        loop {
            let head = self.head.load(Ordering::Acquire);
            let cell = self.cell(head);
            let seen = cell.load(Ordering::Acquire);
            let (stamp, value) = self.unpack(head, seen);
            let lag = ahead(stamp, head.wrapping_mul(2) | 1);
            if lag == 0 {
                let next = (head.wrapping_add(self.mask).wrapping_add(1) & POSITIONS).wrapping_mul(2);
                if cell.compare_exchange(seen, self.pack(head, next, 0), Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                    Self::advance(&self.head, head);
                    return Some(value);
                }
            } else if lag > 0 {
                Self::advance(&self.head, head);
            } else if self.head.load(Ordering::Acquire) == head {
                return None;
            }
        }
    }

    /// Number of values at some moment between call and return, when nobody else is at work exactly.
    #[must_use]
    pub fn len(&self) -> usize {
        let head = self.head.load(Ordering::Acquire);
        let tail = self.tail.load(Ordering::Acquire);
        (tail.wrapping_sub(head) & POSITIONS).min(self.mask + 1) as usize
    }

    /// Whether nothing was in the ring at some moment between call and return. Never wrong about a value whose `push`
    /// returned before the call: it looks at the cell, not at the cursors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        loop {
            let head = self.head.load(Ordering::Acquire);
            let (stamp, _) = self.unpack(head, self.cell(head).load(Ordering::Acquire));
            let lag = ahead(stamp, head.wrapping_mul(2) | 1);
            if lag == 0 {
                return false;
            }
            if lag > 0 {
                Self::advance(&self.head, head);
            } else if self.head.load(Ordering::Acquire) == head {
                return true;
            }
        }
    }
}
