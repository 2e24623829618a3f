//! Waiting for shared objects: the primitives of `sync` over the slots of the region.
//!
//! Both kinds of waiters bring a slot that their isolate holds. A blocked thread has it back when its call returns; it sleeps in
//! slices, so that it notices the end of its isolate. That of a pending promise comes home to its port when the wait has ended.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use crate::isolate::{BLOCKED, SINCE};
use crate::kind::{Kind, nature};
use crate::object::{Handle, Stale, object_word};
use crate::port::Port;
use crate::primitive::AtomicU32;
use crate::report::report_after;
use crate::runtime::{Runtime, SLICE};
use crate::slot::{NoSlot, State};
use crate::tally;
use sync::{
    Barrier, Condition, Event, Getting, Joining, Lock, Mode, NotOwner, Phase, Putting, Records, Rest, RwLock,
    Semaphore, Sleeper, Wait, WaitQueue, Waitable, Waiter, Wish, queue_word, waiter_word,
};

/// Why a wait could not begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitError {
    /// The object is gone.
    Stale(Stale),
    /// No slot to wait for one of several objects with.
    NoSlot(NoSlot),
    /// Nobody can wait for an object of this kind, or not so.
    Unwaitable,
    /// The lock of the condition is not owned by this isolate.
    NotOwner,
}

impl std::fmt::Display for WaitError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stale(error) => error.fmt(f),
            Self::NoSlot(error) => error.fmt(f),
            Self::Unwaitable => f.write_str("no such wait"),
            Self::NotOwner => f.write_str("the lock is not owned by this isolate"),
        }
    }
}

impl std::error::Error for WaitError {}

impl From<Stale> for WaitError {
    fn from(error: Stale) -> Self {
        Self::Stale(error)
    }
}

impl From<NotOwner> for WaitError {
    fn from(_: NotOwner) -> Self {
        Self::NotOwner
    }
}

/// What is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Goal {
    /// The object, which the isolate holds.
    pub object: Handle,
    /// First of the words of the queue in it.
    pub base: usize,
    /// What is wanted of it, see its kind.
    pub want: u32,
}

impl Records for Runtime {
    fn word(&self, record: u32, index: usize) -> &AtomicU32 {
        self.slots().word(record, index)
    }

    fn unpark(&self, isolate: u32) {
        if let Some(port) = self.port(isolate) {
            port.parker().unpark();
        }
    }

    fn send_home(&self, waiter: u32) {
        self.send(waiter, State::Answered);
    }

    fn call(&self, isolate: u32) {
        self.ring(isolate);
    }

    fn tally(&self, object: u32, isolate: u32) -> &AtomicU32 {
        tally::word(self.slots(), object, isolate)
    }

    fn now(&self) -> u32 {
        sync::micros()
    }
}

/// A thread that blocks in slices.
struct Slices<'a> {
    port: &'a Port,
    /// What is waited for; the first of several.
    goal: Option<Goal>,
    start: Instant,
    limit: Duration,
    /// When the wait is reported, if that is wanted and has not been done.
    report_after: Option<Duration>,
    alive: &'a mut dyn FnMut() -> bool,
}

impl Slices<'_> {
    fn report(&mut self) {
        let waited = self.start.elapsed();
        if let Some(goal) = self.goal
            && self.report_after.is_some_and(|after| waited >= after)
        {
            self.report_after = None;
            // With its end of line in one piece: those who wait for each other tell it in the same moment.
            let told = format!("{}\n", Runtime::get().explain(self.port, goal.object, goal.base, waited));
            let _ = io::stderr().write_all(told.as_bytes());
        }
    }
}

impl Sleeper for Slices<'_> {
    fn rest(&mut self, is_limited: bool) -> Rest {
        let left = if is_limited { self.limit.saturating_sub(self.start.elapsed()) } else { SLICE };
        if left.is_zero() {
            return Rest::TimedOut;
        }
        let token = self.port.parker().park(left.min(SLICE));
        self.report();
        Runtime::get().look_for_stillborn();
        if token || (self.alive)() { Rest::Look } else { Rest::Stopped }
    }
}

impl Runtime {
    /// Calls `work` with the primitive of that kind; `None` if nobody waits for such objects by this.
    fn with_primitive<T>(
        &self,
        kind: Kind,
        object: u32,
        base: usize,
        work: impl FnOnce(&dyn Waitable<Self>) -> T,
    ) -> Option<T> {
        match kind {
            Kind::Lock | Kind::RLock => Some(work(&Lock::new(self, object))),
            Kind::Event | Kind::Thread => Some(work(&Event::new(self, object))),
            Kind::Barrier => Some(work(&Barrier::new(self, object))),
            Kind::RwLock => Some(work(&RwLock::new(self, object))),
            Kind::Semaphore | Kind::BoundedSemaphore => Some(work(&Semaphore::new(self, object, base))),
            Kind::Queue | Kind::LifoQueue | Kind::PriorityQueue => match base {
                queue_word::GETTERS => Some(work(&Getting(self.queue(object)))),
                queue_word::PUTTERS => Some(work(&Putting(self.queue(object)))),
                queue_word::JOINERS => Some(work(&Joining(self.queue(object)))),
                _ => None,
            },
            Kind::Connection | Kind::Condition | Kind::Value | Kind::Array | Kind::SharedMemory | Kind::Buffer => None,
        }
    }

