//! `ArrayBuffer`s over the shared region and over named segments.
//!
//! Runtimes with a memory cage forbid external buffers, and napi-rs would then hand out a silent copy; here the raw call
//! is used and its refusal is an error.

use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, Unknown};
use napi::{Env, Result, sys};
use sched::{Runtime, SLOT_BYTES};

use crate::error::failure;

/// Bytes of one view of the slot table: small, because V8 counts external memory as its own.
const SEGMENT: usize = 1 << 20;

/// An `ArrayBuffer` over `len` bytes at `at`, which must stay mapped until it has been collected or detached.
pub(crate) fn external(env: Env, at: *mut u8, len: usize) -> Result<Unknown<'static>> {
    let mut buffer = ptr::null_mut();
    // SAFETY: the caller keeps the memory mapped, so no finalizer is needed; all isolates see the same memory.
    unsafe {
        let status =
            sys::napi_create_external_arraybuffer(env.raw(), at.cast(), len, None, ptr::null_mut(), &raw mut buffer);
        if status != sys::Status::napi_ok {
            return Err(failure(format!(
                "this runtime forbids ArrayBuffers over shared memory (status {status}); polycore needs Node.js without \
                 the V8 memory cage"
            )));
        }
        Unknown::from_napi_value(env.raw(), buffer)
    }
}

/// The slots of segment `index` as an `ArrayBuffer`.
#[napi_derive::napi]
pub(crate) fn segment(env: Env, index: u32) -> Result<Unknown<'static>> {
    let slots_per_segment = SEGMENT / SLOT_BYTES;
    if index as usize >= Runtime::get().slots().count() as usize / slots_per_segment {
        return Err(failure("no such segment"));
    }
    let at = Runtime::get().slots().region().table().wrapping_add(index as usize * SEGMENT);
    external(env, at, SEGMENT)
}

/// Slots that have ever been in use: how many were in use at once at most.
#[napi_derive::napi]
#[must_use]
pub(crate) fn region_slots() -> u32 {
    Runtime::get().slots().used()
}

/// Bytes of the shared region's heap in use.
#[napi_derive::napi]
pub(crate) fn region_used() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let used = Runtime::get().slots().used_bytes() as f64;
    used
}
