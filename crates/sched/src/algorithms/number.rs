//! Arithmetic of elements.
//!
//! *Sums* are exact for integers, and doubles for floats: eight interleaved partial sums of a block (element `i` belongs to the
//! one of number `i % 8`), joined as `((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))`. *Running* sums are what a loop over the array
//! itself would store: integers wrap around (or saturate, if they are clamped), floats are added as doubles.

use super::half::Half;
use super::key::Sortable;
use super::kind::Clamped;
use super::wide::Wide;

/// A result in JavaScript's terms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Total {
    /// A `number`.
    Number(f64),
    /// A `bigint`.
    Integer(Wide),
}

/// An element as a number.
pub trait Number: Sortable {
    /// Of a sum.
    type Sum: Copy + Default + Send + Sync;
    /// Of a running sum.
    type Running: Copy + Default + Send + Sync;

    /// The element with these bits.
    fn of_bits(bits: Self::Key) -> Self;
    /// The nearest double.
    fn to_f64(self) -> f64;
    /// This element as a result.
    fn value(self) -> Total;
    /// Whether JavaScript takes it for true.
    fn is_truthy(self) -> bool {
        let value = self.to_f64();
        value != 0.0 && !value.is_nan()
    }

    /// The sum of a block.
    fn sum(block: &[Self]) -> Self::Sum;
    /// The sum of the products of two blocks of the same length.
    fn dot(a: &[Self], b: &[Self]) -> Self::Sum;
    /// Joins the sums of two neighbours.
    fn join(left: Self::Sum, right: Self::Sum) -> Self::Sum;
    /// A sum as a result: a `bigint` if the elements are.
    fn total(sum: Self::Sum) -> Total;
    /// A sum, divided.
    fn mean(sum: Self::Sum, count: usize) -> f64;

    /// The running sum after one more element.
    fn step(running: Self::Running, element: Self) -> Self::Running;
    /// The running sum after a whole block, given that of the block itself.
    fn skip(running: Self::Running, block: Self::Running) -> Self::Running;
    /// What the block adds to a running sum.
    fn running(block: &[Self]) -> Self::Running;
    /// A running sum as an element.
    fn store(running: Self::Running) -> Self;
}

/// Partial sums of floats, for the processor's vector registers.
const LANES: usize = 8;

fn join_lanes(lanes: [f64; LANES]) -> f64 {
    let pair = |index: usize| lanes[index] + lanes[index + 1];
    (pair(0) + pair(2)) + (pair(4) + pair(6))
}

fn float_sum<T: Number>(block: &[T]) -> f64 {
    let mut lanes = [0.0; LANES];
    let mut rows = block.chunks_exact(LANES);
    for row in &mut rows {
        lanes.iter_mut().zip(row).for_each(|(lane, element)| *lane += element.to_f64());
    }
    lanes.iter_mut().zip(rows.remainder()).for_each(|(lane, element)| *lane += element.to_f64());
    join_lanes(lanes)
}

fn float_dot<T: Number>(a: &[T], b: &[T]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (mut rows, mut others) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (row, other) in (&mut rows).zip(&mut others) {
        for ((lane, a), b) in lanes.iter_mut().zip(row).zip(other) {
            *lane += a.to_f64() * b.to_f64();
        }
    }
    for ((lane, a), b) in lanes.iter_mut().zip(rows.remainder()).zip(others.remainder()) {
        *lane += a.to_f64() * b.to_f64();
    }
    join_lanes(lanes)
}

#[expect(clippy::cast_precision_loss, reason = "lengths of arrays are below 2^53")]
fn divide(sum: f64, count: usize) -> f64 {
    sum / count as f64
}

macro_rules! float {
    ($($T:ty, $to_f64:expr, $from_f64:expr;)*) => {$(
        impl Number for $T {
            type Sum = f64;
            type Running = f64;
            fn of_bits(bits: Self::Key) -> Self {
                Self::from_bits(bits)
            }
            #[inline]
            fn to_f64(self) -> f64 {
                $to_f64(self)
            }
            fn value(self) -> Total {
                Total::Number(self.to_f64())
            }
            fn sum(block: &[Self]) -> f64 {
                float_sum(block)
            }
            fn dot(a: &[Self], b: &[Self]) -> f64 {
                float_dot(a, b)
            }
            fn join(left: f64, right: f64) -> f64 {
                left + right
            }
            fn total(sum: f64) -> Total {
                Total::Number(sum)
            }
            fn mean(sum: f64, count: usize) -> f64 {
                divide(sum, count)
            }
            #[inline]
            fn step(running: f64, element: Self) -> f64 {
                running + element.to_f64()
            }
            fn skip(running: f64, block: f64) -> f64 {
                running + block
            }
            fn running(block: &[Self]) -> f64 {
                float_sum(block)
            }
            #[inline]
            fn store(running: f64) -> Self {
                $from_f64(running)
            }
        }
    )*};
}