    /// The condition in `object`, with its lock and that one's generation.
    fn condition(&self, object: u32) -> (Condition<'_, Self>, Handle) {
        let [slot, generation] = [object_word::A, object_word::B].map(|word| self.slots().get(object, word));
        (Condition::new(self, object, slot), Handle { slot, generation })
    }

    /// The waiter in `slot`, filled.
    fn begin(&self, port: &Port, goal: Goal, mode: Mode, slot: u32) -> Waiter<'_, Self> {
        let waiter = Waiter::of(self, slot);
        let Handle { slot: object, generation } = goal.object;
        waiter.begin(mode, Wish { object, generation, base: goal.base, want: goal.want, who: port.isolate + 1 });
        self.slots().put_state(slot, State::Waiting);
        waiter
    }

    /// Blocks the thread of `port` until its wait has ended, for at most `limit`; it waits with a slot that its isolate holds.
    /// `alive` is asked after each slice.
    ///
    /// # Errors
    /// When the wait cannot begin.
    pub fn wait_for(
        &self,
        port: &Port,
        goal: Goal,
        slot: u32,
        limit: Duration,
        mut alive: impl FnMut() -> bool,
    ) -> Result<Wait, WaitError> {
        let kind = self.held(port, goal.object)?;
        let waiter = self.begin(port, goal, Mode::Thread, slot);
        let (start, report_after) = (Instant::now(), report_after());
        let mut sleeper = Slices { port, goal: Some(goal), start, limit, report_after, alive: &mut alive };
        self.slots().set(port.record, SINCE, self.now());
        self.slots().set(port.record, BLOCKED, goal.object.slot + 1);
        let wait = if kind == Kind::Condition {
            self.condition(goal.object.slot).0.wait(waiter, &mut sleeper).map_err(WaitError::from)
        } else {
            let wait = |primitive: &dyn Waitable<Self>| primitive.wait(waiter, &mut sleeper);
            self.with_primitive(kind, goal.object.slot, goal.base, wait).ok_or(WaitError::Unwaitable)
        };
        if let Ok(Wait::Granted(result)) = wait {
            self.claim_result(port, slot, result);
        }
        self.slots().set(port.record, BLOCKED, 0);
        self.slots().put_state(slot, State::Held);
        wait
    }

    /// Blocks the thread of `port` until something is known of one of several waits that take nothing, for at most `limit`;
    /// whether that came to pass. `None` when the isolate is being stopped.
    ///
    /// # Errors
    /// When one of them cannot begin.
    pub fn wait_for_any(
        &self,
        port: &Port,
        goals: &[Goal],
        limit: Duration,
        mut alive: impl FnMut() -> bool,
    ) -> Result<Option<bool>, WaitError> {
        let mut waiters = Vec::with_capacity(goals.len());
        let mut answer = self.enlist_all(port, goals, &mut waiters).map(Some);
        let (goal, start, report_after) = (goals.first().copied(), Instant::now(), report_after());
        let mut sleeper = Slices { port, goal, start, limit, report_after, alive: &mut alive };
        while answer == Ok(Some(false)) && waiters.iter().all(|(_, waiter)| waiter.phase() == Phase::Queued) {
            match sleeper.rest(true) {
                Rest::Look => {}
                Rest::TimedOut => break,
                Rest::Stopped => answer = Ok(None),
            }
        }
        for (goal, waiter) in waiters {
            let ended = match self.held(port, goal.object) {
                Ok(kind) => {
                    self.with_primitive(kind, goal.object.slot, goal.base, |primitive| primitive.withdraw(waiter))
                }
                Err(_) => None,
            };
            if answer == Ok(Some(false)) && ended == Some(false) {
                answer = Ok(Some(true));
            }
            self.slots().release(waiter.id);
        }
        answer
    }

    /// Enlists a waiter of this thread for each goal, until one has what it wants; whether one has.
    fn enlist_all<'a>(
        &'a self,
        port: &Port,
        goals: &[Goal],
        waiters: &mut Vec<(Goal, Waiter<'a, Self>)>,
    ) -> Result<bool, WaitError> {
        for &goal in goals {
            let kind = self.held(port, goal.object)?;
            let slot = self.slots().reserve(port.isolate).ok_or(WaitError::NoSlot(NoSlot))?;
            let waiter = self.begin(port, goal, Mode::Thread, slot);
            match self.with_primitive(kind, goal.object.slot, goal.base, |primitive| primitive.enlist(waiter)) {
                Some(None) => waiters.push((goal, waiter)),
                had => {
                    self.slots().release(slot);
                    return had.map(|_| true).ok_or(WaitError::Unwaitable);
                }
            }
        }
        Ok(false)
    }

    /// Lets a promise wait with a slot that the isolate of `port` holds. `None`: the slot comes home when the wait has ended;
    /// else it stays the caller's.
    ///
    /// # Errors
    /// When the wait cannot begin.
    pub fn enlist(&self, port: &Port, goal: Goal, slot: u32) -> Result<Option<Wait>, WaitError> {
        let kind = self.held(port, goal.object)?;
        port.expect_one();
        let waiter = self.begin(port, goal, Mode::Async, slot);
        let answer = if kind == Kind::Condition {
            self.condition(goal.object.slot).0.begin(waiter).map(|()| None).map_err(WaitError::from)
        } else {
            let enlist = |primitive: &dyn Waitable<Self>| primitive.enlist(waiter);
            self.with_primitive(kind, goal.object.slot, goal.base, enlist).ok_or(WaitError::Unwaitable)
        };
        if !matches!(answer, Ok(None)) {
            self.take_back(port, slot);
        }
        if let Ok(Some(Wait::Granted(result))) = answer {
            self.claim_result(port, slot, result);
        }
        answer
    }

    /// Ends the wait of a promise for `object`, or breaks it off because its time `is_over`. `false`: it has ended already or
    /// goes on elsewhere, and the slot comes home.
    pub fn withdraw(&self, port: &Port, object: Handle, slot: u32, is_over: bool) -> bool {
        let Ok(kind) = self.held(port, object) else { return false };
        let waiter = Waiter::of(self, slot);
        let base = waiter.get(waiter_word::BASE) as usize;
        let end = |primitive: &dyn Waitable<Self>| {
            if is_over { primitive.expire(waiter) } else { primitive.withdraw(waiter) }
        };
        let ended = match kind {
            Kind::Condition => self.condition(object.slot).0.withdraw(waiter),
            _ => self.with_primitive(kind, object.slot, base, end).unwrap_or(false),
        };
        if ended {
            self.take_back(port, slot);
        }
        ended
    }

    /// The slot of a promise is its isolate's again, without having travelled.
    fn take_back(&self, port: &Port, slot: u32) {
        self.slots().put_state(slot, State::Held);
        port.settle();
    }

    /// Wakes waiters of a condition, whose lock the isolate of `port` owns; how many.
    ///
    /// # Errors
    /// When it does not own the lock, or the condition is gone.
    pub fn notify(&self, port: &Port, object: Handle, count: u32) -> Result<u32, WaitError> {
        self.held(port, object)?;
        let (condition, lock) = self.condition(object.slot);
        Ok(condition.notify(count, port.isolate + 1, lock.generation)?)
    }

    /// Binds a new condition to its lock, to which it keeps a reference.
    ///
    /// # Errors
    /// When one of them is gone.
    pub fn bind_condition(&self, port: &Port, object: Handle, lock: Handle) -> Result<(), Stale> {
        self.held(port, object)?;
        self.slots().retain(lock)?;
        self.slots().set(object.slot, object_word::A, lock.slot);
        self.slots().set(object.slot, object_word::B, lock.generation);
        Ok(())
    }

    /// A promise's wait has come home to the isolate of `port`: what it was granted is its.
    pub(crate) fn claim_answer(&self, port: &Port, slot: u32) {
        let waiter = Waiter::of(self, slot);
        if waiter.phase() == Phase::Granted {
            self.claim_result(port, slot, waiter.get(waiter_word::RESULT));
        }
    }

    /// What a waiter was granted whose isolate is gone goes back.
    pub(crate) fn refund(&self, slot: u32) {
        let waiter = Waiter::of(self, slot);
        let [object, generation, base] =
            [waiter_word::OBJECT, waiter_word::GENERATION, waiter_word::BASE].map(|word| waiter.get(word));
        let handle = Handle { slot: object, generation };
        if waiter.phase() != Phase::Granted || self.slots().retain(handle).is_err() {
            return;
        }
        if let Ok(kind) = self.slots().kind(handle) {
            self.with_primitive(kind, object, base as usize, |primitive| primitive.refund(waiter));
        }
        self.slots().unref(handle);
    }

    /// How many wait for an object, in the queue whose words begin at `base`.
    ///
    /// # Errors
    /// When the isolate does not hold it.
    pub fn waiters(&self, port: &Port, object: Handle, base: usize) -> Result<usize, Stale> {
        self.held(port, object)?;
        Ok(WaitQueue::new(self, object.slot, base).lock().iter().count())
    }

    /// Word of the object in which the isolate of `port` counts its readers, if it is in the object itself.
    pub fn tally_word(&self, port: &Port, slot: u32) -> Option<usize> {
        tally::index_of(self.slots(), slot, port.isolate)
    }

    /// Makes what an isolate needs to use an object that it begins to hold.
    pub(crate) fn enter(&self, port: &Port, slot: u32, kind: Kind) -> Result<(), shm::AllocError> {
        (nature(kind).enter)(self.slots(), port, slot)
    }
}
