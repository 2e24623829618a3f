//! Submitting, taking, completing and collecting jobs. Slots are numbers; their contents JavaScript reads and writes
//! itself through the segments.

use std::time::Duration;

use napi::{Env, Result};
use sched::{Next, Runtime, Wait};

use crate::alive::Alive;
use crate::isolate::{BATCH, with, worker};

/// Nothing to do now.
const NOTHING: i32 = -1;
/// Results wait in the port.
const RESULTS: i32 = -2;
/// The worker is to end.
const LEAVE: i32 = -3;
/// The isolate is being stopped.
const STOPPED: i32 = -4;

/// A duration; what is too long is for ever.
pub(crate) fn limit(milliseconds: f64) -> Duration {
    if milliseconds < 1e12 {
        Duration::from_secs_f64(milliseconds.max(0.0) / 1e3)
    } else {
        Duration::from_secs(1 << 30)
    }
}

/// Reserves up to `count` free slots; their numbers are in the exchange view. Returns how many.
#[napi_derive::napi]
pub(crate) fn reserve(count: u32) -> Result<u32> {
    with(|isolate| {
        let mut slots = [0; BATCH];
        let count = (count as usize).min(BATCH);
        let got = Runtime::get().reserve(isolate.port, &mut slots[..count]);
        isolate.exchange.write(&slots[..got]);
        Ok(u32::try_from(got).unwrap_or(0))
    })
}

/// Gives a reserved or collected slot back, with its block.
#[napi_derive::napi]
pub(crate) fn release(slot: u32) {
    Runtime::get().slots().release(slot);
}

/// Gives reserved or collected slots back, with their blocks: the first `count` numbers of the exchange view.
#[napi_derive::napi]
pub(crate) fn release_many(count: u32) -> Result<()> {
    with(|isolate| {
        let slots: Vec<u32> = (0..(count as usize).min(BATCH)).map(|index| isolate.exchange.read(index)).collect();
        Runtime::get().slots().release_many(&slots);
        Ok(())
    })
}

/// Queues a filled slot at nesting `depth`; `false` when the pool takes no more jobs.
#[napi_derive::napi]
pub(crate) fn submit(pool: u32, slot: u32, depth: u32, priority: f64) -> Result<bool> {
    with(|isolate| {
        let rank = (depth, priority);
        Ok(Runtime::get().submit(pool, isolate.port, slot, rank, isolate.worker.as_ref()).is_ok())
    })
}

/// Queues a filled slot for the worker `key` alone; `false` when it is gone.
#[napi_derive::napi]
pub(crate) fn post(pool: u32, slot: u32, key: u32) -> Result<bool> {
    with(|isolate| Ok(Runtime::get().post(pool, isolate.port, slot, key).is_ok()))
}

/// Cancels a job that nobody has begun; `false` if somebody has.
#[napi_derive::napi]
pub(crate) fn cancel(slot: u32) -> bool {
    Runtime::get().cancel(slot)
}

/// Worker `key` is about to be killed because of the job in `slot`: it begins no other job. `false` if it does not run it.
#[napi_derive::napi]
pub(crate) fn condemn(pool: u32, key: u32, slot: u32) -> bool {
    Runtime::get().condemn(pool, key, slot)
}

/// The next job deeper than `floor`, or a negative code. `wait`: 0 not at all, 1 in the event loop, 2 blocking for at
/// most `milliseconds`, 3 for some microseconds.
#[napi_derive::napi]
pub(crate) fn next(env: Env, floor: u32, wait: u32, milliseconds: f64) -> Result<i32> {
    let (pool, worker) = worker()?;
    let wait = match wait {
        0 => Wait::Not,
        1 => Wait::Loop,
        3 => Wait::Spin,
        _ => Wait::Block(limit(milliseconds)),
    };
    let alive = Alive::new(env)?;
    Ok(match Runtime::get().next(&pool, &worker, floor, wait, || alive.ask()) {
        Next::Job(slot) => slot.cast_signed(),
        Next::Nothing => NOTHING,
        Next::Results => RESULTS,
        Next::Leave => LEAVE,
        Next::Stopped => STOPPED,
    })
}

/// Sends a job that this worker took home; result and status are in its slot.
#[napi_derive::napi]
pub(crate) fn complete(slot: u32) -> Result<()> {
    with(|isolate| {
        if let Some((_, worker)) = &isolate.worker {
            Runtime::get().complete(worker, slot);
        }
        Ok(())
    })
}

/// Collects finished slots; their numbers are in the exchange view. Returns how many, at most 1024.
#[napi_derive::napi]
pub(crate) fn collect() -> Result<u32> {
    with(|isolate| {
        let mut slots = [0; BATCH];
        let got = Runtime::get().take(isolate.port, &mut isolate.rest, &mut slots);
        isolate.exchange.write(&slots[..got]);
        Ok(u32::try_from(got).unwrap_or(0))
    })
}

/// From now on this isolate looks for results by itself, again and again: nobody calls its event loop, until it `polls` no more.
/// What has come until then it has to collect itself.
#[napi_derive::napi]
pub(crate) fn set_polling(polls: bool) -> Result<()> {
    with(|isolate| {
        if polls {
            // Whether something is there already does not matter: the next look finds it.
            let _ = isolate.port.start_blocking();
        } else {
            isolate.port.stop_blocking();
        }
        Ok(())
    })
}

/// Blocks until results wait in the port (1), or `milliseconds` have passed (0), or the isolate is being stopped (-1).
#[napi_derive::napi]
pub(crate) fn wait(env: Env, milliseconds: f64) -> Result<i32> {
    let port = with(|isolate| Ok(isolate.port))?;
    let alive = Alive::new(env)?;
    Ok(match Runtime::get().wait(port, limit(milliseconds), || alive.ask()) {
        Some(true) => 1,
        Some(false) => 0,
        None => -1,
    })
}
