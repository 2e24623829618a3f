//! The hard core of all primitives: a first-in, first-out list of waiters in an object's record, under a guard. It serves
//! blocked threads and pending promises alike (after WTF's `ParkingLot`, <https://webkit.org/blog/6161/locking-in-webkit/>,
//! and the Rust crate `parking_lot`; here each object has its queue in its own record, which several processes may map).
//!
//! Four words of the object from `base` on: the state, which belongs to the primitive and may be changed without the guard,
//! the guard, the first and the last waiter. Bit 31 of the state, [`WAITERS`], says that the list is not empty: as long as
//! it is off, a primitive may be used by compare-and-swap on its state alone.
//!
//! **No wake-up is lost.** A waiter enters the list under the guard, and only when a compare-and-swap from a state that
//! makes it wait has turned WAITERS on. Whoever changes the state to one that would let it go on either comes before that
//! swap, which then fails and looks again, or sees WAITERS and takes the guard, under which it finds the waiter. Ending a wait
//! stores the phase first and wakes then; a thread looks at its phase before each sleep, and its parker keeps a token.
//!
//! **Ending a wait.** Under the guard the waiter leaves the list and its phase says why. A thread may go on from that
//! moment, so nothing of its record is touched any more; that of a promise is put into its isolate's completion port, so that promises
//! are settled in the order of the list. The wake-ups themselves (`futex`, event loop) come after the guard.
//! A waiter that ends its wait by itself (timeout, signal, stop) asks under the guard whether it is still in the list;
//! if not, the wait has ended already and the result stands.
//!
//! Progress: blocking, for the few instructions under the guard.

use crate::guard;
use crate::primitive::{AtomicU32, Ordering};
use crate::records::Records;
use crate::stack::NONE;
use crate::waiter::{Mode, Phase, Waiter, waiter_word};

/// Bit of the state: somebody waits.
pub const WAITERS: u32 = 1 << 31;

/// Where the words of an object's only queue begin.
pub const BASE: usize = 16;

const GUARD: usize = 1;
const HEAD: usize = 2;
const TAIL: usize = 3;

/// Isolates woken at once without allocating.
const FEW: usize = 8;

/// The queue of an object; see the module's description.
#[derive(Debug)]
pub struct WaitQueue<'a, R: Records + ?Sized> {
    pub(crate) records: &'a R,
    pub(crate) object: u32,
    base: usize,
}

impl<R: Records + ?Sized> Clone for WaitQueue<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Records + ?Sized> Copy for WaitQueue<'_, R> {}

impl<'a, R: Records + ?Sized> WaitQueue<'a, R> {
    /// The queue of `object` whose words begin at `base`.
    pub fn new(records: &'a R, object: u32, base: usize) -> Self {
        Self { records, object, base }
    }

    /// Empties the list of a new object.
    pub fn clear(&self) {
        self.word(GUARD).store(0, Ordering::Relaxed);
        self.word(HEAD).store(NONE, Ordering::Relaxed);
        self.word(TAIL).store(NONE, Ordering::Relaxed);
    }

