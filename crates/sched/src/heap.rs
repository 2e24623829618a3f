//! Jobs with a rank: deeper nesting first, then higher priority, then first come.
//!
//! A binary heap under a mutex; only jobs that ask for a rank pay for it. An atomic length lets workers pass an empty
//! heap by without touching the lock.

use std::cmp::Ordering as Order;
use std::collections::BinaryHeap;
use std::ops::DerefMut;
use std::sync::PoisonError;

use crate::primitive::{AtomicUsize, Mutex, Ordering};

struct Entry {
    depth: u32,
    priority: f64,
    arrival: u64,
    job: u32,
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Order {
        (self.depth.cmp(&other.depth))
            .then(self.priority.total_cmp(&other.priority))
            .then(other.arrival.cmp(&self.arrival))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Order> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Order::Equal
    }
}

impl Eq for Entry {}

/// See the module's description.
#[derive(Default)]
pub struct Heap {
    entries: Mutex<(u64, BinaryHeap<Entry>)>,
    len: AtomicUsize,
}

impl Heap {
    fn lock(&self) -> impl DerefMut<Target = (u64, BinaryHeap<Entry>)> + '_ {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a job of nesting `depth` and `priority`.
    pub fn push(&self, job: u32, depth: u32, priority: f64) {
        let mut entries = self.lock();
        let arrival = entries.0;
        entries.0 += 1;
        entries.1.push(Entry { depth, priority, arrival, job });
        self.len.store(entries.1.len(), Ordering::Release);
    }

    /// Takes the first job if it lies deeper than `floor`.
    pub fn pop_deeper(&self, floor: u32) -> Option<u32> {
        if self.is_empty() {
            return None;
        }
        let mut entries = self.lock();
        if entries.1.peek()?.depth <= floor {
            return None;
        }
        let job = entries.1.pop()?.job;
        self.len.store(entries.1.len(), Ordering::Release);
        Some(job)
    }

    /// Whether the first job lies deeper than `floor`.
    pub fn has_deeper(&self, floor: u32) -> bool {
        !self.is_empty() && self.lock().1.peek().is_some_and(|first| first.depth > floor)
    }

    /// Number of jobs.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Heap;

    #[test]
    fn deeper_then_higher_then_earlier() {
        let heap = Heap::default();
        for (job, depth, priority) in [(1, 1, 0.5), (2, 1, 5.0), (3, 2, 0.0), (4, 1, 5.0), (5, 1, -1.0)] {
            heap.push(job, depth, priority);
        }
        assert_eq!(heap.pop_deeper(2), None);
        assert_eq!(heap.pop_deeper(1), Some(3));
        assert_eq!(heap.pop_deeper(1), None);
        let rest: Vec<_> = std::iter::from_fn(|| heap.pop_deeper(0)).collect();
        assert_eq!(rest, [2, 4, 1, 5]);
        assert!(heap.is_empty());
    }
}
