//! A memory for queues: records, parkers and ports of isolates, under loom and without.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::time::Duration;

use sync::primitive::{Arc, AtomicU32, AtomicU64, Mutex, Ordering};
use sync::{
    Getting, Joining, Mode, Parker, Putting, Queue, QueueRecords, Records, Rest, Sleeper, Wait, Waitable, Waiter, Wish,
    is_record, waiter_word,
};

/// Words that the structures use, of 64: under loom each costs.
const USED: [usize; 29] =
    [0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 26, 27, 28, 29, 30, 31, 33, 48, 63];
const DOUBLES: [usize; 4] = [34, 36, 38, 50];

/// Number of the record that is the queue.
pub(crate) const QUEUE: u32 = 0;

/// See the module's description. Record 0 is the queue, records 1 to `isolates` are the waiters of as many isolates, the rest
/// is free.
pub(crate) struct Memory {
    words: Vec<AtomicU32>,
    doubles: Vec<AtomicU64>,
    cells: Vec<AtomicU64>,
    head: AtomicU32,
    parkers: Vec<Parker>,
    free: Mutex<Vec<u32>>,
    /// Records of promises that came home.
    pub(crate) home: Mutex<Vec<u32>>,
    /// Items that were discarded.
    pub(crate) discarded: Mutex<Vec<u32>>,
}

/// How a queue is made.
#[derive(Clone, Copy, Default)]
pub(crate) struct Shape {
    pub(crate) limit: u32,
    pub(crate) most_bytes: u64,
    pub(crate) order: u32,
    pub(crate) cells: u32,
}

impl Memory {
    pub(crate) fn new(shape: Shape, isolates: u32, free: u32) -> Arc<Self> {
        let count = 1 + isolates + free;
        let many = |n: usize| (0..n).map(|_| AtomicU32::new(0)).collect();
        let large = |n: usize| (0..n).map(|_| AtomicU64::new(0)).collect();
        let memory = Arc::new(Self {
            words: many(count as usize * USED.len()),
            doubles: large(DOUBLES.len()),
            cells: large(shape.cells as usize),
            head: AtomicU32::new(0),
            parkers: (0..=isolates).map(|_| Parker::default()).collect(),
            free: Mutex::new((1 + isolates..count).collect()),
            home: Mutex::new(Vec::new()),
            discarded: Mutex::new(Vec::new()),
        });
        memory.queue().init(shape.limit, shape.most_bytes, shape.order, shape.cells);
        for isolate in 1..=isolates {
            memory.word(isolate, waiter_word::ISOLATE).store(isolate, Ordering::Relaxed);
        }
        memory
    }

    pub(crate) fn queue(&self) -> Queue<'_, Self> {
        Queue::of(self, QUEUE)
    }

    pub(crate) fn getting(&self) -> Getting<'_, Self> {
        Getting(self.queue())
    }

    pub(crate) fn putting(&self) -> Putting<'_, Self> {
        Putting(self.queue())
    }

    pub(crate) fn joining(&self) -> Joining<'_, Self> {
        Joining(self.queue())
    }

    /// The waiter of an isolate, about to wait.
    pub(crate) fn waiter(&self, isolate: u32, mode: Mode, want: u32) -> Waiter<'_, Self> {
        let waiter = Waiter::of(self, isolate);
        waiter.begin(mode, Wish { object: QUEUE, generation: 1, base: 16, want, who: 0 });
        waiter
    }

    /// The waiter of an isolate, as it is.
    pub(crate) fn waiter_of(&self, isolate: u32) -> Waiter<'_, Self> {
        Waiter::of(self, isolate)
    }

    /// Blocks as the thread of `isolate`.
    pub(crate) fn block(&self, wish: &dyn Waitable<Self>, isolate: u32, want: u32, limit: Option<Duration>) -> Wait {
        let end = limit.map(|limit| std::time::Instant::now() + limit);
        let mut bed = Bed { parker: &self.parkers[isolate as usize], end };
        wish.wait(self.waiter(isolate, Mode::Thread, want), &mut bed)
    }

    pub(crate) fn get_blocking(&self, isolate: u32) -> Wait {
        self.block(&self.getting(), isolate, 0, None)
    }

    pub(crate) fn put_blocking(&self, isolate: u32, item: u32) -> Wait {
        self.block(&self.putting(), isolate, item, None)
    }

    pub(crate) fn free_records(&self) -> usize {
        self.free.lock().unwrap().len()
    }
}

impl Records for Memory {
    fn word(&self, id: u32, index: usize) -> &AtomicU32 {
        let at = USED.binary_search(&index).unwrap_or_else(|_| panic!("word {index} is not listed"));
        &self.words[id as usize * USED.len() + at]
    }

    fn tally(&self, id: u32, _isolate: u32) -> &AtomicU32 {
        self.word(id, 0)
    }

    fn unpark(&self, isolate: u32) {
        self.parkers[isolate as usize].unpark();
    }

    fn send_home(&self, waiter: u32) {
        self.home.lock().unwrap().push(waiter);
    }

    fn call(&self, _isolate: u32) {}

    fn now(&self) -> u32 {
        0
    }
}

impl QueueRecords for Memory {
    fn double(&self, id: u32, index: usize) -> &AtomicU64 {
        assert_eq!(id, QUEUE);
        &self.doubles[DOUBLES.iter().position(|&word| word == index).expect("a word that is listed")]
    }

    fn cell(&self, id: u32, index: u32) -> &AtomicU64 {
        assert_eq!(id, QUEUE);
        &self.cells[index as usize]
    }

    fn head(&self, id: u32) -> &AtomicU32 {
        assert_eq!(id, QUEUE);
        &self.head
    }

    fn take_record(&self) -> Option<u32> {
        self.free.lock().unwrap().pop()
    }

    fn give_record(&self, id: u32) {
        self.word(id, 5).store(0, Ordering::Relaxed);
        self.free.lock().unwrap().push(id);
    }

    fn bytes(&self, id: u32) -> u64 {
        self.word(id, 63).load(Ordering::Relaxed).into()
    }

    fn take_over(&self, id: u32) {
        self.word(id, 1).store(1, Ordering::Relaxed);
    }

    fn hand_back(&self, id: u32, isolate: u32) {
        self.word(id, 1).store(0, Ordering::Relaxed);
        self.word(id, 2).store(isolate, Ordering::Relaxed);
    }

    fn discard(&self, item: u32) {
        if is_record(item) {
            self.give_record(item);
        }
        self.discarded.lock().unwrap().push(item);
    }
}

/// Where a thread sleeps, until when.
struct Bed<'a> {
    parker: &'a Parker,
    end: Option<std::time::Instant>,
}

impl Sleeper for Bed<'_> {
    fn rest(&mut self, is_limited: bool) -> Rest {
        let left = self.end.map(|end| end.saturating_duration_since(std::time::Instant::now()));
        if is_limited && left == Some(Duration::ZERO) {
            return Rest::TimedOut;
        }
        self.parker.park(left.unwrap_or(Duration::from_mins(1)));
        Rest::Look
    }
}
