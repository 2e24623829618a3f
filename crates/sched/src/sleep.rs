//! When workers sleep and who wakes them, after rayon-core's sleep protocol (rayon-core/src/sleep/README.md), without its
//! jobs event counter: here every post carries a fence and every sleeper looks at all queues once more after its own, so
//! the two fences alone keep wake-ups from being lost.
//!
//! One word counts the workers that are *searching* (awake, without a job) and those that are *asleep*.
//!
//! | poster                     | sleeper                                  |
//! |----------------------------|------------------------------------------|
//! | P1 put the job in a queue  | S1 seat := ASLEEP, searching-1, asleep+1 |
//! | P2 `SeqCst` fence          | S2 `SeqCst` fence                        |
//! | P3 read counters and seats | S3 look at every queue                   |
//!
//! If P3 does not see S1, then P2 comes before S2 in the order of fences, so S3 sees P1: the sleeper gets up by itself.
//! If P3 sees a worker searching, that worker will look at the queues at least once more (at its S3): nobody need be
//! woken for one job. Who finds a job while searching wakes one more sleeper if more work is there, so that a burst
//! spreads. The *waker* moves a parked sleeper to the searching ones when it turns its seat back, so that the posts that
//! follow at once do not wake everybody. A worker that sleeps in its event loop is only taken off the sleepers: its loop
//! may be busy with the user's callbacks, so nobody relies on it before it really searches.

use crossbeam_utils::CachePadded;

use crate::primitive::{AtomicU32, Ordering, fence};

/// Awake.
const AWAKE: u32 = 0;
/// Asleep in its parker.
const PARKED: u32 = 1;
/// Asleep in its event loop: only its port's wake-up reaches it.
const IN_LOOP: u32 = 2;

/// How a sleeper has to be woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bed {
    /// By its parker.
    Parker,
    /// By its event loop.
    Loop,
}

/// One worker's sleep state.
#[derive(Debug, Default)]
pub struct Seat {
    state: AtomicU32,
}

impl Seat {
    /// Whether its worker sleeps in its parker.
    pub fn is_parked(&self) -> bool {
        self.state.load(Ordering::Relaxed) == PARKED
    }

    /// Whether its worker is asleep.
    pub fn is_asleep(&self) -> bool {
        self.state.load(Ordering::Relaxed) != AWAKE
    }
}

/// Counters of one pool: searching workers in the upper half, sleeping ones in the lower.
#[derive(Debug, Default)]
pub struct Sleep {
    counters: CachePadded<AtomicU32>,
}

const SEARCHING: u32 = 1 << 16;
const ASLEEP: u32 = 1;

impl Sleep {
    /// A worker has no job and begins to look for one.
    pub fn start_search(&self) {
        self.counters.fetch_add(SEARCHING, Ordering::Relaxed);
    }

    /// A searching worker found a job; whether it should wake another worker if there is more to do: it was the last one
    /// searching and somebody sleeps.
    pub fn found(&self) -> bool {
        let before = self.counters.fetch_sub(SEARCHING, Ordering::Relaxed);
        let last = before >> 16 == 1 && before & 0xffff != 0;
        if last {
            // A poster that still saw us searching woke nobody. Its fence comes before this one, so the look at the
            // queues that follows sees its job.
            fence(Ordering::SeqCst);
        }
        last
    }

    /// A searching worker goes to sleep. `work_left` must look at every queue its worker may take from. `true`: asleep,
    /// now wait in `bed`; `false`: awake and still searching, look again.
    pub fn try_sleep(&self, seat: &Seat, bed: Bed, work_left: impl FnOnce() -> bool) -> bool {
        seat.state.store(if bed == Bed::Parker { PARKED } else { IN_LOOP }, Ordering::Relaxed);
        self.counters.fetch_add(ASLEEP.wrapping_sub(SEARCHING), Ordering::Relaxed);
        fence(Ordering::SeqCst);
        if work_left() {
            self.get_up(seat, bed);
            return false;
        }
        true
    }

    /// A worker that lay in `bed` is up again, woken or not, and goes on searching.
    pub fn get_up(&self, seat: &Seat, bed: Bed) {
        if seat.state.swap(AWAKE, Ordering::Acquire) != AWAKE {
            self.counters.fetch_add(SEARCHING.wrapping_sub(ASLEEP), Ordering::Relaxed);
        } else if bed == Bed::Loop {
            self.counters.fetch_add(SEARCHING, Ordering::Relaxed);
        }
    }

    /// A worker leaves for good while searching.
    pub fn leave(&self) {
        self.counters.fetch_sub(SEARCHING, Ordering::Relaxed);
    }

    /// Jobs were put into a queue; whether a sleeper has to be woken for them.
    pub fn posted(&self) -> bool {
        fence(Ordering::SeqCst);
        let counters = self.counters.load(Ordering::Relaxed);
        counters & 0xffff != 0 && counters >> 16 == 0
    }

    /// Turns a sleeper's seat back; how its worker has to be woken, or `None` if it is awake.
    pub fn wake(&self, seat: &Seat) -> Option<Bed> {
        if seat.state.load(Ordering::Relaxed) == AWAKE {
            return None;
        }
        let before = seat.state.swap(AWAKE, Ordering::AcqRel);
        if before == AWAKE {
            return None;
        }
        if before == PARKED {
            self.counters.fetch_add(SEARCHING.wrapping_sub(ASLEEP), Ordering::Relaxed);
            Some(Bed::Parker)
        } else {
            self.counters.fetch_sub(ASLEEP, Ordering::Relaxed);
            Some(Bed::Loop)
        }
    }
}
