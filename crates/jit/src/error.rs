//! What a user hears when a function cannot be compiled.

/// Why a function is outside of the subset; stable names for programs, see [`CompileError::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The text is not the source of a function.
    Syntax,
    /// A construct that is not in the subset.
    Unsupported,
    /// Values of types that do not go together, or a type that changes.
    Type,
    /// A name that is neither declared, nor captured, nor a known global.
    Unknown,
    /// A function that calls itself, directly or not.
    Recursion,
    /// A write that several iterations could make.
    Race,
    /// More code than the compiler accepts after inlining.
    TooLarge,
    /// Arguments that do not fit the function.
    Arguments,
    /// The system does not let memory be executable.
    Denied,
    /// The compiler itself failed.
    Internal,
}

/// A function was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileError {
    /// What kind of obstacle.
    pub code: Reason,
    /// Which text of the request.
    pub unit: u32,
    /// Where in that text, in UTF-16 units.
    pub at: u32,
    /// Line in the text, from 1.
    pub line: u32,
    /// Column in the line, from 1, in UTF-16 units.
    pub column: u32,
    /// In the user's words.
    pub reason: String,
    /// What to do instead; may be empty.
    pub hint: String,
}

impl CompileError {
    /// The stable name of the reason.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.code {
            Reason::Syntax => "syntax",
            Reason::Unsupported => "unsupported",
            Reason::Type => "type",
            Reason::Unknown => "unknown-name",
            Reason::Recursion => "recursion",
            Reason::Race => "race",
            Reason::TooLarge => "too-large",
            Reason::Arguments => "arguments",
            Reason::Denied => "denied",
            Reason::Internal => "internal",
        }
    }
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({}:{})", self.reason, self.line, self.column)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, ". {}", self.hint) }
    }
}

impl std::error::Error for CompileError {}

/// A place in one of the texts: unit and byte offset (of the wrapped text, as the parser counts).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct At {
    pub(crate) unit: u32,
    pub(crate) byte: u32,
}

/// An error whose place is not yet translated to lines.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: Reason,
    pub(crate) at: At,
    pub(crate) reason: String,
    pub(crate) hint: String,
}

pub(crate) fn fault<T>(code: Reason, at: At, reason: impl Into<String>, hint: impl Into<String>) -> Result<T, Fault> {
    Err(Fault { code, at, reason: reason.into(), hint: hint.into() })
}
