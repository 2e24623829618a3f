//! Lock-free rings and stacks of 32-bit ids, and the parker that blocked threads sleep on.
//!
//! Ids name records kept elsewhere (job slots in the shared region), so nothing here owns memory of its elements.

pub mod primitive;

mod parker;
pub mod ranking;
mod records;
mod ring;
mod stack;

pub use parker::Parker;
pub use ranking::rank_word;
pub use records::Records;
pub use ring::{Cells, Full, MOST_CELLS, OnHeap, Ring};
pub use stack::{Links, NONE, Stack, TaggedStack};
