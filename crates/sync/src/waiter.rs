//! Somebody who waits for an object: a blocked thread or a pending promise, as one record.
//!
//! | word | meaning |
//! |---|---|
//! | 0 | link to the next in the queue, or to the next to be sent home |
//! | 1 | state of the slot, see the crate `sched` |
//! | 2 | isolate |
//! | 3 | the isolate's token for the promise |
//! | 4 | object it waits for |
//! | 5 | link to the one before it in the queue |
//! | 6 | what it wants: permits of a semaphore, reading or writing |
//! | 7 | [`Phase`] |
//! | 12 | since when, microseconds |
//! | 13 | owner of a lock that it becomes when it is granted |
//! | 14 | result of the wait |
//! | 15 | [`Mode`] |
//! | 16 | first of the words of the object's queue, see [`WaitQueue`](crate::WaitQueue) |
//! | 17 | generation of the object |
//!
//! A waiter belongs to its isolate, except while it is in a queue: then its links and its phase change under the guard of
//! that queue only.

use crate::primitive::Ordering;
use crate::records::Records;

/// Word numbers, see the module's table.
pub mod waiter_word {
    /// Link to the next.
    pub const NEXT: usize = 0;
    /// Isolate.
    pub const ISOLATE: usize = 2;
    /// Object.
    pub const OBJECT: usize = 4;
    /// Link to the one before.
    pub const PREVIOUS: usize = 5;
    /// What it wants.
    pub const WANT: usize = 6;
    /// See [`Phase`](super::Phase).
    pub const PHASE: usize = 7;
    /// Since when.
    pub const SINCE: usize = 12;
    /// Owner that it becomes.
    pub const WHO: usize = 13;
    /// Result of the wait.
    pub const RESULT: usize = 14;
    /// See [`Mode`](super::Mode).
    pub const MODE: usize = 15;
    /// First word of the queue in the object.
    pub const BASE: usize = 16;
    /// Generation of the object.
    pub const GENERATION: usize = 17;
}

/// How far a wait has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Phase {
    /// Not begun, or ended by the waiter itself.
    Idle = 0,
    /// In a queue.
    Queued = 1,
    /// It has what it wanted.
    Granted = 2,
    /// It is to try once more; only threads are told so.
    Retry = 3,
    /// The object takes no more waits, or not of this isolate.
    Closed = 4,
    /// The barrier broke.
    Broken = 5,
}

impl Phase {
    fn from_number(number: u32) -> Self {
        match number {
            1 => Self::Queued,
            2 => Self::Granted,
            3 => Self::Retry,
            4 => Self::Closed,
            5 => Self::Broken,
            _ => Self::Idle,
        }
    }
}

/// Who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Mode {
    /// A thread, blocked: its isolate is unparked.
    Thread = 0,
    /// A promise: the record is sent home.
    Async = 1,
}

/// What a wait is for.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// The object.
    pub object: u32,
    /// Its generation.
    pub generation: u32,
    /// First of the words of its queue.
    pub base: usize,
    /// What is wanted of it.
    pub want: u32,
    /// Owner that the waiter becomes.
    pub who: u32,
}

/// A waiter's record.
#[derive(Debug)]
pub struct Waiter<'a, R: Records + ?Sized> {
    records: &'a R,
    /// Number of the record.
    pub id: u32,
}

impl<R: Records + ?Sized> Clone for Waiter<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Records + ?Sized> Copy for Waiter<'_, R> {}

impl<'a, R: Records + ?Sized> Waiter<'a, R> {
    /// The waiter in record `id`.
    pub fn of(records: &'a R, id: u32) -> Self {
        Self { records, id }
    }

    /// Reads a word.
    #[must_use]
    pub fn get(&self, word: usize) -> u32 {
        self.records.word(self.id, word).load(Ordering::Relaxed)
    }

    /// Writes a word.
    pub fn set(&self, word: usize, value: u32) {
        self.records.word(self.id, word).store(value, Ordering::Relaxed);
    }

    /// Fills the record of one who is about to wait.
    pub fn begin(&self, mode: Mode, wish: Wish) {
        self.set(waiter_word::OBJECT, wish.object);
        self.set(waiter_word::GENERATION, wish.generation);
        self.set(waiter_word::BASE, u32::try_from(wish.base).unwrap_or(0));
        self.set(waiter_word::WANT, wish.want);
        self.set(waiter_word::WHO, wish.who);
        self.set(waiter_word::MODE, mode as u32);
        self.set(waiter_word::SINCE, self.records.now());
        self.set(waiter_word::RESULT, 0);
        self.set(waiter_word::PHASE, Phase::Idle as u32);
    }

    /// How far it has come. Acquire: what was written before it was granted is seen after.
    #[must_use]
    pub fn phase(&self) -> Phase {
        Phase::from_number(self.records.word(self.id, waiter_word::PHASE).load(Ordering::Acquire))
    }

    /// Changes the phase, under the guard. Release pairs with the Acquire in [`phase`](Self::phase).
    pub(crate) fn put_phase(&self, phase: Phase) {
        self.records.word(self.id, waiter_word::PHASE).store(phase as u32, Ordering::Release);
    }

    /// Whether a promise waits.
    #[must_use]
    pub fn is_async(&self) -> bool {
        self.get(waiter_word::MODE) == Mode::Async as u32
    }

    /// Microseconds that it has waited.
    #[must_use]
    pub fn waited(&self) -> u32 {
        self.records.now().wrapping_sub(self.get(waiter_word::SINCE))
    }
}
