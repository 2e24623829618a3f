//! The only place that knows how errors of the crates look in JavaScript.

use napi::{Error, Status};
use std::fmt::Display;

/// An error with `code` as its `code` property.
pub(crate) fn failure(message: impl Display) -> Error {
    Error::new(Status::GenericFailure, message.to_string())
}

/// The addon was used before `attach`.
pub(crate) fn not_attached() -> Error {
    failure("attach() has to be called first in this isolate")
}
