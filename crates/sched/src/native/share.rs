//! One participant's share of a loop: a range of units, from whose front its owner takes and whose back half others steal.
//!
//! Both bounds are one 64-bit word, so that taking and stealing are a compare-and-swap each: lock-free. A share never grows
//! but when its owner, having emptied it, stores what it stole.

use crate::primitive::{AtomicU64, Ordering};

/// See the module's description. First unit in the lower half, the one after the last in the upper.
#[derive(Debug)]
pub struct Share {
    word: AtomicU64,
}

fn pack(begin: u32, end: u32) -> u64 {
    u64::from(begin) | (u64::from(end) << 32)
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn unpack(word: u64) -> (u32, u32) {
    (word as u32, (word >> 32) as u32)
}

impl Share {
    /// The units `begin..end`.
    #[must_use]
    pub fn new(begin: u32, end: u32) -> Self {
        Self { word: AtomicU64::new(pack(begin, end)) }
    }

    /// Takes up to `count` units from the front. The owner only.
    pub fn take(&self, count: u32) -> Option<(u32, u32)> {
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            let (begin, end) = unpack(word);
            if begin >= end {
                return None;
            }
            let middle = begin + count.clamp(1, end - begin);
            // The units themselves carry no data: their effects are published when the loop ends.
            match self.word.compare_exchange_weak(word, pack(middle, end), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some((begin, middle)),
                Err(now) => word = now,
            }
        }
    }

    /// Steals the back half, or the last unit.
    pub fn steal(&self) -> Option<(u32, u32)> {
        let mut word = self.word.load(Ordering::Relaxed);
        loop {
            let (begin, end) = unpack(word);
            if begin >= end {
                return None;
            }
            let middle = begin + (end - begin) / 2;
            match self.word.compare_exchange_weak(word, pack(begin, middle), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Some((middle, end)),
                Err(now) => word = now,
            }
        }
    }

    /// Puts stolen units into the owner's empty share.
    pub fn refill(&self, (begin, end): (u32, u32)) {
        self.word.store(pack(begin, end), Ordering::Relaxed);
    }

    /// Whether nothing is left to take.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let (begin, end) = unpack(self.word.load(Ordering::Relaxed));
        begin >= end
    }
}
