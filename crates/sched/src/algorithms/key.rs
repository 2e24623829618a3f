//! Sort keys: the numeric order of typed arrays as the order of unsigned integers.
//!
//! `TypedArray.prototype.sort` orders -0 before +0 and NaN last. The keys are one-to-one with the bits of elements, so sorting
//! keys loses nothing, not even the payload of a NaN, and equal keys need no order among them. For floats: flip the sign bit of
//! positive numbers and all bits of negative ones (the usual trick, e.g. Terdiman and Herf, <http://stereopsis.com/radix.html>);
//! then the NaNs with a sign bit are at the bottom, and rotating by their number takes them to the top, above the others.

use super::elements::Plain;
use super::half::Half;
use super::kind::Clamped;

/// An unsigned integer.
pub trait Key: Plain + Ord {
    /// As an index; of at most 16 bits.
    fn index(self) -> usize;

    /// The key of an index that is one.
    fn from_index(index: usize) -> Self;

    /// The next smaller one, if there is one.
    fn before(self) -> Option<Self>;

    /// The key `distance` further up; after the greatest comes the smallest.
    #[must_use]
    fn turned(self, distance: Self) -> Self;

    /// The key `distance` further down.
    #[must_use]
    fn turned_back(self, distance: Self) -> Self;
}

/// An element with a sort key.
pub trait Sortable: Plain {
    /// The bits of an element, and their key.
    type Key: Key;

    /// How many NaNs there are: the greatest keys.
    const NANS: Self::Key;

    /// The key of these bits.
    fn key(bits: Self::Key) -> Self::Key;

    /// The bits of this key.
    fn bits(key: Self::Key) -> Self::Key;
}

macro_rules! key {
    ($($Key:ty)*) => {$(
        impl Key for $Key {
            fn index(self) -> usize {
                usize::try_from(self).unwrap_or(usize::MAX)
            }
            fn from_index(index: usize) -> Self {
                Self::try_from(index).unwrap_or(Self::MAX)
            }
            fn before(self) -> Option<Self> {
                self.checked_sub(1)
            }
            fn turned(self, distance: Self) -> Self {
                self.wrapping_add(distance)
            }
            fn turned_back(self, distance: Self) -> Self {
                self.wrapping_sub(distance)
            }
        }
    )*};
}

/// `$nans`: how many NaNs; `$order(bits)` is the key, `$back(key)` the bits.
macro_rules! sortable {
    ($($T:ty, $Key:ty, $nans:expr, $order:expr, $back:expr;)*) => {$(
        impl Sortable for $T {
            type Key = $Key;
            const NANS: $Key = $nans;
            #[inline]
            fn key(bits: $Key) -> $Key {
                $order(bits)
            }
            #[inline]
            fn bits(key: $Key) -> $Key {
                $back(key)
            }
        }
    )*};
}

/// `$fraction`: bits of the fraction. Of each sign there is one NaN fewer than there are fractions.
macro_rules! float_order {
    ($Key:ty, $fraction:expr, $order:ident, $back:ident) => {
        fn $order(bits: $Key) -> $Key {
            const SIGN: $Key = 1 << (<$Key>::BITS - 1);
            let flipped = if bits & SIGN == 0 { bits ^ SIGN } else { !bits };
            flipped.wrapping_sub((1 << $fraction) - 1)
        }
        fn $back(key: $Key) -> $Key {
            const SIGN: $Key = 1 << (<$Key>::BITS - 1);
            let flipped = key.wrapping_add((1 << $fraction) - 1);
            if flipped & SIGN == 0 { !flipped } else { flipped ^ SIGN }
        }
    };
}

key!(u8 u16 u32 u64);
float_order!(u16, 10, half_order, half_back);
float_order!(u32, 23, float_order, float_back);
float_order!(u64, 52, double_order, double_back);
sortable! {
    u8, u8, 0, identity, identity;
    Clamped, u8, 0, identity, identity;
    u16, u16, 0, identity, identity;
    u32, u32, 0, identity, identity;
    u64, u64, 0, identity, identity;
    i8, u8, 0, |bits| bits ^ (1 << 7), |key| key ^ (1 << 7);
    i16, u16, 0, |bits| bits ^ (1 << 15), |key| key ^ (1 << 15);
    i32, u32, 0, |bits| bits ^ (1 << 31), |key| key ^ (1 << 31);
    i64, u64, 0, |bits| bits ^ (1 << 63), |key| key ^ (1 << 63);
    Half, u16, 2 * ((1 << 10) - 1), half_order, half_back;
    f32, u32, 2 * ((1 << 23) - 1), float_order, float_back;
    f64, u64, 2 * ((1 << 52) - 1), double_order, double_back;
}

fn identity<K>(bits: K) -> K {
    bits
}
