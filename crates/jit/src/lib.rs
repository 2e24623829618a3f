//! JavaScript functions as machine code.
//!
//! A [`Request`] holds the text of a function and of those it calls, what they capture, and the types of the arguments.
//! [`compile`] makes a [`Kernel`] of it: text → syntax tree (oxc) → [`ir`](self) with everything inlined (`lower`) → types and
//! ranges (`infer`) → Cranelift → machine code. The result of a run equals JavaScript's bit for bit.
//!
//! The crate knows nothing of JavaScript engines but the addresses of their mathematical routines ([`Engine`]).

#![expect(
    clippy::float_cmp,
    clippy::many_single_char_names,
    reason = "bounds and constants are compared exactly; x, y, a, b name operands throughout"
)]
#![expect(
    clippy::wrong_self_convention,
    reason = "a conversion of the program's values emits code, so it borrows the generator mutably"
)]

mod affine;
mod codegen;
mod compile;
mod element;
mod engine;
mod error;
mod explain;
mod infer;
mod ir;
mod kernel;
mod lower;
mod parse;
mod poly;
mod race;
mod range;
mod request;
mod runtime;
mod scan;

pub use codegen::SiteKind;
pub use compile::{Compiled, FailureSite, ResultType, compile};
pub use element::Element;
pub use engine::{Engine, ROUTINES};
pub use error::{CompileError, Reason};
pub use explain::{Explanation, Variable};
pub use ir::MathFn;
pub use kernel::{Control, Kernel, Status};
pub use request::{Capture, Entry, Param, Request, Shape, Unit};
pub use scan::scan;
