//! Products of matrices, row by row in memory.
//!
//! The product is cut into tiles, each a unit; a tile is computed on one thread by the crate `gemm`, with the vector instructions
//! that the processor has, in pieces of the inner dimension between which the cancel flag is looked at. How tiles and pieces are
//! cut follows from the shape alone, so that any number of threads gives the same bits; another processor may give others, as it
//! may add in another order and round less often (fused multiply-add).

use super::elements::{Elements, Plain};
use super::error::Stopped;
use super::scratch::Parts;
use super::team::Team;

/// Rows and columns of a tile, at most.
const EDGE: usize = 512;
/// Narrower tiles are not cut any more.
const NARROW: usize = 64;
/// As many tiles several threads can share well. Beyond that, larger ones are better: less is read.
const TILES: usize = 8;
/// Multiplications of a tile that are worth a thread.
const WORTH: usize = 1 << 20;
/// Multiplications after which the cancel flag has to be looked at: some milliseconds.
const LONG: usize = 1 << 25;

/// A number that matrices are made of.
pub trait Real: Plain {
    /// 1.
    const ONE: Self;
}

impl Real for f32 {
    const ONE: Self = 1.0;
}

impl Real for f64 {
    const ONE: Self = 1.0;
}

/// `rows` x `inner` times `inner` x `columns`.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Of the first matrix and of the product.
    pub rows: usize,
    /// Columns of the first matrix, rows of the second.
    pub inner: usize,
    /// Of the second matrix and of the product.
    pub columns: usize,
}

/// A dimension, cut into pieces of nearly the same length.
#[derive(Debug, Clone, Copy)]
struct Cut {
    len: usize,
    pieces: usize,
}

impl Cut {
    fn new(len: usize, longest: usize) -> Self {
        Self { len, pieces: len.div_ceil(longest) }
    }

    fn longest(self) -> usize {
        self.len.div_ceil(self.pieces.max(1))
    }

    /// First index and length.
    fn piece(self, index: usize) -> (usize, usize) {
        let begin = |index: usize| index * (self.len / self.pieces) + index.min(self.len % self.pieces);
        (begin(index), begin(index + 1) - begin(index))
    }
}

impl Shape {
    /// How rows, columns and the inner dimension are cut.
    fn cut(self) -> (Cut, Cut, Cut) {
        let (mut rows, mut columns) = (Cut::new(self.rows, EDGE), Cut::new(self.columns, EDGE));
        while rows.pieces * columns.pieces < TILES && rows.longest() * columns.longest() * self.inner >= 2 * WORTH {
            let longer = if rows.longest() >= columns.longest() { &mut rows } else { &mut columns };
            if longer.longest() < NARROW {
                break;
            }
            longer.pieces *= 2;
        }
        let area = (rows.longest() * columns.longest()).max(1);
        (rows, columns, Cut::new(self.inner, LONG / area))
    }
}

/// Writes the product of `a` and `b` to `product`, which nobody else may use meanwhile.
///
/// # Errors
/// [`Stopped`]; the product is undefined then.
///
/// # Panics
/// When the numbers of elements are not those of the shape.
pub fn matmul<T: Real>(
    team: &Team<'_>,
    shape: Shape,
    [a, b]: [&Elements<T>; 2],
    product: &mut [T],
) -> Result<(), Stopped> {
    let is = |len: usize, rows: usize, columns| Some(len) == rows.checked_mul(columns);
    assert!(is(a.len(), shape.rows, shape.inner), "the first matrix");
    assert!(is(b.len(), shape.inner, shape.columns), "the second matrix");
    assert!(is(product.len(), shape.rows, shape.columns), "the product");
    if shape.inner == 0 {
        product.fill(T::default());
        return Ok(());
    }
    let product = Parts::of(product);
    let (rows, columns, inner) = shape.cut();
    team.each(rows.pieces * columns.pieces, |tile| {
        let (rows, columns) = (rows.piece(tile / columns.pieces), columns.piece(tile % columns.pieces));
        for inner in (0..inner.pieces).map(|piece| inner.piece(piece)) {
            if team.is_cancelled() {
                return;
            }
            // SAFETY: three matrices of this shape, and pieces of it; tiles do not overlap, and each has its unit.
            unsafe { compute(shape, [a, b], &product, (rows, inner, columns)) };
        }
    })
}

/// Adds the product of a piece of `a` and a piece of `b` to a tile; the first piece overwrites what is there. Pieces are first
/// index and length.
///
/// # Safety
/// - The matrices have that shape, and the pieces lie in it;
/// - nobody else uses the tile meanwhile.
unsafe fn compute<T: Real>(
    shape: Shape,
    [a, b]: [&Elements<T>; 2],
    product: &Parts<'_, T>,
    ((row, height), (from, depth), (column, width)): ((usize, usize), (usize, usize), (usize, usize)),
) {
    let stride = usize::cast_signed;
    // SAFETY: all in bounds by the caller's promise. `gemm` reads the factors through raw pointers, into registers and buffers,
    // and does arithmetic alone with what it reads: if somebody writes to them meanwhile, sums of the product are spoilt, and
    // nothing else.
    unsafe {
        gemm::gemm(
            height,
            width,
            depth,
            product.at().add(row * shape.columns + column),
            1,
            stride(shape.columns),
            from != 0,
            a.as_ptr().add(row * shape.inner + from),
            1,
            stride(shape.inner),
            b.as_ptr().add(from * shape.columns + column),
            1,
            stride(shape.columns),
            if from == 0 { T::default() } else { T::ONE },
            T::ONE,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
