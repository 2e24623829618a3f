//! A worker: the thread that takes jobs of one pool. It owns a deque, a mailbox for jobs meant for it alone, and the list
//! of the jobs it is running (more than one when it runs others while one of them waits).

use std::collections::VecDeque;
use std::ops::DerefMut;
use std::sync::PoisonError;

use crate::deque::Deque;
use crate::port::Port;
use crate::primitive::{Arc, AtomicBool, AtomicUsize, Mutex, Ordering};
use crate::sleep::Seat;

/// Nested jobs that fit into a worker's own deque; more go to the pool's heap.
const DEQUE: usize = 1024;

/// What a worker is to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Run this job.
    Job(u32),
    /// Nothing to do now; asleep in the event loop if it asked for that.
    Nothing,
    /// Results of its own jobs have come.
    Results,
    /// End this worker.
    Leave,
    /// The caller's slice check said that its thread is being stopped.
    Stopped,
}

/// See the module's description.
pub struct Worker {
    /// Isolate number.
    pub isolate: u32,
    /// The owner's name for it.
    pub key: u32,
    pub(crate) deque: Deque,
    pub(crate) seat: Seat,
    pub(crate) port: &'static Port,
    pub(crate) parker: Arc<sync::Parker>,
    /// Asleep in its event loop since the last call of `next`. Owner only.
    pub(crate) in_loop: AtomicBool,
    pub(crate) leave: AtomicBool,
    mailbox: Mutex<VecDeque<u32>>,
    mail: AtomicUsize,
    running: Mutex<Running>,
}

/// Jobs under way in one worker.
#[derive(Default)]
struct Running {
    jobs: Vec<u32>,
    /// It is about to be killed for one of them and may begin no other.
    condemned: bool,
}

impl Worker {
    pub(crate) fn new(isolate: u32, key: u32, port: &'static Port) -> Self {
        Self {
            isolate,
            key,
            deque: Deque::new(DEQUE),
            seat: Seat::default(),
            port,
            parker: Arc::clone(port.parker()),
            in_loop: AtomicBool::new(false),
            leave: AtomicBool::new(false),
            mailbox: Mutex::new(VecDeque::new()),
            mail: AtomicUsize::new(0),
            running: Mutex::new(Running::default()),
        }
    }

    fn lock(&self) -> impl DerefMut<Target = Running> + '_ {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mailbox(&self) -> impl DerefMut<Target = VecDeque<u32>> + '_ {
        self.mailbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a job into its mailbox.
    pub(crate) fn post(&self, job: u32) {
        self.mailbox().push_back(job);
        self.mail.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn has_mail(&self) -> bool {
        self.mail.load(Ordering::Acquire) != 0
    }

    pub(crate) fn take_mail(&self) -> Option<u32> {
        if !self.has_mail() {
            return None;
        }
        let job = self.mailbox().pop_front()?;
        self.mail.fetch_sub(1, Ordering::Release);
        Some(job)
    }

    /// Notes that it runs `job`; `false` when it may not begin another one.
    pub(crate) fn started(&self, job: u32) -> bool {
        let mut running = self.lock();
        if running.condemned {
            return false;
        }
        running.jobs.push(job);
        true
    }

    pub(crate) fn finished(&self, job: u32) {
        let mut running = self.lock();
        if let Some(index) = running.jobs.iter().rposition(|&other| other == job) {
            running.jobs.swap_remove(index);
        }
    }

    /// Forbids it to begin another job, if it is running `job` now; whether it is.
    pub(crate) fn condemn(&self, job: u32) -> bool {
        let mut running = self.lock();
        let runs = running.jobs.contains(&job);
        if runs {
            running.condemned = true;
            self.leave.store(true, Ordering::Release);
        }
        runs
    }

    pub(crate) fn take_running(&self) -> Vec<u32> {
        std::mem::take(&mut self.lock().jobs)
    }

    /// Jobs it is running now.
    pub fn running(&self) -> usize {
        self.lock().jobs.len()
    }
}
