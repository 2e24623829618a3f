//! Multi-producer multi-consumer queue of 32-bit items in the words of a shared object, for blocked threads and pending
//! promises alike.
//!
//! **Fast path.** First in, first out: `put` and `get` work on a lock-free [`Ring`](crate::Ring) and look at the *flags*,
//! which say when that is not all: somebody waits, items lie elsewhere, the queue was shut down. Everything else happens
//! under the guard. Queues of another order, and those with a limit of bytes, always go there.
//!
//! **Waiting** (`queue_wait.rs`). Whoever makes room puts the items of waiting producers into it, and whoever adds an item
//! hands it to the first waiting consumer: who is woken has what it waited for, and nobody overtakes it. Both sides put a
//! fence between their write and their read (Dekker): waiter `enqueue, set flag, fence, try once more`, other side `ring
//! operation, fence, read flags`. So either the waiter sees the item or the room, or the other side sees the waiter.
//! An *observer* waits among the consumers for an item that somebody may take, and takes nothing.
//!
//! **Order.** Puts that found no backlog may still be on their way into the ring when others are in the backlog already.
//! They began before the first of these ended, so they count as earlier. A producer's own puts never overtake each other:
//! while puts wait, new ones go behind them.
//!
//! **Shutdown** refuses new puts, then waits until those that had passed the flags have landed (they are counted in the lower
//! part of `BEGUN`), and only then tells consumers that find nothing that nothing will come.
//!
//! **Waiting a moment.** Who finds the ring empty, or full, looks at it for some microseconds before it sleeps, or before it
//! puts behind the ring; and then waits until a batch is there, or the other end does not get on. Two threads that put and get
//! as fast as they can would else meet at the same cell for each item.
//!
//! Linearizes at the ring's operation or inside the guard. Progress: lock-free while nobody waits and the ring has room,
//! else blocking for the time that others hold the guard. A thread that stops between two calls leaves nothing behind.
//!
//! | word | meaning |
//! |---|---|
//! | 16-19 | flags, guard, consumers and observers that wait |
//! | 20-23 | unused, unused, producers that wait |
//! | 24-27 | unused, unused, those that wait until everything is done |
//! | 50-51 | puts under way in the lower 16 bits, items put and not yet done in the upper 48 |
//!
//! The other words are the [`store`](crate::store_word)'s.

use crate::primitive::{AtomicU32, AtomicU64, Ordering, fence_after_update, hint, thread};
use crate::records::Records;
use crate::store::{NoPlace, Store};
use crate::wait_queue::{Guarded, WaitQueue};
use crate::waiter::{Phase, Waiter, waiter_word};

/// Words of the object; see the module's table.
pub mod queue_word {
    /// The lists of consumers, of producers, and of those that wait until everything is done, as
    /// [`WaitQueue`](crate::WaitQueue)s; the first one's state is the [`flag`](super::flag)s.
    pub const GETTERS: usize = 16;
    /// See above.
    pub const PUTTERS: usize = 20;
    /// See above.
    pub const JOINERS: usize = 24;
    /// Puts under way and items not yet done (64 bits).
    pub const BEGUN: usize = 50;
}

/// Bits of the flags. Changed under the guard only.
pub mod flag {
    /// Consumers or observers wait.
    pub const GETTERS: u32 = 1 << 0;
    /// Producers wait.
    pub const PUTTERS: u32 = 1 << 1;
    /// Somebody waits until everything is done.
    pub const JOINERS: u32 = 1 << 2;
    /// Items lie behind the ring.
    pub const BACKLOG: u32 = 1 << 3;
    /// Items were given back; they come first.
    pub const RETURNED: u32 = 1 << 4;
    /// Puts are refused.
    pub const NO_PUT: u32 = 1 << 5;
    /// Gets that find nothing are refused instead of waiting.
    pub const NO_WAIT: u32 = 1 << 6;
    /// The queue is being shut down: what holds for `NO_WAIT` holds as soon as no puts are under way.
    pub const SHUTTING: u32 = 1 << 10;
    /// Everything goes through the guard.
    pub const GUARDED: u32 = 1 << 7;
    /// Last in, first out. Fixed at creation, with `GUARDED`.
    pub const LAST_FIRST: u32 = 1 << 8;
    /// Smallest first. Fixed at creation, with `GUARDED`.
    pub const RANKED: u32 = 1 << 9;
}

