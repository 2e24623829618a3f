//! One thread's place to sleep: a token that [`Parker::unpark`] leaves and [`Parker::park`] takes.
//!
//! On Linux a futex word (Drepper, "Futexes are tricky"), elsewhere and under loom a mutex and a condition variable. The
//! token makes the order of the two calls irrelevant: an `unpark` before `park` is not lost.

use std::time::Duration;

pub use imp::Parker;

#[cfg(all(target_os = "linux", not(loom)))]
mod imp {
    use super::Duration;
    use crate::primitive::{AtomicU32, Ordering};

    /// Nobody sleeps, no token.
    const EMPTY: u32 = 0;
    /// A token waits to be taken.
    const TOKEN: u32 = 1;
    /// The owner sleeps or is about to.
    const PARKED: u32 = u32::MAX;

    /// See the module's description. Only its owner may call [`Parker::park`].
    #[derive(Debug, Default)]
    pub struct Parker {
        word: AtomicU32,
    }

    impl Parker {
        /// Sleeps until a token is there or `timeout` has passed; whether it took a token.
        pub fn park(&self, timeout: Duration) -> bool {
            // Acquire pairs with the Release in `unpark`: what was written before the token is seen after it.
            if self.word.compare_exchange(TOKEN, EMPTY, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                return true;
            }
            if self.word.compare_exchange(EMPTY, PARKED, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                let wait = libc::timespec {
                    tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
                    tv_nsec: timeout.subsec_nanos().into(),
                };
                // SAFETY: the word and the time outlive the call; the kernel only reads them. Spurious returns are fine:
                // the caller looks again.
                unsafe {
                    libc::syscall(
                        libc::SYS_futex,
                        self.word.as_ptr(),
                        libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                        PARKED,
                        &raw const wait,
                    );
                }
            }
            self.word.swap(EMPTY, Ordering::Acquire) == TOKEN
        }

        /// Leaves a token and wakes the owner if it sleeps.
        pub fn unpark(&self) {
            if self.word.swap(TOKEN, Ordering::Release) == PARKED {
                // SAFETY: wakes at most one sleeper on our own word.
                unsafe {
                    libc::syscall(libc::SYS_futex, self.word.as_ptr(), libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG, 1);
                }
            }
        }
    }
}

#[cfg(any(not(target_os = "linux"), loom))]
mod imp {
    use super::Duration;
    use crate::primitive::{Condvar, Mutex};

    /// See the module's description. Only its owner may call [`Parker::park`].
    #[derive(Debug, Default)]
    pub struct Parker {
        token: Mutex<bool>,
        changed: Condvar,
    }

    impl Parker {
        /// Sleeps until a token is there or `timeout` has passed; whether it took a token. Loom has no clock: there it
        /// sleeps until a token is there, so that a lost wake-up shows as a deadlock.
        pub fn park(&self, timeout: Duration) -> bool {
            let mut token = self.token.lock().unwrap();
            if !*token {
                #[cfg(loom)]
                {
                    let _ = timeout;
                    while !*token {
                        token = self.changed.wait(token).unwrap();
                    }
                }
                #[cfg(not(loom))]
                {
                    token = self.changed.wait_timeout_while(token, timeout, |token| !*token).unwrap().0;
                }
            }
            std::mem::replace(&mut *token, false)
        }

        /// Leaves a token and wakes the owner if it sleeps.
        pub fn unpark(&self) {
            *self.token.lock().unwrap() = true;
            self.changed.notify_one();
        }
    }
}
