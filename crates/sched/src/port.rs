//! Completion port of one isolate: the list of finished jobs that it submitted, and one coalesced wake-up per batch.
//!
//! A completer pushes the slot, then turns `scheduled` on: only who finds it off wakes the owner. The owner turns it off
//! *before* it takes the list, so a push that it misses finds it off and wakes it again.
//! An owner that blocks (a `…Sync` call), or looks at its list again and again without sleeping, says so in `blocked`; then its
//! parker is used instead of its event loop. Both
//! sides put a `SeqCst` fence between their write and their read (Dekker): completer `push, fence, read scheduled and
//! blocked`, owner `scheduled := false, blocked := true, fence, look at the list`.
//!
//! The wake-up goes through a gate: a lock that is held while it is called, closed when the isolate ends. Whoever comes
//! later finds it closed and touches nothing.

use std::sync::{Mutex, PoisonError, RwLock};

use crate::object::Handle;
use crate::primitive::{Arc, AtomicBool, AtomicU32, AtomicU64, Ordering, fence};
use crate::threads;
use sync::{Links, NONE, Parker, Stack};

/// Slots of one part of the table, see `Port::parts`.
const PART_SHIFT: u32 = 12;
/// Words of 64 parts that the largest table has.
const PARTS: usize = 16;

/// Calls the owner's event loop; must not block and must be callable from any thread.
pub type Wake = Box<dyn Fn() + Send + Sync>;

/// What an isolate is called in messages.
#[derive(Default)]
struct Title {
    /// As long as it has no thread, or that has no name any more.
    name: String,
    role: &'static str,
    thread: Option<Handle>,
}

/// See the module's description.
pub struct Port {
    /// Number of the isolate.
    pub isolate: u32,
    /// Slot of the isolate's record, or `NONE` in tests without a region.
    pub(crate) record: u32,
    /// Which parts of the slot table the isolate may hold slots in: one bit for each `1 << PART_SHIFT` slots.
    parts: [AtomicU64; PARTS],
    finished: Stack,
    scheduled: AtomicBool,
    blocked: AtomicBool,
    /// Jobs submitted and not yet returned; a dead port's number is reused when none is left.
    outstanding: AtomicU32,
    parker: Arc<Parker>,
    gate: RwLock<Option<Wake>>,
    /// What the isolate is called in messages.
    title: Mutex<Title>,
}

impl Port {
    /// An open port.
    #[must_use]
    pub fn new(isolate: u32, wake: Wake) -> Self {
        Self {
            isolate,
            record: NONE,
            parts: std::array::from_fn(|_| AtomicU64::new(0)),
            finished: Stack::default(),
            scheduled: AtomicBool::new(false),
            blocked: AtomicBool::new(false),
            outstanding: AtomicU32::new(0),
            parker: Arc::new(Parker::default()),
            gate: RwLock::new(Some(wake)),
            title: Mutex::default(),
        }
    }

    /// What the isolate is called in messages.
    #[must_use]
    pub fn name(&self) -> String {
        let title = self.title.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = title.thread.map(threads::name).filter(|name| !name.is_empty());
        match (thread, title.name.as_str()) {
            (Some(name), _) => format!("{} {name}", title.role),
            (None, "") => format!("isolate {}", self.isolate),
            (None, name) => name.to_owned(),
        }
    }

    /// Names the isolate.
    pub fn set_name(&self, name: String) {
        self.set_title(Title { name, ..Title::default() });
    }

    /// The isolate is called what it is, "thread" say, and whatever its thread is called at the time.
    pub fn name_after(&self, role: &'static str, thread: Handle) {
        let name = self.title.lock().unwrap_or_else(PoisonError::into_inner).name.clone();
        self.set_title(Title { name, role, thread: Some(thread) });
    }

    fn set_title(&self, title: Title) {
        *self.title.lock().unwrap_or_else(PoisonError::into_inner) = title;
    }

