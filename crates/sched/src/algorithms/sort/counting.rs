//! Sorting keys of 8 and 16 bits: count them, then write as many of each.

use super::super::elements::Elements;
use super::super::error::Stopped;
use super::super::key::{Key, Sortable};
use super::super::team::Team;
use crate::primitive::{AtomicU64, Ordering};

/// Elements that pass through a buffer on the stack at once.
const BLOCK: usize = 4096;
/// Elements written by one unit.
const STRIPE: usize = 1 << 16;

/// Sorts; see the module's description.
pub(super) fn sort<T: Sortable>(team: &Team<'_>, bits: &Elements<T::Key>) -> Result<(), Stopped> {
    let keys = 1 << (8 * size_of::<T>());
    let counts = count::<T>(team, bits, keys)?;
    let mut end = 0;
    // Where each key ends.
    let ends: Vec<usize> = counts
        .iter()
        .map(|count| {
            end += count;
            end
        })
        .collect();
    // Not cancelled: the array would lose elements.
    team.all(bits.len().div_ceil(STRIPE), |stripe| {
        let (mut index, last) = (stripe * STRIPE, ((stripe + 1) * STRIPE).min(bits.len()));
        let mut block = [T::Key::default(); BLOCK];
        let mut key = ends.partition_point(|end| *end <= index);
        while index < last {
            let block = &mut block[..BLOCK.min(last - index)];
            let mut filled = 0;
            while filled < block.len() {
                let run = (ends[key] - index - filled).min(block.len() - filled);
                block[filled..filled + run].fill(T::bits(T::Key::from_index(key)));
                filled += run;
                key += usize::from(filled < block.len());
            }
            bits.write(index, block);
            index += filled;
        }
    });
    team.check()
}

/// How often each key occurs.
fn count<T: Sortable>(team: &Team<'_>, bits: &Elements<T::Key>, keys: usize) -> Result<Vec<usize>, Stopped> {
    let total: Vec<AtomicU64> = (0..keys).map(|_| AtomicU64::new(0)).collect();
    // Each unit counts by itself and adds that to the total, which pays if it counts several times as many elements as keys.
    let stripe = STRIPE.max(keys * 4).max(bits.len() / (team.threads() * 8));
    team.each(bits.len().div_ceil(stripe), |index| {
        let range = index * stripe..((index + 1) * stripe).min(bits.len());
        let mut counts = vec![0_u64; keys];
        let mut block = [T::Key::default(); BLOCK];
        for start in range.clone().step_by(BLOCK) {
            if team.is_cancelled() {
                return;
            }
            let block = &mut block[..BLOCK.min(range.end - start)];
            bits.read(start, block);
            for bits in block {
                counts[T::key(*bits).index()] += 1;
            }
        }
        for (total, count) in total.iter().zip(counts) {
            total.fetch_add(count, Ordering::Relaxed);
        }
    })?;
    Ok(total.into_iter().map(|count| usize::try_from(count.into_inner()).unwrap_or(usize::MAX)).collect())
}
