//! Reductions by a tree whose shape follows from the length alone, so that any number of threads gives the same bits.
//!
//! The array is cut into leaves of [`LEAF`] elements; each leaf gives one value; neighbours are combined pairwise, level by
//! level, an odd one at the end going up as it is.

use super::elements::{Elements, Plain};
use super::error::Stopped;
use super::key::{Key, Sortable};
use super::number::{Number, Total};
use super::team::Team;

/// Elements of a leaf.
pub const LEAF: usize = 4096;

/// Reduces `0..len`: `leaf(from, to)` gives the value of a leaf, `combine(left, right)` joins two neighbours. Nothing, if there
/// is no element.
///
/// # Errors
/// [`Stopped`].
pub fn reduce<A: Copy + Send>(
    team: &Team<'_>,
    len: usize,
    leaf: impl Fn(usize, usize) -> A + Sync,
    mut combine: impl FnMut(A, A) -> A,
) -> Result<Option<A>, Stopped> {
    let mut level = team.map(len.div_ceil(LEAF), |index| leaf(index * LEAF, ((index + 1) * LEAF).min(len)))?;
    while level.len() > 1 {
        team.check()?;
        let pairs = level.len() / 2;
        for pair in 0..pairs {
            level[pair] = combine(level[2 * pair], level[2 * pair + 1]);
        }
        if level.len() % 2 == 1 {
            level[pairs] = level[level.len() - 1];
        }
        level.truncate(level.len().div_ceil(2));
    }
    Ok(level.first().copied())
}

/// Calls `work` with a private copy of a leaf.
pub(super) fn with_leaf<T: Plain, R>(
    elements: &Elements<T>,
    from: usize,
    to: usize,
    work: impl FnOnce(&mut [T]) -> R,
) -> R {
    let mut block = [T::default(); LEAF];
    let block = &mut block[..to - from];
    elements.read(from, block);
    work(block)
}

/// The sum; 0 of no elements.
///
/// # Errors
/// [`Stopped`].
pub fn sum<T: Number>(team: &Team<'_>, elements: &Elements<T>) -> Result<Total, Stopped> {
    Ok(T::total(sum_of(team, elements)?))
}

/// The mean: the sum as a double, divided; NaN of no elements.
///
/// # Errors
/// [`Stopped`].
pub fn mean<T: Number>(team: &Team<'_>, elements: &Elements<T>) -> Result<Total, Stopped> {
    Ok(Total::Number(T::mean(sum_of(team, elements)?, elements.len())))
}

fn sum_of<T: Number>(team: &Team<'_>, elements: &Elements<T>) -> Result<T::Sum, Stopped> {
    let leaf = |from, to| with_leaf(elements, from, to, |block| T::sum(block));
    Ok(reduce(team, elements.len(), leaf, T::join)?.unwrap_or_default())
}

/// The sum of the products of elements of the same index; 0 of no elements.
///
/// # Errors
/// [`Stopped`].
///
/// # Panics
/// When there are not as many of one as of the other.
pub fn dot<T: Number>(team: &Team<'_>, a: &Elements<T>, b: &Elements<T>) -> Result<Total, Stopped> {
    assert_eq!(a.len(), b.len(), "as many of each");
    let leaf = |from, to| with_leaf(a, from, to, |a| with_leaf(b, from, to, |b| T::dot(a, b)));
    Ok(T::total(reduce(team, a.len(), leaf, T::join)?.unwrap_or_default()))
}

/// The smallest element as `Math.min` sees it: NaN if there is one, -0 before +0. Nothing, of no elements.
///
/// # Errors
/// [`Stopped`].
pub fn min<T: Number>(team: &Team<'_>, elements: &Elements<T>) -> Result<Option<Total>, Stopped> {
    // The NaNs are the greatest keys; turned by their number they are the smallest.
    let key = extreme::<T>(team, elements, |bits| T::key(bits).turned(T::NANS), Ord::min)?;
    Ok(key.map(|key| T::of_bits(T::bits(key.turned_back(T::NANS))).value()))
}

/// The greatest element as `Math.max` sees it: NaN if there is one, +0 after -0. Nothing, of no elements.
///
/// # Errors
/// [`Stopped`].
pub fn max<T: Number>(team: &Team<'_>, elements: &Elements<T>) -> Result<Option<Total>, Stopped> {
    let key = extreme::<T>(team, elements, T::key, Ord::max)?;
    Ok(key.map(|key| T::of_bits(T::bits(key)).value()))
}

fn extreme<T: Sortable>(
    team: &Team<'_>,
    elements: &Elements<T>,
    key: impl Fn(T::Key) -> T::Key + Sync,
    better: impl Fn(T::Key, T::Key) -> T::Key + Sync,
) -> Result<Option<T::Key>, Stopped> {
    let bits = elements.cast::<T::Key>();
    let leaf = |from, to| {
        with_leaf(&bits, from, to, |block| {
            let first = key(block[0]);
            block.iter().fold(first, |best, bits| better(best, key(*bits)))
        })
    };
    reduce(team, bits.len(), leaf, &better)
}
