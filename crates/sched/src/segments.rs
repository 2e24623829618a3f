//! Named segments that this process has mapped, by the shared object that stands for each. All isolates that hold the object
//! use the same mapping; it goes with the last of them.

use std::collections::HashMap;
use std::io;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::object::Handle;
use crate::slot::SlotTable;
use shm::segment::Segment;

static SEGMENTS: LazyLock<Mutex<HashMap<u32, Segment>>> = LazyLock::new(Mutex::default);

fn segments() -> MutexGuard<'static, HashMap<u32, Segment>> {
    SEGMENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a segment is found or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// It must exist.
    Attach,
    /// It must not; it has so many bytes, all 0.
    Create(usize),
}

/// Maps the segment of that name for a new object, which the caller holds.
///
/// # Errors
/// What the system says.
pub fn open(object: Handle, name: &str, opening: Opening) -> io::Result<()> {
    let segment = match opening {
        Opening::Attach => Segment::open(name)?,
        Opening::Create(len) => Segment::create(name, len)?,
    };
    segments().insert(object.slot, segment);
    Ok(())
}

/// Address and bytes of an object's segment, valid for as long as somebody holds the object.
#[must_use]
pub fn place(object: Handle) -> Option<(*mut u8, usize)> {
    segments().get(&object.slot).map(|segment| (segment.base(), segment.len()))
}

/// What tells the object's segment from a later one of the same name.
#[must_use]
pub fn inode(object: Handle) -> Option<u64> {
    segments().get(&object.slot).map(Segment::inode)
}

/// Nobody refers to the object any more.
pub(crate) fn free(_slots: &SlotTable, slot: u32) {
    // Unmapped after the lock is released.
    let _segment = segments().remove(&slot);
}
