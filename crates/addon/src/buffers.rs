//! Big `Buffer`s that travel without being copied out: a shared object with a block, of which a message keeps a reference,
//! and an `ArrayBuffer` over that block at the receiver, which keeps one until it is collected or moved on.

use std::ffi::c_void;
use std::ptr;

use napi::bindgen_prelude::{FromNapiValue, JsValue, Object, Uint8Array, Unknown};
use napi::{Env, Result, sys};
use sched::{Handle, Kind, Runtime};

use crate::error::failure;

/// Makes an object of a reserved slot, whose block holds a copy of `bytes`, with one reference: the caller's, to be
/// dropped by `unrefObject`. Returns its generation.
#[napi_derive::napi]
pub(crate) fn create_buffer(slot: u32, bytes: &[u8]) -> Result<u32> {
    let slots = Runtime::get().slots();
    slots.drop_block(slot);
    let block = slots.region().alloc(bytes.len()).map_err(failure)?;
    // SAFETY: the block is ours alone and long enough; another thread that writes into a view of a SharedArrayBuffer may
    // tear bytes, which copying by raw pointer tolerates.
    unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), slots.region().at(block.offset), bytes.len()) };
    slots.set_block(slot, block);
    Ok(slots.make_object(slot, Kind::Buffer).generation)
}

/// Drops a reference that this isolate has.
#[napi_derive::napi]
pub(crate) fn unref_object(slot: u32, generation: u32) {
    Runtime::get().slots().unref(Handle { slot, generation });
}

/// Runs on the isolate's thread, when the `ArrayBuffer` is collected or detached, or the isolate ends.
unsafe extern "C" fn give_back(_env: sys::napi_env, _data: *mut c_void, hint: *mut c_void) {
    // SAFETY: `hint` is the box that `borrow_buffer` leaked, and Node calls this once.
    let handle = unsafe { Box::from_raw(hint.cast::<Handle>()) };
    Runtime::get().slots().unref(*handle);
}

/// Copies the bytes of the object into the whole of `into`, which is as long.
#[napi_derive::napi]
pub(crate) fn copy_buffer(slot: u32, mut into: Uint8Array) -> Result<()> {
    let slots = Runtime::get().slots();
    let block = slots.block(slot).filter(|block| block.len == into.len());
    let from = block.ok_or_else(|| failure("the buffer has another length"))?;
    // SAFETY: the caller's message refers to the object, so the block is there; `into` is JavaScript memory of this isolate,
    // whose JavaScript does not run now. Another thread may write, which copying by raw pointer tolerates.
    unsafe {
        let into = into.as_mut();
        ptr::copy_nonoverlapping(slots.region().at(from.offset), into.as_mut_ptr(), into.len());
    }
    Ok(())
}

/// An `ArrayBuffer` over the bytes of the object, which it keeps a reference to.
#[napi_derive::napi]
pub(crate) fn borrow_buffer(env: Env, slot: u32, generation: u32) -> Result<Unknown<'static>> {
    let slots = Runtime::get().slots();
    let handle = Handle { slot, generation };
    slots.retain(handle).map_err(failure)?;
    let Some(block) = slots.block(slot) else { return Err(failure("the buffer has no block")) };
    let hint = Box::into_raw(Box::new(handle));
    let mut buffer = ptr::null_mut();
    // SAFETY: the reference keeps the block until `give_back` is called with this `hint`.
    unsafe {
        let at = slots.region().at(block.offset).cast();
        let status = sys::napi_create_external_arraybuffer(
            env.raw(),
            at,
            block.len,
            Some(give_back),
            hint.cast(),
            &raw mut buffer,
        );
        if status != sys::Status::napi_ok {
            give_back(env.raw(), at, hint.cast());
            return Err(failure(format!("no ArrayBuffer over shared memory (status {status})")));
        }
        Unknown::from_napi_value(env.raw(), buffer)
    }
}

/// Detaches an `ArrayBuffer` that `borrowBuffer` made.
#[napi_derive::napi]
pub(crate) fn detach_buffer(env: Env, buffer: Object<'_>) -> Result<()> {
    // SAFETY: a live environment and one of its values, on its own thread.
    let status = unsafe { sys::napi_detach_arraybuffer(env.raw(), buffer.raw()) };
    if status == sys::Status::napi_ok { Ok(()) } else { Err(failure("the ArrayBuffer cannot be detached")) }
}
