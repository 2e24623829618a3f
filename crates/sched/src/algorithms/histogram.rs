//! How many elements lie in each of several equal parts of a range.

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

/// The parts.
#[derive(Debug, Clone, Copy)]
pub struct Bins {
    /// The least number that is counted.
    pub low: f64,
    /// The greatest one, in the last bin; above `low`, by a finite distance.
    pub high: f64,
    /// How many, at least 1.
    pub count: usize,
}

impl Bins {
    /// The bin of a number: `floor((value - low) / (high - low) * count)`, but the last one for `high`. None for NaN and what is
    /// out of range.
    #[must_use]
    #[inline]
    pub fn of(&self, value: f64) -> Option<usize> {
        if !(value >= self.low && value <= self.high) {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let position = (value - self.low) / (self.high - self.low) * self.count as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, and saturating")]
        let bin = position as usize;
        Some(bin.min(self.count - 1))
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
    bins: Bins,
    counts: &Elements<u32>,
) -> Result<(), Stopped> {
    assert_eq!(counts.len(), bins.count, "a count for each bin");
    let mut total = Scratch::<u32>::new(bins.count)?;
    // Each unit counts by itself and adds that to the total, which pays if it counts several times as many elements as bins.
    let stripe = STRIPE.max(bins.count * 4).max(elements.len() / (team.threads() * 8));
    let places = total.atomic();
    let refused = AtomicU32::new(0);
    team.each(elements.len().div_ceil(stripe), |index| {
        let range = index * stripe..((index + 1) * stripe).min(elements.len());
        let Ok(mut own) = Scratch::<u32>::new(bins.count) else { return refused.store(1, Ordering::Relaxed) };
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
