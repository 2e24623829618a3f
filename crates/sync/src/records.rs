//! Where the primitives keep their data, and how they reach those who wait: all that this crate knows of the shared region.

use crate::primitive::AtomicU32;

/// Numbered records of 64 words. Objects and waiters are records.
pub trait Records {
    /// Word `index` of a record.
    fn word(&self, record: u32, index: usize) -> &AtomicU32;

    /// Wakes the thread of an isolate, which is blocked in a `…Sync` call or about to.
    fn unpark(&self, isolate: u32);

    /// Puts the record of a pending promise, whose wait has ended, behind those that its isolate is to read. Called under a guard,
    /// so that promises are settled in the order in which their waits have ended: it must not block.
    fn send_home(&self, waiter: u32);

    /// Wakes the event loop of an isolate, for which something was sent home.
    fn call(&self, isolate: u32);

    /// The word in which an isolate counts what it has of an object.
    fn tally(&self, object: u32, isolate: u32) -> &AtomicU32;

    /// Microseconds of a clock that never goes back, the same in every process; wraps.
    fn now(&self) -> u32;
}