    fn word(&self, index: usize) -> &'a AtomicU32 {
        self.records.word(self.object, self.base + index)
    }

    /// The state.
    #[must_use]
    pub fn state(&self) -> &'a AtomicU32 {
        self.word(0)
    }

    /// Takes a waiter out that ends its wait by itself, of a primitive that has nothing else to do then; `false` if it
    /// is not there.
    pub(crate) fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        self.withdraw_and(waiter, |guarded| self.mark(guarded))
    }

    /// As `withdraw`; if the waiter was there, `then` does what follows from its absence.
    pub(crate) fn withdraw_and(&self, waiter: Waiter<'_, R>, then: impl FnOnce(&mut Guarded<'a, R>)) -> bool {
        let mut guarded = self.lock();
        let waiter = self.waiter(waiter.id);
        let waits = guarded.has(waiter);
        if waits {
            guarded.remove(waiter);
            then(&mut guarded);
        }
        waits
    }

    /// Ends all waits of one isolate, of a primitive that has nothing else to do then.
    pub(crate) fn leave(&self, isolate: u32) {
        let mut guarded = self.lock();
        guarded.close_of(isolate);
        self.mark(&guarded);
    }

    /// Turns WAITERS off if nobody waits any more.
    pub(crate) fn mark(&self, guarded: &Guarded<'a, R>) {
        if guarded.is_empty() {
            self.state().fetch_and(!WAITERS, Ordering::Relaxed);
        }
    }

    /// A waiter.
    pub(crate) fn waiter(&self, id: u32) -> Waiter<'a, R> {
        Waiter::of(self.records, id)
    }

    /// Takes the guard.
    #[must_use]
    pub fn lock(&self) -> Guarded<'a, R> {
        guard::lock(self.word(GUARD));
        Guarded { queue: *self, leaves: true, wakes: Wakes::default() }
    }
}

/// Who is to be woken, by isolate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wake {
    /// The thread, which is blocked.
    Thread(u32),
    /// The event loop.
    Loop(u32),
}

/// Those whose waits have ended and who are still to be woken.
#[derive(Debug, Default)]
struct Wakes {
    few: [Option<Wake>; FEW],
    count: usize,
    more: Vec<Wake>,
}

impl Wakes {
    fn add(&mut self, wake: Wake) {
        // A loop is woken once for many promises.
        if self.few[..self.count].iter().flatten().chain(&self.more).next_back() == Some(&wake) {
            return;
        }
        if let Some(place) = self.few.get_mut(self.count) {
            *place = Some(wake);
            self.count += 1;
        } else {
            self.more.push(wake);
        }
    }

    fn fire<R: Records + ?Sized>(&self, records: &R) {
        for &wake in self.few.iter().flatten().chain(&self.more) {
            match wake {
                Wake::Thread(isolate) => records.unpark(isolate),
                Wake::Loop(isolate) => records.call(isolate),
            }
        }
    }
}

/// The list, as long as the guard is held. Dropping it leaves the guard and then wakes those whose waits have ended.
#[derive(Debug)]
pub struct Guarded<'a, R: Records + ?Sized> {
    queue: WaitQueue<'a, R>,
    /// Whether the guard is to be left with it.
    leaves: bool,
    wakes: Wakes,
}

impl<R: Records + ?Sized> Drop for Guarded<'_, R> {
    fn drop(&mut self) {
        if self.leaves {
            guard::unlock(self.queue.word(GUARD));
        }
        self.wakes.fire(self.queue.records);
    }
}

impl<'a, R: Records + ?Sized> Guarded<'a, R> {
    /// Another list of the same object, whose words begin at `base`, under the same guard. To be dropped after this one.
    #[must_use]
    pub(crate) fn sibling(&self, base: usize) -> Self {
        Self { queue: WaitQueue { base, ..self.queue }, leaves: false, wakes: Wakes::default() }
    }

