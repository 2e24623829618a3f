//! Blocks that slots keep for their next payload.
#![cfg(not(any(loom, miri)))]

use sched::{Port, Runtime, word};

const LEN: usize = 1000;

fn runtime() -> &'static Runtime {
    Runtime::start().expect("a region")
}

fn reserve(port: &Port, count: usize) -> Vec<u32> {
    let mut slots = vec![0; count];
    assert_eq!(runtime().reserve(port, &mut slots), count);
    slots
}

fn words(slot: u32) -> [u32; 4] {
    [0, 1, 2, 3].map(|index| runtime().slots().get(slot, word::BLOCK + index))
}

fn offset(slot: u32) -> f64 {
    let [low, high, ..] = words(slot);
    f64::from_bits(u64::from(high) << 32 | u64::from(low))
}

/// Gives the slot a block and makes it a spare one, as JavaScript does; its offset.
fn keep(slot: u32, len: usize) -> f64 {
    let slots = runtime().slots();
    slots.drop_block(slot);
    slots.set_block(slot, slots.region().alloc(len).expect("memory"));
    slots.set(slot, word::BLOCK + 1, words(slot)[1] | 1 << 31);
    assert!(slots.block(slot).is_none() && slots.message(slot).is_none(), "a spare block is no payload");
    -offset(slot)
}

// One test: the free slots are the process's.
#[test]
fn spare_blocks_stay_with_their_slots_up_to_a_limit() {
    let port = runtime().attach(Box::new(|| {})).expect("an isolate");
    let slots = runtime().slots();
    let used = slots.used_bytes();

    // They come back with their slots.
    let few = reserve(port, 3);
    let offsets: Vec<f64> = few.iter().map(|&slot| keep(slot, LEN)).collect();
    assert_eq!(slots.used_bytes(), used + 3 * 1024);
    slots.release_many(&few);
    assert_eq!(slots.used_bytes(), used, "what free slots keep is not in use");
    let again = reserve(port, 3);
    assert_eq!((&again, slots.used_bytes()), (&few, used + 3 * 1024));
    assert_eq!(again.iter().map(|&slot| -offset(slot)).collect::<Vec<_>>(), offsets);

    // A slot that gets another block frees it, and so does one that is returned by itself.
    slots.drop_block(again[0]);
    assert_eq!((offset(again[0]).to_bits(), slots.used_bytes()), (0, used + 2 * 1024));
    for slot in again {
        slots.release(slot);
    }
    assert_eq!(slots.used_bytes(), used);

    // Who takes a single slot finds it without one.
    let one = reserve(port, 1);
    keep(one[0], LEN);
    slots.release_many(&one);
    let record = slots.reserve(port.isolate).expect("a slot");
    assert_eq!((record, offset(record).to_bits(), slots.used_bytes()), (one[0], 0, used));
    slots.release(record);

    // Beyond the limit they are freed: 16 MiB, here in blocks of 4 KiB.
    let many = reserve(port, 4097);
    for &slot in &many {
        keep(slot, 4096);
    }
    slots.release_many(&many[..4096]);
    slots.release_many(&many[4096..]);
    assert_eq!((slots.used_bytes(), offset(many[4096]).to_bits()), (used, 0));
    assert!(many[..4096].iter().all(|&slot| offset(slot) < 0.0));

    // An isolate that dies leaves none.
    let held = reserve(port, 5);
    for slot in held {
        keep(slot, LEN);
    }
    runtime().detach(port, sync::NONE, None);
    assert_eq!(slots.used_bytes(), used);
}
