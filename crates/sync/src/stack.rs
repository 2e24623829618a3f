//! Intrusive lock-free stacks of ids (Treiber, IBM RJ 5118, 1986): the link of an id lives in its own record.
//!
//! Two kinds. [`Stack`] is emptied as a whole only, so it needs no tag: it is the completion list, many producers and one
//! consumer. [`TaggedStack`] also pops single ids; a 32-bit tag in the head word, changed by every operation, keeps a
//! popped and pushed-back id from being mistaken for an unchanged head (the ABA problem): it is the free list.
//! Progress: lock-free.

use crate::primitive::{AtomicU32, AtomicU64, Ordering};

/// "No id": ends a list. Valid ids are smaller.
pub const NONE: u32 = u32::MAX;

/// Where the link words of the ids are kept.
pub trait Links {
    /// The link word of `id`. It may be read by others while it is owned; only its value is then ignored.
    fn next(&self, id: u32) -> &AtomicU32;
}

impl Links for [AtomicU32] {
    fn next(&self, id: u32) -> &AtomicU32 {
        &self[id as usize]
    }
}

/// Multi-producer list, taken as a whole by its consumer.
#[derive(Debug)]
pub struct Stack {
    head: AtomicU32,
}

impl Default for Stack {
    fn default() -> Self {
        Self { head: AtomicU32::new(NONE) }
    }
}

impl Stack {
    /// Adds `id`.
    pub fn push<L: Links + ?Sized>(&self, links: &L, id: u32) {
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            links.next(id).store(head, Ordering::Relaxed);
            // Release publishes the record and its link; pairs with the Acquire in `take_all`.
            match self.head.compare_exchange_weak(head, id, Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.head.load(Ordering::Acquire) == NONE
    }

    /// Takes everything and returns the oldest id ([`NONE`] if empty); the rest follows through the links, in order.
    pub fn take_all<L: Links + ?Sized>(&self, links: &L) -> u32 {
        let mut newest = self.head.swap(NONE, Ordering::Acquire);
        let mut oldest = NONE;
        while newest != NONE {
            let link = links.next(newest);
            let older = link.load(Ordering::Relaxed);
            link.store(oldest, Ordering::Relaxed);
            oldest = newest;
            newest = older;
        }
        oldest
    }
}

/// Free list.
#[derive(Debug)]
pub struct TaggedStack {
    /// Tag in the upper half, first id in the lower.
    head: AtomicU64,
}

impl Default for TaggedStack {
    fn default() -> Self {
        Self { head: AtomicU64::new(u64::from(NONE)) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is the id")]
fn first(head: u64) -> u32 {
    head as u32
}

fn retag(head: u64, id: u32) -> u64 {
    ((head >> 32).wrapping_add(1) << 32) | u64::from(id)
}

impl TaggedStack {
    /// Returns ids; the first is taken first.
    pub fn push<L: Links + ?Sized>(&self, links: &L, ids: &[u32]) {
        let (Some(&top), Some(&bottom)) = (ids.first(), ids.last()) else { return };
        for pair in ids.windows(2) {
            links.next(pair[0]).store(pair[1], Ordering::Relaxed);
        }
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            links.next(bottom).store(first(head), Ordering::Relaxed);
            match self.head.compare_exchange_weak(head, retag(head, top), Ordering::Release, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => head = now,
            }
        }
    }

    /// Takes the id returned last.
    pub fn pop<L: Links + ?Sized>(&self, links: &L) -> Option<u32> {
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            let id = first(head);
            if id == NONE {
                return None;
            }
            // May read the link of an id that somebody else took meanwhile; then the tag has changed and we go round.
            let next = links.next(id).load(Ordering::Relaxed);
            match self.head.compare_exchange_weak(head, retag(head, next), Ordering::Acquire, Ordering::Acquire) {
                Ok(_) => return Some(id),
                Err(now) => head = now,
            }
        }
    }
}
