//! Private memory of an algorithm, and how the units of a loop share it.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut, Range};
use std::ptr::NonNull;

use super::elements::Plain;
use super::error::Stopped;
use crate::primitive::AtomicU32;

/// Numbers, zero at first. Large ones are pages that the system hands out when they are touched, so that no thread spends time
/// on clearing them.
pub(super) struct Scratch<T> {
    at: NonNull<T>,
    len: usize,
}

// SAFETY: it owns its memory, as a `Vec` does.
unsafe impl<T: Plain> Send for Scratch<T> {}
// SAFETY: as above.
unsafe impl<T: Plain> Sync for Scratch<T> {}

impl<T: Plain> Scratch<T> {
    /// # Errors
    /// When the system refuses.
    pub(super) fn new(len: usize) -> Result<Self, Stopped> {
        let layout = Layout::array::<T>(len).map_err(|_| Stopped::NoMemory)?;
        if layout.size() == 0 {
            return Ok(Self { at: NonNull::dangling(), len });
        }
        // SAFETY: the size is not zero.
        let at = unsafe { alloc_zeroed(layout) };
        prefer_huge_pages(at, layout.size());
        NonNull::new(at.cast()).map(|at| Self { at, len }).ok_or(Stopped::NoMemory)
    }

    /// Lets the units of a loop write parts of it.
    pub(super) fn parts(&mut self) -> Parts<'_, T> {
        Parts::of(self)
    }
}

impl Scratch<u32> {
    /// Lets the units of a loop add to all of it.
    pub(super) fn atomic(&mut self) -> &[AtomicU32] {
        // SAFETY: borrowed exclusively, for as long as the result lives; an atomic has the size and alignment of its number.
        unsafe { std::slice::from_raw_parts(self.at.as_ptr().cast(), self.len) }
    }
}

impl<T> Drop for Scratch<T> {
    fn drop(&mut self) {
        match Layout::array::<T>(self.len) {
            // SAFETY: allocated by `new` with this layout.
            Ok(layout) if layout.size() != 0 => unsafe { dealloc(self.at.as_ptr().cast(), layout) },
            _ => {}
        }
    }
}

impl<T> Deref for Scratch<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // SAFETY: `len` initialised elements of its own (zero is a value of them).
        unsafe { std::slice::from_raw_parts(self.at.as_ptr(), self.len) }
    }
}

impl<T> DerefMut for Scratch<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.at.as_ptr(), self.len) }
    }
}

/// Asks for huge pages where that takes asking: touching fresh memory page by page costs as much as some algorithms.
#[cfg(target_os = "linux")]
fn prefer_huge_pages(at: *mut u8, size: usize) {
    const HUGE: usize = 2 << 20;
    let begin = (at as usize).next_multiple_of(HUGE);
    let end = (at as usize).saturating_add(size) / HUGE * HUGE;
    if !at.is_null() && begin < end {
        // SAFETY: advice about memory of ours; it changes no contents, and a refusal changes nothing.
        unsafe { libc::madvise(begin as *mut libc::c_void, end - begin, libc::MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn prefer_huge_pages(_: *mut u8, _: usize) {}

/// Memory of which each unit of a loop uses elements of its own.
pub(super) struct Parts<'s, T> {
    at: *mut T,
    len: usize,
    memory: PhantomData<&'s mut [T]>,
}

// SAFETY: no two threads use the same element, by the contracts of the methods.
unsafe impl<T: Plain> Sync for Parts<'_, T> {}

impl<'s, T: Plain> Parts<'s, T> {
    /// That memory.
    pub(super) fn of(memory: &'s mut [T]) -> Self {
        Self { at: memory.as_mut_ptr(), len: memory.len(), memory: PhantomData }
    }

    /// Where it begins.
    pub(super) fn at(&self) -> *mut T {
        self.at
    }

    /// Writes one element.
    ///
    /// # Safety
    /// Nobody else uses that element meanwhile.
    ///
    /// # Panics
    /// When there is no such element.
    pub(super) unsafe fn put(&self, index: usize, value: T) {
        assert!(index < self.len);
        // SAFETY: in bounds; the rest is the caller's promise.
        unsafe { self.at.add(index).write(value) }
    }

    /// A range of elements.
    ///
    /// # Safety
    /// Nobody else uses one of them meanwhile.
    ///
    /// # Panics
    /// When there are not as many.
    #[expect(clippy::mut_from_ref, reason = "exclusive by contract")]
    pub(super) unsafe fn part(&self, range: Range<usize>) -> &mut [T] {
        assert!(range.start <= range.end && range.end <= self.len);
        // SAFETY: in bounds; the rest is the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.at.add(range.start), range.len()) }
    }
}