/// Result of a `put`. Unless it is `Done`, the item is the caller's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is in the queue.
    Done,
    /// There is no room.
    Full,
    /// The queue takes nothing any more.
    Shut,
    /// There is no free record to keep it in.
    NoRecord,
}

/// Result of a `get`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Got {
    /// The next item.
    Item(u32),
    /// Nothing is there.
    Empty,
    /// Nothing is there, and nothing will come.
    Shut,
}

/// `done` was called more often than items were put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOften;

/// What a queue needs of its memory besides words.
pub trait QueueRecords: Records {
    /// Words `index` and `index + 1` of a record as one; `index` is even.
    fn double(&self, id: u32, index: usize) -> &AtomicU64;
    /// Cell `index` of the ring, all of which are zero when it is new.
    fn cell(&self, id: u32, index: u32) -> &AtomicU64;
    /// Head of the ring, zero when it is new. Consumers write it at each item, so it is best 128 bytes away from all else: that
    /// is a cache line of some processors, and others fetch lines of 64 bytes in pairs.
    fn head(&self, id: u32) -> &AtomicU32;
    /// A free record.
    fn take_record(&self) -> Option<u32>;
    /// Gives back what `take_record` gave.
    fn give_record(&self, id: u32);
    /// Bytes that an item takes.
    fn bytes(&self, id: u32) -> u64;
    /// The record of an item, or one that holds bytes of its rank, goes from whoever puts it to the queue.
    fn take_over(&self, id: u32);
    /// It did not get in: it is that isolate's again.
    fn hand_back(&self, id: u32, isolate: u32);
    /// Frees an item that nobody will get, and what it owns. Outside of any guard.
    fn discard(&self, item: u32);
}

/// One put under way, one item not yet done.
const UNDER_WAY: u64 = 1;
const NOT_DONE: u64 = 1 << 16;

/// Flags that keep a `put`, and a `get`, from the ring.
const SLOW_PUT: u32 = flag::PUTTERS | flag::BACKLOG | flag::NO_PUT | flag::GUARDED;
const SLOW_GET: u32 = flag::RETURNED | flag::GUARDED;

/// Flags with which it is no use to wait for the other end of the ring.
const SLOW_RING: u32 = SLOW_GET | flag::BACKLOG | flag::NO_PUT | flag::NO_WAIT;

/// Looks at the queue before a thread goes to sleep, and pauses of the processor between two of them: at what the guard
/// protects, and at the ring, where the other end is to get on by an item or two in between.
const SPINS: u32 = if cfg!(any(loom, miri)) { 0 } else { 60 };
const PAUSES: u32 = 4;
const RING_PAUSES: u32 = 16;
/// So many items, or so much room, are worth waiting for: the ends of the ring then work for a while without meeting in one
/// cache line, which costs more than everything else they do.
const BATCH: usize = 256;
/// Turns of the scheduler that `await_puts` waits; then whoever was putting is taken for dead.
const PATIENCE: u32 = 100_000;

/// See the module's description.
pub struct Queue<'a, R: Records + ?Sized> {
    pub(crate) records: &'a R,
    id: u32,
    store: Store<'a, R>,
}

/// The lists, as long as the guard is held.
pub(crate) struct Lists<'a, R: Records + ?Sized> {
    // First: it leaves the guard, and with it gone the others wake whom they have answered.
    pub(crate) getters: Guarded<'a, R>,
    pub(crate) putters: Guarded<'a, R>,
    pub(crate) joiners: Guarded<'a, R>,
}

/// Looks again and again for about a microsecond, which is less than going to sleep and being woken takes.
fn spin(done: impl Fn() -> bool) -> bool {
    for _ in 0..SPINS {
        if done() {
            return true;
        }
        (0..PAUSES).for_each(|_| hint::spin_loop());
    }
    false
}

impl<'a, R: QueueRecords + ?Sized> Queue<'a, R> {
    /// The queue in the object `id`.
    pub fn of(records: &'a R, id: u32) -> Self {
        Self { records, id, store: Store::of(records, id) }
    }

