//! Work-stealing deque of job numbers (Chase and Lev, SPAA 2005; orderings of Lê, Pop, Cohen and Zappa Nardelli,
//! `PPoPP` 2013), over a buffer of fixed size: jobs that do not fit go elsewhere.
//!
//! The owner pushes and pops at the bottom, last in first out; thieves take from the top. Both ends ask a predicate
//! first, because a worker that waits inside a job may only take jobs that lie deeper (see `pool.rs`).
//! Progress: the owner is wait-free but for the last element, a thief is lock-free.

use crossbeam_utils::CachePadded;

use crate::primitive::{AtomicU32, AtomicUsize, Ordering, fence};

/// What a thief got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steal {
    /// Nothing to take.
    Empty,
    /// The oldest job is not to the thief's taste.
    Refused,
    /// Another thread was faster; try again.
    Retry,
    /// A job.
    Job(u32),
}

/// See the module's description.
pub struct Deque {
    /// Position of the oldest job; grows with each theft.
    top: CachePadded<AtomicUsize>,
    /// Position behind the youngest job; written by the owner only.
    bottom: CachePadded<AtomicUsize>,
    cells: Box<[AtomicU32]>,
}

fn distance(bottom: usize, top: usize) -> isize {
    bottom.wrapping_sub(top).cast_signed()
}

impl Deque {
    /// A deque for `capacity` jobs.
    ///
    /// # Panics
    /// When `capacity` is no power of two.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        assert!(capacity.is_power_of_two(), "capacity must be a power of two");
        Self {
            top: CachePadded::new(AtomicUsize::new(0)),
            bottom: CachePadded::new(AtomicUsize::new(0)),
            cells: (0..capacity).map(|_| AtomicU32::new(0)).collect(),
        }
    }

    fn cell(&self, position: usize) -> &AtomicU32 {
        &self.cells[position & (self.cells.len() - 1)]
    }

    /// Adds a job. Owner only.
    ///
    /// # Errors
    /// Hands the job back when the deque is full.
    pub fn push(&self, job: u32) -> Result<(), u32> {
        let bottom = self.bottom.load(Ordering::Relaxed);
        // Acquire: a thief that freed the cell has finished reading it.
        let top = self.top.load(Ordering::Acquire);
        if distance(bottom, top) >= self.cells.len().cast_signed() {
            return Err(job);
        }
        self.cell(bottom).store(job, Ordering::Relaxed);
        // Pairs with the Acquire load of `bottom` in `steal_if`.
        self.bottom.store(bottom.wrapping_add(1), Ordering::Release);
        Ok(())
    }

    /// Takes the youngest job if `wanted` says yes to it. Owner only.
    pub fn pop_if(&self, wanted: impl FnOnce(u32) -> bool) -> Option<u32> {
        let bottom = self.bottom.load(Ordering::Relaxed);
        if distance(bottom, self.top.load(Ordering::Relaxed)) <= 0 {
            return None;
        }
        let bottom = bottom.wrapping_sub(1);
        let job = self.cell(bottom).load(Ordering::Relaxed);
        if !wanted(job) {
            return None;
        }
        self.bottom.store(bottom, Ordering::Relaxed);
        // Dekker with the fence in `steal_if`: either the thief sees the lower bottom or we see its raised top.
        fence(Ordering::SeqCst);
        let top = self.top.load(Ordering::Relaxed);
        let left = distance(bottom, top);
        let won = if left == 0 {
            self.top.compare_exchange(top, top.wrapping_add(1), Ordering::SeqCst, Ordering::Relaxed).is_ok()
        } else {
            left > 0
        };
        if left <= 0 {
            self.bottom.store(bottom.wrapping_add(1), Ordering::Relaxed);
        }
        won.then_some(job)
    }

    /// Takes the oldest job if `wanted` says yes to it. Any thread. `wanted` may be shown a job that is gone already; its
    /// answer is then ignored.
    pub fn steal_if(&self, wanted: impl FnOnce(u32) -> bool) -> Steal {
        let top = self.top.load(Ordering::Acquire);
        fence(Ordering::SeqCst);
        let bottom = self.bottom.load(Ordering::Acquire);
        if distance(bottom, top) <= 0 {
            return Steal::Empty;
        }
        let job = self.cell(top).load(Ordering::Relaxed);
        if !wanted(job) {
            return Steal::Refused;
        }
        if self.top.compare_exchange(top, top.wrapping_add(1), Ordering::SeqCst, Ordering::Relaxed).is_ok() {
            Steal::Job(job)
        } else {
            Steal::Retry
        }
    }

    /// The youngest job, without taking it. Owner only.
    pub fn youngest(&self) -> Option<u32> {
        let bottom = self.bottom.load(Ordering::Relaxed);
        let some = distance(bottom, self.top.load(Ordering::Acquire)) > 0;
        some.then(|| self.cell(bottom.wrapping_sub(1)).load(Ordering::Relaxed))
    }

    /// The oldest job at some moment, without taking it.
    pub fn oldest(&self) -> Option<u32> {
        let top = self.top.load(Ordering::Acquire);
        let some = distance(self.bottom.load(Ordering::Acquire), top) > 0;
        some.then(|| self.cell(top).load(Ordering::Relaxed))
    }

    /// Number of jobs at some moment.
    #[must_use]
    pub fn len(&self) -> usize {
        let top = self.top.load(Ordering::Acquire);
        distance(self.bottom.load(Ordering::Acquire), top).max(0).cast_unsigned()
    }

    /// Whether there was no job at some moment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
