//! Named segments of memory. Failures are returned as negative system error numbers: TypeScript has Node's texts for them.

use std::io;

use napi::Result;
use sched::{Handle, Runtime, segments};
use shm::{segment, tracker};

use crate::error::failure;
use crate::isolate::with;

/// Where the system has no named segments.
const UNSUPPORTED: i32 = i32::MIN;

fn code(result: io::Result<()>) -> i32 {
    match result {
        Ok(()) => 0,
        Err(error) if error.kind() == io::ErrorKind::Unsupported => UNSUPPORTED,
        // EIO stands for what has no number.
        Err(error) => -error.raw_os_error().unwrap_or(5),
    }
}

/// Maps the segment `name` for a new object that this isolate holds: an existing one, or, if `bytes` is not 0, one that is
/// made now. 0, or a negative error number.
#[napi_derive::napi]
pub(crate) fn open_segment(slot: u32, generation: u32, name: String, bytes: f64) -> Result<i32> {
    let object = Handle { slot, generation };
    with(|isolate| Runtime::get().held(isolate.port, object).map_err(failure))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is then refused")]
    let opening = if bytes > 0.0 { segments::Opening::Create(bytes as usize) } else { segments::Opening::Attach };
    Ok(code(segments::open(object, &name, opening)))
}

/// The name of an object's segment is removed when this process ends, however it does. `false` when nobody can see to that.
#[napi_derive::napi]
#[must_use]
pub(crate) fn track_segment(slot: u32, generation: u32, name: String) -> bool {
    segments::inode(Handle { slot, generation }).is_some_and(|inode| tracker::track(&name, inode).is_ok())
}

/// Removes the name of a segment. 0, or a negative error number.
#[napi_derive::napi]
#[must_use]
pub(crate) fn unlink_segment(name: String) -> i32 {
    let result = segment::unlink(&name);
    // It may have been another process's; without a tracker there is nothing to tell either.
    let _ = tracker::untrack(&name);
    code(result)
}
