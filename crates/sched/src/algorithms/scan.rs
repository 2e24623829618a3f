//! Running sums: element `i` of the result is the sum of the first `i + 1` elements, or, exclusively, of the first `i`.
//!
//! In two passes over leaves of [`LEAF`] elements. The first gives what each leaf adds; what comes before a leaf is the sum of
//! those, from left to right; the second goes through each leaf from left to right, beginning with what comes before it. So
//! integers come out as a loop over the whole array stores them, wrapping around; floats, which are added as doubles and rounded
//! when they are stored, too if there is one leaf, else by this fixed order, the leaves being summed as in
//! [`super::reduce::sum`]. (Blelloch, "Prefix sums and their applications", 1990.)

use super::elements::Elements;
use super::error::Stopped;
use super::number::Number;
use super::reduce::{LEAF, with_leaf};
use super::team::Team;

/// Writes the running sums of `input` to `output`; both may be the same memory.
///
/// # Errors
/// [`Stopped`]; the output is undefined then.
///
/// # Panics
/// When there is no room for as many.
pub fn scan<T: Number>(
    team: &Team<'_>,
    input: &Elements<T>,
    output: &Elements<T>,
    exclusive: bool,
) -> Result<(), Stopped> {
    let len = input.len();
    assert_eq!(len, output.len(), "as much room as there are elements");
    let end = |leaf: usize| ((leaf + 1) * LEAF).min(len);
    let leaves = len.div_ceil(LEAF);
    // What the last leaf adds, nothing needs.
    let added =
        team.map(leaves.saturating_sub(1), |leaf| with_leaf(input, leaf * LEAF, end(leaf), |block| T::running(block)))?;
    let mut before = vec![T::Running::default()];
    for added in added {
        before.push(T::skip(before[before.len() - 1], added));
    }
    team.each(leaves, |leaf| {
        with_leaf(input, leaf * LEAF, end(leaf), |block| {
            let mut running = before[leaf];
            for element in &mut *block {
                let next = T::step(running, *element);
                *element = T::store(if exclusive { running } else { next });
                running = next;
            }
            output.write(leaf * LEAF, block);
        });
    })
}
