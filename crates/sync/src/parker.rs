//! One thread's place to sleep: a token that [`Parker::unpark`] leaves and [`Parker::park`] takes.
//!
//! On Linux a futex word (Drepper, "Futexes are tricky"), elsewhere and under loom a mutex and a condition variable. The
//! token makes the order of the two calls irrelevant: an `unpark` before `park` is not lost.

use std::time::Duration;

pub use imp::Parker;

#[cfg(all(target_os = "linux", not(loom)))]
mod imp {
    use super::Duration;
    use crate::futex;
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
        own: AtomicU32,
        shared: Option<&'static AtomicU32>,
    }

    impl Parker {
        /// A parker whose word lies elsewhere: in the shared region, where another process can find it.
        #[must_use]
        pub fn over(word: &'static AtomicU32) -> Self {
            Self { own: AtomicU32::new(EMPTY), shared: Some(word) }
        }

        fn word(&self) -> &AtomicU32 {
            self.shared.unwrap_or(&self.own)
        }

        /// Sleeps until a token is there or `timeout` has passed; whether it took a token.
        pub fn park(&self, timeout: Duration) -> bool {
            let word = self.word();
            // Acquire pairs with the Release in `unpark`: what was written before the token is seen after it.
            if word.compare_exchange(TOKEN, EMPTY, Ordering::Acquire, Ordering::Relaxed).is_ok() {
                return true;
            }
            if word.compare_exchange(EMPTY, PARKED, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                // Returns for no reason are fine: the caller looks again.
                futex::wait(word, PARKED, Some(timeout));
            }
            word.swap(EMPTY, Ordering::Acquire) == TOKEN
        }

        /// Leaves a token and wakes the owner if it sleeps.
        pub fn unpark(&self) {
            let word = self.word();
            if word.swap(TOKEN, Ordering::Release) == PARKED {
                futex::wake_one(word);
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
        /// Where nobody sleeps on words the word is not used; threads of other processes cannot be woken there.
        #[must_use]
        pub fn over(_word: &'static crate::primitive::AtomicU32) -> Self {
            Self::default()
        }

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
