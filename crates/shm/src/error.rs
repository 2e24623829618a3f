//! Errors of the region, one small type per operation.

use std::fmt;

/// The region could not be mapped.
#[derive(Debug)]
pub struct MapError(pub std::io::Error);

impl fmt::Display for MapError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot map the shared region: {}", self.0)
    }
}

impl std::error::Error for MapError {}

/// No free block of the wanted size is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AllocError {
    /// Bytes asked for.
    pub wanted: usize,
    /// Bytes in use when it failed.
    pub used: usize,
}

impl fmt::Display for AllocError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no room for {} bytes in the shared region ({} bytes in use)", self.wanted, self.used)
    }
}

impl std::error::Error for AllocError {}
