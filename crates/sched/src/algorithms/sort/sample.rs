//! Sorting by samples, in parallel.
//!
//! 1. A sorted sample of the keys gives a [`Tree`] of buckets.
//! 2. The input is cut into stripes; of each, in parallel, the bucket of each key is noted and counted.
//! 3. From the counts follows where the keys of each stripe and bucket begin; each stripe, in parallel, moves its keys there.
//! 4. Each bucket, in parallel, is sorted where it lies, in the cache, and written. Too large ones go through all steps alone.
//!
//! The keys of a stripe are read twice. Step 3 goes by what step 2 has noted, so whoever changes an element in between spoils
//! the order and nothing else.
//!
//! From "Super Scalar Sample Sort" (Sanders and Winkel, 2004).

use std::ops::Range;
use std::sync::PoisonError;

use super::super::error::Stopped;
use super::super::key::Key;
use super::super::scratch::Scratch;
use super::super::team::Team;
use super::tree::{MOST, Tree};
use crate::primitive::Mutex;

/// Keys of a stripe.
pub(super) const STRIPE: usize = 1 << 16;
/// Keys that pass through a buffer on the stack at once.
pub(super) const BLOCK: usize = 1024;
/// Keys of a bucket, if that does not make too many of them.
const BUCKET: usize = 1 << 13;
/// A bucket of more keys is too large: the sort of the standard library cannot be cancelled.
const LARGE: usize = 1 << 18;
/// Sampled keys for each bucket.
const OVERSAMPLING: usize = 16;
/// Too large buckets in too large buckets, at most; those the sample makes all but impossible.
const DEEPEST: u32 = 6;

/// What is sorted.
pub(super) struct Data<'d, K> {
    pub(super) len: usize,
    /// Reads keys from an index on.
    pub(super) read: &'d (dyn Fn(usize, &mut [K]) + Sync),
    /// Writes keys to an index and on; spoils the slice.
    pub(super) write: &'d (dyn Fn(usize, &mut [K]) + Sync),
}

/// Sorts; see the module's description.
pub(super) fn sort<K: Key>(team: &Team<'_>, data: &Data<'_, K>) -> Result<(), Stopped> {
    sort_at(team, data, 0)
}

fn sort_at<K: Key>(team: &Team<'_>, data: &Data<'_, K>, depth: u32) -> Result<(), Stopped> {
    let tree = tree_of(data)?;
    let mut keys = Scratch::new(data.len)?;
    let bounds = distribute(team, data, &tree, &mut keys)?;
    let large = Mutex::new(Vec::new());
    let parts = keys.parts();
    // From here on the keys are here only, in part: all of them have to be written.
    team.all(tree.buckets(), |bucket| {
        let range = bounds[bucket]..bounds[bucket + 1];
        // SAFETY: buckets do not overlap, and each has its unit.
        let part = unsafe { parts.part(range.clone()) };
        if !tree.is_constant(bucket) && !team.is_cancelled() {
            if part.len() > LARGE && depth < DEEPEST {
                return large.lock().unwrap_or_else(PoisonError::into_inner).push(range);
            }
            part.sort_unstable();
        }
        (data.write)(range.start, part);
    });
    for range in large.into_inner().unwrap_or_else(PoisonError::into_inner) {
        sort_large(team, data, range.clone(), &mut keys[range], depth + 1);
    }
    team.check()
}

/// Sorts and writes a large bucket.
fn sort_large<K: Key>(team: &Team<'_>, data: &Data<'_, K>, range: Range<usize>, keys: &mut [K], depth: u32) {
    let source = &*keys;
    let read = |index: usize, into: &mut [K]| into.copy_from_slice(&source[index..index + into.len()]);
    let write = |index: usize, keys: &mut [K]| (data.write)(range.start + index, keys);
    match sort_at(team, &Data { len: source.len(), read: &read, write: &write }, depth) {
        Ok(()) => return,
        Err(Stopped::Cancelled) => {}
        Err(_) => keys.sort_unstable(),
    }
    (data.write)(range.start, keys);
}

/// Buckets by a sample at positions that look random.
fn tree_of<K: Key>(data: &Data<'_, K>) -> Result<Tree<K>, Stopped> {
    let buckets = (data.len / BUCKET).next_power_of_two().clamp(2, MOST);
    let mut sample = Scratch::new(buckets * OVERSAMPLING)?;
    let mut state = data.len as u64;
    for key in sample.iter_mut() {
        let position = (u128::from(random(&mut state)) * data.len as u128) >> 64;
        (data.read)(usize::try_from(position).unwrap_or(0), std::slice::from_mut(key));
    }
    sample.sort_unstable();
    Ok(Tree::new(&sample, buckets))
}

/// `SplitMix64` (Steele, Lea and Flood, 2014).
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Steps 2 and 3; where each bucket begins, and the end.
fn distribute<K: Key>(
    team: &Team<'_>,
    data: &Data<'_, K>,
    tree: &Tree<K>,
    keys: &mut Scratch<K>,
) -> Result<Vec<usize>, Stopped> {
    let stripes = data.len.div_ceil(STRIPE);
    let stripe = |index: usize| index * STRIPE..((index + 1) * STRIPE).min(data.len);
    let mut buckets = Scratch::new(data.len)?;
    let counts = {
        let notes = buckets.parts();
        team.map(stripes, |index| {
            // SAFETY: stripes do not overlap, and each has its unit.
            let notes = unsafe { notes.part(stripe(index)) };
            let mut counts = [0; MOST];
            for_each_block(data, stripe(index), notes, |keys, notes| {
                tree.classify(keys, notes);
                for bucket in notes {
                    counts[usize::from(*bucket) % MOST] += 1;
                }
            });
            counts
        })?
    };
    let (bounds, starts) = starts(&counts, tree.buckets());
    let (keys, notes) = (keys.parts(), buckets.parts());
    team.each(stripes, |index| {
        // SAFETY: as above.
        let notes = unsafe { notes.part(stripe(index)) };
        let mut next = starts[index];
        for_each_block(data, stripe(index), notes, |block, notes| {
            for (key, bucket) in block.iter().zip(notes) {
                let place = &mut next[usize::from(*bucket) % MOST];
                // SAFETY: `starts` gives each stripe and bucket as many places as were counted, from the very same notes.
                unsafe { keys.put(*place, *key) };
                *place += 1;
            }
        });
    })?;
    Ok(bounds)
}

/// Calls `work` with the keys of a range, block by block, and the notes on them.
fn for_each_block<K: Key>(
    data: &Data<'_, K>,
    range: Range<usize>,
    notes: &mut [u16],
    mut work: impl FnMut(&[K], &mut [u16]),
) {
    let mut block = [K::default(); BLOCK];
    for (index, notes) in range.step_by(BLOCK).zip(notes.chunks_mut(BLOCK)) {
        let block = &mut block[..notes.len()];
        (data.read)(index, block);
        work(block, notes);
    }
}

/// From the counts of each stripe: the bounds of the buckets, and where each stripe's keys of each bucket begin.
fn starts(counts: &[[usize; MOST]], buckets: usize) -> (Vec<usize>, Vec<[usize; MOST]>) {
    let (mut bounds, mut starts) = (Vec::with_capacity(buckets + 1), counts.to_vec());
    let mut place = 0;
    for bucket in 0..buckets {
        bounds.push(place);
        for (start, counts) in starts.iter_mut().zip(counts) {
            start[bucket] = place;
            place += counts[bucket];
        }
    }
    bounds.push(place);
    (bounds, starts)
}
