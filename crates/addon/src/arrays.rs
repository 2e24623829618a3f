//! Addresses of typed arrays, over plain and shared buffers alike.
//!
//! An address is good as long as the buffer is neither detached nor collected. Synchronous calls need not care: no
//! JavaScript of the isolate runs meanwhile. For others the caller passes shared buffers, which cannot be detached, and keeps
//! them alive until the work has ended; the isolate's clean-up hook waits for work that still runs.

use std::ptr;

use jit::Element;
use napi::bindgen_prelude::{JsValue, Unknown};
use napi::{Env, Result, sys};

use crate::error::failure;

/// Memory of a typed array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArrayMemory {
    pub(crate) element: Element,
    pub(crate) address: usize,
    pub(crate) length: usize,
}

/// Somewhere to point to when there is no memory: never read, as the length is 0.
const NOWHERE: usize = 16;

/// The memory behind a typed array.
pub(crate) fn memory_of(env: Env, value: &Unknown<'_>) -> Result<ArrayMemory> {
    let (mut kind, mut length, mut data, mut offset) = (0, 0, ptr::null_mut(), 0);
    let mut buffer = ptr::null_mut();
    // SAFETY: a live environment and value of this call; the out-pointers are valid. Node writes the type as an `i32`.
    let status = unsafe {
        sys::napi_get_typedarray_info(
            env.raw(),
            value.raw(),
            &raw mut kind,
            &raw mut length,
            &raw mut data,
            &raw mut buffer,
            &raw mut offset,
        )
    };
    if status != sys::Status::napi_ok {
        return Err(failure("expected a typed array"));
    }
    let number = usize::try_from(kind).unwrap_or(usize::MAX);
    let element = Element::from_number(number).ok_or_else(|| failure("unknown type of array"))?;
    let address = if data.is_null() { NOWHERE } else { data as usize };
    Ok(ArrayMemory { element, address, length })
}

/// A number or boolean.
pub(crate) fn number_of(env: Env, value: &Unknown<'_>) -> Result<f64> {
    let mut number = 0.0;
    // SAFETY: as above.
    if unsafe { sys::napi_get_value_double(env.raw(), value.raw(), &raw mut number) } == sys::Status::napi_ok {
        return Ok(number);
    }
    let mut truth = false;
    // SAFETY: as above.
    if unsafe { sys::napi_get_value_bool(env.raw(), value.raw(), &raw mut truth) } == sys::Status::napi_ok {
        return Ok(f64::from(u8::from(truth)));
    }
    Err(failure("expected a number or a boolean"))
}

/// The lowest 64 bits of a bigint.
pub(crate) fn bits_of(env: Env, value: &Unknown<'_>) -> Result<u64> {
    let (mut bits, mut lossless) = (0, false);
    // SAFETY: as above.
    let status = unsafe { sys::napi_get_value_bigint_int64(env.raw(), value.raw(), &raw mut bits, &raw mut lossless) };
    if status == sys::Status::napi_ok { Ok(bits.cast_unsigned()) } else { Err(failure("expected a bigint")) }
}
