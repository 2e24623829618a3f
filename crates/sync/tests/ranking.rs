//! The ranking against a sorted list.
#![cfg(not(loom))]

use std::sync::atomic::AtomicU32;

use sync::primitive::Ordering;
use sync::{NONE, Records, rank_word, ranking};

const COUNT: u32 = if cfg!(miri) { 60 } else { 20_000 };
const WORDS: usize = 64;

struct Memory(Vec<AtomicU32>);

impl Memory {
    fn new(records: u32) -> Self {
        Self((0..records as usize * WORDS).map(|_| AtomicU32::new(0)).collect())
    }

    fn rank(&self, id: u32, words: [u32; 4]) {
        self.word(id, rank_word::MORE).store(NONE, Ordering::Relaxed);
        for (index, word) in words.into_iter().enumerate() {
            self.word(id, rank_word::RANK + index).store(word, Ordering::Relaxed);
        }
    }
}

impl Records for Memory {
    fn word(&self, id: u32, index: usize) -> &AtomicU32 {
        &self.0[id as usize * WORDS + index]
    }

    fn tally(&self, id: u32, _isolate: u32) -> &AtomicU32 {
        self.word(id, 0)
    }

    fn unpark(&self, _isolate: u32) {}

    fn send_home(&self, _waiter: u32) {}

    fn call(&self, _isolate: u32) {}

    fn now(&self) -> u32 {
        0
    }
}

fn drain(memory: &Memory, mut root: u32) -> Vec<u32> {
    std::iter::from_fn(|| {
        let smallest = root;
        if smallest == NONE {
            return None;
        }
        root = ranking::pop(memory, smallest);
        Some(smallest)
    })
    .collect()
}

#[test]
fn equal_ranks_come_in_the_order_of_arrival() {
    let memory = Memory::new(100);
    let mut root = NONE;
    for id in 0..100 {
        memory.rank(id, [id % 3, 0, 0, 0]);
        root = ranking::push(&memory, root, id, u64::from(id));
    }
    let mut expected: Vec<u32> = (0..100).collect();
    expected.sort_by_key(|id| (id % 3, *id));
    assert_eq!(drain(&memory, root), expected);
}

#[test]
fn long_ranks_are_compared_to_their_end() {
    let memory = Memory::new(9);
    let mut root = NONE;
    // Three ranks that differ in the second further record only.
    for (id, last) in [(0, 7), (3, 5), (6, 6)] {
        memory.rank(id, [1, 2, 3, 4]);
        memory.word(id, rank_word::MORE).store(id + 1, Ordering::Relaxed);
        memory.word(id + 1, rank_word::NEXT).store(id + 2, Ordering::Relaxed);
        memory.word(id + 2, rank_word::NEXT).store(NONE, Ordering::Relaxed);
        memory.word(id + 2, rank_word::MORE_RANK + 47).store(last, Ordering::Relaxed);
        root = ranking::push(&memory, root, id, id.into());
    }
    assert_eq!(drain(&memory, root), [3, 6, 0]);
}

#[test]
fn random_use_equals_a_sorted_list() {
    let memory = Memory::new(COUNT);
    let mut root = NONE;
    let mut oracle: Vec<([u32; 4], u32)> = Vec::new();
    let mut free: Vec<u32> = (0..COUNT).collect();
    let mut seed = 7_u64;
    for arrival in 0..COUNT {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        if seed >> 62 != 0 {
            let id = free.pop().expect("as many records as steps");
            let words = [u32::try_from(seed >> 56).unwrap(), u32::try_from(seed >> 33 & 3).unwrap(), 0, 1];
            memory.rank(id, words);
            root = ranking::push(&memory, root, id, arrival.into());
            let at = oracle.partition_point(|(other, _)| *other <= words);
            oracle.insert(at, (words, id));
        } else if root != NONE {
            assert_eq!(root, oracle.remove(0).1);
            root = ranking::pop(&memory, root);
        }
    }
    assert_eq!(drain(&memory, root), oracle.iter().map(|(_, id)| *id).collect::<Vec<_>>());
}
