//! Loom models of the completion list and of the free list.
#![cfg(loom)]

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;
use sync::{Links, NONE, Stack, TaggedStack};

struct Records([AtomicU32; 3]);

impl Links for Records {
    fn next(&self, id: u32) -> &AtomicU32 {
        &self.0[id as usize]
    }
}

fn records() -> Records {
    Records(std::array::from_fn(|_| AtomicU32::new(NONE)))
}

#[test]
fn completion_list_delivers_every_id_once() {
    loom::model(|| {
        let shared = Arc::new((records(), Stack::default()));
        let producers: Vec<_> = (0..2)
            .map(|id| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || shared.1.push(&shared.0, id))
            })
            .collect();
        let mut seen = [0; 2];
        let mut collect = |mut id: u32| {
            while id != NONE {
                seen[id as usize] += 1;
                id = shared.0.next(id).load(Ordering::Relaxed);
            }
        };
        collect(shared.1.take_all(&shared.0));
        for producer in producers {
            producer.join().unwrap();
        }
        collect(shared.1.take_all(&shared.0));
        assert_eq!(seen, [1, 1]);
    });
}

#[test]
fn free_list_survives_an_id_that_comes_back() {
    loom::model(|| {
        let shared = Arc::new((records(), TaggedStack::default()));
        shared.1.push(&shared.0, &[0]);
        shared.1.push(&shared.0, &[1]);
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let first = shared.1.pop(&shared.0);
                if let Some(id) = first {
                    shared.1.push(&shared.0, &[id]);
                }
                first
            })
        };
        let mine = shared.1.pop(&shared.0);
        other.join().unwrap();
        let mut left = Vec::new();
        while let Some(id) = shared.1.pop(&shared.0) {
            left.push(id);
        }
        left.extend(mine);
        left.sort_unstable();
        assert_eq!(left, [0, 1]);
    });
}

#[test]
fn free_list_gets_several_ids_at_once() {
    loom::model(|| {
        let shared = Arc::new((records(), TaggedStack::default()));
        shared.1.push(&shared.0, &[0]);
        let other = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                let first = shared.1.pop(&shared.0);
                let ids = [1].into_iter().chain(first).collect::<Vec<_>>();
                shared.1.push(&shared.0, &ids);
            })
        };
        let mine = shared.1.pop(&shared.0);
        other.join().unwrap();
        let left: Vec<u32> = std::iter::from_fn(|| shared.1.pop(&shared.0)).collect();
        // In their order, and none twice.
        match mine {
            Some(0) => assert_eq!(left, [1]),
            Some(1) => assert_eq!(left, [0]),
            _ => assert_eq!(left, [1, 0]),
        }
    });
}
