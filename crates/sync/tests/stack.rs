//! Completion list and free list under several threads.
#![cfg(not(loom))]

use std::sync::atomic::AtomicU32;
use std::thread;

use sync::primitive::Ordering;
use sync::{Links, NONE, Stack, TaggedStack};

const IDS: u32 = if cfg!(miri) { 60 } else { 30_000 };

fn links() -> Box<[AtomicU32]> {
    (0..IDS).map(|_| AtomicU32::new(NONE)).collect()
}

#[test]
fn stack_hands_everything_out_in_the_order_of_pushing() {
    let (links, stack) = (links(), Stack::default());
    assert_eq!(stack.take_all(&*links), NONE);
    for id in [3, 1, 2] {
        stack.push(&*links, id);
    }
    let first = stack.take_all(&*links);
    let second = links.next(first).load(Ordering::Relaxed);
    let third = links.next(second).load(Ordering::Relaxed);
    assert_eq!([first, second, third, links.next(third).load(Ordering::Relaxed)], [3, 1, 2, NONE]);
    assert!(stack.is_empty());
}

#[test]
fn stack_loses_nothing_between_producers_and_their_consumer() {
    let (links, stack) = (links(), Stack::default());
    thread::scope(|scope| {
        for part in 0..3 {
            let (links, stack) = (&links, &stack);
            scope.spawn(move || (part..IDS).step_by(3).for_each(|id| stack.push(&**links, id)));
        }
        let mut seen = vec![false; IDS as usize];
        let mut count = 0;
        while count < IDS {
            let mut id = stack.take_all(&*links);
            while id != NONE {
                assert!(!std::mem::replace(&mut seen[id as usize], true), "delivered twice");
                count += 1;
                id = links.next(id).load(Ordering::Relaxed);
            }
            thread::yield_now();
        }
    });
}

#[test]
fn free_list_never_gives_one_id_to_two_threads() {
    let (links, free) = (links(), TaggedStack::default());
    let owners: Box<[AtomicU32]> = (0..8).map(|_| AtomicU32::new(0)).collect();
    (0..8).for_each(|id| free.push(&*links, &[id]));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..IDS {
                    if let Some(id) = free.pop(&*links) {
                        assert_eq!(owners[id as usize].fetch_add(1, Ordering::AcqRel), 0, "two owners");
                        owners[id as usize].fetch_sub(1, Ordering::AcqRel);
                        free.push(&*links, &[id]);
                    }
                }
            });
        }
    });
    let mut left = 0;
    while free.pop(&*links).is_some() {
        left += 1;
    }
    assert_eq!(left, 8);
}
