//! What is told to those who look for an error: who holds and who waits when a wait takes long, and what is left at the end.
//!
//! With `POLYCORE_DEBUG=1` in the environment, a wait that takes longer than `POLYCORE_DEBUG_AFTER` milliseconds (2000 if not
//! set) is reported once, to stderr. A report looks at others without stopping them: it may be out of date when it is read.

use std::env;
use std::fmt::Write;
use std::sync::OnceLock;
use std::time::Duration;

use crate::isolate::{BLOCKED, SINCE};
use crate::kind::Kind;
use crate::object::{Handle, object_word};
use crate::port::Port;
use crate::runtime::{ISOLATES, Runtime};
use crate::slot::State;
use crate::tally;
use shm::Block;
use sync::{ACTING, BASE, BROKEN, INSIDE, MOST, OWNER, SET, WRITER, WaitQueue, waiter_word};

/// Waiters that a report names.
const NAMED: usize = 16;
/// Owners that are followed to find a circle.
const STEPS: usize = 32;

/// After how long a wait is reported; `None` if that is not wanted.
pub fn report_after() -> Option<Duration> {
    static AFTER: OnceLock<Option<Duration>> = OnceLock::new();
    *AFTER.get_or_init(|| {
        let wanted = env::var("POLYCORE_DEBUG").is_ok_and(|value| !value.is_empty() && value != "0");
        let after = env::var("POLYCORE_DEBUG_AFTER").ok().and_then(|value| value.parse::<u64>().ok());
        wanted.then(|| Duration::from_millis(after.unwrap_or(2000)))
    })
}

/// What is still there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Leaks {
    /// Live objects by kind, in the order of the kinds, of those of which there are any.
    pub objects: Vec<(Kind, usize)>,
    /// Slots that travel or wait: jobs, items, waiters.
    pub slots: usize,
    /// Bytes of the heap that are in use, without those of the isolates' records.
    pub bytes: u64,
}

impl Leaks {
    /// Whether nothing is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.slots == 0
    }
}

impl std::fmt::Display for Leaks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("shared memory still in use at the end:")?;
        for (kind, count) in &self.objects {
            write!(f, " {count} {kind:?},")?;
        }
        write!(f, " {} other slots, {} bytes of blocks", self.slots, self.bytes)
    }
}

fn seconds(micros: u32) -> String {
    format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10)
}

impl Runtime {
    /// What is left, when no isolate uses the region any more. Looks at all slots that were ever used.
    #[must_use]
    pub fn leaks(&self) -> Leaks {
        let mut leaks = Leaks { bytes: self.slots().used_bytes(), ..Leaks::default() };
        for slot in 0..self.slots().used() {
            if self.slots().is(slot, State::Object) {
                let kind = Kind::from_number(self.slots().get(slot, object_word::KIND));
                match (kind, leaks.objects.iter_mut().find(|(other, _)| Some(*other) == kind)) {
                    (_, Some((_, count))) => *count += 1,
                    (Some(kind), None) => leaks.objects.push((kind, 1)),
                    (None, None) => {}
                }
            } else if self.slots().is(slot, State::Isolate) {
                leaks.bytes -= self.slots().block(slot).map_or(0, Block::size);
            } else if !self.slots().is(slot, State::Free) {
                leaks.slots += 1;
            }
        }
        leaks.objects.sort_by_key(|&(kind, _)| kind as u32);
        leaks
    }

    fn name(&self, isolate: u32) -> String {
        self.port(isolate).map_or_else(|| format!("isolate {isolate}"), Port::name)
    }

    fn title(&self, slot: u32) -> String {
        let kind = Kind::from_number(self.slots().get(slot, object_word::KIND));
        let generation = self.slots().get(slot, object_word::GENERATION);
        kind.map_or_else(|| format!("slot {slot}"), |kind| format!("{kind:?} {slot}:{generation}"))
    }

    /// Who has waited for how long for an object, who holds it, and who else waits.
    #[must_use]
    pub fn explain(&self, port: &Port, object: Handle, base: usize, waited: Duration) -> String {
        let slot = object.slot;
        let mut text = format!("polycore: {} has waited {:.1} s for ", port.name(), waited.as_secs_f64());
        // Writing to a string does not fail.
        let _ = write!(text, "{}\n  it is {}", self.title(slot), self.holders(slot, base));
        let _ = write!(text, "\n  waiting: {}", self.waiting(slot, base));
        if let Some(circle) = self.circle(slot) {
            let _ = write!(text, "\n  deadlock: {circle}");
        }
        text
    }

