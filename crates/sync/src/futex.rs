//! Sleeping on a word of memory that several processes may share (`futex(2)`, without the private flag).
//!
//! Elsewhere than on Linux nobody sleeps: the caller yields its processor and looks again. So only the guard of a wait
//! queue, which is held for some instructions, uses it there; threads that wait for long sleep in their parker.
//! Under loom one condition variable stands for all words.

use std::time::Duration;

use crate::primitive::AtomicU32;

pub(crate) use imp::{wait, wake_one};

#[cfg(all(target_os = "linux", not(loom)))]
mod imp {
    use super::{AtomicU32, Duration};

    /// Sleeps if the word is `expected`, until woken or `timeout` has passed; also returns for no reason.
    pub(crate) fn wait(word: &AtomicU32, expected: u32, timeout: Option<Duration>) {
        let timeout = timeout.map(|timeout| libc::timespec {
            tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: timeout.subsec_nanos().into(),
        });
        let limit = timeout.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the word and the time outlive the call; the kernel only reads them.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAIT, expected, limit) };
    }

    /// Wakes one thread that sleeps on the word.
    pub(crate) fn wake_one(word: &AtomicU32) {
        // SAFETY: the kernel looks for sleepers by the word's address and does not touch it.
        unsafe { libc::syscall(libc::SYS_futex, word.as_ptr(), libc::FUTEX_WAKE, 1) };
    }
}

#[cfg(all(not(target_os = "linux"), not(loom)))]
mod imp {
    use super::{AtomicU32, Duration};
    use crate::primitive::thread;

    pub(crate) fn wait(_word: &AtomicU32, _expected: u32, _timeout: Option<Duration>) {
        thread::yield_now();
    }

    pub(crate) fn wake_one(_word: &AtomicU32) {}
}

#[cfg(loom)]
mod imp {
    use super::{AtomicU32, Duration};
    use crate::primitive::{Condvar, Mutex, Ordering};

    loom::lazy_static! {
        static ref BED: (Mutex<()>, Condvar) = (Mutex::new(()), Condvar::new());
    }

    pub(crate) fn wait(word: &AtomicU32, expected: u32, _timeout: Option<Duration>) {
        let bed = BED.0.lock().unwrap();
        if word.load(Ordering::SeqCst) == expected {
            drop(BED.1.wait(bed).unwrap());
        }
    }

    pub(crate) fn wake_one(_word: &AtomicU32) {
        drop(BED.0.lock().unwrap());
        BED.1.notify_all();
    }
}
