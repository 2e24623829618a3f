//! Parallel algorithms on typed arrays, run by the [native threads](crate::Native): no isolate takes part.
//!
//! Each is a function of a [`Team`], which runs loops over *units* on several threads under one cancel flag, and of
//! [`Elements`], which are memory that JavaScript may write at any time. The result never depends on the number of threads:
//! how an array is cut into units, blocks and trees follows from its length alone. [`Job`] runs one of them in the
//! background. Scratch memory belongs to the call and is freed at its end; a refused allocation is an error.

mod elements;
mod error;
mod filter;
mod half;
mod histogram;
mod job;
mod key;
mod kind;
mod matmul;
mod number;
mod reduce;
mod scan;
mod scratch;
mod sort;
mod team;
mod wide;

pub use elements::{Elements, Plain};
pub use error::Stopped;
pub use filter::{Selection, gather, mask, select};
pub use half::Half;
pub use histogram::{Bins, histogram};
pub use job::Job;
pub use key::{Key, Sortable};
pub use kind::{Clamped, Kind};
pub use matmul::{Real, Shape, matmul};
pub use number::{Number, Total};
pub use reduce::{LEAF, dot, max, mean, min, reduce, sum};
pub use scan::scan;
pub use sort::sort;
pub use team::Team;
pub use wide::Wide;
