//! Records for the tests of the primitives: a plain array, in loom and out of it. An isolate is a thread of the test, with
//! one record of its own to wait with.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::time::Duration;

use sync::primitive::{AtomicU32, Ordering};
use sync::{BASE, Mode, Parker, Records, Rest, Sleeper, WaitQueue, Waitable, Waiter, Wish};

/// Enough for the words of an object and the tallies of 24 isolates.
const WORDS: usize = 48;

/// See the module's description.
pub(crate) struct Board {
    records: Vec<[AtomicU32; WORDS]>,
    parkers: Vec<Parker>,
    /// Records of promises whose waits have ended, in that order.
    pub(crate) home: sync::primitive::Mutex<Vec<u32>>,
    /// The clock, and what each look at it adds.
    pub(crate) micros: AtomicU32,
    pub(crate) step: u32,
}

/// The first object; waiters are the records behind it.
pub(crate) const OBJECT: u32 = 0;
/// The second object.
pub(crate) const OTHER: u32 = 1;
const OBJECTS: u32 = 2;

/// The record that an isolate waits with.
pub(crate) fn record_of(isolate: u32) -> u32 {
    OBJECTS + isolate
}

impl Records for Board {
    fn word(&self, record: u32, index: usize) -> &AtomicU32 {
        &self.records[record as usize][index]
    }

    fn unpark(&self, isolate: u32) {
        self.parkers[isolate as usize].unpark();
    }

    fn send_home(&self, waiter: u32) {
        self.home.lock().unwrap().push(waiter);
    }

    fn call(&self, _isolate: u32) {}

    fn tally(&self, object: u32, isolate: u32) -> &AtomicU32 {
        self.word(object, 24 + isolate as usize)
    }

    fn now(&self) -> u32 {
        self.micros.fetch_add(self.step, Ordering::Relaxed)
    }
}

impl Board {
    /// Objects, and `waiters` records to wait with, each of the isolate of that number.
    pub(crate) fn new(waiters: u32) -> Self {
        let board = Self {
            records: (0..OBJECTS + waiters).map(|_| std::array::from_fn(|_| AtomicU32::new(0))).collect(),
            parkers: (0..waiters).map(|_| Parker::default()).collect(),
            home: sync::primitive::Mutex::new(Vec::new()),
            micros: AtomicU32::new(0),
            step: 0,
        };
        for object in 0..OBJECTS {
            WaitQueue::new(&board, object, BASE).clear();
        }
        board
    }

    /// The waiter of an isolate, ready to wait for the first object.
    pub(crate) fn waiter(&self, isolate: u32, mode: Mode, want: u32) -> Waiter<'_, Self> {
        let waiter = Waiter::of(self, record_of(isolate));
        self.word(waiter.id, sync::waiter_word::ISOLATE).store(isolate, Ordering::Relaxed);
        waiter.begin(mode, Wish { object: OBJECT, generation: 1, base: BASE, want, who: isolate + 1 });
        waiter
    }

    /// A promise of an isolate, ready to wait for another object.
    pub(crate) fn waiter_for(&self, isolate: u32, object: u32) -> Waiter<'_, Self> {
        let waiter = self.waiter(isolate, Mode::Async, 0);
        waiter.set(sync::waiter_word::OBJECT, object);
        waiter
    }

    /// The thread of an isolate, ready to wait for another object.
    pub(crate) fn waiter_for_thread(&self, isolate: u32, object: u32) -> Waiter<'_, Self> {
        let waiter = self.waiter(isolate, Mode::Thread, 0);
        waiter.set(sync::waiter_word::OBJECT, object);
        waiter
    }

    /// A promise of an isolate, ready to wait in the queue of the first object whose words begin at `base`.
    pub(crate) fn waiter_at(&self, isolate: u32, base: u32, want: u32) -> Waiter<'_, Self> {
        let waiter = self.waiter(isolate, Mode::Async, want);
        waiter.set(sync::waiter_word::BASE, base);
        waiter
    }

    /// Phase and result of an isolate's wait.
    pub(crate) fn waiter_result(&self, isolate: u32) -> (sync::Phase, u32) {
        let waiter = Waiter::of(self, record_of(isolate));
        (waiter.phase(), waiter.get(sync::waiter_word::RESULT))
    }

    /// Blocks until the wait is over, however long that takes.
    pub(crate) fn wait(&self, isolate: u32, want: u32, object: &impl Waitable<Self>) -> sync::Wait {
        object.wait(self.waiter(isolate, Mode::Thread, want), &mut self.bed(isolate))
    }

    /// Enlists a promise.
    pub(crate) fn promise(&self, isolate: u32, want: u32, object: &impl Waitable<Self>) -> Option<sync::Wait> {
        object.enlist(self.waiter(isolate, Mode::Async, want))
    }

    /// Isolates whose promises came home since the last call, in that order.
    pub(crate) fn arrived(&self) -> Vec<u32> {
        self.home.lock().unwrap().drain(..).map(|record| record - OBJECTS).collect()
    }

    /// Where the thread of an isolate sleeps.
    pub(crate) fn bed(&self, isolate: u32) -> Bed<'_> {
        Bed { parker: &self.parkers[isolate as usize], rests: u32::MAX, end: Rest::TimedOut }
    }
}

/// Sleeps in the parker of an isolate; after so many rests something ends the wait.
pub(crate) struct Bed<'a> {
    parker: &'a Parker,
    pub(crate) rests: u32,
    pub(crate) end: Rest,
}

impl Sleeper for Bed<'_> {
    fn rest(&mut self, is_limited: bool) -> Rest {
        if self.rests == 0 && (is_limited || self.end == Rest::Stopped) {
            return self.end;
        }
        self.rests = self.rests.saturating_sub(1);
        self.parker.park(Duration::from_mins(1));
        Rest::Look
    }
}

impl Bed<'_> {
    /// Ends the wait before the first sleep.
    pub(crate) fn ends_at_once(mut self, end: Rest) -> Self {
        (self.rests, self.end) = (0, end);
        self
    }
}
