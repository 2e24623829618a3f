//! Which of several buckets a key belongs to: a search tree without branches.
//!
//! From "Super Scalar Sample Sort" (Sanders and Winkel, 2004): the splitters lie in an array as a heap does, and each step
//! down is `node = 2 * node + (key > splitter)`. Several keys go down at once, so that their loads overlap.
//!
//! A bucket holds the keys above one splitter and up to the next. Keys are integers, so a value that makes up much of the
//! input gets a bucket of its own: between itself and its predecessor. Such a bucket needs no sorting.

use super::super::key::Key;

/// Buckets at most.
pub(super) const MOST: usize = 512;
/// Keys that go down the tree together.
const WIDTH: usize = 8;

/// See the module's description.
pub(super) struct Tree<K> {
    /// Node 1 is the root; node 0 is not used.
    nodes: [K; MOST],
    levels: u32,
    /// Greatest key of each bucket but the last.
    splitters: Vec<K>,
}

impl<K: Key> Tree<K> {
    /// A tree of up to `buckets` buckets, a power of two, by a sorted sample of the keys.
    pub(super) fn new(sample: &[K], buckets: usize) -> Self {
        let buckets = buckets.clamp(2, MOST);
        let mut splitters = splitters(sample, buckets);
        // What is left of the last row is filled with the greatest splitter: nothing is above it twice.
        let greatest = splitters.last().copied().unwrap_or_default();
        let levels = (splitters.len() + 1).next_power_of_two().trailing_zeros();
        splitters.resize((1 << levels) - 1, greatest);
        let mut nodes = [K::default(); MOST];
        for (node, place) in nodes.iter_mut().enumerate().take(1 << levels).skip(1) {
            *place = splitters[in_order(node, levels)];
        }
        Self { nodes, levels, splitters }
    }

    /// How many buckets there are; some may never get a key.
    pub(super) fn buckets(&self) -> usize {
        self.splitters.len() + 1
    }

    /// Whether all keys of a bucket are the same.
    pub(super) fn is_constant(&self, bucket: usize) -> bool {
        match (bucket.checked_sub(1).map(|below| self.splitters[below]), self.splitters.get(bucket)) {
            (Some(below), Some(last)) => last.before().is_none_or(|before| before <= below),
            (None, Some(first)) => first.before().is_none(),
            (_, None) => false,
        }
    }

    /// The bucket of each key, in `buckets`.
    pub(super) fn classify(&self, keys: &[K], buckets: &mut [u16]) {
        let mut wide = keys.chunks_exact(WIDTH);
        let mut places = buckets.chunks_exact_mut(WIDTH);
        for (keys, places) in (&mut wide).zip(&mut places) {
            let mut nodes = [1; WIDTH];
            for _ in 0..self.levels {
                for (node, key) in nodes.iter_mut().zip(keys) {
                    *node = self.below(*node, *key);
                }
            }
            for (place, node) in places.iter_mut().zip(nodes) {
                *place = self.leaf(node);
            }
        }
        for (key, place) in wide.remainder().iter().zip(places.into_remainder()) {
            let node = (0..self.levels).fold(1, |node, _| self.below(node, *key));
            *place = self.leaf(node);
        }
    }

    fn below(&self, node: usize, key: K) -> usize {
        2 * node + usize::from(key > self.nodes[node % MOST])
    }

    #[expect(clippy::cast_possible_truncation, reason = "below MOST")]
    fn leaf(&self, node: usize) -> u16 {
        (node - (1 << self.levels)) as u16
    }
}

/// The place of a node in sorted order.
fn in_order(node: usize, levels: u32) -> usize {
    let depth = node.ilog2();
    let step = 1 << (levels - depth);
    (node - (1 << depth)) * step + step / 2 - 1
}

/// Fewer than `buckets` distinct splitters, in order. A key that would be one twice gets a bucket of its own instead.
fn splitters<K: Key>(sample: &[K], buckets: usize) -> Vec<K> {
    let mut splitters: Vec<K> = Vec::with_capacity(buckets);
    for index in 1..buckets {
        let key = sample[index * sample.len() / buckets];
        match *splitters {
            [.., last] if last < key => splitters.push(key),
            [] => splitters.push(key),
            [.., below, _] if Some(below) == key.before() => {}
            _ => {
                if let Some(before) = key.before() {
                    splitters.insert(splitters.len() - 1, before);
                }
            }
        }
    }
    splitters
}