    fn state(&self, slot: u32, word: usize) -> u32 {
        self.slots().get(slot, word)
    }

    fn holders(&self, slot: u32, base: usize) -> String {
        let state = self.state(slot, base);
        match Kind::from_number(self.state(slot, object_word::KIND)) {
            Some(Kind::Lock | Kind::RLock) => self.held_by(state & OWNER),
            Some(Kind::RwLock) if state & WRITER != 0 => format!("written by {}", self.doing(state & OWNER)),
            Some(Kind::RwLock) => self.readers(slot, state & OWNER),
            Some(Kind::Event) => if state & SET == 0 { "not set" } else { "set" }.to_owned(),
            Some(Kind::Condition) => {
                let lock = self.state(slot, object_word::A);
                format!("bound to {}, which is {}", self.title(lock), self.holders(lock, BASE))
            }
            Some(Kind::Barrier) if state & BROKEN != 0 => "broken".to_owned(),
            Some(Kind::Barrier) if state & ACTING != 0 => "complete, and its action runs".to_owned(),
            Some(Kind::Barrier) => format!("met by {} of {}", state & INSIDE, self.state(slot, object_word::A)),
            _ => format!("at {} permits", state & MOST),
        }
    }

    fn held_by(&self, owner: u32) -> String {
        if owner == 0 { "free".to_owned() } else { format!("held by {}", self.doing(owner)) }
    }

    /// An owner and what it waits for.
    fn doing(&self, owner: u32) -> String {
        let isolate = owner - 1;
        match self.blocked_for(isolate) {
            Some((object, since)) => {
                let waited = seconds(sync::micros().wrapping_sub(since));
                format!("{}, which has been blocked for {} for {waited}", self.name(isolate), self.title(object))
            }
            None => self.name(isolate),
        }
    }

    fn readers(&self, slot: u32, count: u32) -> String {
        let isolates = (0..u32::try_from(ISOLATES).unwrap_or(0)).take_while(|&isolate| self.port(isolate).is_some());
        let names: Vec<String> = isolates
            .filter(|&isolate| tally::count(self.slots(), slot, isolate) != 0)
            .map(|isolate| self.doing(isolate + 1))
            .collect();
        if count == 0 { "free".to_owned() } else { format!("read by {}", names.join("; ")) }
    }

    /// What the thread of an isolate is blocked for, and since when.
    fn blocked_for(&self, isolate: u32) -> Option<(u32, u32)> {
        let record = self.port(isolate)?.record;
        let object = self.state(record, BLOCKED);
        (object != 0).then(|| (object - 1, self.state(record, SINCE)))
    }

    fn waiting(&self, slot: u32, base: usize) -> String {
        let mut waiters = Vec::new();
        let mut more = 0;
        for waiter in WaitQueue::new(self, slot, base).lock().iter() {
            if waiters.len() < NAMED {
                waiters.push((waiter.get(waiter_word::ISOLATE), waiter.is_async(), waiter.waited()));
            } else {
                more += 1;
            }
        }
        let mut names: Vec<String> = waiters
            .into_iter()
            .map(|(isolate, is_async, waited)| {
                let form = if is_async { "awaits" } else { "blocked" };
                format!("{} ({form}, {})", self.name(isolate), seconds(waited))
            })
            .collect();
        if more > 0 {
            names.push(format!("and {more} more"));
        }
        names.join(", ")
    }

    /// The owner of an object that has one.
    fn owner(&self, slot: u32) -> Option<u32> {
        let state = self.state(slot, BASE);
        let owner = match Kind::from_number(self.state(slot, object_word::KIND))? {
            Kind::Lock | Kind::RLock => state & OWNER,
            Kind::RwLock if state & WRITER != 0 => state & OWNER,
            _ => 0,
        };
        owner.checked_sub(1)
    }

    /// A circle of threads that are blocked for what the next one holds.
    fn circle(&self, slot: u32) -> Option<String> {
        let mut path = Vec::new();
        let mut object = slot;
        for _ in 0..STEPS {
            let owner = self.owner(object)?;
            if let Some(start) = path.iter().position(|&(isolate, _)| isolate == owner) {
                let steps = path[start..].iter().map(|&(isolate, object)| {
                    format!("{} waits for {}, held by ", self.name(isolate), self.title(object))
                });
                return Some(steps.chain([self.name(owner)]).collect());
            }
            (object, _) = self.blocked_for(owner)?;
            path.push((owner, object));
        }
        None
    }
}
