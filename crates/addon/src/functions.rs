//! Functions that have been sent: their bytes, once per process; each worker fetches them once. A function that captured
//! shared objects keeps a reference to each.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use napi::Result;
use napi::bindgen_prelude::{Buffer, Uint32Array};
use sched::{Handle, Runtime};

use crate::error::failure;
use crate::isolate::with;
use crate::objects::handles_of;

struct Entry {
    bytes: Arc<[u8]>,
    handles: Box<[Handle]>,
    /// The isolate with whose end it goes, or `None`.
    owner: Option<u32>,
}

/// Functions by number, and the next number. Numbers are never reused.
type Registry = Mutex<(HashMap<u32, Entry>, u32)>;

fn registry() -> MutexGuard<'static, (HashMap<u32, Entry>, u32)> {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(Registry::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps the bytes of a function that names the objects in `handles` (slots and generations by turns). Returns its
/// number. Unless it `outlives` this isolate, it is dropped with it.
#[napi_derive::napi]
pub(crate) fn put_function(bytes: &[u8], handles: Option<Uint32Array>, outlives: bool) -> Result<u32> {
    let handles = handles_of(handles.as_deref());
    Runtime::get().slots().retain_all(&handles).map_err(failure)?;
    let owner = if outlives { None } else { Some(with(|isolate| Ok(isolate.port.isolate))?) };
    let mut registry = registry();
    let number = registry.1;
    registry.1 += 1;
    registry.0.insert(number, Entry { bytes: bytes.into(), handles: handles.into(), owner });
    Ok(number)
}

/// The bytes of a function, or `null` when it was dropped.
#[napi_derive::napi]
#[must_use]
pub(crate) fn get_function(number: u32) -> Option<Buffer> {
    let bytes = registry().0.get(&number).map(|entry| Arc::clone(&entry.bytes));
    bytes.map(|bytes| bytes.to_vec().into())
}

/// Whether a function is kept.
#[napi_derive::napi]
#[must_use]
pub(crate) fn has_function(number: u32) -> bool {
    registry().0.contains_key(&number)
}

/// Forgets a function that nobody will call any more.
#[napi_derive::napi]
pub(crate) fn drop_function(number: u32) {
    // Not under the lock: with the last reference an object goes, and what it owns.
    let entry = registry().0.remove(&number);
    if let Some(entry) = entry {
        Runtime::get().slots().unref_all(&entry.handles);
    }
}

/// The isolate ends: nobody will call its functions any more.
pub(crate) fn drop_functions_of(isolate: u32) {
    let entries: Vec<Entry> =
        registry().0.extract_if(|_, entry| entry.owner == Some(isolate)).map(|(_, entry)| entry).collect();
    for entry in entries {
        Runtime::get().slots().unref_all(&entry.handles);
    }
}
