//! Waiting for shared objects, and what ends waits.
//!
//! The answers are numbers: 0 and above, granted, with what the kind says about it; below 0 the codes here.

use napi::{Env, Result};
use sched::{Goal, Handle, Runtime, WaitError};
use sync::{Barrier, Event, Lock, RwLock, Semaphore, Wait};

use crate::alive::Alive;
use crate::error::failure;
use crate::isolate::with;
use crate::jobs::limit;

/// The object takes no more waits.
const CLOSED: i32 = -1;
/// The barrier is broken.
const BROKEN: i32 = -2;
/// The time is over.
const TIMED_OUT: i32 = -3;
/// The isolate is being stopped.
const STOPPED: i32 = -4;
/// The slot waits and comes home when that has ended.
const QUEUED: i32 = -5;
/// This isolate does not hold the object, or it is gone.
const STALE: i32 = -6;
/// The lock is not owned by this isolate.
const NOT_OWNER: i32 = -7;

fn code(answer: std::result::Result<Option<Wait>, WaitError>) -> Result<i32> {
    Ok(match answer {
        Ok(None) => QUEUED,
        Ok(Some(Wait::Granted(result))) => result.cast_signed(),
        Ok(Some(Wait::Closed)) => CLOSED,
        Ok(Some(Wait::Broken)) => BROKEN,
        Ok(Some(Wait::TimedOut)) => TIMED_OUT,
        Ok(Some(Wait::Stopped)) => STOPPED,
        Err(WaitError::Stale(_)) => STALE,
        Err(WaitError::NotOwner) => NOT_OWNER,
        Err(error) => return Err(failure(error)),
    })
}

fn goal(slot: u32, generation: u32, base: u32, want: u32) -> Goal {
    Goal { object: Handle { slot, generation }, base: base as usize, want }
}

/// Number of this isolate; in locks it is named by that + 1.
#[napi_derive::napi]
pub(crate) fn isolate_number() -> Result<u32> {
    with(|isolate| Ok(isolate.port.isolate))
}

/// Blocks until what is wanted of the object is had, for at most so many milliseconds. `base`: first word of its queue;
/// `waiter`: a slot to wait with.
#[napi_derive::napi]
pub(crate) fn wait_sync(
    env: Env,
    slot: u32,
    generation: u32,
    base: u32,
    want: u32,
    waiter: u32,
    milliseconds: f64,
) -> Result<i32> {
    let port = with(|isolate| Ok(isolate.port))?;
    let alive = Alive::new(env)?;
    let goal = goal(slot, generation, base, want);
    code(Runtime::get().wait_for(port, goal, waiter, limit(milliseconds), || alive.ask()).map(Some))
}

/// Blocks until one of several waits that take nothing would end, for at most so many milliseconds: 0, or a code. `goals`:
/// slot, generation, first word of the queue and what is wanted, of each.
#[napi_derive::napi]
pub(crate) fn wait_any_sync(env: Env, goals: &[u32], milliseconds: f64) -> Result<i32> {
    let port = with(|isolate| Ok(isolate.port))?;
    let alive = Alive::new(env)?;
    let goals: Vec<_> = goals.chunks_exact(4).map(|goal| self::goal(goal[0], goal[1], goal[2], goal[3])).collect();
    let answer = Runtime::get().wait_for_any(port, &goals, limit(milliseconds), || alive.ask());
    code(answer.map(|any| {
        Some(match any {
            Some(true) => Wait::Granted(0),
            Some(false) => Wait::TimedOut,
            None => Wait::Stopped,
        })
    }))
}

/// Lets the slot `waiter` wait for what is wanted of the object.
#[napi_derive::napi]
pub(crate) fn wait_async(slot: u32, generation: u32, base: u32, want: u32, waiter: u32) -> Result<i32> {
    with(|isolate| code(Runtime::get().enlist(isolate.port, goal(slot, generation, base, want), waiter)))
}

/// Ends the wait of the slot `waiter` for the object, because its time is over or for another reason; `false` if it has
/// ended already, and the slot comes home.
#[napi_derive::napi]
pub(crate) fn withdraw(slot: u32, generation: u32, waiter: u32, is_over: bool) -> Result<bool> {
    with(|isolate| Ok(Runtime::get().withdraw(isolate.port, Handle { slot, generation }, waiter, is_over)))
}

/// Milliseconds after which a wait is reported, or a number below 0 if that is not wanted.
#[napi_derive::napi]
#[must_use]
pub(crate) fn report_after() -> f64 {
    sched::report_after().map_or(-1.0, |after| after.as_secs_f64() * 1e3)
}