    /// Sets the words of a new object that are not to be zero: `limit` items at most, or 0 for any number, and `most_bytes`
    /// likewise; `order` is 0, `LAST_FIRST` or `RANKED`; `cells` cells are in its block.
    pub fn init(&self, limit: u32, most_bytes: u64, order: u32, cells: u32) {
        for base in [queue_word::GETTERS, queue_word::PUTTERS, queue_word::JOINERS] {
            WaitQueue::new(self.records, self.id, base).clear();
        }
        let guarded = order != 0 || most_bytes != 0 || (limit != 0 && limit != cells);
        let flags = order | if guarded { flag::GUARDED } else { 0 };
        self.store.init(limit, most_bytes, cells);
        self.records.word(self.id, queue_word::GETTERS).store(flags, Ordering::Release);
    }

    pub(crate) fn flags(&self) -> u32 {
        // Acquire: with a flag that has been cleared, what was done under the guard is seen.
        self.records.word(self.id, queue_word::GETTERS).load(Ordering::Acquire)
    }

    /// Sets flags. What the caller looks at next, it sees not older than whoever does not see these flags leaves it.
    fn set_flags(&self, bits: u32) {
        self.records.word(self.id, queue_word::GETTERS).fetch_or(bits, Ordering::AcqRel);
        fence_after_update();
    }

    fn clear_flags(&self, bits: u32) {
        self.records.word(self.id, queue_word::GETTERS).fetch_and(!bits, Ordering::AcqRel);
    }

    fn begun(&self) -> &AtomicU64 {
        self.records.double(self.id, queue_word::BEGUN)
    }

