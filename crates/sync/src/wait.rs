//! Waiting for an object, whatever kind it is.

use crate::primitive::hint;
use crate::records::Records;
use crate::waiter::{Phase, Waiter, waiter_word};

/// Looks at a waiter's phase before its thread sleeps: about the time that a wake-up takes.
const SPINS: u32 = if cfg!(any(loom, miri)) { 0 } else { 200 };

/// What a blocked thread found after one rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// It was woken, or it is only time to look around.
    Look,
    /// Its time is over.
    TimedOut,
    /// Its isolate is being stopped.
    Stopped,
}

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// With what was wanted; the number is for the kind.
    Granted(u32),
    /// The object takes no more waits, or not of this isolate.
    Closed,
    /// The barrier broke.
    Broken,
    /// The time is over.
    TimedOut,
    /// The isolate is being stopped.
    Stopped,
}

/// The thread that blocks.
pub trait Sleeper {
    /// Sleeps until the thread's isolate is unparked, or for a while. `TimedOut` only if the wait is limited by its time.
    fn rest(&mut self, is_limited: bool) -> Rest;
}

/// An object to wait for.
pub trait Waitable<R: Records + ?Sized> {
    /// Gives the waiter what it wants at once, or says that it will never get it; `None` when it was put into the queue.
    fn enlist(&self, waiter: Waiter<'_, R>) -> Option<Wait>;

    /// The waiter ends its wait by itself; `false` when it has ended already, and the result stands.
    fn withdraw(&self, waiter: Waiter<'_, R>) -> bool;

    /// As `withdraw`, because the waiter's time is over or its isolate ends.
    fn expire(&self, waiter: Waiter<'_, R>) -> bool {
        self.withdraw(waiter)
    }

    /// Takes back what the waiter was granted and will not use.
    fn refund(&self, waiter: Waiter<'_, R>);

    /// Blocks this thread until the wait has ended.
    fn wait(&self, waiter: Waiter<'_, R>, sleeper: &mut dyn Sleeper) -> Wait {
        let mut end = None;
        loop {
            if let Some(answer) = self.enlist(waiter) {
                return self.conclude(waiter, answer, end);
            }
            let phase = loop {
                if let Some(end) = end
                    && self.expire(waiter)
                {
                    return end;
                }
                match block(waiter, sleeper) {
                    Ok(phase) => break phase,
                    Err(early) => end = Some(early),
                }
            };
            // After `Retry` it enlists again, also when its time is over: it has been woken in the place of others.
            if let Some(answer) = answer_of(phase, waiter.get(waiter_word::RESULT)) {
                return self.conclude(waiter, answer, end);
            }
        }
    }

    /// What a thread is told: its isolate may have been stopped in the very moment of the grant.
    fn conclude(&self, waiter: Waiter<'_, R>, answer: Wait, end: Option<Wait>) -> Wait {
        if end != Some(Wait::Stopped) {
            return answer;
        }
        if let Wait::Granted(result) = answer {
            waiter.set(waiter_word::RESULT, result);
            self.refund(waiter);
        }
        Wait::Stopped
    }
}

/// The answer that a phase gives, if it gives one.
#[must_use]
pub fn answer_of(phase: Phase, result: u32) -> Option<Wait> {
    match phase {
        Phase::Granted => Some(Wait::Granted(result)),
        Phase::Closed => Some(Wait::Closed),
        Phase::Broken => Some(Wait::Broken),
        Phase::Idle | Phase::Queued | Phase::Retry => None,
    }
}

/// Blocks until the waiter's phase says something, or there is no time left.
pub(crate) fn block<R: Records + ?Sized>(waiter: Waiter<'_, R>, sleeper: &mut dyn Sleeper) -> Result<Phase, Wait> {
    for _ in 0..SPINS {
        if waiter.phase() != Phase::Queued {
            break;
        }
        hint::spin_loop();
    }
    loop {
        match waiter.phase() {
            Phase::Queued => {}
            phase => return Ok(phase),
        }
        match sleeper.rest(true) {
            Rest::Look => {}
            Rest::TimedOut => return Err(Wait::TimedOut),
            Rest::Stopped => return Err(Wait::Stopped),
        }
    }
}
