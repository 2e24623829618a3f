//! What the source text of a function or of a script says about its variables.
//!
//! A JavaScript function travels to another thread as its source text plus the variables it captures. Which names those
//! are is a question of scopes, so it is answered by a real parser (oxc) and never by regular expressions:
//!
//! - [`function::analyze`] takes the text that `Function.prototype.toString` gives and reports its free variables, where
//!   each is first used and whether it is assigned, and everything else that decides if the text can be evaluated
//!   somewhere else (`this`, `super`, `import.meta`, private names).
//! - [`module::analyze`] takes the text of a whole script and reports its imports, its exports, the names that are ever
//!   assigned again, and which parts of it are strict code.
//!
//! Pure functions without state, I/O or unsafe code. All offsets given back are UTF-16 code units, as JavaScript counts.

mod async_call;
pub mod function;
pub mod module;
mod offsets;
mod parse;
mod script;
mod walker;

pub use function::{Form, Free, FunctionAnalysis, Problem, ProblemKind};

pub use module::{Export, Import, ImportKind, ModuleAnalysis};
pub use parse::SyntaxError;
