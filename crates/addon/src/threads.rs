//! Threads: which are alive, what they are called, and how their end is known.

use napi::Result;
use napi::bindgen_prelude::Uint32Array;
use sched::{Handle, Runtime, Unborn, threads};

use crate::error::failure;
use crate::isolate::with;

fn held(slot: u32, generation: u32) -> Result<Handle> {
    let thread = Handle { slot, generation };
    with(|isolate| Runtime::get().held(isolate.port, thread).map_err(failure))?;
    Ok(thread)
}

/// A number for the name of a thread that has none.
#[napi_derive::napi]
#[must_use]
pub(crate) fn next_thread_number() -> u32 {
    threads::next_number()
}

/// Names a thread.
#[napi_derive::napi]
pub(crate) fn set_thread_name(slot: u32, generation: u32, name: String) -> Result<()> {
    threads::set_name(held(slot, generation)?, name);
    Ok(())
}

/// The name of a thread.
#[napi_derive::napi]
pub(crate) fn thread_name(slot: u32, generation: u32) -> Result<String> {
    Ok(threads::name(held(slot, generation)?))
}

/// The thread is alive from now on.
#[napi_derive::napi]
pub(crate) fn begin_thread(slot: u32, generation: u32) -> Result<()> {
    threads::begin(Runtime::get(), held(slot, generation)?).map_err(failure)
}

/// The thread could not be started.
#[napi_derive::napi]
pub(crate) fn undo_thread(slot: u32, generation: u32) -> Result<()> {
    threads::undo(Runtime::get(), held(slot, generation)?);
    Ok(())
}

/// This isolate is that thread: when the isolate ends, so does the thread.
#[napi_derive::napi]
pub(crate) fn enter_thread(slot: u32, generation: u32) -> Result<()> {
    let thread = held(slot, generation)?;
    // Kept until then, whatever JavaScript does with its objects.
    Runtime::get().slots().retain(thread).map_err(failure)?;
    with(|isolate| {
        isolate.thread = Some(thread);
        Ok(())
    })?;
    Runtime::get().end_birth(Unborn::Thread(thread));
    Ok(())
}

/// In messages this isolate is called what the thread is called.
#[napi_derive::napi]
pub(crate) fn name_after(slot: u32, generation: u32) -> Result<()> {
    let thread = held(slot, generation)?;
    with(|isolate| {
        let role = if isolate.worker.is_some() { "worker" } else { "thread" };
        isolate.port.name_after(role, thread);
        Ok(())
    })
}

/// The isolate, which has been detached, was this thread.
pub(crate) fn leave_thread(thread: Handle) {
    threads::end(Runtime::get(), thread);
    Runtime::get().slots().unref(thread);
}

/// The thread has ended, though its isolate has not.
#[napi_derive::napi]
pub(crate) fn end_thread(slot: u32, generation: u32) -> Result<()> {
    threads::end(Runtime::get(), held(slot, generation)?);
    Ok(())
}

/// Slots and generations, by turns, of the threads that are alive.
#[napi_derive::napi]
#[must_use]
pub(crate) fn alive_threads() -> Uint32Array {
    pairs(&threads::alive())
}

/// Slot and generation of the main thread, or nothing while nobody has asked for it.
#[napi_derive::napi]
pub(crate) fn main_thread() -> Result<Uint32Array> {
    let main = threads::main(Runtime::get(), None).map_err(failure)?;
    Ok(pairs(main.as_slice()))
}

/// Makes this object the main thread, if there is none yet; slot and generation of the one there is.
#[napi_derive::napi]
pub(crate) fn elect_main_thread(slot: u32, generation: u32) -> Result<Uint32Array> {
    let main = threads::main(Runtime::get(), Some(held(slot, generation)?)).map_err(failure)?;
    Ok(pairs(main.as_slice()))
}

fn pairs(handles: &[Handle]) -> Uint32Array {
    handles.iter().flat_map(|handle| [handle.slot, handle.generation]).collect::<Vec<u32>>().into()
}

/// Whether this isolate has a hook for uncaught errors of threads; the one set last counts.
#[napi_derive::napi]
pub(crate) fn set_hook(is_set: bool) -> Result<()> {
    with(|isolate| {
        threads::set_hook(isolate.port.isolate, is_set);
        Ok(())
    })
}

/// Nobody has a hook.
const NO_HOOK: u32 = 0;
/// The slot is on its way.
const SENT: u32 = 1;
/// This isolate has the hook that counts.
const HERE: u32 = 2;

/// Sends a filled slot, which carries an uncaught error, to the isolate whose hook counts; unless that is this one, or there
/// is none: then the slot stays the caller's.
#[napi_derive::napi]
pub(crate) fn send_uncaught(slot: u32) -> Result<u32> {
    let here = with(|isolate| Ok(isolate.port.isolate))?;
    Ok(match threads::hook() {
        Some(isolate) if isolate == here => HERE,
        Some(isolate) if Runtime::get().send_uncaught(slot, isolate) => SENT,
        _ => NO_HOOK,
    })
}
