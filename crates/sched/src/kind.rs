//! The kinds of shared objects, and what is particular to each when it is freed and when an isolate that holds it ends.
//! `src/runtime/kind.ts` has the same list.

use crate::port::Port;
use crate::runtime::Runtime;
use crate::slot::SlotTable;

/// What a shared object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Kind {
    /// Mutual exclusion.
    Lock = 1,
    /// Mutual exclusion that its owner may enter again.
    RLock = 2,
    /// Counter of permits.
    Semaphore = 3,
    /// Counter of permits with an upper bound.
    BoundedSemaphore = 4,
    /// Flag to wait for.
    Event = 5,
    /// Condition variable.
    Condition = 6,
    /// Meeting point of a fixed number of parties.
    Barrier = 7,
    /// Many readers or one writer.
    RwLock = 8,
    /// First in, first out.
    Queue = 9,
    /// Last in, first out.
    LifoQueue = 10,
    /// Smallest first.
    PriorityQueue = 11,
    /// One end of a pipe.
    Connection = 12,
    /// One number.
    Value = 13,
    /// A typed array.
    Array = 14,
    /// Named memory.
    SharedMemory = 15,
    /// A thread.
    Thread = 16,
}

/// What a kind does when an object is freed, and when an isolate that holds it ends or lets it go.
pub(crate) struct Nature {
    /// Frees what the object owns besides its block. Nobody refers to it any more.
    pub(crate) free: fn(&SlotTable, slot: u32),
    /// The isolate of `port` uses it no more: its waiters leave the queue, what it owned is abandoned. Runs before the
    /// isolate's reference is dropped, on its thread.
    pub(crate) leave: fn(&Runtime, &Port, slot: u32),
}

const NOTHING: Nature = Nature { free: |_, _| {}, leave: |_, _, _| {} };

/// What is particular to a kind.
pub(crate) fn nature(kind: Kind) -> Nature {
    match kind {
        Kind::Lock
        | Kind::RLock
        | Kind::Semaphore
        | Kind::BoundedSemaphore
        | Kind::Event
        | Kind::Condition
        | Kind::Barrier
        | Kind::RwLock
        | Kind::Queue
        | Kind::LifoQueue
        | Kind::PriorityQueue
        | Kind::Connection
        | Kind::Value
        | Kind::Array
        | Kind::SharedMemory
        | Kind::Thread => NOTHING,
    }
}

const KINDS: [Kind; 16] = [
    Kind::Lock,
    Kind::RLock,
    Kind::Semaphore,
    Kind::BoundedSemaphore,
    Kind::Event,
    Kind::Condition,
    Kind::Barrier,
    Kind::RwLock,
    Kind::Queue,
    Kind::LifoQueue,
    Kind::PriorityQueue,
    Kind::Connection,
    Kind::Value,
    Kind::Array,
    Kind::SharedMemory,
    Kind::Thread,
];

impl Kind {
    /// The kind of that number, if there is one.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        KINDS.get((number as usize).checked_sub(1)?).copied()
    }
}
