//! The region: one file in memory that every thread (and later every child process) maps, and the allocator over it. And
//! segments: shared memory with a name, for programs that have nothing else in common.
//!
//! Everything shared is named by its offset from the start of the region, never by a pointer, so that a mapping at
//! another address reads the same structures. Address space is reserved at once and committed by the first touch.

mod buddy;
mod error;
mod mapping;
mod region;
pub mod segment;
mod shelf;
pub mod tracker;
mod users;

pub use error::{AllocError, MapError};
pub use region::{Block, Region};
pub use users::{TooManyUsers, User};
