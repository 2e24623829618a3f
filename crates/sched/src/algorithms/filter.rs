//! Keeping some elements, in their order.
//!
//! A predicate is asked once for each index; its answers are kept as bits, with the number of those before each block, so that
//! blocks are copied to their places independently. Asking and copying are two calls: the caller makes the room in between.

use super::elements::{Elements, Plain};
use super::error::Stopped;
use super::number::Number;
use super::scratch::Scratch;
use super::team::Team;

/// Indices of a block.
const BLOCK: usize = 4096;
const WORD: usize = u64::BITS as usize;

/// Which indices are kept.
pub struct Selection {
    len: usize,
    bits: Scratch<u64>,
    /// How many are kept before each block, and in all.
    starts: Vec<usize>,
}

impl Selection {
    /// How many are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts[self.starts.len() - 1]
    }
}

/// Asks `predicate(index, answers)` for all of `0..len`, in pieces of some thousand: it sets `answers[i]` to something else than
/// the 0 that it finds if index `index + i` is to be kept.
///
/// # Errors
/// [`Stopped`].
pub fn select(team: &Team<'_>, len: usize, predicate: impl Fn(usize, &mut [u8]) + Sync) -> Result<Selection, Stopped> {
    let blocks = len.div_ceil(BLOCK);
    let mut bits = Scratch::new(blocks * BLOCK / WORD)?;
    let words = bits.parts();
    let counts = team.map(blocks, |block| {
        let mut answers = [0; BLOCK];
        let from = block * BLOCK;
        predicate(from, &mut answers[..BLOCK.min(len - from)]);
        let range = from / WORD..(from + BLOCK) / WORD;
        // SAFETY: blocks do not overlap, and each has its unit.
        let words = unsafe { words.part(range) };
        let mut count = 0;
        for (word, answers) in words.iter_mut().zip(answers.chunks_exact(WORD)) {
            *word = answers.iter().rev().fold(0, |word, answer| word << 1 | u64::from(*answer != 0));
            count += word.count_ones() as usize;
        }
        count
    })?;
    let mut starts = vec![0];
    for count in counts {
        starts.push(starts[starts.len() - 1] + count);
    }
    Ok(Selection { len, bits, starts })
}

/// The predicate that JavaScript takes for true what `mask` holds.
pub fn mask<T: Number>(mask: &Elements<T>) -> impl Fn(usize, &mut [u8]) + Sync {
    let mask = *mask;
    move |index, answers| {
        let mut block = [T::default(); BLOCK];
        let block = &mut block[..answers.len()];
        mask.read(index, block);
        answers.iter_mut().zip(block).for_each(|(answer, element)| *answer = u8::from(element.is_truthy()));
    }
}

/// Copies the elements that are kept.
///
/// # Errors
/// [`Stopped`]; the output is undefined then.
///
/// # Panics
/// When `input` has not as many elements as were asked for, or `output` not as many as are kept.
pub fn gather<T: Plain>(
    team: &Team<'_>,
    selection: &Selection,
    input: &Elements<T>,
    output: &Elements<T>,
) -> Result<(), Stopped> {
    assert_eq!(input.len(), selection.len, "the elements that were asked for");
    assert_eq!(output.len(), selection.count(), "room for what is kept");
    team.each(selection.starts.len() - 1, |block| {
        let from = block * BLOCK;
        let mut elements = [T::default(); BLOCK];
        let elements = &mut elements[..BLOCK.min(input.len() - from)];
        input.read(from, elements);
        let mut kept = 0;
        for (word, base) in selection.bits[from / WORD..].iter().zip((0..elements.len()).step_by(WORD)) {
            let mut left = *word;
            while left != 0 {
                // Kept elements move towards the front, where nobody needs the old ones any more.
                elements[kept] = elements[base + left.trailing_zeros() as usize];
                kept += 1;
                left &= left - 1;
            }
        }
        output.write(selection.starts[block], &elements[..kept]);
    })
}
