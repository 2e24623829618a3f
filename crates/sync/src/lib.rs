//! Lock-free rings and stacks of 32-bit ids, the parker that blocked threads sleep on, and the primitives of `threading`
//! over one wait queue.
//!
//! Ids name records kept elsewhere (slots in the shared region, see [`Records`]), so nothing here owns memory of its elements.

pub mod primitive;

mod barrier;
mod clock;
mod condition;
mod event;
mod futex;
mod guard;
mod lock;
mod parker;
mod queue;
mod queue_wait;
pub mod ranking;
mod records;
mod ring;
mod rw_lock;
mod semaphore;
mod stack;
mod store;
mod wait;
mod wait_queue;
mod waiter;

pub use barrier::{ACT, ACTING, BROKEN, Barrier, INSIDE};
pub use clock::micros;
pub use condition::{Condition, NotOwner};
pub use event::{Event, SET};
pub use lock::{ABANDONED, Lock, OWNER};
pub use parker::Parker;
pub use queue::{Got, OBSERVE, Put, Queue, QueueRecords, TooOften, flag, queue_word};
pub use queue_wait::{Getting, Joining, NO_RECORD, Putting};
pub use ranking::rank_word;
pub use records::Records;
pub use ring::{Cells, Full, MOST_CELLS, OnHeap, Ring};
pub use rw_lock::{READ, RwLock, WRITE, WRITER};
pub use semaphore::{CLOSED, MOST, Semaphore, TooMany};
pub use stack::{Links, NONE, Stack, TaggedStack};
pub use store::{FIRST_VALUE, is_record, store_word};
pub use wait::{Rest, Sleeper, Wait, Waitable, answer_of};
pub use wait_queue::{BASE, Guarded, WAITERS, WaitQueue};
pub use waiter::{Mode, Phase, Waiter, Wish, waiter_word};
