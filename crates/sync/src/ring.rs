//! Bounded multi-producer multi-consumer FIFO of 32-bit values, after Vyukov's bounded MPMC queue
//! (<https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue>), with the stamp and the value of a
//! cell in one 64-bit word, so that a cell changes hands by a single compare-and-swap and anybody can help a lagging
//! cursor on (as in Tsigas and Zhang, SPAA 2001).
//!
//! Progress: lock-free. A producer or consumer that stops anywhere, even for ever, blocks nobody: the cell is either
//! still free or already filled, and others move the cursor. Linearizes at the cell's compare-and-swap.
//!
//! A position is a lap and an index, packed: a lap counts as the next power of two of the capacity (crossbeam's `ArrayQueue`
//! does the same), so that any capacity is exact without a division. The cell at position `p` has stamp `2p` when free and
//! `2p + 1` when filled; taking it sets `2 (p + lap)`. Positions wrap at 2^31; a thread would have to sleep through about
//! 2^31 operations to be fooled. What a cell stores is its stamp less `2i`, `i` being its index: so a new ring is all
//! zeros, and a large one costs memory only as far as it is used.
//!
//! The memory belongs to whoever implements [`Cells`]: [`OnHeap`] for a ring of one process, words of the shared region for
//! a queue between processes.

use crossbeam_utils::CachePadded;

use crate::primitive::{AtomicU32, AtomicU64, Ordering};

/// The ring had no room; the value is handed back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full(pub u32);

/// The words of a ring: all zero when it is new.
pub trait Cells {
    /// Number of cells, from 1 to [`MOST_CELLS`]; never changes.
    fn capacity(&self) -> u32;
    /// Position of the next take.
    fn head(&self) -> &AtomicU32;
    /// Position of the next put; best in another cache line than `head`.
    fn tail(&self) -> &AtomicU32;
    /// Cell `index`, below the capacity.
    fn cell(&self, index: u32) -> &AtomicU64;
}

/// The greatest capacity of a ring.
pub const MOST_CELLS: u32 = 1 << 24;

/// See the module's description.
#[derive(Debug)]
pub struct Ring<C = OnHeap> {
    cells: C,
    /// The capacity, and the distance of one lap.
    capacity: u32,
    lap: u32,
}

/// Cells of its own on this process's heap.
#[derive(Debug)]
pub struct OnHeap {
    head: CachePadded<AtomicU32>,
    tail: CachePadded<AtomicU32>,
    cells: Box<[AtomicU64]>,
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

impl Cells for OnHeap {
    #[expect(clippy::cast_possible_truncation, reason = "made from a u32")]
    fn capacity(&self) -> u32 {
        self.cells.len() as u32
    }

    fn head(&self) -> &AtomicU32 {
        &self.head
    }

    fn tail(&self) -> &AtomicU32 {
        &self.tail
    }

    fn cell(&self, index: u32) -> &AtomicU64 {
        &self.cells[index as usize]
    }
}

/// Signed distance from stamp `b` to stamp `a`, right across the wrap.
fn ahead(a: u32, b: u32) -> i32 {
    a.wrapping_sub(b).cast_signed()
}

/// Moves a cursor on from `from`.
fn advance(cursor: &AtomicU32, from: u32, to: u32) {
    // Failure means that another thread moved it; Release pairs with the Acquire loads of the cursors.
    let _ = cursor.compare_exchange(from, to, Ordering::Release, Ordering::Relaxed);
}

impl Ring {
    /// A ring of `capacity` cells on the heap.
    ///
    /// # Panics
    /// When `capacity` is 0 or more than [`MOST_CELLS`].
    #[must_use]
    pub fn new(capacity: u32) -> Self {
        let cells = zeroed(capacity as usize);
        Self::over(OnHeap { head: CachePadded::default(), tail: CachePadded::default(), cells })
    }
}

impl<C: Cells> Ring<C> {
    /// The ring whose words are `cells`.
    ///
    /// # Panics
    /// When their number is 0 or more than [`MOST_CELLS`].
    #[must_use]
    pub fn over(cells: C) -> Self {
        let capacity = cells.capacity();
        assert!((1..=MOST_CELLS).contains(&capacity), "capacity must be from 1 to 2^24");
        Self { cells, capacity, lap: capacity.next_power_of_two() }
    }

    /// Number of cells.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.capacity as usize
    }

    fn index(&self, position: u32) -> u32 {
        position & (self.lap - 1)
    }

