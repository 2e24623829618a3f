//! Whether there is anything to sort. Of an unsorted array this looks at a few elements only.

use super::super::error::Stopped;
use super::super::key::Key;
use super::super::team::Team;
use super::sample::{BLOCK, Data, STRIPE};
use crate::primitive::{AtomicBool, Ordering};

/// Whether all keys are in order already.
pub(super) fn is_sorted<K: Key>(team: &Team<'_>, data: &Data<'_, K>) -> Result<bool, Stopped> {
    let sorted = AtomicBool::new(true);
    team.each(data.len.div_ceil(STRIPE), |stripe| {
        let end = ((stripe + 1) * STRIPE).min(data.len);
        let mut block = [K::default(); BLOCK + 1];
        for from in (stripe * STRIPE..end).step_by(BLOCK) {
            if !sorted.load(Ordering::Relaxed) {
                return;
            }
            // And the first one of the next block.
            let block = &mut block[..(BLOCK + 1).min(data.len - from)];
            (data.read)(from, block);
            if !block.is_sorted() {
                sorted.store(false, Ordering::Relaxed);
            }
        }
    })?;
    Ok(sorted.into_inner())
}
