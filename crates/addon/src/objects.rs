//! Shared objects: made, held and let go by this isolate.

use napi::bindgen_prelude::Unknown;
use napi::{Env, Result};
use sched::{Handle, Kind, LoadError, Runtime, segments};

use crate::error::failure;
use crate::isolate::with;
use crate::view;

/// Makes an object of a reserved slot, with a zeroed block of `bytes` bytes unless that is 0; this isolate holds it.
/// Returns its generation.
#[napi_derive::napi]
pub(crate) fn create_object(slot: u32, kind: u32, bytes: f64) -> Result<u32> {
    let kind = Kind::from_number(kind).ok_or_else(|| failure("no such kind of object"))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is then refused")]
    let bytes = bytes as usize;
    with(|isolate| {
        let handle = Runtime::get().create(isolate.port, slot, kind, bytes).map_err(failure)?;
        Ok(handle.generation)
    })
}

/// This isolate holds the object from now on, until `letGo`; `false` when the object is gone.
#[napi_derive::napi]
pub(crate) fn hold_object(slot: u32, generation: u32) -> Result<bool> {
    with(|isolate| match Runtime::get().hold(isolate.port, Handle { slot, generation }) {
        Ok(()) => Ok(true),
        Err(LoadError::Stale(_)) => Ok(false),
        Err(LoadError::Alloc(error)) => Err(failure(error)),
    })
}

/// This isolate holds the object no longer; `false` if it did not.
#[napi_derive::napi]
pub(crate) fn let_go(slot: u32, generation: u32) -> Result<bool> {
    with(|isolate| Ok(Runtime::get().let_go(isolate.port, Handle { slot, generation })))
}

/// Objects of all isolates that are alive.
#[napi_derive::napi]
#[must_use]
pub(crate) fn objects() -> u32 {
    Runtime::get().slots().objects()
}

/// An `ArrayBuffer` over the block, or the segment, of an object that this isolate holds, and has to hold as long as the
/// buffer is used; `null` if the object has neither.
#[napi_derive::napi]
pub(crate) fn object_view(env: Env, slot: u32, generation: u32) -> Result<Option<Unknown<'static>>> {
    let (slots, object) = (Runtime::get().slots(), Handle { slot, generation });
    let place = match with(|isolate| Runtime::get().held(isolate.port, object).map_err(failure))? {
        Kind::SharedMemory => segments::place(object),
        _ => slots.block(slot).map(|block| (slots.region().at(block.offset), block.len)),
    };
    place.map(|(at, len)| view::external(env, at, len)).transpose()
}

/// The handles in a list of slots and generations by turns.
pub(crate) fn handles_of(pairs: Option<&[u32]>) -> Vec<Handle> {
    let handle = |pair: &[u32]| Handle { slot: pair[0], generation: pair[1] };
    pairs.unwrap_or_default().chunks_exact(2).map(handle).collect()
}
