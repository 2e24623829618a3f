//! Loom model of the completion port: every finished slot reaches its owner, whether that blocks or uses its event loop.
#![cfg(loom)]

use loom::sync::Arc;
use loom::sync::atomic::{AtomicU32, Ordering};
use loom::thread;
use sched::Port;
use std::time::Duration;
use sync::{Links, NONE};

struct Records([AtomicU32; 2]);

impl Links for Records {
    fn next(&self, id: u32) -> &AtomicU32 {
        &self.0[id as usize]
    }
}

fn records() -> Records {
    Records(std::array::from_fn(|_| AtomicU32::new(NONE)))
}

/// The owner blocks until both slots are there: a lost wake-up is a deadlock.
#[test]
fn a_blocked_owner_gets_every_slot() {
    loom::model(|| {
        let shared = Arc::new((records(), Port::new(0, Box::new(|| {}))));
        let completer = {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                for slot in 0..2 {
                    shared.1.add(&shared.0, slot);
                    shared.1.ring();
                }
            })
        };
        let mut seen = 0;
        while seen < 2 {
            let mut slot = shared.1.take(&shared.0);
            while slot != NONE {
                seen += 1;
                slot = shared.0.next(slot).load(Ordering::Relaxed);
            }
            if seen < 2 {
                while shared.1.start_blocking() {
                    shared.1.parker().park(Duration::MAX);
                }
                shared.1.stop_blocking();
            }
        }
        completer.join().unwrap();
    });
}

/// The owner reads in its event loop: after the last push a wake-up is pending unless everything has been read.
#[test]
fn an_event_loop_is_called_for_every_slot_it_has_not_read() {
    loom::model(|| {
        let calls = Arc::new(AtomicU32::new(0));
        let wake = {
            let calls = Arc::clone(&calls);
            Box::new(move || {
                calls.fetch_add(1, Ordering::SeqCst);
            })
        };
        let shared = Arc::new((records(), Port::new(0, wake)));
        let completers: Vec<_> = (0..2)
            .map(|slot| {
                let shared = Arc::clone(&shared);
                thread::spawn(move || {
                    shared.1.add(&shared.0, slot);
                    shared.1.ring();
                })
            })
            .collect();
        // One early turn of the loop, as if called for the first slot.
        let before = calls.load(Ordering::SeqCst);
        let read = shared.1.take(&shared.0) != NONE;
        for completer in completers {
            completer.join().unwrap();
        }
        if shared.1.has_finished() {
            let after = calls.load(Ordering::SeqCst);
            assert!(after > before || (!read && after > 0), "slots wait and nobody called the loop");
        }
    });
}
