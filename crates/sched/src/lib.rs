//! The work-stealing scheduler. It knows jobs (32-bit slot numbers), workers, pools and completion ports, and nothing of
//! JavaScript: a worker is whoever calls [`Runtime::next`], a port's wake-up is a closure.
//!
//! A job's way: its submitter fills a [`slot`](SlotTable) of the shared region and submits it to a [`Pool`]: into the
//! submitter's own [`Deque`] when it is a worker of that pool (a nested job), else into the pool's injector, or, when it
//! carries a priority, into a heap. Some worker takes it, runs it, writes the result into the same slot and completes it
//! into the submitter's [`Port`], which wakes the submitter once per batch.

pub mod primitive;

/// Loom models the threads under it; the algorithms have no protocol of their own.
#[cfg(not(loom))]
pub mod algorithms;

mod deque;
mod heap;
mod native;
mod pool;
mod port;
mod runtime;
mod sleep;
mod slot;
mod worker;

pub use deque::{Deque, Steal};
pub use heap::Heap;
pub use native::{Done, Native, Share, Task, Work};
pub use pool::{Pool, PoolStats};
pub use port::{Port, Wake};
pub use runtime::{EVENT_TOKEN, Event, Runtime, SubmitError, Wait};
pub use sleep::{Bed, Seat, Sleep};
pub use slot::{SLOT_BYTES, SLOTS, SlotTable, State, Status, word};
pub use worker::{Next, Worker};
