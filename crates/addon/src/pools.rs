//! Pools and their workers.

use napi::Result;
use sched::{Event, PoolStats, Runtime, Unborn};

use crate::error::failure;
use crate::isolate::with;

/// A new pool owned by this isolate: events about its workers arrive at its port. Returns its number.
#[napi_derive::napi]
pub(crate) fn create_pool() -> Result<u32> {
    with(|isolate| Ok(Runtime::get().create_pool(isolate.port)))
}

/// The pool takes no more jobs.
#[napi_derive::napi]
pub(crate) fn close_pool(pool: u32) {
    if let Some(pool) = Runtime::get().pool(pool) {
        pool.close();
    }
}

/// Sends all queued jobs of the pool home as cancelled; how many.
#[napi_derive::napi]
#[must_use]
pub(crate) fn cancel_queued(pool: u32) -> u32 {
    let runtime = Runtime::get();
    runtime.pool(pool).map_or(0, |pool| u32::try_from(runtime.cancel_all(&pool)).unwrap_or(u32::MAX))
}

/// Forgets the pool; its queued jobs go home as cancelled.
#[napi_derive::napi]
pub(crate) fn drop_pool(pool: u32) {
    Runtime::get().drop_pool(pool);
}

/// Asks `count` workers of the pool to leave as soon as they are idle.
#[napi_derive::napi]
pub(crate) fn retire(pool: u32, count: u32) {
    if let Some(pool) = Runtime::get().pool(pool) {
        pool.retire(count);
    }
}

/// Numbers of a pool.
#[napi_derive::napi(object)]
pub(crate) struct Stats {
    /// Workers that have joined.
    pub workers: u32,
    /// Workers without a job.
    pub idle: u32,
    /// Jobs in queues.
    pub queued: u32,
    /// Jobs that workers are running.
    pub running: u32,
}

/// The numbers of a pool now.
#[napi_derive::napi]
#[must_use]
pub(crate) fn pool_stats(pool: u32) -> Stats {
    let PoolStats { workers, idle, queued, running } =
        Runtime::get().pool(pool).map(|pool| pool.stats()).unwrap_or_default();
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Stats { workers: narrow(workers), idle: narrow(idle), queued: narrow(queued), running: narrow(running) }
}

/// This isolate becomes the worker `key` of the pool.
#[napi_derive::napi]
pub(crate) fn join(number: u32, key: u32) -> Result<()> {
    let runtime = Runtime::get();
    let pool = runtime.pool(number).ok_or_else(|| failure("the pool is gone"))?;
    with(|isolate| {
        let worker = runtime.join(&pool, isolate.port, key);
        isolate.worker = Some((pool, worker));
        Ok(())
    })?;
    runtime.end_birth(Unborn::Worker { pool: number, key });
    Ok(())
}

/// Tells the pool's owner something about this worker.
#[napi_derive::napi]
pub(crate) fn say(value: i32) -> Result<()> {
    let (pool, worker) = crate::isolate::worker()?;
    Runtime::get().report(&pool, Event::Said, worker.key, value.cast_unsigned());
    Ok(())
}
