//! A meeting point of a fixed number of parties, again and again.
//!
//! State: how many are inside (24 bits), [`ACTING`], [`BROKEN`], [`WAITERS`](crate::WAITERS); it changes under the guard only.
//! The last party to arrive lets the others go, all in one go under the guard: so a fast one that comes back at once belongs to the
//! next meeting. If the barrier has an action, the last one is told to run it and to [`finish`](Barrier::finish) then;
//! who arrives meanwhile waits outside and tries again after it.
//!
//! Who gives up for lack of time, or dies inside, breaks the barrier for all: they would wait in vain.

use crate::primitive::Ordering;
use crate::records::Records;
use crate::wait::{Wait, Waitable};
use crate::wait_queue::{BASE, Guarded, WaitQueue};
use crate::waiter::{Phase, Waiter, waiter_word};

/// Part of the state: parties inside.
pub const INSIDE: u32 = (1 << 24) - 1;
/// Bit of the state: the last party runs the action.
pub const ACTING: u32 = 1 << 29;
/// Bit of the state: broken until it is reset.
pub const BROKEN: u32 = 1 << 30;
/// Bit of a result: the party is the last one and is to run the action; the other bits are the ticket for `finish`.
pub const ACT: u32 = 1 << 30;

/// Words of the object.
const PARTIES: usize = 6;
const HAS_ACTION: usize = 7;
/// Counts the meetings.
const MEETING: usize = 20;
/// Isolate + 1 of the party that runs the action.
const ACTOR: usize = 21;

/// A waiter that belongs to the meeting.
const IN: u32 = 0;
/// A waiter that arrived while the action ran.
const OUT: u32 = 1;

const TICKET: u32 = ACT - 1;

/// See the module's description.
#[derive(Debug)]
pub struct Barrier<'a, R: Records + ?Sized> {
    queue: WaitQueue<'a, R>,
}

impl<'a, R: Records + ?Sized> Barrier<'a, R> {
    /// The barrier in record `object`.
    pub fn new(records: &'a R, object: u32) -> Self {
        Self { queue: WaitQueue::new(records, object, BASE) }
    }

    /// Begins with so many parties.
    pub fn start(&self, parties: u32, has_action: bool) {
        self.queue.clear();
        self.put(PARTIES, parties);
        self.put(HAS_ACTION, u32::from(has_action));
    }

    fn get(&self, word: usize) -> u32 {
        self.queue.records.word(self.queue.object, word).load(Ordering::Relaxed)
    }

    fn put(&self, word: usize, value: u32) {
        self.queue.records.word(self.queue.object, word).store(value, Ordering::Relaxed);
    }

    fn state(&self) -> u32 {
        self.queue.state().load(Ordering::Relaxed)
    }

    /// Writes the state under the guard; Release: what JavaScript reads of it comes after what led to it.
    fn put_state(&self, guarded: &Guarded<'a, R>, state: u32) {
        self.queue.state().store(state | guarded.waiters(), Ordering::Release);
    }

    /// The meeting is over: those inside go, with their numbers, and those outside try to enter the next one.
    fn open(&self, guarded: &mut Guarded<'a, R>, phase: Phase) {
        self.put(MEETING, self.get(MEETING).wrapping_add(1));
        let mut number = 0;
        while let Some(first) = guarded.first() {
            if first.get(waiter_word::WANT) == OUT {
                guarded.settle(first, Phase::Retry, 0);
            } else {
                guarded.settle(first, phase, number);
                number += 1;
            }
        }
    }

    /// The party with that ticket has run the action; `is_done` says whether it succeeded. The answer is what its wait ends with.
    #[must_use]
    pub fn finish(&self, ticket: u32, is_done: bool) -> Wait {
        let mut guarded = self.queue.lock();
        if self.state() & ACTING == 0 || self.get(MEETING) & TICKET != ticket & TICKET {
            return Wait::Broken;
        }
        if !is_done {
            self.break_all(&mut guarded);
            return Wait::Broken;
        }
        self.open(&mut guarded, Phase::Granted);
        self.put_state(&guarded, 0);
        Wait::Granted(self.get(PARTIES) - 1)
    }

