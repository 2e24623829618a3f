//! The atomics of this crate: those of `sync`, so that one switch puts both under loom.

pub use sync::primitive::*;
