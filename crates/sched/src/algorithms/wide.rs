//! Integers wide enough for every sum: of 64-bit products, however many.

/// `high` * 2^64 + `low`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wide {
    high: i128,
    low: u64,
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
fn low_half(bits: u128) -> u64 {
    bits as u64
}

impl From<i128> for Wide {
    fn from(value: i128) -> Self {
        Self { high: value >> 64, low: low_half(value.cast_unsigned()) }
    }
}

impl From<u128> for Wide {
    fn from(value: u128) -> Self {
        Self { high: (value >> 64).cast_signed(), low: low_half(value) }
    }
}

impl From<i64> for Wide {
    fn from(value: i64) -> Self {
        Self::from(i128::from(value))
    }
}

impl From<u64> for Wide {
    fn from(value: u64) -> Self {
        Self::from(u128::from(value))
    }
}

impl std::ops::Add for Wide {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (low, carry) = self.low.overflowing_add(other.low);
        Self { high: self.high.wrapping_add(other.high).wrapping_add(i128::from(carry)), low }
    }
}

impl Wide {
    /// The nearest double, if it has at most 128 bits.
    #[must_use]
    pub fn to_f64(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "the nearest one is meant")]
        let value = ((self.high << 64) | i128::from(self.low)) as f64;
        value
    }

    /// Sign and magnitude; the lowest word comes first.
    #[must_use]
    pub fn words(self) -> (bool, [u64; 3]) {
        let negative = self.high < 0;
        let (mut high, mut low) = (self.high, self.low);
        if negative {
            let carry;
            (low, carry) = (!low).overflowing_add(1);
            high = (!high).wrapping_add(i128::from(carry));
        }
        let high = high.cast_unsigned();
        (negative, [low, low_half(high), low_half(high >> 64)])
    }
}
