//! Isolates from their start until they say what they are. Each is named by whether it is to be a worker, and by the numbers of
//! its pool and its key in that, or slot and generation of its thread.

use napi::Result;
use sched::{Handle, Runtime, Unborn};

use crate::error::failure;

fn unborn(is_worker: bool, first: u32, second: u32) -> Unborn {
    if is_worker {
        Unborn::Worker { pool: first, key: second }
    } else {
        Unborn::Thread(Handle { slot: first, generation: second })
    }
}

/// The isolate is about to be started by this thread.
#[napi_derive::napi]
pub(crate) fn expect_birth(is_worker: bool, first: u32, second: u32) -> Result<()> {
    Runtime::get().expect_birth(unborn(is_worker, first, second)).map_err(failure)
}

/// It has been started since.
#[napi_derive::napi]
pub(crate) fn watch_birth(is_worker: bool, first: u32, second: u32) {
    Runtime::get().watch_birth(unborn(is_worker, first, second));
}

/// It could not be started, or its end is known otherwise.
#[napi_derive::napi]
pub(crate) fn forget_birth(is_worker: bool, first: u32, second: u32) {
    Runtime::get().forget_birth(unborn(is_worker, first, second));
}

/// Makes known the end of isolates that will never come, as blocked calls do now and then.
#[napi_derive::napi]
pub(crate) fn look_for_stillborn() {
    Runtime::get().look_for_stillborn();
}
