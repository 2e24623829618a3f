//! The clock of waits: microseconds since some moment, the same in all processes of the machine.

#[cfg(all(unix, not(miri)))]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "wraps, as its users expect")]
mod imp {
    /// Microseconds; wraps after 71 minutes.
    #[must_use]
    pub fn micros() -> u32 {
        let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the kernel writes the time into `now`; this clock always exists.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut now) };
        (now.tv_sec as u32).wrapping_mul(1_000_000).wrapping_add((now.tv_nsec / 1000) as u32)
    }
}

#[cfg(any(not(unix), miri))]
#[expect(clippy::cast_possible_truncation, reason = "wraps, as its users expect")]
mod imp {
    use std::sync::OnceLock;
    use std::time::Instant;

    /// Microseconds; wraps after 71 minutes.
    #[must_use]
    pub fn micros() -> u32 {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed().as_micros() as u32
    }
}

pub use imp::micros;
