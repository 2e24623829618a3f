//! A pool: the queues that its workers share, and the order in which a worker looks at them.
//!
//! Order: own mailbox, own deque (youngest first), ranked jobs (nested from elsewhere, priority > 0), the injector (first
//! come first served), the other workers' deques (oldest first), ranked jobs with priority < 0.
//!
//! **Waiting inside a job.** A worker whose job at depth `d` waits for results runs other jobs meanwhile, but only jobs at
//! a depth greater than `d` (its *floor*). The jobs it waits for have depth `d + 1`: they are in its own deque or the heap
//! (takeable), or run elsewhere, where the same holds one level deeper; so by induction some job always runs, and the
//! stack of one thread never holds more frames than jobs are nested. (rayon allows any job there, and its stacks grow
//! without bound.) The injector holds depth 1 only, so it is closed to waiting workers.

use std::sync::{PoisonError, RwLock};

use crate::deque::Steal;
use crate::heap::Heap;
use crate::port::Port;
use crate::primitive::{Arc, AtomicBool, AtomicU32, Ordering};
use crate::sleep::{Bed, Sleep};
use crate::slot::{SlotTable, word};
use crate::worker::Worker;
use sync::Ring;

/// Jobs that a pool's injector has room for; a ring goes round in its memory, so a larger one costs more also when idle.
const INJECTOR: u32 = 1 << 18;

/// Numbers for `pool.stats()`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Workers that have joined.
    pub workers: usize,
    /// Workers asleep.
    pub idle: usize,
    /// Jobs in queues.
    pub queued: usize,
    /// Jobs that workers are running.
    pub running: usize,
}

/// See the module's description.
pub struct Pool {
    /// Number of the pool.
    pub number: u32,
    /// Port of the isolate that created it and hears about its workers.
    pub(crate) owner: &'static Port,
    injector: Ring,
    /// Jobs for which the injector had no room, and all that came while there were some.
    overflow: Heap,
    urgent: Heap,
    patient: Heap,
    pub(crate) workers: RwLock<Vec<Arc<Worker>>>,
    pub(crate) sleep: Sleep,
    /// No more submissions.
    closed: AtomicBool,
    /// Workers still to leave, see `retire`.
    retire: AtomicU32,
    rotor: AtomicU32,
}

impl Pool {
    pub(crate) fn new(number: u32, owner: &'static Port) -> Self {
        Self {
            number,
            owner,
            injector: Ring::new(if cfg!(any(loom, miri)) { 16 } else { INJECTOR }),
            overflow: Heap::default(),
            urgent: Heap::default(),
            patient: Heap::default(),
            workers: RwLock::new(Vec::new()),
            sleep: Sleep::default(),
            closed: AtomicBool::new(false),
            retire: AtomicU32::new(0),
            rotor: AtomicU32::new(0),
        }
    }

    /// Whether it takes no more jobs.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Takes no more jobs.
    pub fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Queues a job of nesting `depth`, submitted by `member` if by one of its workers.
    pub(crate) fn push(&self, job: u32, depth: u32, priority: f64, member: Option<&Worker>) {
        if priority < 0.0 {
            self.patient.push(job, depth, priority);
        } else if priority > 0.0 {
            self.urgent.push(job, depth, priority);
        } else if depth > 1 {
            if member.is_none_or(|worker| worker.deque.push(job).is_err()) {
                self.urgent.push(job, depth, 0.0);
            }
        } else if !self.overflow.is_empty() || self.injector.push(job).is_err() {
            self.overflow.push(job, depth, 0.0);
        }
        if self.sleep.posted() {
            self.wake_one();
        }
    }

    /// Puts a job back that a worker took and may not begin; it goes before all others of its depth.
    pub(crate) fn give_back(&self, job: u32, depth: u32) {
        self.urgent.push(job, depth, f64::INFINITY);
        if self.sleep.posted() {
            self.wake_one();
        }
    }

    /// Puts a job into one worker's mailbox.
    pub(crate) fn post(&self, worker: &Worker, job: u32) {
        worker.post(job);
        crate::primitive::fence(Ordering::SeqCst);
        self.wake(worker);
    }

    fn wake(&self, worker: &Worker) -> bool {
        let bed = self.sleep.wake(&worker.seat);
        match bed {
            None => {}
            Some(Bed::Parker) => worker.parker.unpark(),
            Some(Bed::Loop) => worker.port.call(),
        }
        bed.is_some()
    }

    /// Wakes a parked worker, or, when there is none, all that sleep in their event loops: some of those may be busy.
    pub(crate) fn wake_one(&self) {
        let workers = self.workers.read().unwrap_or_else(PoisonError::into_inner);
        let start = self.rotor.fetch_add(1, Ordering::Relaxed) as usize;
        for i in 0..workers.len() {
            let worker = &workers[(start + i) % workers.len()];
            if worker.seat.is_parked() && self.wake(worker) {
                return;
            }
        }
        for worker in workers.iter() {
            self.wake(worker);
        }
    }

