//! Queues and ends of pipes: items are numbers of slots, or small values that need none. What waits goes through `waits.rs`.
//!
//! Items are 0 or greater; below 0 are the codes of `waits.rs`.

use napi::Result;
use sched::{Handle, QueueShape, Runtime};
use sync::{Got, Put};

use crate::error::failure;
use crate::isolate::{BATCH, with};

/// Nothing is there, and nothing will come.
const SHUT: i32 = -1;
/// Nothing is there.
const EMPTY: i32 = -3;

fn code_of(put: Put) -> u32 {
    match put {
        Put::Done => 0,
        Put::Full => 1,
        Put::Shut => 2,
        Put::NoRecord => 3,
    }
}

fn item_of(got: Got) -> i32 {
    match got {
        Got::Item(item) => item.cast_signed(),
        Got::Empty => EMPTY,
        Got::Shut => SHUT,
    }
}

/// Makes a queue of a new object whose block has room for `cells` cells; see `sched::QueueShape`.
#[napi_derive::napi]
pub(crate) fn init_queue(slot: u32, limit: u32, most_bytes: f64, order: u32, cells: u32) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, which is no limit")]
    let most_bytes = most_bytes as u64;
    Runtime::get().init_queue(slot, QueueShape { limit, most_bytes, order, cells });
}

/// Puts an item: 0 done, 1 full, 2 the queue takes nothing any more, 3 there is no free slot for it.
#[napi_derive::napi]
pub(crate) fn queue_put(queue: u32, item: u32) -> Result<u32> {
    with(|isolate| Ok(code_of(Runtime::get().put_item(isolate.port, queue, item))))
}

/// Gets an item or a code; waits some microseconds for one if it is to `spin`.
#[napi_derive::napi]
pub(crate) fn queue_get(queue: u32, spin: bool) -> Result<i32> {
    with(|isolate| Ok(item_of(Runtime::get().get_item(isolate.port, queue, spin))))
}

/// Puts the first `count` of the items, as many as get in; how many.
#[napi_derive::napi]
pub(crate) fn queue_put_many(queue: u32, items: &[u32], count: u32) -> Result<u32> {
    with(|isolate| {
        let items = &items[..items.len().min(count as usize)];
        let put = Runtime::get().put_items(isolate.port, queue, items);
        Ok(u32::try_from(put).unwrap_or(u32::MAX))
    })
}

/// Gets items, at most `most` and 1024, that are there; they are in the exchange view. Returns how many.
#[napi_derive::napi]
pub(crate) fn queue_get_many(queue: u32, most: u32) -> Result<u32> {
    with(|isolate| {
        let mut items = [0; BATCH];
        let count = Runtime::get().get_items(isolate.port, queue, &mut items[..BATCH.min(most as usize)]);
        isolate.exchange.write(&items[..count]);
        Ok(u32::try_from(count).unwrap_or(0))
    })
}

/// Puts an item that was got and is not used before all others.
#[napi_derive::napi]
pub(crate) fn queue_return(queue: u32, item: u32) {
    Runtime::get().return_item(queue, item);
}

/// Waits some microseconds for room, and says whether it saw some.
#[napi_derive::napi]
pub(crate) fn queue_spin_for_room(queue: u32) -> bool {
    Runtime::get().queue(queue).spin_for_room()
}

/// One item is done; `false` when all are.
#[napi_derive::napi]
pub(crate) fn queue_done(queue: u32) -> bool {
    Runtime::get().queue(queue).done().is_ok()
}

/// Items put and not yet done.
#[napi_derive::napi]
pub(crate) fn queue_not_done(queue: u32) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "below 2^48")]
    let count = Runtime::get().queue(queue).not_done() as f64;
    count
}

/// Number of items.
#[napi_derive::napi]
pub(crate) fn queue_len(queue: u32) -> u32 {
    u32::try_from(Runtime::get().queue(queue).len()).unwrap_or(u32::MAX)
}

/// Threads and promises that wait for it.
#[napi_derive::napi]
pub(crate) fn queue_waiting(queue: u32) -> u32 {
    u32::try_from(Runtime::get().queue(queue).waiting()).unwrap_or(u32::MAX)
}

/// Whether there is no item.
#[napi_derive::napi]
pub(crate) fn queue_is_empty(queue: u32) -> bool {
    Runtime::get().queue(queue).is_empty()
}

/// Whether a put would have to wait.
#[napi_derive::napi]
pub(crate) fn queue_is_full(queue: u32) -> bool {
    Runtime::get().queue(queue).is_full()
}

/// Whether a get would not have to wait.
#[napi_derive::napi]
pub(crate) fn queue_is_ready(queue: u32) -> bool {
    Runtime::get().queue(queue).is_ready()
}

/// Refuses puts from now on, and gets once it is empty, or at once.
#[napi_derive::napi]
pub(crate) fn queue_shut_down(queue: u32, immediate: bool) {
    Runtime::get().queue(queue).shut_down(immediate);
}

/// Makes an end of a pipe of a new object; `queues`: slot and generation of the one it reads and of the one it writes, the
/// generation being 0 if there is none.
#[napi_derive::napi]
pub(crate) fn init_end(end: u32, queues: &[u32]) -> Result<()> {
    let queue = |index: usize| {
        let pair = queues.get(index..index + 2)?;
        (pair[1] != 0).then_some(Handle { slot: pair[0], generation: pair[1] })
    };
    with(|isolate| Runtime::get().init_end(isolate.port, end, queue(0), queue(2)).map_err(failure))
}

/// This isolate uses an end of a pipe.
#[napi_derive::napi]
pub(crate) fn use_end(end: u32) -> Result<()> {
    with(|isolate| {
        Runtime::get().use_end(isolate.port, end);
        Ok(())
    })
}
