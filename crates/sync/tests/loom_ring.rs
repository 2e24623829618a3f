//! Loom model of the ring: every interleaving of two producers and a consumer over two cells.
#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use sync::Ring;

#[test]
fn two_producers_and_a_consumer_lose_and_double_nothing() {
    loom::model(|| {
        let ring = Arc::new(Ring::new(2));
        let producers: Vec<_> = (1..3)
            .map(|value| {
                let ring = Arc::clone(&ring);
                thread::spawn(move || ring.push(value).expect("two cells for two values"))
            })
            .collect();
        let early = ring.pop();
        for producer in producers {
            producer.join().unwrap();
        }
        let mut got: Vec<u32> = early.into_iter().collect();
        while let Some(value) = ring.pop() {
            got.push(value);
        }
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
        assert!(ring.is_empty());
    });
}

#[test]
fn two_consumers_take_each_value_once_in_order() {
    loom::model(|| {
        let ring = Arc::new(Ring::new(2));
        ring.push(1).unwrap();
        ring.push(2).unwrap();
        let other = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.pop())
        };
        let mine = ring.pop();
        let theirs = other.join().unwrap();
        let mut got = [mine.unwrap(), theirs.unwrap()];
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
    });
}

#[test]
fn a_full_ring_refuses_until_a_value_is_taken() {
    loom::model(|| {
        let ring = Arc::new(Ring::new(1));
        ring.push(1).unwrap();
        let other = {
            let ring = Arc::clone(&ring);
            thread::spawn(move || ring.pop())
        };
        let pushed = ring.push(2).is_ok();
        assert_eq!(other.join().unwrap(), Some(1));
        assert_eq!(ring.pop(), pushed.then_some(2));
    });
}
