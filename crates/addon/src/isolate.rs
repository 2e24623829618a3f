//! What the addon knows of the isolate on this thread: its port, its waker, and its worker if it is one.

use std::cell::RefCell;

use napi::bindgen_prelude::{Function, Unknown};
use napi::{Env, Result};
use sched::{Handle, Pool, Port, Runtime, Worker};
use std::sync::Arc;

use crate::error::{failure, not_attached};
use crate::waker::Waker;

/// Slots that one call takes from or gives to JavaScript.
pub(crate) const BATCH: usize = 1024;

/// See the module's description.
pub(crate) struct Isolate {
    pub(crate) port: &'static Port,
    pub(crate) worker: Option<(Arc<Pool>, Arc<Worker>)>,
    /// The thread that it is, if it is known as one.
    pub(crate) thread: Option<Handle>,
    /// Finished slots taken from the port and not yet handed to JavaScript, linked.
    pub(crate) rest: u32,
    /// The memory under the exchange view.
    pub(crate) exchange: Exchange,
    waker: Waker,
}

/// The words through which batches of slot numbers go to JavaScript: a block of the region.
#[derive(Clone, Copy)]
pub(crate) struct Exchange(u64);

impl Exchange {
    fn word(self, index: usize) -> *mut u32 {
        Runtime::get().slots().region().at(self.0 + index as u64 * 4).cast()
    }

    /// Reads a slot number.
    pub(crate) fn read(self, index: usize) -> u32 {
        sync_load(self.word(index))
    }

    /// Writes slot numbers to the front of the view.
    pub(crate) fn write(self, numbers: &[u32]) {
        for (index, number) in numbers.iter().enumerate().take(BATCH) {
            sync_store(self.word(index), *number);
        }
    }
}

fn sync_load(at: *mut u32) -> u32 {
    // SAFETY: as for `sync_store`.
    unsafe { at.read() }
}

fn sync_store(at: *mut u32, value: u32) {
    // SAFETY: `at` is inside the exchange block of this isolate, aligned, and only this thread uses it.
    unsafe { at.write(value) }
}

thread_local! {
    static ISOLATE: RefCell<Option<Isolate>> = const { RefCell::new(None) };
}

/// Runs `work` with this thread's isolate.
pub(crate) fn with<T>(work: impl FnOnce(&mut Isolate) -> Result<T>) -> Result<T> {
    ISOLATE.with_borrow_mut(|isolate| work(isolate.as_mut().ok_or_else(not_attached)?))
}

/// This thread's worker, detached from the cell so that a blocking call holds no borrow.
pub(crate) fn worker() -> Result<(Arc<Pool>, Arc<Worker>)> {
    with(|isolate| isolate.worker.clone().ok_or_else(|| failure("this isolate is no worker")))
}

/// Registers this isolate. `on_wake` is called in its event loop when results, events or jobs may wait for it.
/// Returns an `ArrayBuffer` of 1024 words through which batches of slot numbers are exchanged.
#[napi_derive::napi]
pub(crate) fn attach(env: Env, on_wake: Function<'_, (), ()>) -> Result<Unknown<'static>> {
    let runtime = Runtime::start().map_err(failure)?;
    let waker = Waker::new(env, &on_wake)?;
    let block = runtime.slots().region().alloc(BATCH * 4).map_err(failure)?;
    let view = crate::view::external(env, runtime.slots().region().at(block.offset), BATCH * 4)?;
    let port = runtime.attach(Box::new(move || waker.call())).map_err(failure)?;
    let isolate = Isolate { port, worker: None, thread: None, rest: u32::MAX, exchange: Exchange(block.offset), waker };
    ISOLATE.set(Some(isolate));
    // Registered after the waker, so it runs before Node frees it. The exchange block is leaked to no one: the isolate
    // can no longer run JavaScript, but its views are collected only later, so the block is not reused for other things.
    env.add_env_cleanup_hook((), move |()| {
        if let Some(isolate) = ISOLATE.take() {
            let worker = isolate.worker.as_ref().map(|(pool, worker)| (&**pool, &**worker));
            // First: after `detach` another isolate may have the number.
            crate::functions::drop_functions_of(isolate.port.isolate);
            Runtime::get().detach(isolate.port, isolate.rest, worker);
            Runtime::get().slots().region().free(block);
            // Last: those who waited for it find nothing half done.
            if let Some(thread) = isolate.thread {
                crate::threads::leave_thread(thread);
            }
            if Runtime::get().live() == 0 {
                Runtime::get().forget_births();
                sched::threads::forget_all(Runtime::get());
                report_leaks();
            }
        }
    })?;
    Ok(view)
}

/// In debug builds, says what is left.
fn report_leaks() {
    if cfg!(debug_assertions) {
        let leaks = Runtime::get().leaks();
        if !leaks.is_empty() {
            eprintln!("polycore: {leaks}");
        }
    }
}

/// What this isolate is called in messages.
#[napi_derive::napi]
pub(crate) fn name_isolate(name: String) -> Result<()> {
    with(|isolate| {
        isolate.port.set_name(name);
        Ok(())
    })
}

/// Whether this isolate's pending work keeps its event loop alive.
#[napi_derive::napi]
pub(crate) fn hold(env: Env, hold: bool) -> Result<()> {
    with(|isolate| isolate.waker.hold(env, hold))
}
