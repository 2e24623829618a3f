//! An isolate's own record: a slot in [`State::Isolate`](crate::State::Isolate), which stays for whoever gets the isolate's
//! number later.
//!
//! | word | meaning |
//! |---|---|
//! | 2 | number of the isolate |
//! | 8-11 | block: which objects it holds, see `holdings.rs` |
//! | 16 | word of its parker |

/// Word of its parker.
pub(crate) const PARKER: usize = 16;
