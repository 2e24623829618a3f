//! The kinds of shared objects, and what is particular to each when an isolate begins to hold it, lets it go, and when it is
//! freed. `src/runtime/kind.ts` has the same list.

use crate::connection;
use crate::object::{Handle, object_word};
use crate::port::Port;
use crate::queue;
use crate::runtime::Runtime;
use crate::segments;
use crate::slot::SlotTable;
use crate::tally;
use crate::threads;
use shm::AllocError;
use sync::{BASE, Barrier, Condition, Event, Lock, RwLock, Semaphore};

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
    /// Bytes under way.
    Buffer = 17,
}

/// What a kind does in the life of an object.
#[derive(Clone, Copy)]
pub(crate) struct Nature {
    /// The isolate of `port` begins to hold it: makes what it needs to use it.
    pub(crate) enter: fn(&SlotTable, &Port, slot: u32) -> Result<(), AllocError>,
    /// The isolate of `port` uses it no more: its waits end, what it owned is abandoned. Runs before the isolate's reference
    /// is dropped, on its thread.
    pub(crate) leave: fn(&Runtime, &Port, slot: u32),
    /// Frees what the object owns besides its block. Nobody refers to it any more.
    pub(crate) free: fn(&SlotTable, slot: u32),
    /// A message under way names it.
    pub(crate) aboard: fn(&SlotTable, slot: u32),
    /// That message is no more; whoever read it holds the object by then.
    pub(crate) ashore: fn(&SlotTable, slot: u32),
}

const PLAIN: Nature =
    Nature { enter: |_, _, _| Ok(()), leave: |_, _, _| {}, free: |_, _| {}, aboard: |_, _| {}, ashore: |_, _| {} };

/// What is particular to a kind.
pub(crate) fn nature(kind: Kind) -> Nature {
    match kind {
        Kind::Lock | Kind::RLock => {
            Nature { leave: |runtime, port, slot| Lock::new(runtime, slot).leave(port.isolate), ..PLAIN }
        }
        Kind::Semaphore | Kind::BoundedSemaphore => {
            Nature { leave: |runtime, port, slot| Semaphore::new(runtime, slot, BASE).leave(port.isolate), ..PLAIN }
        }
        Kind::Event => Nature { leave: leave_event, ..PLAIN },
        Kind::Condition => Nature { leave: leave_condition, free: free_condition, ..PLAIN },
        Kind::Barrier => {
            Nature { leave: |runtime, port, slot| Barrier::new(runtime, slot).leave(port.isolate), ..PLAIN }
        }
        Kind::RwLock => Nature {
            enter: |slots, port, slot| tally::enter(slots, slot, port.isolate),
            leave: leave_rw_lock,
            free: tally::free,
            ..PLAIN
        },
        Kind::Queue | Kind::LifoQueue | Kind::PriorityQueue => {
            Nature { leave: queue::leave, free: queue::free, ..PLAIN }
        }
        Kind::Connection => Nature {
            enter: connection::enter,
            leave: connection::leave,
            free: connection::free,
            aboard: connection::aboard,
            ashore: connection::ashore,
        },
        Kind::Value | Kind::Array | Kind::Buffer => PLAIN,
        Kind::SharedMemory => Nature { free: segments::free, ..PLAIN },
        Kind::Thread => Nature { leave: leave_event, free: threads::free, ..PLAIN },
    }
}

fn leave_event(runtime: &Runtime, port: &Port, slot: u32) {
    Event::new(runtime, slot).leave(port.isolate);
}

fn leave_condition(runtime: &Runtime, port: &Port, slot: u32) {
    Condition::new(runtime, slot, runtime.slots().get(slot, object_word::A)).leave(port.isolate);
}

fn free_condition(slots: &SlotTable, slot: u32) {
    let [lock, generation] = [object_word::A, object_word::B].map(|word| slots.get(slot, word));
    if generation != 0 {
        slots.unref(Handle { slot: lock, generation });
    }
}

fn leave_rw_lock(runtime: &Runtime, port: &Port, slot: u32) {
    RwLock::new(runtime, slot).leave(port.isolate);
    tally::leave(runtime.slots(), slot, port.isolate);
}

const KINDS: [Kind; 17] = [
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
    Kind::Buffer,
];

impl Kind {
    /// The kind of that number, if there is one.
    #[must_use]
    pub fn from_number(number: u32) -> Option<Self> {
        KINDS.get((number as usize).checked_sub(1)?).copied()
    }

    /// Whether it is a queue, in whatever order its items come.
    #[must_use]
    pub fn is_queue(self) -> bool {
        matches!(self, Self::Queue | Self::LifoQueue | Self::PriorityQueue)
    }
}
