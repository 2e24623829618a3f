//! Functions that have been sent: their bytes, once per process; each worker fetches them once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use napi::bindgen_prelude::Buffer;

/// Bytes by number, and the next number. Numbers are never reused.
type Registry = Mutex<(HashMap<u32, Arc<[u8]>>, u32)>;

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(Registry::default)
}

/// Keeps the bytes of a function. Returns its number.
#[napi_derive::napi]
#[must_use]
pub(crate) fn put_function(bytes: &[u8]) -> u32 {
    let mut registry = registry().lock().unwrap_or_else(PoisonError::into_inner);
    let number = registry.1;
    registry.1 += 1;
    registry.0.insert(number, bytes.into());
    number
}

/// The bytes of a function, or `null` when it was dropped.
#[napi_derive::napi]
#[must_use]
pub(crate) fn get_function(number: u32) -> Option<Buffer> {
    let bytes = registry().lock().unwrap_or_else(PoisonError::into_inner).0.get(&number).cloned();
    bytes.map(|bytes| bytes.to_vec().into())
}

/// Forgets a function that nobody will call any more.
#[napi_derive::napi]
pub(crate) fn drop_function(number: u32) {
    registry().lock().unwrap_or_else(PoisonError::into_inner).0.remove(&number);
}
