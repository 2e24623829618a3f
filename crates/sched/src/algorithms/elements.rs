//! Memory of a typed array, which others may write at any time.
//!
//! It is never borrowed: blocks of it are copied out, worked on in private, and copied back. The copies are relaxed atomic
//! loads and stores, eight bytes at a time where the alignment allows it, so a racing writer changes numbers (at worst it
//! tears one) and nothing else. The atomics are `std`'s, not those of `primitive`: this is memory, not a protocol. Wait-free.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

/// Numbers that any bytes are a value of.
///
/// # Safety
/// No padding, no invalid bit pattern; 1, 2, 4 or 8 bytes, and aligned to no more than that.
pub unsafe trait Plain: Copy + Default + Send + Sync + 'static {}

// SAFETY: all of these are primitive numbers.
unsafe impl Plain for u8 {}
// SAFETY: as above.
unsafe impl Plain for i8 {}
// SAFETY: as above.
unsafe impl Plain for u16 {}
// SAFETY: as above.
unsafe impl Plain for i16 {}
// SAFETY: as above.
unsafe impl Plain for u32 {}
// SAFETY: as above.
unsafe impl Plain for i32 {}
// SAFETY: as above.
unsafe impl Plain for u64 {}
// SAFETY: as above.
unsafe impl Plain for i64 {}
// SAFETY: as above.
unsafe impl Plain for f32 {}
// SAFETY: as above.
unsafe impl Plain for f64 {}

/// See the module's description. Copies name the same memory.
#[derive(Debug, Clone, Copy)]
pub struct Elements<T> {
    at: *mut T,
    len: usize,
}

// SAFETY: all accesses are atomic, and the memory lives long enough by the contract of `new`.
unsafe impl<T: Plain> Send for Elements<T> {}
// SAFETY: as above.
unsafe impl<T: Plain> Sync for Elements<T> {}

const WORD: usize = size_of::<u64>();

impl<T: Plain> Elements<T> {
    /// The `len` elements at `at`.
    ///
    /// # Safety
    /// - `at` is aligned to the size of an element, and readable and writable for `len` elements until the last use of the
    ///   result and its copies;
    /// - nobody holds a reference into that memory meanwhile; racing accesses are atomic or come from outside of Rust.
    #[must_use]
    pub unsafe fn new(at: *mut T, len: usize) -> Self {
        debug_assert!((at as usize).is_multiple_of(size_of::<T>()), "unaligned elements");
        Self { at, len }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Where they begin.
    #[must_use]
    pub fn as_ptr(&self) -> *const T {
        self.at
    }

    /// The same memory as elements of another type of that size.
    ///
    /// # Panics
    /// When the sizes differ.
    #[must_use]
    pub fn cast<U: Plain>(&self) -> Elements<U> {
        assert_eq!(size_of::<T>(), size_of::<U>(), "elements of another size");
        Elements { at: self.at.cast(), len: self.len }
    }

    /// The address of element `index` for a copy of `count` elements.
    fn at(&self, index: usize, count: usize) -> *mut u8 {
        assert!(index <= self.len && count <= self.len - index, "elements {index}..+{count} of {}", self.len);
        self.at.wrapping_add(index).cast()
    }

    /// Copies elements out, from `index` on, until `into` is full.
    ///
    /// # Panics
    /// When there are not as many.
    pub fn read(&self, index: usize, into: &mut [T]) {
        let from = self.at(index, into.len());
        let to: *mut u8 = into.as_mut_ptr().cast();
        for_each_piece(from, size_of_val(into), size_of::<T>(), |at, offset, size| {
            let to = to.wrapping_add(offset);
            // SAFETY: `at` is in bounds (checked) and aligned to `size`; `to` is as far inside of `into`.
            unsafe {
                match size {
                    1 => to.write(AtomicU8::from_ptr(at).load(Ordering::Relaxed)),
                    2 => to.cast::<u16>().write_unaligned(AtomicU16::from_ptr(at.cast()).load(Ordering::Relaxed)),
                    4 => to.cast::<u32>().write_unaligned(AtomicU32::from_ptr(at.cast()).load(Ordering::Relaxed)),
                    _ => to.cast::<u64>().write_unaligned(AtomicU64::from_ptr(at.cast()).load(Ordering::Relaxed)),
                }
            }
        });
    }

    /// Copies all of `values` in, to `index` and on.
    ///
    /// # Panics
    /// When there is not as much room.
    pub fn write(&self, index: usize, values: &[T]) {
        let to = self.at(index, values.len());
        let from: *const u8 = values.as_ptr().cast();
        for_each_piece(to, size_of_val(values), size_of::<T>(), |at, offset, size| {
            let from = from.wrapping_add(offset);
            // SAFETY: `at` is in bounds (checked) and aligned to `size`; `from` is as far inside of `values`.
            unsafe {
                match size {
                    1 => AtomicU8::from_ptr(at).store(from.read(), Ordering::Relaxed),
                    2 => AtomicU16::from_ptr(at.cast()).store(from.cast::<u16>().read_unaligned(), Ordering::Relaxed),
                    4 => AtomicU32::from_ptr(at.cast()).store(from.cast::<u32>().read_unaligned(), Ordering::Relaxed),
                    _ => AtomicU64::from_ptr(at.cast()).store(from.cast::<u64>().read_unaligned(), Ordering::Relaxed),
                }
            }
        });
    }
}

/// Calls `copy(address, offset, size)` for `bytes` at `start`: whole words where they are aligned, single elements before and
/// after. A word never reaches beyond the range, which a neighbour may be writing.
#[inline(always)]
#[expect(clippy::inline_always, reason = "the copy of a word has to be in the loop")]
fn for_each_piece(start: *mut u8, bytes: usize, element: usize, copy: impl Fn(*mut u8, usize, usize)) {
    let head = start.align_offset(WORD).min(bytes);
    let words = (bytes - head) / WORD * WORD;
    let pieces = |from: usize, to: usize, size: usize| {
        for offset in (from..to).step_by(size) {
            copy(start.wrapping_add(offset), offset, size);
        }
    };
    if element < WORD {
        pieces(0, head, element);
    }
    pieces(head, head + words, WORD);
    if element < WORD {
        pieces(head + words, bytes, element);
    }
}