/// `$Sum` holds the sum of a block, `$Product` one product, `$Products` the sum of those of two blocks; `$Exact` is the type of
/// 128 bits with that sign.
macro_rules! integer {
    ($($T:ty, $Exact:ty, $Sum:ty, $Product:ty, $Products:ty, $to_f64:expr, $total:expr;)*) => {$(
        impl Number for $T {
            type Sum = Wide;
            type Running = $T;
            fn of_bits(bits: Self::Key) -> Self {
                Self::from_ne_bytes(bits.to_ne_bytes())
            }
            #[inline]
            fn to_f64(self) -> f64 {
                $to_f64(self)
            }
            fn value(self) -> Total {
                $total(Wide::from(<$Exact>::from(self)))
            }
            fn is_truthy(self) -> bool {
                self != 0
            }
            fn sum(block: &[Self]) -> Wide {
                Wide::from(block.iter().map(|element| <$Sum>::from(*element)).sum::<$Sum>())
            }
            fn dot(a: &[Self], b: &[Self]) -> Wide {
                let products = a.iter().zip(b).map(|(a, b)| <$Product>::from(*a) * <$Product>::from(*b));
                Wide::from(products.fold(<$Products>::default(), |sum, product| sum + <$Products>::from(product)))
            }
            fn join(left: Wide, right: Wide) -> Wide {
                left + right
            }
            fn total(sum: Wide) -> Total {
                $total(sum)
            }
            fn mean(sum: Wide, count: usize) -> f64 {
                divide(sum.to_f64(), count)
            }
            #[inline]
            fn step(running: Self, element: Self) -> Self {
                running.wrapping_add(element)
            }
            fn skip(running: Self, block: Self) -> Self {
                running.wrapping_add(block)
            }
            fn running(block: &[Self]) -> Self {
                block.iter().fold(0, |running, element| running.wrapping_add(*element))
            }
            #[inline]
            fn store(running: Self) -> Self {
                running
            }
        }
    )*};
}

fn number(sum: Wide) -> Total {
    Total::Number(sum.to_f64())
}

integer! {
    i8, i128, i64, i64, i64, f64::from, number;
    u8, u128, u64, u64, u64, f64::from, number;
    i16, i128, i64, i64, i64, f64::from, number;
    u16, u128, u64, u64, u64, f64::from, number;
    i32, i128, i64, i64, i128, f64::from, number;
    u32, u128, u64, u64, u128, f64::from, number;
    i64, i128, i128, i128, Wide, nearest_to_signed, Total::Integer;
    u64, u128, u128, u128, Wide, nearest_to_unsigned, Total::Integer;
}

float! {
    f64, std::convert::identity, std::convert::identity;
    f32, f64::from, round_to_float;
    Half, Half::to_f64, Half::from_f64;
}

#[expect(clippy::cast_precision_loss, reason = "rounding is meant")]
fn nearest_to_signed(value: i64) -> f64 {
    value as f64
}

#[expect(clippy::cast_precision_loss, reason = "rounding is meant")]
fn nearest_to_unsigned(value: u64) -> f64 {
    value as f64
}

#[expect(clippy::cast_possible_truncation, reason = "rounding is meant")]
fn round_to_float(value: f64) -> f32 {
    value as f32
}

/// As bytes, but for running sums, which saturate.
impl Number for Clamped {
    type Sum = Wide;
    type Running = u8;
    fn of_bits(bits: u8) -> Self {
        Self(bits)
    }
    fn to_f64(self) -> f64 {
        f64::from(self.0)
    }
    fn value(self) -> Total {
        self.0.value()
    }
    fn sum(block: &[Self]) -> Wide {
        Wide::from(u128::from(block.iter().map(|element| u64::from(element.0)).sum::<u64>()))
    }
    fn dot(a: &[Self], b: &[Self]) -> Wide {
        let products = a.iter().zip(b).map(|(a, b)| u64::from(a.0) * u64::from(b.0));
        Wide::from(u128::from(products.sum::<u64>()))
    }
    fn join(left: Wide, right: Wide) -> Wide {
        left + right
    }
    fn total(sum: Wide) -> Total {
        number(sum)
    }
    fn mean(sum: Wide, count: usize) -> f64 {
        u8::mean(sum, count)
    }
    fn step(running: u8, element: Self) -> u8 {
        running.saturating_add(element.0)
    }
    fn skip(running: u8, block: u8) -> u8 {
        running.saturating_add(block)
    }
    fn running(block: &[Self]) -> u8 {
        block.iter().fold(0, |running, element| running.saturating_add(element.0))
    }
    fn store(running: u8) -> Self {
        Self(running)
    }
}
