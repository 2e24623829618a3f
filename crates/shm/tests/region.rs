//! The region as its users see it.
#![cfg(not(miri))]

use shm::{Block, Region};

#[test]
fn region_blocks_are_writable_disjoint_and_reusable() {
    let region = Region::new(|_| 4096).expect("a region");
    let blocks: Vec<Block> = (1..100).map(|n| region.alloc(n * 1000).expect("a block")).collect();
    for (n, block) in (0_u8..).zip(&blocks) {
        // SAFETY: the block is ours and `len` bytes long.
        unsafe { region.at(block.offset).write_bytes(n, block.len) };
    }
    for (n, block) in (0_u8..).zip(&blocks) {
        // SAFETY: as above; both ends of the block were written.
        let ends = unsafe { (region.at(block.offset).read(), region.at(block.offset + block.len as u64 - 1).read()) };
        assert_eq!(ends, (n, n));
    }
    for block in blocks {
        region.free(block);
    }
    assert_eq!(region.used(), 0);
}

#[test]
fn region_refuses_what_can_never_fit() {
    let region = Region::new(|_| 4096).expect("a region");
    let error = region.alloc(1 << 45).expect_err("32 TiB do not fit");
    assert_eq!(error.wanted, 1 << 45);
    assert!(error.to_string().contains("no room"));
}

#[test]
fn region_returns_large_blocks_to_the_system_and_serves_them_again() {
    let region = Region::new(|_| 4096).expect("a region");
    for _ in 0..50 {
        let block = region.alloc(32 << 20).expect("a block");
        // SAFETY: the block is ours and `len` bytes long.
        unsafe { region.at(block.offset).write_bytes(7, block.len) };
        region.free(block);
    }
    assert_eq!(region.used(), 0);
}

#[test]
fn region_zeroes_blocks_on_request_whatever_was_there() {
    let region = Region::new(|_| 4096).expect("a region");
    for len in [1, 256, 70_000, 16 << 20, (17 << 20) + 5] {
        for _ in 0..3 {
            let block = region.alloc_zeroed(len).expect("a block");
            // SAFETY: the block is ours and `len` bytes long.
            let bytes = unsafe { std::slice::from_raw_parts_mut(region.at(block.offset), block.len) };
            assert!(bytes.iter().all(|&byte| byte == 0), "{len} bytes are not all zero");
            bytes.fill(7);
            region.free(block);
        }
    }
    assert_eq!(region.used(), 0);
}

#[test]
fn region_serves_many_threads_at_once() {
    let region = Region::new(|_| 4096).expect("a region");
    std::thread::scope(|scope| {
        for seed in 0..4_u8 {
            let region = &region;
            scope.spawn(move || {
                for round in 0..2000_usize {
                    let block = region.alloc(300 + round % 5000).expect("a block");
                    let at = region.at(block.offset);
                    // SAFETY: the block is ours and `len` bytes long.
                    let (first, last) = unsafe {
                        at.write_bytes(seed, block.len);
                        (at.read_volatile(), at.add(block.len - 1).read_volatile())
                    };
                    assert_eq!((first, last), (seed, seed), "another thread wrote into this block");
                    region.free(block);
                }
            });
        }
    });
    assert_eq!(region.used(), 0);
}

#[test]
fn region_gives_out_the_block_that_was_freed_last() {
    let region = Region::new(|_| 4096).expect("a region");
    let [first, second] = [(); 2].map(|()| region.alloc(1 << 20).expect("a block"));
    assert_ne!(first.offset, second.offset);
    region.free(first);
    region.free(second);
    let again = [(); 2].map(|()| region.alloc(1 << 20).expect("a block").offset);
    assert_eq!(again, [second.offset, first.offset]);
}

#[test]
fn region_merges_what_it_keeps_when_it_runs_short() {
    let region = Region::new(|_| 4096).expect("a region");
    let half = region.reserved() / 2;
    // Everything in pieces, then nothing in use: only merged they are large enough again.
    let pieces: Vec<Block> = std::iter::from_fn(|| region.alloc(8 << 20).ok()).collect();
    assert!(pieces.len() >= region.reserved() / (8 << 20) / 2);
    for piece in pieces {
        region.free(piece);
    }
    assert_eq!(region.used(), 0);
    let large = region.alloc(half / 2).expect("a block of a quarter of the region");
    region.free(large);
}
