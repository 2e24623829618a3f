//! All atomics come from here, so that loom runs the same code as release builds.

#[cfg(loom)]
pub use loom::{
    hint,
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
    sync::{Arc, Condvar, Mutex},
    thread,
};

#[cfg(not(loom))]
pub use std::{
    hint,
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence},
    sync::{Arc, Condvar, Mutex},
    thread,
};

/// A `SeqCst` fence behind an atomic read-modify-write. On x86 that is a full fence itself, so only the compiler has to be
/// kept from moving what follows.
pub fn fence_after_update() {
    #[cfg(all(target_arch = "x86_64", not(loom), not(miri)))]
    std::sync::atomic::compiler_fence(Ordering::SeqCst);
    #[cfg(not(all(target_arch = "x86_64", not(loom), not(miri))))]
    fence(Ordering::SeqCst);
}