    pub(crate) fn lock(&self) -> Lists<'a, R> {
        let getters = WaitQueue::new(self.records, self.id, queue_word::GETTERS).lock();
        let [putters, joiners] = [queue_word::PUTTERS, queue_word::JOINERS].map(|base| getters.sibling(base));
        Lists { getters, putters, joiners }
    }

    /// Adds an item of an isolate, if there is room.
    #[must_use]
    pub fn put(&self, item: u32, isolate: u32) -> Put {
        self.store.take_over(item);
        let put = self.put_taken(item);
        if put != Put::Done {
            self.store.hand_back(item, isolate);
        }
        put
    }

    /// Adds items of an isolate in this order, as many as get in; how many. Those that wait for items are woken at the end.
    #[must_use]
    pub fn put_many(&self, items: &[u32], isolate: u32) -> usize {
        for &item in items {
            self.store.take_over(item);
        }
        let mut count = self.put_many_taken(items);
        if count < items.len() {
            let mut lists = self.lock();
            while count < items.len() && self.put_guarded(items[count], &mut lists) == Put::Done {
                count += 1;
            }
        }
        for &item in &items[count..] {
            self.store.hand_back(item, isolate);
        }
        count
    }

    /// The part of `put_many` that needs no guard.
    fn put_many_taken(&self, items: &[u32]) -> usize {
        if self.flags() & SLOW_PUT != 0 {
            return 0;
        }
        // As in `put_taken`, once for all.
        let all = NOT_DONE * items.len() as u64;
        self.begun().fetch_add(UNDER_WAY + all, Ordering::AcqRel);
        fence_after_update();
        let mut count = 0;
        if self.flags() & SLOW_PUT == 0 {
            let ring = self.store.ring();
            count = items.iter().take_while(|&&item| ring.push(item).is_ok()).count();
        }
        self.begun().fetch_sub(UNDER_WAY + all - NOT_DONE * count as u64, Ordering::AcqRel);
        fence_after_update();
        if count < items.len() {
            self.look_for_joiners();
        }
        if count > 0 && self.flags() & flag::GETTERS != 0 {
            self.settle(&mut self.lock());
        }
        count
    }

    fn put_taken(&self, item: u32) -> Put {
        if self.push(item) || (self.is_endless() && self.gather_room() && self.push(item)) {
            return Put::Done;
        }
        self.put_guarded(item, &mut self.lock())
    }

    /// Whether there is a ring, and any number of items finds a place behind it.
    fn is_endless(&self) -> bool {
        self.flags() & flag::GUARDED == 0 && self.store.is_unlimited()
    }

    /// Puts an item into the ring, if there is room and nothing else is to be done.
    fn push(&self, item: u32) -> bool {
        if self.flags() & SLOW_PUT == 0 {
            // AcqRel and the fence: either shutdown sees this put under way, or this put sees the shutdown.
            self.begun().fetch_add(UNDER_WAY + NOT_DONE, Ordering::AcqRel);
            fence_after_update();
            if self.flags() & SLOW_PUT == 0 && self.store.ring().push(item).is_ok() {
                // Release pairs with the Acquire in `await_puts`, after which the item is seen.
                self.begun().fetch_sub(UNDER_WAY, Ordering::Release);
                fence_after_update();
                if self.flags() & flag::GETTERS != 0 {
                    self.settle(&mut self.lock());
                }
                return true;
            }
            // Somebody may wait until everything is done, and this put has kept it from being so.
            self.begun().fetch_sub(UNDER_WAY + NOT_DONE, Ordering::AcqRel);
            self.look_for_joiners();
        }
        false
    }

    /// As `put`, under the guard.
    pub(crate) fn offer(&self, item: u32, isolate: u32, lists: &mut Lists<'a, R>) -> Put {
        self.store.take_over(item);
        let put = self.put_guarded(item, lists);
        if put != Put::Done {
            self.store.hand_back(item, isolate);
        }
        put
    }

    fn put_guarded(&self, item: u32, lists: &mut Lists<'a, R>) -> Put {
        if self.flags() & flag::NO_PUT != 0 {
            return Put::Shut;
        }
        self.settle(lists);
        let put = if lists.putters.is_empty() { self.place(item) } else { Put::Full };
        self.settle(lists);
        put
    }

    /// Puts an item into the store and counts it.
    fn place(&self, item: u32) -> Put {
        // Counted first: once it is there, somebody may be done with it.
        self.begun().fetch_add(NOT_DONE, Ordering::AcqRel);
        let refused = match self.store.place(item) {
            Ok(()) => return Put::Done,
            Err(NoPlace::Full) => Put::Full,
            Err(NoPlace::NoRecord) => Put::NoRecord,
        };
        self.begun().fetch_sub(NOT_DONE, Ordering::AcqRel);
        refused
    }

    /// Takes the next item from the ring, if it is there.
    fn pop(&self) -> Option<u32> {
        if self.flags() & SLOW_GET != 0 {
            return None;
        }
        let item = self.store.ring().pop()?;
        fence_after_update();
        if self.flags() & flag::PUTTERS != 0 {
            self.settle(&mut self.lock());
        }
        Some(item)
    }

    /// As `get`, waiting a moment for an item.
    #[must_use]
    pub fn get_soon(&self) -> Got {
        if let Some(item) = self.pop() {
            return Got::Item(item);
        }
        if self.flags() & flag::GUARDED == 0 {
            self.gather_items();
        } else {
            spin(|| self.is_ready_guarded());
        }
        self.get()
    }

    /// Takes the next item, if there is one.
    #[must_use]
    pub fn get(&self) -> Got {
        if let Some(item) = self.pop() {
            return Got::Item(item);
        }
        let got = self.get_guarded(&mut self.lock());
        if got == Got::Empty && self.flags() & flag::SHUTTING != 0 {
            // Puts are refused already, so this must find what was put before or the end.
            self.await_puts();
            return self.get_guarded(&mut self.lock());
        }
        got
    }

    /// Takes the next items into `out`, as many as are there; how many.
    #[must_use]
    pub fn get_many(&self, out: &mut [u32]) -> usize {
        let mut count = 0;
        if self.flags() & SLOW_GET == 0 {
            let ring = self.store.ring();
            while count < out.len()
                && let Some(item) = ring.pop()
            {
                out[count] = item;
                count += 1;
            }
            fence_after_update();
            if count == out.len() && self.flags() & flag::PUTTERS == 0 {
                return count;
            }
        }
        let mut lists = self.lock();
        while count < out.len()
            && let Some(item) = self.store.take()
        {
            out[count] = item;
            count += 1;
        }
        self.settle(&mut lists);
        count
    }

    pub(crate) fn get_guarded(&self, lists: &mut Lists<'a, R>) -> Got {
        // Looked at first: puts that have landed by then are seen below.
        let is_last = self.is_last();
        if let Some(item) = self.store.take() {
            self.settle(lists);
            return Got::Item(item);
        }
        if is_last { Got::Shut } else { Got::Empty }
    }

    /// Whether no more items will come.
    fn is_last(&self) -> bool {
        let flags = self.flags();
        flags & flag::NO_WAIT != 0 || (flags & flag::SHUTTING != 0 && self.are_landed())
    }

    /// Whether no puts are under way.
    fn are_landed(&self) -> bool {
        self.begun().load(Ordering::Acquire).is_multiple_of(NOT_DONE)
    }

    /// One item that was got is done.
    ///
    /// # Errors
    /// When all are done already.
    pub fn done(&self) -> Result<(), TooOften> {
        let less = |begun: u64| (begun >= NOT_DONE).then(|| begun - NOT_DONE);
        self.begun().fetch_update(Ordering::AcqRel, Ordering::Acquire, less).map_err(|_| TooOften)?;
        self.look_for_joiners();
        Ok(())
    }

    /// Items put and not yet done.
    #[must_use]
    pub fn not_done(&self) -> u64 {
        self.begun().load(Ordering::Acquire) / NOT_DONE
    }

    /// `BEGUN` has become less.
    fn look_for_joiners(&self) {
        fence_after_update();
        if self.flags() & flag::JOINERS != 0 && self.not_done() == 0 {
            self.settle(&mut self.lock());
        }
    }

    /// Enqueues a waiter and looks once more whether it has to wait: who made room or added an item before the flag was set
    /// has not looked for waiters.
    pub(crate) fn enter(&self, lists: &mut Lists<'a, R>, waiter: Waiter<'a, R>, bit: u32) {
        let list = match bit {
            flag::PUTTERS => &mut lists.putters,
            flag::JOINERS => &mut lists.joiners,
            _ => &mut lists.getters,
        };
        list.push_back(waiter);
        self.set_flags(bit);
        self.settle(lists);
    }

    /// Gives items to those that wait for them and room to those that wait for it, until there is nothing to give.
    pub(crate) fn settle(&self, lists: &mut Lists<'a, R>) {
        while self.serve_getters(&mut lists.getters) | self.serve_putters(&mut lists.putters) {}
        if self.not_done() == 0 {
            end_all(&mut lists.joiners, Phase::Granted);
        }
        let flags = self.flags();
        let empty = [(&lists.getters, flag::GETTERS), (&lists.putters, flag::PUTTERS), (&lists.joiners, flag::JOINERS)];
        let stale = empty.iter().filter(|(list, _)| list.is_empty()).map(|(_, bit)| bit).sum::<u32>() & flags;
        if stale != 0 {
            self.clear_flags(stale);
        }
    }

    /// Whether it gave an item to anybody.
    fn serve_getters(&self, list: &mut Guarded<'a, R>) -> bool {
        let mut gave = false;
        let mut at = list.first();
        while let Some(waiter) = at {
            at = list.after(waiter);
            if waiter.get(waiter_word::WANT) == OBSERVE {
                if self.store.is_empty() {
                    break;
                }
                list.settle(waiter, Phase::Granted, 0);
            } else {
                let Some(item) = self.store.take() else { break };
                list.settle(waiter, Phase::Granted, item);
                gave = true;
            }
        }
        gave
    }

    /// Whether it put an item of anybody.
    fn serve_putters(&self, list: &mut Guarded<'a, R>) -> bool {
        let mut put = false;
        while let Some(waiter) = list.first() {
            let item = waiter.get(waiter_word::WANT);
            self.store.take_over(item);
            if self.place(item) != Put::Done {
                self.store.hand_back(item, waiter.get(waiter_word::ISOLATE));
                break;
            }
            list.settle(waiter, Phase::Granted, 0);
            put = true;
        }
        put
    }

    /// Refuses puts from now on, also those that wait.
    pub fn refuse_puts(&self) {
        self.refuse_puts_and(0);
    }

    fn refuse_puts_and(&self, more: u32) {
        let mut lists = self.lock();
        self.set_flags(flag::NO_PUT | more);
        end_all(&mut lists.putters, Phase::Closed);
        self.settle(&mut lists);
    }

    /// Gets that find nothing are refused from now on, also those that wait.
    pub fn refuse_waits(&self) {
        let mut lists = self.lock();
        self.set_flags(flag::NO_WAIT);
        self.settle(&mut lists);
        end_all(&mut lists.getters, Phase::Closed);
        self.settle(&mut lists);
    }

    /// Takes back `refuse_puts` and `refuse_waits`.
    pub fn reopen(&self, puts: bool, waits: bool) {
        let bits = if puts { flag::NO_PUT } else { 0 } | if waits { flag::NO_WAIT } else { 0 };
        let _lists = self.lock();
        self.clear_flags(bits);
    }

    /// Refuses puts, and gets once the queue is empty. If that is to be `immediate`, the items that are left are discarded;
    /// they count as done.
    pub fn shut_down(&self, immediate: bool) {
        self.refuse_puts_and(flag::SHUTTING);
        self.await_puts();
        self.refuse_waits();
        if immediate {
            let count = self.drain();
            let less = |begun: u64| Some(begun - NOT_DONE * count.min(begun / NOT_DONE));
            let _ = self.begun().fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
            self.look_for_joiners();
        }
    }

    /// Waits until the puts that had begun before `refuse_puts` are in the ring.
    fn await_puts(&self) {
        for _ in 0..PATIENCE {
            if self.are_landed() {
                return;
            }
            thread::yield_now();
        }
    }

    /// Discards all items. Returns how many.
    #[expect(clippy::must_use_candidate, reason = "the number is a by-product")]
    pub fn drain(&self) -> u64 {
        let mut count = 0;
        while let Got::Item(item) = self.get() {
            self.records.discard(item);
            count += 1;
        }
        count
    }

    /// Puts an item before all others: somebody who had got it has died with it. It goes beyond the limits. When there is no
    /// room for that either, it is discarded.
    pub fn put_back(&self, item: u32) {
        let mut lists = self.lock();
        let placed = self.store.put_back(item);
        fence_after_update();
        self.settle(&mut lists);
        drop(lists);
        if placed.is_err() {
            self.records.discard(item);
        }
    }

    /// Number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        let _lists = self.lock();
        self.store.len()
    }

    /// Whether there is no item.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let _lists = self.lock();
        self.store.is_empty()
    }

    /// Threads and promises that wait for it, for whatever reason.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let Lists { getters, putters, joiners } = &self.lock();
        [getters, putters, joiners].iter().map(|list| list.iter().count()).sum()
    }

    /// Whether a put would have to wait.
    #[must_use]
    pub fn is_full(&self) -> bool {
        let _lists = self.lock();
        self.store.is_full()
    }

    /// Whether a `get` would not have to wait.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        let _lists = self.lock();
        self.is_ready_guarded()
    }

    pub(crate) fn is_ready_guarded(&self) -> bool {
        self.is_last() || !self.store.is_empty()
    }

    /// Waits a moment for room, and says whether it saw some. It may be gone again.
    #[must_use]
    pub fn spin_for_room(&self) -> bool {
        if self.flags() & flag::GUARDED == 0 {
            return self.gather_room();
        }
        spin(|| self.flags() & flag::NO_PUT != 0 || !self.store.is_full())
    }

    fn gather_items(&self) -> bool {
        let ring = self.store.ring();
        self.gather(ring.capacity(), || ring.len())
    }

    fn gather_room(&self) -> bool {
        let ring = self.store.ring();
        self.gather(ring.capacity(), || ring.capacity() - ring.len())
    }

    /// Waits until the ring has a batch of what `count` counts, or some and the other end makes no more; a moment at most while
    /// it has none. Says whether it has some.
    fn gather(&self, capacity: usize, count: impl Fn() -> usize) -> bool {
        let enough = BATCH.min(capacity.div_ceil(4));
        let mut before = 0;
        for _ in 0..SPINS {
            if self.flags() & SLOW_RING != 0 {
                break;
            }
            (0..RING_PAUSES).for_each(|_| hint::spin_loop());
            let now = count();
            if now >= enough || (now > 0 && now == before) {
                return true;
            }
            before = now;
        }
        before > 0
    }
}

/// `WANT` of an observer; other waiters among the consumers want an item.
pub const OBSERVE: u32 = 1;

fn end_all<R: Records + ?Sized>(list: &mut Guarded<'_, R>, phase: Phase) {
    while let Some(waiter) = list.first() {
        list.settle(waiter, phase, 0);
    }
}
