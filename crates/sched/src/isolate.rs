//! An isolate's own record: a slot in [`State::Isolate`](crate::State::Isolate), which stays for whoever gets the isolate's
//! number later.
//!
//! | word | meaning |
//! |---|---|
//! | 2 | number of the isolate |
//! | 8-11 | block: which objects it holds, see `holdings.rs` |
//! | 16 | word of its parker |
//! | 17 | its process, an entry of the region's table of users |
//! | 18 | object that its thread is blocked for + 1, or 0 |
//! | 19 | since when, microseconds |

/// Word of its parker.
pub(crate) const PARKER: usize = 16;
/// Its process.
pub(crate) const USER: usize = 17;
/// Object that its thread is blocked for + 1, or 0.
pub(crate) const BLOCKED: usize = 18;
/// Since when.
pub(crate) const SINCE: usize = 19;