    fn break_all(&self, guarded: &mut Guarded<'a, R>) {
        self.put(MEETING, self.get(MEETING).wrapping_add(1));
        while let Some(first) = guarded.first() {
            guarded.settle(first, Phase::Broken, 0);
        }
        self.put_state(guarded, BROKEN);
    }

    /// Breaks it until it is reset: all waits fail.
    pub fn abort(&self) {
        self.break_all(&mut self.queue.lock());
    }

    /// Makes it as new: those inside fail.
    pub fn reset(&self) {
        let mut guarded = self.queue.lock();
        self.open(&mut guarded, Phase::Broken);
        self.put_state(&guarded, 0);
    }

    /// The isolate lets go of the barrier; if it was inside, the barrier breaks.
    pub fn leave(&self, isolate: u32) {
        let mut guarded = self.queue.lock();
        let mut is_inside = self.state() & ACTING != 0 && self.get(ACTOR) == isolate + 1;
        let mut at = guarded.first();
        while let Some(waiter) = at {
            at = guarded.after(waiter);
            is_inside |= waiter.get(waiter_word::ISOLATE) == isolate && waiter.get(waiter_word::WANT) == IN;
        }
        guarded.close_of(isolate);
        if is_inside {
            self.break_all(&mut guarded);
        } else {
            self.put_state(&guarded, self.state() & !crate::WAITERS);
        }
    }

    /// Takes a waiter out; whether it was there, and the state without it.
    fn remove(&self, guarded: &mut Guarded<'a, R>, waiter: Waiter<'a, R>) -> bool {
        if !guarded.has(waiter) {
            return false;
        }
        let inside = u32::from(waiter.get(waiter_word::WANT) == IN);
        guarded.remove(waiter);
        self.put_state(guarded, (self.state() & !crate::WAITERS) - inside);
        true
    }
}

impl<R: Records + ?Sized> Waitable<R> for Barrier<'_, R> {
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait> {
        let waiter = self.queue.waiter(waiter.id);
        let mut guarded = self.queue.lock();
        let state = self.state() & !crate::WAITERS;
        if state & BROKEN != 0 {
            return Some(Wait::Broken);
        }
        if state & ACTING != 0 {
            waiter.set(waiter_word::WANT, OUT);
            guarded.push_back(waiter);
            self.put_state(&guarded, state);
            return None;
        }
        let parties = self.get(PARTIES);
        if state & INSIDE == parties - 1 {
            if self.get(HAS_ACTION) != 0 {
                self.put(ACTOR, waiter.get(waiter_word::WHO));
                self.put_state(&guarded, state | ACTING);
                return Some(Wait::Granted(ACT | self.get(MEETING) & TICKET));
            }
            self.open(&mut guarded, Phase::Granted);
            self.put_state(&guarded, 0);
            return Some(Wait::Granted(parties - 1));
        }
        waiter.set(waiter_word::WANT, IN);
        guarded.push_back(waiter);
        self.put_state(&guarded, state + 1);
        None
    }

    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool {
        self.remove(&mut self.queue.lock(), self.queue.waiter(waiter.id))
    }

    fn expire(&self, waiter: Waiter<'_, R>) -> bool {
        let mut guarded = self.queue.lock();
        let waits = self.remove(&mut guarded, self.queue.waiter(waiter.id));
        if waits {
            self.break_all(&mut guarded);
        }
        waits
    }

    /// The others have gone on already. Only of the last party more is expected: its action.
    fn refund(&self, waiter: Waiter<'_, R>) {
        let result = waiter.get(waiter_word::RESULT);
        if result & ACT != 0 {
            let broken = self.finish(result, false);
            debug_assert_eq!(broken, Wait::Broken);
        }
    }
}