    fn end(&self, index: usize) -> Option<Waiter<'a, R>> {
        let id = self.queue.word(index).load(Ordering::Relaxed);
        (id != NONE).then(|| self.queue.waiter(id))
    }

    /// The first waiter.
    #[must_use]
    pub fn first(&self) -> Option<Waiter<'a, R>> {
        self.end(HEAD)
    }

    /// The one behind `waiter`.
    #[must_use]
    pub fn after(&self, waiter: Waiter<'a, R>) -> Option<Waiter<'a, R>> {
        let next = waiter.get(waiter_word::NEXT);
        (next != NONE).then(|| self.queue.waiter(next))
    }

    /// All waiters, the first one first.
    pub fn iter(&self) -> impl Iterator<Item = Waiter<'a, R>> + '_ {
        std::iter::successors(self.first(), |&waiter| self.after(waiter))
    }

    /// Whether nobody waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first().is_none()
    }

    /// [`WAITERS`] if somebody waits.
    #[must_use]
    pub fn waiters(&self) -> u32 {
        if self.is_empty() { 0 } else { WAITERS }
    }

    /// Whether `waiter` is in this list.
    #[must_use]
    pub fn has(&self, waiter: Waiter<'a, R>) -> bool {
        let here = waiter.get(waiter_word::OBJECT) == self.queue.object
            && waiter.get(waiter_word::BASE) as usize == self.queue.base;
        here && waiter.phase() == Phase::Queued
    }

    /// Adds a waiter behind all others.
    pub fn push_back(&mut self, waiter: Waiter<'a, R>) {
        let last = self.queue.word(TAIL).swap(waiter.id, Ordering::Relaxed);
        waiter.set(waiter_word::NEXT, NONE);
        waiter.set(waiter_word::PREVIOUS, last);
        self.link(last, HEAD, waiter_word::NEXT, waiter.id);
        self.enter(waiter);
    }

    /// Adds a waiter before all others.
    pub fn push_front(&mut self, waiter: Waiter<'a, R>) {
        let first = self.queue.word(HEAD).swap(waiter.id, Ordering::Relaxed);
        waiter.set(waiter_word::PREVIOUS, NONE);
        waiter.set(waiter_word::NEXT, first);
        self.link(first, TAIL, waiter_word::PREVIOUS, waiter.id);
        self.enter(waiter);
    }

    /// Notes where the waiter is.
    fn enter(&self, waiter: Waiter<'a, R>) {
        waiter.set(waiter_word::OBJECT, self.queue.object);
        waiter.set(waiter_word::BASE, u32::try_from(self.queue.base).unwrap_or(0));
        waiter.put_phase(Phase::Queued);
    }

    /// Sets `word` of `neighbour` to `id`, or the end of the list if there is no neighbour.
    fn link(&self, neighbour: u32, end: usize, word: usize, id: u32) {
        if neighbour == NONE {
            self.queue.word(end).store(id, Ordering::Relaxed);
        } else {
            self.queue.waiter(neighbour).set(word, id);
        }
    }

    /// Takes a waiter out that ends its wait by itself.
    pub fn remove(&mut self, waiter: Waiter<'a, R>) {
        self.take_out(waiter);
        waiter.put_phase(Phase::Idle);
    }

    /// Takes a waiter out whose wait goes on in another queue, or ends; its phase stays.
    pub(crate) fn take_out(&mut self, waiter: Waiter<'a, R>) {
        debug_assert!(self.has(waiter), "a waiter is removed that is not there");
        let (next, previous) = (waiter.get(waiter_word::NEXT), waiter.get(waiter_word::PREVIOUS));
        self.link(previous, HEAD, waiter_word::NEXT, next);
        self.link(next, TAIL, waiter_word::PREVIOUS, previous);
    }

    /// Takes a waiter out because its wait has ended so; it is woken when the guard is left.
    pub fn settle(&mut self, waiter: Waiter<'a, R>, phase: Phase, result: u32) {
        self.take_out(waiter);
        waiter.set(waiter_word::RESULT, result);
        let isolate = waiter.get(waiter_word::ISOLATE);
        // From its new phase on the record belongs to its thread again, and once it is sent home, to its event loop.
        if waiter.get(waiter_word::MODE) == Mode::Async as u32 {
            waiter.put_phase(phase);
            self.queue.records.send_home(waiter.id);
            self.wakes.add(Wake::Loop(isolate));
        } else {
            waiter.put_phase(phase);
            self.wakes.add(Wake::Thread(isolate));
        }
    }

    /// Ends all waits of one isolate, which lets go of the object.
    pub fn close_of(&mut self, isolate: u32) {
        let mut at = self.first();
        while let Some(waiter) = at {
            at = self.after(waiter);
            if waiter.get(waiter_word::ISOLATE) == isolate {
                self.settle(waiter, Phase::Closed, 0);
            }
        }
    }
}
