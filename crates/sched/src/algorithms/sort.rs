//! Sorting in numeric order, in place, exactly as `TypedArray.prototype.sort` does.
//!
//! Elements become [keys](Sortable), which are sorted in private memory and written back: those of 8 and 16 bits by counting,
//! others by samples, a few by the sort of the standard library. Until the last step, the writing, the array is as it was; the
//! last step is finished even after a cancellation, without sorting what is left. So the array always holds its elements.
//! Scratch memory: a key and two bytes for each element; for counting none that depends on the length.

mod counting;
mod sample;
mod sorted;
mod tree;

use super::elements::Elements;
use super::error::Stopped;
use super::key::Sortable;
use super::scratch::Scratch;
use super::team::Team;

/// Up to here one thread sorts sooner than several meet.
const FEW: usize = 1 << 13;

/// Sorts all elements; see the module's description.
///
/// # Errors
/// [`Stopped`]. When it comes late, the elements may be in another order than before.
pub fn sort<T: Sortable>(team: &Team<'_>, elements: &Elements<T>) -> Result<(), Stopped> {
    let (len, bits) = (elements.len(), elements.cast::<T::Key>());
    if len < 2 {
        return Ok(());
    }
    if size_of::<T>() == 1 || size_of::<T>() == 2 && len > FEW {
        return counting::sort::<T>(team, &bits);
    }
    let read = |index: usize, keys: &mut [T::Key]| {
        bits.read(index, keys);
        for key in keys {
            *key = T::key(*key);
        }
    };
    let write = |index: usize, keys: &mut [T::Key]| {
        for key in keys.iter_mut() {
            *key = T::bits(*key);
        }
        bits.write(index, keys);
    };
    if len > FEW {
        let data = sample::Data { len, read: &read, write: &write };
        return if sorted::is_sorted(team, &data)? { Ok(()) } else { sample::sort(team, &data) };
    }
    let mut keys = Scratch::new(len)?;
    read(0, &mut keys);
    keys.sort_unstable();
    team.check()?;
    write(0, &mut keys);
    Ok(())
}
