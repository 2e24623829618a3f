//! The process-wide meeting place: slots, ports and pools, and the operations on them.
//!
//! A `static` of the process: every isolate that loads the addon sees the same one.

use std::sync::{Mutex, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::birth::Births;
use crate::holdings::Holdings;
use crate::isolate::{BLOCKED, PARKER, USER};
use crate::os_threads;
use crate::pool::Pool;
use crate::port::{Port, Wake};
use crate::primitive::{Arc, Ordering, fence, hint};
use crate::sleep::Bed;
use crate::slot::{NoSlot, SlotTable, State, Status, word};
use crate::threads;
use crate::worker::{Next, Worker};
use sync::{Links, NONE};

/// Isolates that may live at once.
pub(crate) const ISOLATES: usize = 4096;
/// How long a thread blocks before it looks whether its isolate is being stopped.
pub(crate) const SLICE: Duration = Duration::from_millis(20);
/// Looks at the queues before a worker goes to sleep: about the time that a futex wake-up takes.
const SPINS: u32 = 40;
/// Pauses of the processor between two of these looks.
const PAUSES: u32 = 32;

/// Token of a slot that carries an [`Event`] instead of a job.
pub const EVENT_TOKEN: u32 = u32::MAX;

/// What happened, to a worker mostly: word `OPERATION` of an event slot; `ARGUMENT` is the worker's key, `FUNCTION` a value,
/// `LENGTH` the number of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Event {
    /// It is gone.
    Gone = 1,
    /// Something the worker reports by itself; the value says what.
    Said = 2,
    /// Not about a worker: the payload is an error that ended a thread.
    Uncaught = 3,
}

/// Why a job was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmitError {
    /// No such pool, or it takes no more jobs.
    Closed,
    /// No such worker.
    NoWorker,
}

/// Why an isolate could not be registered.
#[derive(Debug)]
pub enum AttachError {
    /// Too many isolates live.
    TooMany,
    /// No slot for its record.
    NoSlot(NoSlot),
    /// No room for what belongs to its record.
    Alloc(shm::AllocError),
}

impl std::fmt::Display for AttachError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooMany => write!(f, "more than {ISOLATES} isolates"),
            Self::NoSlot(error) => error.fmt(f),
            Self::Alloc(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AttachError {}

/// How [`Runtime::next`] waits when there is no job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    Not,
    /// For some microseconds, looking again and again: a submitter that has just got a result often sends the next job.
    Spin,
    /// In the event loop: the port's wake-up is called.
    Loop,
    /// Blocking, for at most this long.
    Block(Duration),
}

/// See the module's description.
pub struct Runtime {
    slots: SlotTable,
    ports: Box<[OnceLock<Port>]>,
    /// Isolate numbers that may be given out again, and the first never used.
    numbers: Mutex<(Vec<u32>, u32)>,
    pools: RwLock<Vec<Option<Arc<Pool>>>>,
    /// Isolates that were started and have not come yet.
    pub(crate) births: Births,
    /// This process as a user of the region.
    user: Option<shm::User>,
}

static RUNTIME: OnceLock<Runtime> = OnceLock::new();

