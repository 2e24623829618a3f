//! Element types of typed arrays.

/// The element type of a typed array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Element {
    I8,
    U8,
    /// Stores clamp and round half to even.
    U8Clamped,
    I16,
    U16,
    I32,
    U32,
    F16,
    F32,
    F64,
    I64,
    U64,
}

impl Element {
    /// All of them, in the order of their numbers (see [`Element::from_number`]).
    pub const ALL: [Self; 12] = [
        Self::I8,
        Self::U8,
        Self::U8Clamped,
        Self::I16,
        Self::U16,
        Self::I32,
        Self::U32,
        Self::F32,
        Self::F64,
        Self::I64,
        Self::U64,
        Self::F16,
    ];

    /// By the number that Node-API gives to the type of a typed array.
    #[must_use]
    pub fn from_number(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }

    /// The inverse of [`Element::from_number`].
    #[must_use]
    pub fn number(self) -> usize {
        Self::ALL.iter().position(|&other| other == self).unwrap_or(0)
    }

    /// Bytes of one element.
    #[must_use]
    pub fn bytes(self) -> u32 {
        1 << self.shift()
    }

    /// Binary logarithm of [`Element::bytes`].
    pub(crate) fn shift(self) -> u8 {
        match self {
            Self::I8 | Self::U8 | Self::U8Clamped => 0,
            Self::I16 | Self::U16 | Self::F16 => 1,
            Self::I32 | Self::U32 | Self::F32 => 2,
            Self::F64 | Self::I64 | Self::U64 => 3,
        }
    }

    /// Elements are `bigint`s in JavaScript.
    #[must_use]
    pub fn is_big(self) -> bool {
        matches!(self, Self::I64 | Self::U64)
    }

    /// Elements are floating-point numbers.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, Self::F16 | Self::F32 | Self::F64)
    }

    /// Name of the typed array class.
    #[must_use]
    pub fn class(self) -> &'static str {
        match self {
            Self::I8 => "Int8Array",
            Self::U8 => "Uint8Array",
            Self::U8Clamped => "Uint8ClampedArray",
            Self::I16 => "Int16Array",
            Self::U16 => "Uint16Array",
            Self::I32 => "Int32Array",
            Self::U32 => "Uint32Array",
            Self::F16 => "Float16Array",
            Self::F32 => "Float32Array",
            Self::F64 => "Float64Array",
            Self::I64 => "BigInt64Array",
            Self::U64 => "BigUint64Array",
        }
    }
}
