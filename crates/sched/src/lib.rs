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

mod birth;
mod cargo;
mod connection;
mod deque;
mod heap;
mod hold;
mod holdings;
mod isolate;
mod kind;
mod native;
mod object;
mod os_threads;
mod pool;
mod port;
mod queue;
mod report;
mod runtime;
pub mod segments;
mod sleep;
mod slot;
mod tally;
pub mod threads;
mod wait;
mod worker;

pub use birth::Unborn;
pub use cargo::LoadError;
pub use deque::{Deque, Steal};
pub use heap::Heap;
pub use kind::Kind;
pub use native::{Done, Native, Share, Task, Work};
pub use object::{Handle, Stale, object_word};
pub use pool::{Pool, PoolStats};
pub use port::{Port, Wake};
pub use queue::QueueShape;
pub use report::{Leaks, report_after};
pub use runtime::{AttachError, EVENT_TOKEN, Event, Runtime, SubmitError, Wait};
pub use sleep::{Bed, Seat, Sleep};
pub use slot::{NoSlot, SLOT_BYTES, SlotTable, State, Status, word};
pub use wait::{Goal, WaitError};
pub use worker::{Next, Worker};