    /// The port of an isolate that has a record.
    #[must_use]
    pub(crate) fn with_record(isolate: u32, record: u32, parker: &'static AtomicU32, wake: Wake) -> Self {
        Self { record, parker: Arc::new(Parker::over(parker)), ..Self::new(isolate, wake) }
    }

    /// The isolate may hold `slot` from now on.
    pub(crate) fn may_hold(&self, slot: u32) {
        let part = (slot >> PART_SHIFT) as usize;
        let (word, bit) = (&self.parts[part / 64 % PARTS], 1 << (part % 64));
        if word.load(Ordering::Relaxed) & bit == 0 {
            word.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// All slots that the isolate may hold; it holds none from now on.
    pub(crate) fn held_slots(&self) -> impl Iterator<Item = u32> + '_ {
        let words = (0_u32..).step_by(64).zip(&self.parts);
        words
            .flat_map(|(first, word)| {
                let bits = word.swap(0, Ordering::Relaxed);
                (0..64).filter(move |bit| bits >> bit & 1 != 0).map(move |bit| first + bit)
            })
            .flat_map(|part| part << PART_SHIFT..(part + 1) << PART_SHIFT)
    }

    /// Opens a closed port without outstanding jobs for a new isolate.
    pub fn reopen(&self, wake: Wake) {
        self.scheduled.store(false, Ordering::SeqCst);
        self.blocked.store(false, Ordering::SeqCst);
        self.set_name(String::new());
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) = Some(wake);
    }

    /// The parker of the owning thread.
    #[must_use]
    pub fn parker(&self) -> &Arc<Parker> {
        &self.parker
    }

    /// Whether its isolate still lives.
    pub fn is_open(&self) -> bool {
        self.gate.read().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// The isolate ends: nobody calls its event loop after this returns.
    pub fn close(&self) {
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Calls the owner's event loop, if it still lives.
    pub fn call(&self) {
        if let Some(wake) = &*self.gate.read().unwrap_or_else(PoisonError::into_inner) {
            wake();
        }
    }

    /// One more job will come home.
    pub fn expect_one(&self) {
        self.outstanding.fetch_add(1, Ordering::Relaxed);
    }

    /// A job came home; whether it was the last one.
    pub fn settle(&self) -> bool {
        self.outstanding.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Whether finished jobs wait.
    pub fn has_finished(&self) -> bool {
        !self.finished.is_empty()
    }

    /// Jobs under way.
    pub fn outstanding(&self) -> u32 {
        self.outstanding.load(Ordering::Acquire)
    }

    /// Hands a finished slot to the owner, which finds it when it looks.
    pub fn add<L: Links + ?Sized>(&self, links: &L, slot: u32) {
        self.finished.push(links, slot);
    }

    /// Makes the owner look for slots that were handed to it before.
    pub fn ring(&self) {
        fence(Ordering::SeqCst);
        if self.scheduled.load(Ordering::Relaxed) || self.scheduled.swap(true, Ordering::AcqRel) {
            return;
        }
        if self.blocked.load(Ordering::Relaxed) {
            self.parker.unpark();
        } else {
            self.call();
        }
    }

    /// Takes all finished slots, oldest first, linked. Owner only.
    pub fn take<L: Links + ?Sized>(&self, links: &L) -> u32 {
        self.scheduled.swap(false, Ordering::AcqRel);
        fence(Ordering::SeqCst);
        self.finished.take_all(links)
    }

    /// The owner is about to block; whether it may (nothing is waiting). To be asked again after every wake-up: a late
    /// completer may have turned `scheduled` on for a slot that was read before. Owner only.
    pub fn start_blocking(&self) -> bool {
        self.blocked.store(true, Ordering::Relaxed);
        // Both sides change `scheduled` by swaps: a completer that turns it on after this must see `blocked`, or its
        // wake-up would go to the event loop and the next one be saved.
        self.scheduled.swap(false, Ordering::AcqRel);
        fence(Ordering::SeqCst);
        self.finished.is_empty()
    }

    /// The owner is back. Owner only; it takes what is there next.
    pub fn stop_blocking(&self) {
        self.blocked.store(false, Ordering::Relaxed);
    }
}
