//! A mutex in one word: 0 free, 1 held, 2 held and somebody sleeps for it (Drepper, "Futexes are tricky", mutex 2).
//!
//! It protects the wait queue of one object. It is held for some instructions only: never across anything that blocks,
//! allocates in the region, calls JavaScript or can be stopped.

use crate::futex;
use crate::primitive::{AtomicU32, Ordering, hint};

const FREE: u32 = 0;
const HELD: u32 = 1;
const WANTED: u32 = 2;
/// Looks at the word before sleeping: longer than the guard is ever held by a thread that runs.
const SPINS: u32 = if cfg!(any(loom, miri)) { 0 } else { 100 };

/// Enters.
pub(crate) fn lock(word: &AtomicU32) {
    if word.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok() {
        return;
    }
    for _ in 0..SPINS {
        hint::spin_loop();
        if word.load(Ordering::Relaxed) == FREE
            && word.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
        {
            return;
        }
    }
    // Acquire pairs with the Release in `unlock`.
    while word.swap(WANTED, Ordering::Acquire) != FREE {
        futex::wait(word, WANTED, None);
    }
}

/// Leaves.
pub(crate) fn unlock(word: &AtomicU32) {
    if word.swap(FREE, Ordering::Release) == WANTED {
        futex::wake_one(word);
    }
}
