//! Half precision: elements of a `Float16Array`.
//!
//! Conversions are exact, or round to the nearest, ties to even, straight from the double: through a float, as the processor's
//! own instructions go, some would be rounded twice.

use super::elements::Plain;

/// A number of 16 bits: IEEE 754 binary16.
#[derive(Debug, Clone, Copy, Default)]
#[repr(transparent)]
pub struct Half(pub u16);

// SAFETY: a number of 16 bits.
unsafe impl Plain for Half {}

/// Bits of the fraction of a half and of a double.
const FRACTION: u32 = 10;
const DOUBLE_FRACTION: u32 = 52;
const INFINITY: u16 = 0x7c00;
const QUIET: u16 = 0x7e00;
/// From here on doubles round to infinity.
const TOO_LARGE: f64 = 65_520.0;
/// The smallest normal half is 2 to this power.
const LEAST_EXPONENT: i32 = -14;

impl Half {
    /// The number with these bits.
    #[must_use]
    pub fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// As a double, exactly.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        let magnitude = self.0 & 0x7fff;
        let fraction = f64::from(magnitude & ((1 << FRACTION) - 1));
        let value = match i32::from(magnitude >> FRACTION) {
            0 => fraction * power(LEAST_EXPONENT - 10),
            31 if magnitude == INFINITY => f64::INFINITY,
            31 => f64::NAN,
            exponent => (1024.0 + fraction) * power(exponent - 25),
        };
        if self.0 > 0x7fff { -value } else { value }
    }

    /// The nearest half.
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
        let magnitude = value.abs();
        if magnitude.is_nan() {
            return Self(QUIET);
        }
        if magnitude >= TOO_LARGE {
            return Self(sign | INFINITY);
        }
        let exponent = i32::try_from(magnitude.to_bits() >> DOUBLE_FRACTION).unwrap_or(0) - 1023;
        let exponent = exponent.max(LEAST_EXPONENT);
        // In units of the last place; a power of two scales exactly. Of a normal number 1024 of them are the implicit bit.
        let units = (magnitude * power(10 - exponent)).round_ties_even();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2048")]
        let units = units as u16;
        let base = u16::try_from(exponent - LEAST_EXPONENT).unwrap_or(0) << FRACTION;
        Self(sign | (base + units))
    }
}

/// 2 to the power of `exponent`, a normal number.
fn power(exponent: i32) -> f64 {
    f64::from_bits(u64::try_from(exponent + 1023).unwrap_or(0) << DOUBLE_FRACTION)
}
