//! Records by rank, smallest first: a pairing heap (Fredman, Sedgewick, Sleator, Tarjan, Algorithmica 1, 1986) whose links
//! lie in the records themselves, so that it needs no memory of its own, however many records it holds.
//!
//! A rank is a string of bytes, compared byte by byte, and behind it the order of arrival: first come, first served among
//! equals. The first 16 bytes are words of the record, the first byte being the upper one of its word; what does not fit
//! follows in further records, padded with zeros. No rank may be the beginning of another one.
//!
//! Callers hold a lock around every call. Adding takes constant time, taking the smallest O(log n) amortized.

use std::cmp::Ordering as Order;

use crate::primitive::Ordering;
use crate::records::Records;
use crate::stack::NONE;

/// Words of a record in a ranking. The rank is written by whoever adds it.
pub mod rank_word {
    /// The next sibling of the record in the heap; in a record that only holds bytes of a rank, the next such record.
    pub const NEXT: usize = 0;
    /// Arrival, lower and upper half. Written by [`push`](super::push).
    pub const ARRIVAL: usize = 2;
    /// The first child.
    pub const CHILD: usize = 4;
    /// The record with the next bytes of the rank, or `NONE`.
    pub const MORE: usize = 7;
    /// The first bytes of the rank: four words.
    pub const RANK: usize = 12;
    /// Of a record that holds bytes of a rank: the first of them.
    pub const MORE_RANK: usize = 16;
}

/// Words of the rank in its own record, and in each further one.
const OWN: usize = 4;
const FURTHER: usize = 48;

fn get<R: Records + ?Sized>(records: &R, id: u32, word: usize) -> u32 {
    records.word(id, word).load(Ordering::Relaxed)
}

fn set<R: Records + ?Sized>(records: &R, id: u32, word: usize, value: u32) {
    records.word(id, word).store(value, Ordering::Relaxed);
}

/// Adds `id`, the `arrival`th record, to the heap below `root` ([`NONE`] if empty). Returns the new root.
#[expect(clippy::cast_possible_truncation, reason = "takes the two halves apart")]
pub fn push<R: Records + ?Sized>(records: &R, root: u32, id: u32, arrival: u64) -> u32 {
    set(records, id, rank_word::CHILD, NONE);
    set(records, id, rank_word::ARRIVAL, arrival as u32);
    set(records, id, rank_word::ARRIVAL + 1, (arrival >> 32) as u32);
    if root == NONE { id } else { link(records, root, id) }
}

/// Takes `root`, the smallest, out of its heap. Returns the new root.
pub fn pop<R: Records + ?Sized>(records: &R, root: u32) -> u32 {
    // First pass, from left to right: link the children in pairs, onto a stack. Second pass: link those together.
    let mut next = get(records, root, rank_word::CHILD);
    let mut pairs = NONE;
    while next != NONE {
        let first = next;
        let second = get(records, first, rank_word::NEXT);
        let pair = if second == NONE {
            next = NONE;
            first
        } else {
            next = get(records, second, rank_word::NEXT);
            link(records, first, second)
        };
        set(records, pair, rank_word::NEXT, pairs);
        pairs = pair;
    }
    let mut heap = NONE;
    while pairs != NONE {
        let pair = pairs;
        pairs = get(records, pair, rank_word::NEXT);
        heap = if heap == NONE { pair } else { link(records, heap, pair) };
    }
    heap
}

/// Makes the greater of two roots the first child of the other, which is returned.
fn link<R: Records + ?Sized>(records: &R, a: u32, b: u32) -> u32 {
    let (first, second) = if compare(records, a, b) == Order::Greater { (b, a) } else { (a, b) };
    set(records, second, rank_word::NEXT, get(records, first, rank_word::CHILD));
    set(records, first, rank_word::CHILD, second);
    first
}

fn compare<R: Records + ?Sized>(records: &R, a: u32, b: u32) -> Order {
    compare_words(records, (a, b), rank_word::RANK, OWN)
        .then_with(|| compare_more(records, a, b))
        .then_with(|| arrival(records, a).cmp(&arrival(records, b)))
}

fn compare_words<R: Records + ?Sized>(records: &R, (a, b): (u32, u32), first: usize, count: usize) -> Order {
    (first..first + count)
        .map(|word| get(records, a, word).cmp(&get(records, b, word)))
        .find(|order| order.is_ne())
        .unwrap_or(Order::Equal)
}

fn compare_more<R: Records + ?Sized>(records: &R, a: u32, b: u32) -> Order {
    let (mut a, mut b) = (get(records, a, rank_word::MORE), get(records, b, rank_word::MORE));
    while a != NONE && b != NONE {
        let order = compare_words(records, (a, b), rank_word::MORE_RANK, FURTHER);
        if order.is_ne() {
            return order;
        }
        (a, b) = (get(records, a, rank_word::NEXT), get(records, b, rank_word::NEXT));
    }
    (a != NONE).cmp(&(b != NONE))
}

fn arrival<R: Records + ?Sized>(records: &R, id: u32) -> u64 {
    u64::from(get(records, id, rank_word::ARRIVAL + 1)) << 32 | u64::from(get(records, id, rank_word::ARRIVAL))
}
