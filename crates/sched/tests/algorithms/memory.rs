//! Memory of a test as the algorithms see it.

use sched::algorithms::{Elements, Plain, Team};
use std::sync::atomic::AtomicU32;

/// Numbers of threads that all have to give the same.
pub(crate) const THREADS: [usize; 3] = [1, 2, 5];

/// The elements of a vector, which has to outlive them.
pub(crate) fn elements<T: Plain>(vector: &mut Vec<T>) -> Elements<T> {
    // SAFETY: exclusively borrowed here, and no test touches a vector while an algorithm has it.
    unsafe { Elements::new(vector.as_mut_ptr(), vector.len()) }
}

/// Runs `work` with a team that nobody cancels.
pub(crate) fn with_team<R>(threads: usize, work: impl FnOnce(&Team<'_>) -> R) -> R {
    work(&Team::new(threads, &AtomicU32::new(0)))
}

/// Numbers that look random: `SplitMix64`.
pub(crate) fn random(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}
