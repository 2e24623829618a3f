//! Shared objects: slots that several isolates hold at once. A lock, a queue or a value is one slot, and what it needs
//! beyond that a block.
//!
//! | word | meaning |
//! |---|---|
//! | 1 | [`State::Object`] |
//! | 3 | [`Kind`] |
//! | 4 | generation: a counter of the region, never 0; together with the slot's number it is the [`Handle`] |
//! | 5 | references: isolates that hold it, and messages under way that name it |
//! | 6, 7 | for the kind, fixed at creation |
//! | 8-11 | the object's block, as in any slot |
//! | 16 | state of the kind; the only word that JavaScript changes, by compare-and-swap |
//! | 17-19 | guard, head and tail of the wait queue, see `sync::WaitQueue` |
//! | 20-63 | for the kind |
//!
//! Words 4 and 5 are only ever changed together, as one 64-bit word: so nobody can take a reference to an object of
//! another generation, or to one that has none left. Whoever drops the last reference frees the object and what it owns;
//! objects that refer to each other in a circle stay until the process ends.

use std::cell::RefCell;
use std::fmt;

use crate::kind::{Kind, nature};
use crate::primitive::Ordering;
use crate::slot::{SlotTable, State, word};
use sync::NONE;

/// Words of an object that this crate names; see the module's table.
pub mod object_word {
    /// See [`Kind`](super::Kind).
    pub const KIND: usize = 3;
    /// Generation; the next word counts the references.
    pub const GENERATION: usize = 4;
    /// First of two words that the kind sets at creation.
    pub const A: usize = 6;
    /// The other one.
    pub const B: usize = 7;
    /// First word that is the kind's own.
    pub const FIRST: usize = 16;
    /// First waiter.
    pub const HEAD: usize = 18;
    /// Last waiter.
    pub const TAIL: usize = 19;
}

const ONE_REFERENCE: u64 = 1 << 32;

/// Names an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle {
    /// Number of the slot.
    pub slot: u32,
    /// Which of the objects that were in that slot.
    pub generation: u32,
}

/// The object of a handle is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stale(pub Handle);

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the object {}:{} is gone", self.0.slot, self.0.generation)
    }
}

impl std::error::Error for Stale {}

thread_local! {
    /// Objects without references that this thread is freeing: those that one of them owned come after it, not inside
    /// it, so that a long chain needs no deep stack. `None` when it frees none.
    static UNREFERENCED: RefCell<Option<Vec<u32>>> = const { RefCell::new(None) };
}

impl SlotTable {
    /// Makes an object of a held slot, with one reference. Words from 16 on are zero, but for the empty wait queue.
    pub fn make_object(&self, slot: u32, kind: Kind) -> Handle {
        self.clear_from(slot, object_word::FIRST);
        for word in [object_word::HEAD, object_word::TAIL] {
            self.set(slot, word, NONE);
        }
        for word in [object_word::A, object_word::B] {
            self.set(slot, word, 0);
        }
        self.set(slot, word::OWNER, NONE);
        self.set(slot, object_word::KIND, kind as u32);
        let generation = loop {
            match self.generation.fetch_add(1, Ordering::Relaxed).wrapping_add(1) {
                0 => {}
                generation => break generation,
            }
        };
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.put_state(slot, State::Object);
        let counted = u64::from(generation) | ONE_REFERENCE;
        self.double_word(slot, object_word::GENERATION).store(counted, Ordering::Release);
        Handle { slot, generation }
    }

    /// The kind of a live object.
    ///
    /// # Errors
    /// When there is no such object any more.
    pub fn kind(&self, handle: Handle) -> Result<Kind, Stale> {
        if handle.slot >= self.count() || !self.is(handle.slot, State::Object) {
            return Err(Stale(handle));
        }
        let counted = self.double_word(handle.slot, object_word::GENERATION).load(Ordering::Acquire);
        if !is_of(counted, handle.generation) {
            return Err(Stale(handle));
        }
        Kind::from_number(self.get(handle.slot, object_word::KIND)).ok_or(Stale(handle))
    }

    /// Takes one more reference.
    ///
    /// # Errors
    /// When there is no such object any more.
    pub fn retain(&self, handle: Handle) -> Result<(), Stale> {
        self.kind(handle)?;
        self.double_word(handle.slot, object_word::GENERATION)
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |counted| {
                is_of(counted, handle.generation).then_some(counted + ONE_REFERENCE)
            })
            .map_or(Err(Stale(handle)), |_| Ok(()))
    }

    /// Drops a reference that the caller has; with the last one the object and what it owns are freed.
    pub fn unref(&self, handle: Handle) {
        let counted = self.double_word(handle.slot, object_word::GENERATION);
        let before = counted.fetch_sub(ONE_REFERENCE, Ordering::AcqRel);
        debug_assert!(is_of(before, handle.generation), "a reference was dropped twice");
        if before >> 32 == 1 {
            self.free_object(handle.slot);
        }
    }

    /// Objects that are alive.
    #[must_use]
    pub fn objects(&self) -> u32 {
        self.objects.load(Ordering::Relaxed)
    }

    /// References to an object.
    #[must_use]
    pub fn references(&self, slot: u32) -> u32 {
        self.get(slot, object_word::GENERATION + 1)
    }

    fn free_object(&self, slot: u32) {
        let outermost = UNREFERENCED.with_borrow_mut(|waiting| {
            let outermost = waiting.is_none();
            waiting.get_or_insert_default().push(slot);
            outermost
        });
        if !outermost {
            return;
        }
        while let Some(slot) = UNREFERENCED.with_borrow_mut(|waiting| waiting.as_mut().and_then(Vec::pop)) {
            if let Some(kind) = Kind::from_number(self.get(slot, object_word::KIND)) {
                (nature(kind).free)(self, slot);
            }
            self.double_word(slot, object_word::GENERATION).store(0, Ordering::Release);
            self.objects.fetch_sub(1, Ordering::Relaxed);
            self.release(slot);
        }
        UNREFERENCED.set(None);
    }
}

/// Whether a counted generation is this one and somebody refers to it.
fn is_of(counted: u64, generation: u32) -> bool {
    counted >> 32 != 0 && counted & u64::from(u32::MAX) == u64::from(generation)
}