impl Runtime {
    /// Maps the region. To be called once, before [`Runtime::get`]; later calls do nothing.
    ///
    /// # Errors
    /// When the system refuses the memory.
    pub fn start() -> Result<&'static Self, shm::MapError> {
        if RUNTIME.get().is_none() {
            let slots = SlotTable::new()?;
            let ports = (0..ISOLATES).map(|_| OnceLock::new()).collect();
            let numbers = Mutex::new((Vec::new(), 0));
            // Without an entry nobody could ask for this process; it works all the same.
            let user = slots.region().enroll().ok();
            os_threads::prepare();
            let (pools, births) = (RwLock::default(), Births::default());
            if let Err(late) = RUNTIME.set(Self { slots, ports, numbers, pools, births, user }) {
                drop(late);
            }
        }
        Ok(Self::get())
    }

    /// The runtime of this process.
    ///
    /// # Panics
    /// When [`Runtime::start`] has not succeeded.
    pub fn get() -> &'static Self {
        RUNTIME.get().expect("the runtime is started when the addon is loaded")
    }

    /// The job slots.
    pub fn slots(&self) -> &SlotTable {
        &self.slots
    }

    pub(crate) fn port(&self, isolate: u32) -> Option<&Port> {
        self.ports.get(isolate as usize)?.get()
    }

    /// A new isolate; `wake` makes its event loop look at its port.
    ///
    /// # Errors
    /// When too many live, or there is no room for its record.
    pub fn attach(&'static self, wake: Wake) -> Result<&'static Port, AttachError> {
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(port) = numbers.0.pop().and_then(|isolate| self.port(isolate)) {
            port.reopen(wake);
            return Ok(port);
        }
        let isolate = numbers.1;
        let cell = self.ports.get(isolate as usize).ok_or(AttachError::TooMany)?;
        let record = self.create_record(isolate)?;
        numbers.1 += 1;
        Ok(cell.get_or_init(|| Port::with_record(isolate, record, self.slots.word(record, PARKER), wake)))
    }

    /// The record of an isolate; it stays for whoever gets the isolate's number later.
    fn create_record(&self, isolate: u32) -> Result<u32, AttachError> {
        let record = self.slots.reserve(isolate).ok_or(AttachError::NoSlot(NoSlot))?;
        Holdings::create(&self.slots, record).map_err(|error| {
            self.slots.release(record);
            AttachError::Alloc(error)
        })?;
        self.slots.set(record, USER, self.user.as_ref().map_or(NONE, |user| user.index));
        self.slots.set(record, PARKER, 0);
        self.slots.set(record, BLOCKED, 0);
        self.slots.put_state(record, State::Isolate);
        Ok(record)
    }

    /// Isolates that live.
    pub fn live(&self) -> usize {
        self.ports.iter().map_while(OnceLock::get).filter(|port| port.is_open()).count()
    }

    /// An isolate ends: nobody calls it any more, the jobs it ran count as crashed, the slots it held are free again.
    /// `rest` is the list that [`Runtime::take`] kept.
    pub fn detach(&self, port: &Port, rest: u32, worker: Option<(&Pool, &Worker)>) {
        // One job more keeps the number from being reused while we look.
        port.expect_one();
        threads::set_hook(port.isolate, false);
        port.close();
        if let Some((pool, worker)) = worker {
            self.bury(pool, worker);
        }
        self.discard(port, rest);
        self.let_go_of_all(port);
        self.slots.release_held(port.isolate, port.held_slots());
        self.reap(port);
        self.settle(port);
    }

    fn bury(&self, pool: &Pool, worker: &Worker) {
        {
            let mut workers = pool.workers.write().unwrap_or_else(PoisonError::into_inner);
            workers.retain(|other| other.isolate != worker.isolate);
        }
        // Off the counters, whatever it was doing.
        pool.sleep.get_up(&worker.seat, Bed::Loop);
        pool.sleep.leave();
        while let Some(job) = worker.deque.pop_if(|_| true) {
            let _ = self.slots.change_state(job, State::Queued, State::Running);
            self.send_home(job, Status::Crashed);
        }
        // Meant for it alone, and never begun.
        while let Some(job) = worker.take_mail() {
            let _ = self.slots.change_state(job, State::Queued, State::Cancelled);
            self.send_home(job, Status::Cancelled);
        }
        for job in worker.take_running() {
            self.send_home(job, Status::Crashed);
        }
        self.report(pool, Event::Gone, worker.key, worker.isolate);
        // What it had been woken for is still there.
        pool.wake_one();
    }

    /// Drops what came home to a dead isolate.
    fn reap(&self, port: &Port) {
        self.discard(port, NONE);
    }

    /// Drops a list of slots that have come home, and those that have come since.
    fn discard(&self, port: &Port, rest: u32) {
        let links = self.slots.links();
        let some = |slot: u32| (slot != NONE).then_some(slot);
        let list =
            |first: u32| std::iter::successors(some(first), |&slot| some(links.next(slot).load(Ordering::Relaxed)));
        let slots: Vec<u32> = list(rest).chain(list(port.take(&links))).collect();
        // What came last goes back first, so that items of a queue are in their order again.
        for &slot in slots.iter().rev() {
            if self.slots.is(slot, State::Answered) {
                self.refund(slot);
            }
            self.slots.release(slot);
            self.settle(port);
        }
    }

    fn settle(&self, port: &Port) {
        if port.settle() && !port.is_open() {
            let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
            if port.outstanding() == 0 && !numbers.0.contains(&port.isolate) {
                numbers.0.push(port.isolate);
            }
        }
    }

    /// Tells a pool's owner about a worker.
    pub fn report(&self, pool: &Pool, event: Event, key: u32, value: u32) {
        if !pool.owner.is_open() {
            return;
        }
        // All slots may be under way for a moment; they come back without our help.
        let slot = loop {
            match self.slots.reserve(pool.owner.isolate) {
                Some(slot) => break slot,
                None => std::thread::yield_now(),
            }
        };
        pool.owner.may_hold(slot);
        pool.owner.expect_one();
        self.slots.set(slot, word::TOKEN, EVENT_TOKEN);
        self.slots.set(slot, word::OPERATION, event as u32);
        self.slots.set(slot, word::ARGUMENT, key);
        self.slots.set(slot, word::FUNCTION, value);
        self.slots.set(slot, word::LENGTH, pool.number);
        self.send_home(slot, Status::Event);
    }

    /// Sends a filled slot as an event to an isolate. `false`: that has ended, and the slot stays the caller's.
    pub fn send_uncaught(&self, slot: u32, isolate: u32) -> bool {
        let Some(port) = self.port(isolate).filter(|port| port.is_open()) else { return false };
        port.may_hold(slot);
        port.expect_one();
        self.slots.set(slot, word::OWNER, isolate);
        self.slots.set(slot, word::TOKEN, EVENT_TOKEN);
        self.slots.set(slot, word::OPERATION, Event::Uncaught as u32);
        self.send_home(slot, Status::Event);
        true
    }

    /// A new pool, owned by the isolate of `port`.
    pub fn create_pool(&self, port: &'static Port) -> u32 {
        let mut pools = self.pools.write().unwrap_or_else(PoisonError::into_inner);
        let number = u32::try_from(pools.len()).unwrap_or(NONE);
        pools.push(Some(Arc::new(Pool::new(number, port))));
        number
    }

    /// The pool of that number, if it still exists.
    pub fn pool(&self, number: u32) -> Option<Arc<Pool>> {
        self.pools.read().unwrap_or_else(PoisonError::into_inner).get(number as usize)?.clone()
    }

    /// Forgets a pool. Its queued jobs go home as cancelled.
    pub fn drop_pool(&self, number: u32) {
        let taken = (self.pools.write().unwrap_or_else(PoisonError::into_inner).get_mut(number as usize))
            .and_then(Option::take);
        if let Some(pool) = taken {
            pool.close();
            self.cancel_all(&pool);
        }
    }

    /// Sends every queued job home as cancelled; how many.
    pub fn cancel_all(&self, pool: &Pool) -> usize {
        let jobs = pool.drain();
        for &job in &jobs {
            let _ = self.slots.change_state(job, State::Queued, State::Cancelled);
            self.send_home(job, Status::Cancelled);
        }
        jobs.len()
    }

    /// The isolate of `port` becomes worker `key` of `pool`.
    pub fn join(&self, pool: &Pool, port: &'static Port, key: u32) -> Arc<Worker> {
        let worker = Arc::new(Worker::new(port.isolate, key, port));
        pool.workers.write().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&worker));
        worker
    }

    /// Reserves free slots; how many of `out` were filled.
    pub fn reserve(&self, port: &Port, out: &mut [u32]) -> usize {
        let count = self.slots.reserve_many(port.isolate, out);
        out[..count].iter().for_each(|&slot| port.may_hold(slot));
        count
    }

    /// Queues a filled slot.
    ///
    /// # Errors
    /// When the pool takes no more jobs; the slot stays the caller's.
    pub fn submit(
        &self,
        pool: u32,
        port: &Port,
        slot: u32,
        (depth, priority): (u32, f64),
        worker: Option<&(Arc<Pool>, Arc<Worker>)>,
    ) -> Result<(), SubmitError> {
        let pools = self.pools.read().unwrap_or_else(PoisonError::into_inner);
        // A task of a closed pool may still hand out parts of its work.
        let pool = (pools.get(pool as usize).and_then(Option::as_ref))
            .filter(|pool| depth > 1 || !pool.is_closed())
            .ok_or(SubmitError::Closed)?;
        self.slots.set(slot, word::DEPTH, depth);
        port.expect_one();
        self.slots.put_state(slot, State::Queued);
        let member = worker.filter(|(own, _)| Arc::ptr_eq(own, pool)).map(|(_, worker)| &**worker);
        pool.push(slot, depth, priority, member);
        if pool.is_closed() && pool.workers.read().unwrap_or_else(PoisonError::into_inner).is_empty() {
            // Closed meanwhile, and nobody is left to take it.
            self.cancel_all(pool);
        }
        Ok(())
    }

    /// Queues a filled slot for one worker.
    ///
    /// # Errors
    /// When there is no such worker; the slot stays the caller's.
    pub fn post(&self, pool: u32, port: &Port, slot: u32, key: u32) -> Result<(), SubmitError> {
        let pool = self.pool(pool).ok_or(SubmitError::Closed)?;
        let workers = pool.workers.read().unwrap_or_else(PoisonError::into_inner);
        let worker = workers.iter().find(|worker| worker.key == key).cloned().ok_or(SubmitError::NoWorker)?;
        self.slots.set(slot, word::DEPTH, 1);
        port.expect_one();
        self.slots.put_state(slot, State::Queued);
        // Still under the lock: the worker cannot be buried between the look and the post.
        pool.post(&worker, slot);
        Ok(())
    }

    /// Cancels a queued job; `false` if somebody has begun or finished it. Its slot comes home later either way.
    pub fn cancel(&self, slot: u32) -> bool {
        self.slots.change_state(slot, State::Queued, State::Cancelled)
    }

    /// Worker `key` is about to be killed because of `slot`: it begins no other job. `false` if it does not run `slot`.
    pub fn condemn(&self, pool: u32, key: u32, slot: u32) -> bool {
        self.pool(pool).is_some_and(|pool| {
            let workers = pool.workers.read().unwrap_or_else(PoisonError::into_inner);
            workers.iter().any(|worker| worker.key == key && worker.condemn(slot))
        })
    }

    /// Sends a job home to whoever submitted it.
    fn send_home(&self, slot: u32, status: Status) {
        if status != Status::Ok {
            self.slots.set(slot, word::STATUS, status as u32);
        }
        self.deliver(slot, State::Done);
    }

    /// Puts a slot into the port of its isolate.
    pub(crate) fn deliver(&self, slot: u32, state: State) {
        let owner = self.slots.get(slot, word::OWNER);
        self.send(slot, state);
        self.ring(owner);
    }

    /// The first half of `deliver`: the isolate finds the slot when it looks. Lock-free.
    pub(crate) fn send(&self, slot: u32, state: State) {
        let owner = self.slots.get(slot, word::OWNER);
        self.slots.put_state(slot, state);
        if let Some(port) = self.port(owner) {
            port.add(&self.slots.links(), slot);
        }
    }

    /// The other half: it looks soon.
    pub(crate) fn ring(&self, isolate: u32) {
        let Some(port) = self.port(isolate) else { return };
        port.ring();
        fence(Ordering::SeqCst);
        if !port.is_open() {
            self.reap(port);
        }
    }

    /// The isolate of `port` begins work of its own kind in `slot`, which comes home through [`Runtime::return_slot`].
    pub fn lend_slot(&self, port: &Port, slot: u32) {
        port.expect_one();
        self.slots.put_state(slot, State::Running);
    }

    /// Sends home a slot that was lent. Any thread.
    pub fn return_slot(&self, slot: u32) {
        self.send_home(slot, Status::Ok);
    }

    /// A worker finished a job; result and status are in its slot.
    pub fn complete(&self, worker: &Worker, slot: u32) {
        worker.finished(slot);
        self.send_home(slot, Status::Ok);
    }

    /// Takes finished slots of an isolate into `out`; `rest` keeps the list that did not fit. Returns how many.
    pub fn take(&self, port: &Port, rest: &mut u32, out: &mut [u32]) -> usize {
        let links = self.slots.links();
        let mut count = 0;
        while count < out.len() {
            if *rest == NONE {
                *rest = port.take(&links);
                if *rest == NONE {
                    break;
                }
            }
            out[count] = *rest;
            *rest = links.next(*rest).load(Ordering::Relaxed);
            if self.slots.is(out[count], State::Answered) {
                self.claim_answer(port, out[count]);
            }
            self.slots.put_state(out[count], State::Held);
            port.settle();
            count += 1;
        }
        count
    }

    /// The next job of `worker` that lies deeper than `floor`. `alive` is asked after each slice of blocking.
    pub fn next(&self, pool: &Pool, worker: &Worker, floor: u32, wait: Wait, mut alive: impl FnMut() -> bool) -> Next {
        if worker.in_loop.swap(false, Ordering::Relaxed) {
            pool.sleep.get_up(&worker.seat, Bed::Loop);
        } else {
            pool.sleep.start_search();
        }
        let mut spins = 0;
        loop {
            if worker.port.has_finished() && !matches!(wait, Wait::Not | Wait::Spin) {
                pool.sleep.leave();
                return Next::Results;
            }
            if let Some(job) = pool.find(&self.slots, worker, floor) {
                if self.slots.change_state(job, State::Queued, State::Running) {
                    if pool.sleep.found() && pool.has_more(worker) {
                        pool.wake_one();
                    }
                    self.slots.set(job, word::WORKER, worker.key);
                    if worker.started(job) {
                        return Next::Job(job);
                    }
                    self.slots.put_state(job, State::Queued);
                    pool.give_back(job, self.slots.get(job, word::DEPTH));
                    return Next::Leave;
                }
                self.send_home(job, Status::Cancelled);
                continue;
            }
            if floor == 0 && !matches!(wait, Wait::Not | Wait::Spin) && pool.should_leave(worker) {
                pool.sleep.leave();
                return Next::Leave;
            }
            match wait {
                Wait::Spin | Wait::Block(_) if spins < SPINS => {
                    spins += 1;
                    (0..PAUSES).for_each(|_| hint::spin_loop());
                }
                Wait::Not | Wait::Spin => {
                    pool.sleep.leave();
                    return Next::Nothing;
                }
                Wait::Loop => {
                    if pool.sleep.try_sleep(&worker.seat, Bed::Loop, || pool.work_left(&self.slots, worker, floor)) {
                        worker.in_loop.store(true, Ordering::Relaxed);
                        return Next::Nothing;
                    }
                }
                Wait::Block(limit) => {
                    if let Some(next) = self.sleep(pool, worker, floor, limit, &mut alive) {
                        pool.sleep.leave();
                        return next;
                    }
                }
            }
        }
    }

    /// Blocks a searching worker until there may be a job for it; `Some` when it should return something else.
    fn sleep(
        &self,
        pool: &Pool,
        worker: &Worker,
        floor: u32,
        limit: Duration,
        alive: &mut impl FnMut() -> bool,
    ) -> Option<Next> {
        let start = Instant::now();
        let mut next = None;
        if worker.port.start_blocking()
            && pool.sleep.try_sleep(&worker.seat, Bed::Parker, || pool.work_left(&self.slots, worker, floor))
        {
            while next.is_none() && worker.seat.is_asleep() && worker.port.start_blocking() {
                let left = limit.saturating_sub(start.elapsed());
                let token = worker.parker.park(left.min(SLICE));
                self.look_for_stillborn();
                if left.is_zero() {
                    next = Some(Next::Nothing);
                } else if !token && !alive() {
                    next = Some(Next::Stopped);
                }
            }
            pool.sleep.get_up(&worker.seat, Bed::Parker);
        }
        worker.port.stop_blocking();
        next
    }

    /// Blocks a thread that is no worker until results have come, `limit` has passed, or `alive` says no. `None` then.
    pub fn wait(&self, port: &Port, limit: Duration, mut alive: impl FnMut() -> bool) -> Option<bool> {
        let start = Instant::now();
        let mut answer = Some(true);
        while port.start_blocking() {
            let left = limit.saturating_sub(start.elapsed());
            if left.is_zero() {
                answer = Some(false);
                break;
            }
            if !port.parker().park(left.min(SLICE)) && !alive() {
                answer = None;
                break;
            }
            self.look_for_stillborn();
        }
        port.stop_blocking();
        answer
    }
}
