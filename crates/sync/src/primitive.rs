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