    /// Wakes everybody, to notice a change of state.
    pub(crate) fn wake_all(&self) {
        for worker in self.workers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            self.wake(worker);
        }
    }

    /// Finds a job deeper than `floor` for `worker`.
    pub(crate) fn find(&self, slots: &SlotTable, worker: &Worker, floor: u32) -> Option<u32> {
        let deeper = |job: u32| slots.get(job, word::DEPTH) > floor;
        if floor == 0
            && let Some(job) = worker.take_mail()
        {
            return Some(job);
        }
        (worker.deque.pop_if(deeper))
            .or_else(|| self.urgent.pop_deeper(floor))
            .or_else(|| if floor == 0 { self.injector.pop().or_else(|| self.overflow.pop_deeper(0)) } else { None })
            .or_else(|| self.steal(slots, worker, floor))
            .or_else(|| self.patient.pop_deeper(floor))
    }

    fn steal(&self, slots: &SlotTable, thief: &Worker, floor: u32) -> Option<u32> {
        let workers = self.workers.read().unwrap_or_else(PoisonError::into_inner);
        let start = thief.key as usize;
        for i in 0..workers.len() {
            let victim = &workers[(start + i) % workers.len()];
            if victim.isolate == thief.isolate {
                continue;
            }
            loop {
                match victim.deque.steal_if(|job| slots.get(job, word::DEPTH) > floor) {
                    Steal::Job(job) => return Some(job),
                    Steal::Empty | Steal::Refused => break,
                    Steal::Retry => crate::primitive::hint::spin_loop(),
                }
            }
        }
        None
    }

    /// Whether `worker` might find a job, or something else to notice.
    pub(crate) fn work_left(&self, slots: &SlotTable, worker: &Worker, floor: u32) -> bool {
        if floor > 0 {
            // Exact: a waiting worker would spin on jobs that it may not take.
            return self.deeper_left(slots, worker, floor);
        }
        let retiring = self.retire.load(Ordering::Relaxed) != 0 || worker.leave.load(Ordering::Relaxed);
        let ranked = !self.urgent.is_empty() || !self.patient.is_empty() || !worker.deque.is_empty();
        retiring || ranked || worker.has_mail() || self.has_injected() || self.others_have_work(worker)
    }

    fn deeper_left(&self, slots: &SlotTable, worker: &Worker, floor: u32) -> bool {
        let deeper = |job: u32| slots.get(job, word::DEPTH) > floor;
        self.urgent.has_deeper(floor)
            || self.patient.has_deeper(floor)
            || worker.deque.youngest().is_some_and(deeper)
            || (self.workers.read().unwrap_or_else(PoisonError::into_inner).iter())
                .any(|other| other.isolate != worker.isolate && other.deque.oldest().is_some_and(deeper))
    }

    fn has_injected(&self) -> bool {
        !self.injector.is_empty() || !self.overflow.is_empty()
    }

    fn others_have_work(&self, worker: &Worker) -> bool {
        let workers = self.workers.read().unwrap_or_else(PoisonError::into_inner);
        workers.iter().any(|other| other.isolate != worker.isolate && !other.deque.is_empty())
    }

    /// Whether more jobs wait that anybody could take; decides if one more worker is woken.
    pub(crate) fn has_more(&self, worker: &Worker) -> bool {
        let shared = self.has_injected() || !self.urgent.is_empty() || !self.patient.is_empty();
        shared || !worker.deque.is_empty() || self.others_have_work(worker)
    }

    /// Jobs in queues.
    #[must_use]
    pub fn queued(&self) -> usize {
        let workers = self.workers.read().unwrap_or_else(PoisonError::into_inner);
        let nested: usize = workers.iter().map(|worker| worker.deque.len()).sum();
        self.injector.len() + self.overflow.len() + self.urgent.len() + self.patient.len() + nested
    }

    /// Numbers for `pool.stats()`.
    #[must_use]
    pub fn stats(&self) -> PoolStats {
        let queued = self.queued();
        let workers = self.workers.read().unwrap_or_else(PoisonError::into_inner);
        let running = workers.iter().map(|worker| worker.running()).sum();
        let idle = workers.iter().filter(|worker| worker.running() == 0).count();
        PoolStats { workers: workers.len(), idle, queued, running }
    }

    /// Takes every job out of the shared queues.
    pub(crate) fn drain(&self) -> Vec<u32> {
        let mut jobs: Vec<u32> = std::iter::from_fn(|| self.injector.pop()).collect();
        jobs.extend(std::iter::from_fn(|| self.overflow.pop_deeper(0)));
        jobs.extend(std::iter::from_fn(|| self.urgent.pop_deeper(0)));
        jobs.extend(std::iter::from_fn(|| self.patient.pop_deeper(0)));
        for worker in self.workers.read().unwrap_or_else(PoisonError::into_inner).iter() {
            loop {
                match worker.deque.steal_if(|_| true) {
                    Steal::Job(job) => jobs.push(job),
                    Steal::Retry => {}
                    Steal::Empty | Steal::Refused => break,
                }
            }
        }
        jobs
    }

    /// Asks `count` workers to leave once they are idle.
    pub fn retire(&self, count: u32) {
        self.retire.store(count, Ordering::Release);
        crate::primitive::fence(Ordering::SeqCst);
        self.wake_all();
    }

    /// An idle worker asks whether it is to leave.
    pub(crate) fn should_leave(&self, worker: &Worker) -> bool {
        worker.leave.load(Ordering::Acquire)
            || (self.retire).fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| left.checked_sub(1)).is_ok()
    }
}
