//! The parallel algorithms against naive oracles, on one thread and on several.
#![cfg(not(loom))]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "numbers of tests are chosen so, and results are the same bits"
)]

mod elements;
mod filter;
mod half;
mod histogram;
mod matmul;
mod memory;
mod reduce;
mod scan;
mod sort;
mod team;
