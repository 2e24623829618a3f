//! How many elements lie in each of several parts of a range, as `numpy.histogram` counts them.

use super::elements::Elements;
use super::error::Stopped;
use super::number::Number;
use super::scratch::Scratch;
use super::team::Team;
use crate::primitive::{AtomicU32, Ordering};

/// Elements that pass through a buffer on the stack at once.
const BLOCK: usize = 1024;
/// Elements of a unit, at least.
const STRIPE: usize = 1 << 16;

/// The bins: one between each two neighbouring edges. The lower edge belongs to it, the upper one to the next bin, or to the
/// last one itself.
#[derive(Debug, Clone)]
pub struct Bins {
    edges: Box<[f64]>,
    are_equal: bool,
}

impl Bins {
    /// Bins with these edges, at least two, in ascending order. `are_equal`: they divide a finite distance into nearly equal
    /// parts, which makes it faster to find the bin of a number, and changes nothing else.
    ///
    /// # Panics
    /// With fewer edges.
    #[must_use]
    pub fn new(edges: Vec<f64>, are_equal: bool) -> Self {
        assert!(edges.len() >= 2, "two edges at least");
        Self { edges: edges.into_boxed_slice(), are_equal }
    }

    /// How many bins there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.edges.len() - 1
    }

    /// The bin of a number; none for NaN and what is out of range.
    #[must_use]
    #[inline]
    pub fn of(&self, value: f64) -> Option<usize> {
        let last = self.count() - 1;
        let (low, high) = (self.edges[0], self.edges[last + 1]);
        if !(value >= low && value <= high) {
            return None;
        }
        if !self.are_equal {
            return Some(self.edges[1..=last].partition_point(|edge| *edge <= value));
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let position = (value - low) / (high - low) * self.count() as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and saturating")]
        let mut bin = (position as usize).min(last);
        // Edges are rounded, and so is the position: the edges decide.
        while value < self.edges[bin] {
            bin -= 1;
        }
        while bin != last && value >= self.edges[bin + 1] {
            bin += 1;
        }
        Some(bin)
    }
}

/// Writes the number of elements in each bin to `counts`. Fewer than 2^32 elements.
///
/// # Errors
/// [`Stopped`].
///
/// # Panics
/// When there are not as many counts as bins.
pub fn histogram<T: Number>(
    team: &Team<'_>,
    elements: &Elements<T>,
    bins: &Bins,
    counts: &Elements<u32>,
) -> Result<(), Stopped> {
    assert_eq!(counts.len(), bins.count(), "a count for each bin");
    let mut total = Scratch::<u32>::new(bins.count())?;
    // Each unit counts by itself and adds that to the total, which pays if it counts several times as many elements as bins.
    let stripe = STRIPE.max(bins.count() * 4).max(elements.len() / (team.threads() * 8));
    let places = total.atomic();
    let refused = AtomicU32::new(0);
    team.each(elements.len().div_ceil(stripe), |index| {
        let range = index * stripe..((index + 1) * stripe).min(elements.len());
        let Ok(mut own) = Scratch::<u32>::new(bins.count()) else { return refused.store(1, Ordering::Relaxed) };
        let mut block = [T::default(); BLOCK];
        for start in range.clone().step_by(BLOCK) {
            if team.is_cancelled() {
                return;
            }
            let block = &mut block[..BLOCK.min(range.end - start)];
            elements.read(start, block);
            block.iter().filter_map(|element| bins.of(element.to_f64())).for_each(|bin| own[bin] += 1);
        }
        for (place, count) in places.iter().zip(&*own).filter(|(_, count)| **count != 0) {
            place.fetch_add(*count, Ordering::Relaxed);
        }
    })?;
    if refused.into_inner() != 0 {
        return Err(Stopped::NoMemory);
    }
    counts.write(0, &total);
    Ok(())
}