/// Who has waited for so many milliseconds for an object, who holds it, and who else waits.
#[napi_derive::napi]
pub(crate) fn explain(slot: u32, generation: u32, base: u32, milliseconds: f64) -> Result<String> {
    with(|isolate| {
        let object = Handle { slot, generation };
        Ok(Runtime::get().explain(isolate.port, object, base as usize, limit(milliseconds)))
    })
}

/// How many wait for an object, or `STALE`.
#[napi_derive::napi]
pub(crate) fn waiters(slot: u32, generation: u32, base: u32) -> Result<i32> {
    with(|isolate| {
        let count = Runtime::get().waiters(isolate.port, Handle { slot, generation }, base as usize);
        Ok(count.map_or(STALE, |count| i32::try_from(count).unwrap_or(i32::MAX)))
    })
}

/// Whether this isolate holds the object, and its name as an owner.
fn user(slot: u32, generation: u32) -> Result<Option<u32>> {
    with(|isolate| {
        let held = Runtime::get().held(isolate.port, Handle { slot, generation });
        Ok(held.ok().map(|_| isolate.port.isolate + 1))
    })
}

/// Does something to an object that this isolate holds: 1 done, 0 refused, or `STALE`.
fn operate(slot: u32, generation: u32, work: impl FnOnce(&'static Runtime, u32) -> bool) -> Result<i32> {
    Ok(user(slot, generation)?.map_or(STALE, |who| i32::from(work(Runtime::get(), who))))
}

/// Releases a lock; 0 if this isolate does not own it.
#[napi_derive::napi]
pub(crate) fn release_lock(slot: u32, generation: u32) -> Result<i32> {
    operate(slot, generation, |runtime, who| Lock::new(runtime, slot).release(who))
}

/// Returns permits to a semaphore, to no more than `limit`; 0 if there would be more.
#[napi_derive::napi]
pub(crate) fn release_semaphore(slot: u32, generation: u32, base: u32, permits: u32, limit: u32) -> Result<i32> {
    operate(slot, generation, |runtime, _| Semaphore::new(runtime, slot, base as usize).release(permits, limit).is_ok())
}

/// Sets an event.
#[napi_derive::napi]
pub(crate) fn set_event(slot: u32, generation: u32) -> Result<i32> {
    operate(slot, generation, |runtime, _| {
        Event::new(runtime, slot).set();
        true
    })
}

/// Binds a new condition to its lock.
#[napi_derive::napi]
pub(crate) fn bind_condition(slot: u32, generation: u32, lock: u32, lock_generation: u32) -> Result<()> {
    let lock = Handle { slot: lock, generation: lock_generation };
    with(|isolate| Runtime::get().bind_condition(isolate.port, Handle { slot, generation }, lock).map_err(failure))
}

/// Notifies waiters of a condition; how many, or a code.
#[napi_derive::napi]
pub(crate) fn notify(slot: u32, generation: u32, count: u32) -> Result<i32> {
    with(|isolate| {
        let notified = Runtime::get().notify(isolate.port, Handle { slot, generation }, count);
        code(notified.map(|count| Some(Wait::Granted(count))))
    })
}

/// The action of a barrier has been run, under that ticket; the number of the party, or a code.
#[napi_derive::napi]
pub(crate) fn finish_barrier(slot: u32, generation: u32, ticket: u32, is_done: bool) -> Result<i32> {
    match user(slot, generation)? {
        Some(_) => code(Ok(Some(Barrier::new(Runtime::get(), slot).finish(ticket, is_done)))),
        None => Ok(STALE),
    }
}

/// Resets a barrier, or breaks it.
#[napi_derive::napi]
pub(crate) fn end_barrier(slot: u32, generation: u32, reset: bool) -> Result<i32> {
    operate(slot, generation, |runtime, _| {
        let barrier = Barrier::new(runtime, slot);
        if reset {
            barrier.reset();
        } else {
            barrier.abort();
        }
        true
    })
}

/// Releases a lock for readers and writers, as a reader or as the writer; 0 if this isolate is not inside as that.
#[napi_derive::napi]
pub(crate) fn release_rw_lock(slot: u32, generation: u32, writes: bool) -> Result<i32> {
    operate(slot, generation, |runtime, who| {
        let lock = RwLock::new(runtime, slot);
        if writes { lock.release_write(who) } else { lock.release_read(who) }
    })
}

/// Word of the object in which this isolate counts how often it is inside as a reader, or `STALE` if it is elsewhere.
#[napi_derive::napi]
pub(crate) fn tally_word(slot: u32) -> Result<i32> {
    with(|isolate| {
        let word = Runtime::get().tally_word(isolate.port, slot);
        Ok(word.and_then(|word| i32::try_from(word).ok()).unwrap_or(STALE))
    })
}