    /// The position after `position`.
    fn next(&self, position: u32) -> u32 {
        let index = self.index(position);
        if index + 1 < self.capacity { position + 1 } else { (position - index).wrapping_add(self.lap) & POSITIONS }
    }

    fn pack(&self, position: u32, stamp: u32, value: u32) -> u64 {
        u64::from(stamp.wrapping_sub(self.index(position) * 2)) << 32 | u64::from(value)
    }

    /// Stamp and value of what the cell at `position` holds.
    #[expect(clippy::cast_possible_truncation, reason = "takes the two halves of a cell apart")]
    fn unpack(&self, position: u32, cell: u64) -> (u32, u32) {
        (((cell >> 32) as u32).wrapping_add(self.index(position) * 2), cell as u32)
    }

    /// Puts `value` at the end.
    ///
    /// # Errors
    /// Hands the value back when every cell is filled.
    pub fn push(&self, value: u32) -> Result<(), Full> {
        let cursor = self.cells.tail();
        loop {
            let tail = cursor.load(Ordering::Acquire);
            let cell = self.cells.cell(self.index(tail));
            let seen = cell.load(Ordering::Acquire);
            let lag = ahead(self.unpack(tail, seen).0, tail.wrapping_mul(2));
            if lag == 0 {
                let filled = self.pack(tail, tail.wrapping_mul(2) | 1, value);
                // Release publishes what the value names; it pairs with the Acquire in `pop`.
                if cell.compare_exchange(seen, filled, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                    advance(cursor, tail, self.next(tail));
                    return Ok(());
                }
            } else if lag > 0 {
                advance(cursor, tail, self.next(tail));
            } else if cursor.load(Ordering::Acquire) == tail {
                return Err(Full(value));
            }
        }
    }

    /// Takes the oldest value.
    pub fn pop(&self) -> Option<u32> {
        let cursor = self.cells.head();
        loop {
            let head = cursor.load(Ordering::Acquire);
            let cell = self.cells.cell(self.index(head));
            let seen = cell.load(Ordering::Acquire);
            let (stamp, value) = self.unpack(head, seen);
            let lag = ahead(stamp, head.wrapping_mul(2) | 1);
            if lag == 0 {
                let free = (head.wrapping_add(self.lap) & POSITIONS).wrapping_mul(2);
                if cell.compare_exchange(seen, self.pack(head, free, 0), Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                    advance(cursor, head, self.next(head));
                    return Some(value);
                }
            } else if lag > 0 {
                advance(cursor, head, self.next(head));
            } else if cursor.load(Ordering::Acquire) == head {
                return None;
            }
        }
    }

    /// Number of values at some moment between call and return, when nobody else is at work exactly.
    #[must_use]
    pub fn len(&self) -> usize {
        let head = self.cells.head().load(Ordering::Acquire);
        let tail = self.cells.tail().load(Ordering::Acquire);
        let laps = ((tail - self.index(tail)).wrapping_sub(head - self.index(head)) & POSITIONS) / self.lap;
        // At most one lap unless others were at work between the two loads.
        let ahead = laps as usize * self.capacity() + self.index(tail) as usize;
        ahead.saturating_sub(self.index(head) as usize).min(self.capacity())
    }

    /// Whether nothing was in the ring at some moment between call and return. Never wrong about a value whose `push`
    /// returned before the call: it looks at the cell, not at the cursors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let cursor = self.cells.head();
        loop {
            let head = cursor.load(Ordering::Acquire);
            let (stamp, _) = self.unpack(head, self.cells.cell(self.index(head)).load(Ordering::Acquire));
            let lag = ahead(stamp, head.wrapping_mul(2) | 1);
            if lag == 0 {
                return false;
            }
            if lag > 0 {
                advance(cursor, head, self.next(head));
            } else if cursor.load(Ordering::Acquire) == head {
                return true;
            }
        }
    }
    /// Whether every cell was filled at some moment between call and return.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let cursor = self.cells.tail();
        loop {
            let tail = cursor.load(Ordering::Acquire);
            let (stamp, _) = self.unpack(tail, self.cells.cell(self.index(tail)).load(Ordering::Acquire));
            let lag = ahead(stamp, tail.wrapping_mul(2));
            if lag == 0 {
                return false;
            }
            if lag > 0 {
                advance(cursor, tail, self.next(tail));
            } else if cursor.load(Ordering::Acquire) == tail {
                return true;
            }
        }
    }
}
