//! The threads of this process: which are alive, what they are called, and whose hook hears of their uncaught errors.
//!
//! A thread is a shared object whose state is an event: set when the thread has ended, by the clean-up of its isolate, so
//! that those who wait for it need no event loop of whoever started it. `src/threading/thread-words.ts` has the table of its
//! words. A thread belongs to its process, so what is here is not in the region.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::object::{Handle, Stale};
use crate::runtime::Runtime;
use crate::slot::SlotTable;
use sync::Event;

#[derive(Default)]
struct Threads {
    /// Those that have begun and not ended, in that order; each with a reference.
    alive: Vec<Handle>,
    /// By slot.
    names: HashMap<u32, String>,
    /// Threads that were given a number for a name.
    numbers: u32,
    /// The main thread.
    main: Option<Handle>,
    /// Isolates with a hook for uncaught errors; the last one's counts.
    hooks: Vec<u32>,
}

static THREADS: LazyLock<Mutex<Threads>> = LazyLock::new(Mutex::default);

fn threads() -> MutexGuard<'static, Threads> {
    THREADS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A number for the name of a thread that has none.
#[must_use]
pub fn next_number() -> u32 {
    let mut threads = threads();
    threads.numbers += 1;
    threads.numbers
}

/// Names a thread that the caller holds.
pub fn set_name(thread: Handle, name: String) {
    threads().names.insert(thread.slot, name);
}

/// Name of a thread that the caller holds.
#[must_use]
pub fn name(thread: Handle) -> String {
    threads().names.get(&thread.slot).cloned().unwrap_or_default()
}

/// The thread is alive from now on.
///
/// # Errors
/// When it is gone.
pub fn begin(runtime: &Runtime, thread: Handle) -> Result<(), Stale> {
    runtime.slots().retain(thread)?;
    threads().alive.push(thread);
    Ok(())
}

/// The thread is not alive any more: it could not be started.
pub fn undo(runtime: &Runtime, thread: Handle) {
    if forget(thread) {
        runtime.slots().unref(thread);
    }
}

/// The thread, which the caller holds, has ended: those who wait for it go on.
pub fn end(runtime: &Runtime, thread: Handle) {
    // First off the list: who has waited for it does not find it there.
    let was_alive = forget(thread);
    Event::new(runtime, thread.slot).set();
    if was_alive {
        runtime.slots().unref(thread);
    }
}

fn forget(thread: Handle) -> bool {
    let mut threads = threads();
    let index = threads.alive.iter().position(|&other| other == thread);
    index.map(|index| threads.alive.remove(index)).is_some()
}

/// The threads that are alive.
#[must_use]
pub fn alive() -> Vec<Handle> {
    threads().alive.clone()
}

/// The main thread; `candidate` becomes it if there is none yet.
///
/// # Errors
/// When the candidate is gone.
pub fn main(runtime: &Runtime, candidate: Option<Handle>) -> Result<Option<Handle>, Stale> {
    let mut threads = threads();
    if let (None, Some(thread)) = (threads.main, candidate) {
        // Two: it stays known when it has ended.
        runtime.slots().retain(thread)?;
        runtime.slots().retain(thread)?;
        threads.alive.insert(0, thread);
        threads.main = Some(thread);
    }
    Ok(threads.main)
}

/// The last isolate has ended: nobody will ask for the main thread any more, or for threads that never came to run.
pub fn forget_all(runtime: &Runtime) {
    let forgotten: Vec<Handle> = {
        let mut threads = threads();
        let main = threads.main.take();
        threads.alive.drain(..).chain(main).collect()
    };
    runtime.slots().unref_all(&forgotten);
}

/// Whether the isolate has a hook for uncaught errors from now on; then it is the one that counts.
pub fn set_hook(isolate: u32, is_set: bool) {
    let mut threads = threads();
    threads.hooks.retain(|&other| other != isolate);
    if is_set {
        threads.hooks.push(isolate);
    }
}

/// The isolate whose hook counts.
#[must_use]
pub fn hook() -> Option<u32> {
    threads().hooks.last().copied()
}

/// Nobody refers to the object any more.
pub(crate) fn free(_slots: &SlotTable, slot: u32) {
    threads().names.remove(&slot);
}
