//! Why an algorithm ended without a result.

/// See the module's description.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The cancel flag was seen.
    Cancelled,
    /// The system refused scratch memory.
    NoMemory,
    /// The algorithm panicked: a bug.
    Panicked,
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "cancelled",
            Self::NoMemory => "the system refused the memory that the algorithm needs",
            Self::Panicked => "the algorithm panicked",
        })
    }
}

impl std::error::Error for Stopped {}

impl From<std::collections::TryReserveError> for Stopped {
    fn from(_: std::collections::TryReserveError) -> Self {
        Self::NoMemory
    }
}
