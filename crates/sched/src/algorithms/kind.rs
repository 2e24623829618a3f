//! The kinds of typed arrays.

use super::elements::Plain;

/// An element of a `Uint8ClampedArray`: stores clamp instead of wrapping around.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Clamped(pub u8);

// SAFETY: a number of 8 bits.
unsafe impl Plain for Clamped {}

/// A kind of typed array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    I8,
    U8,
    Clamped,
    I16,
    U16,
    I32,
    U32,
    F32,
    F64,
    I64,
    U64,
    Half,
}

impl Kind {
    /// All of them, in the order of Node-API's `napi_typedarray_type`.
    pub const ALL: [Self; 12] = [
        Self::I8,
        Self::U8,
        Self::Clamped,
        Self::I16,
        Self::U16,
        Self::I32,
        Self::U32,
        Self::F32,
        Self::F64,
        Self::I64,
        Self::U64,
        Self::Half,
    ];

    /// The kind of that number in Node-API.
    #[must_use]
    pub fn from_number(number: usize) -> Option<Self> {
        Self::ALL.get(number).copied()
    }

    /// Bytes of an element.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::I8 | Self::U8 | Self::Clamped => 1,
            Self::I16 | Self::U16 | Self::Half => 2,
            Self::I32 | Self::U32 | Self::F32 => 4,
            Self::F64 | Self::I64 | Self::U64 => 8,
        }
    }
}

/// Evaluates an expression in which `$T` is the element type of a kind.
#[macro_export]
macro_rules! with_element {
    ($kind:expr, $T:ident => $work:expr) => {
        match $kind {
            $crate::algorithms::Kind::I8 => {
                type $T = i8;
                $work
            }
            $crate::algorithms::Kind::U8 => {
                type $T = u8;
                $work
            }
            $crate::algorithms::Kind::Clamped => {
                type $T = $crate::algorithms::Clamped;
                $work
            }
            $crate::algorithms::Kind::I16 => {
                type $T = i16;
                $work
            }
            $crate::algorithms::Kind::U16 => {
                type $T = u16;
                $work
            }
            $crate::algorithms::Kind::I32 => {
                type $T = i32;
                $work
            }
            $crate::algorithms::Kind::U32 => {
                type $T = u32;
                $work
            }
            $crate::algorithms::Kind::F32 => {
                type $T = f32;
                $work
            }
            $crate::algorithms::Kind::F64 => {
                type $T = f64;
                $work
            }
            $crate::algorithms::Kind::I64 => {
                type $T = i64;
                $work
            }
            $crate::algorithms::Kind::U64 => {
                type $T = u64;
                $work
            }
            $crate::algorithms::Kind::Half => {
                type $T = $crate::algorithms::Half;
                $work
            }
        }
    };
}
