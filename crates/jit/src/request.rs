//! What is to be compiled: texts, what they capture, and how the function is going to be called.

use std::collections::HashMap;

use crate::element::Element;
use crate::engine::Engine;

/// The value of a captured name.
#[derive(Debug, Clone, PartialEq)]
pub enum Capture {
    /// A constant of the compiled code.
    Number(f64),
    /// A constant of the compiled code.
    Boolean(bool),
    /// A constant of the compiled code.
    BigInt(i128),
    /// Nothing.
    Undefined,
    /// The captured array number so, passed after the arguments.
    Array(u32),
    /// A small array of numbers, booleans or further such arrays.
    Tuple(Vec<Capture>),
    /// The function of another text.
    Function(u32),
    /// A global function or object by its path: `Math.sqrt`, `Math`.
    Global(String),
    /// An object: its members that the text reads.
    Object(HashMap<String, Capture>),
    /// A counter of a coverage tool: what is done to it is left out.
    Coverage,
    /// A helper that returns its first argument (esbuild's `__name`).
    Identity,
    /// Something that cannot be used, and what it is.
    Other(String),
}

/// One function text, as `Function.prototype.toString` gives it, and its captured names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Unit {
    /// The text.
    pub text: String,
    /// Names that are neither declared in the text nor listed here are globals.
    pub captures: HashMap<String, Capture>,
}

/// The type of one argument of the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Param {
    /// Any number, passed as the bits of a double.
    Number,
    /// An integer of 32 bits that is not -0, passed as 64 bits with sign.
    Integer,
    /// The same, positive, and below 2 to that power: products of small numbers are known to be exact.
    Natural(u8),
    /// Zero (not -0), passed like an integer.
    Zero,
    /// Passed as 0 or 1.
    Boolean,
    /// Passed as 64 bits; `true`: with sign.
    Big(bool),
    /// Passed as address and length.
    Array(Element),
}

/// What the memory of an array argument or a captured array is in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shape {
    /// A typed array.
    #[default]
    Array,
    /// A shared number: an object with a `value`, which is the only element.
    Value,
    /// A shared boolean: the same, and its element is 0 or 1.
    Truth,
}

/// How the code is going to be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Once; the result goes to an address.
    Call,
    /// For each index: `out[i] = f(a[i], b[i], …)`; parameters that are no arrays are the same for all.
    Map,
    /// For each index: `f(i, …)`. Indices are below 2 to the power of `bits`, at most 53.
    For {
        /// See above.
        bits: u8,
    },
    /// `acc = f(acc, a[i])` over the indices; the first and the last value of `acc` are at an address.
    Reduce,
}

/// What is to be compiled.
#[derive(Debug, Clone)]
pub struct Request<'e> {
    /// The function first, then those it captures, in any order.
    pub units: Vec<Unit>,
    /// How it is going to be called.
    pub entry: Entry,
    /// Types of the arguments.
    pub params: Vec<Param>,
    /// Element types of the captured arrays.
    pub captured: Vec<Element>,
    /// For each array among `params`, then for each of `captured`: the first array that is the same memory.
    pub same: Vec<u32>,
    /// For each array among `params`, then for each of `captured`: what it is in the text. Those left out are typed arrays.
    pub shapes: Vec<Shape>,
    /// Element type of the result of [`Entry::Map`]; chosen by the compiler if absent.
    pub output: Option<Element>,
    /// Leaves out the proof that iterations of [`Entry::For`] do not write to the same element.
    pub unchecked_races: bool,
    /// Whether loops may use vector registers.
    pub vectorize: bool,
    /// The engine's mathematical routines.
    pub engine: &'e Engine,
}
