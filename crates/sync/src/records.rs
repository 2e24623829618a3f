//! Where the words of the records are kept that the structures of this crate work on: slots of the shared region in
//! releases, plain arrays in tests and models.

use crate::primitive::AtomicU32;

/// See the module's description. Records are named by numbers below [`NONE`](crate::NONE).
pub trait Records {
    /// Word `index` of record `id`.
    fn word(&self, id: u32, index: usize) -> &AtomicU32;
}
