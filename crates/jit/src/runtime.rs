//! What compiled code calls besides the engine's routines: rare paths and conversions.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// `ToInt32` of any double.
pub(crate) extern "C" fn to_int32(x: f64) -> i32 {
    if !x.is_finite() {
        return 0;
    }
    let bits = x.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1075;
    let mantissa = (bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000;
    let magnitude = match exponent {
        32.. => 0,
        0..=31 => mantissa.wrapping_shl(exponent.cast_unsigned()),
        -52..=-1 => mantissa >> -exponent,
        _ => 0,
    };
    #[expect(clippy::cast_possible_truncation, reason = "the lowest 32 bits are wanted")]
    let low = (magnitude as u32).cast_signed();
    if x < 0.0 { low.wrapping_neg() } else { low }
}

/// `a % b`: C's `fmod`.
pub(crate) extern "C" fn fmod(a: f64, b: f64) -> f64 {
    a % b
}

/// Half precision to double.
pub(crate) extern "C" fn from_half(bits: u32) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = (bits >> 10) & 0x1f;
    let fraction = f64::from(bits & 0x3ff);
    match exponent {
        0 => sign * fraction * (-24_f64).exp2(),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1024.0 + fraction) * (f64::from(exponent) - 25.0).exp2(),
    }
}

/// Double to half precision, rounding to the nearest, ties to even.
pub(crate) extern "C" fn to_half(x: f64) -> u32 {
    let sign = if x.is_sign_negative() { 0x8000 } else { 0 };
    if x.is_nan() {
        return 0x7e00;
    }
    let a = x.abs();
    if a >= 65_520.0 {
        return sign | 0x7c00;
    }
    // The distance of neighbours at that magnitude.
    let exponent =
        if a < (-14_f64).exp2() { -14 } else { i32::try_from((a.to_bits() >> 52) & 0x7ff).unwrap_or(0) - 1023 };
    let unit = f64::from(exponent - 10).exp2();
    let steps = (a / unit).round_ties_even();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 2048")]
    let steps = steps as u32;
    let base = u32::try_from(exponent + 14).unwrap_or(0);
    // Of a normal number, 1024 steps are the implicit bit; 2048 carry into the exponent.
    sign | ((base << 10) + steps)
}

/// `Math.f16round`.
pub(crate) extern "C" fn round_half(x: f64) -> f64 {
    if x.is_nan() { f64::NAN } else { from_half(to_half(x)) }
}

/// `memmove`, between arrays of equal elements.
pub(crate) extern "C" fn move_bytes(to: *mut u8, from: *const u8, bytes: usize) -> i64 {
    // SAFETY: compiled code has compared both ranges with the lengths of their arrays.
    unsafe { std::ptr::copy(from, to, bytes) };
    0
}

// --- shared floats: lock-free, tried again only when another thread has changed the value meanwhile ---

/// `SameValue`: NaN is NaN, 0 is not -0.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

/// Replaces the double at `place` by what `next` makes of it, unless that is nothing; the double before.
fn change_f64(place: *mut u64, next: impl Fn(f64) -> Option<f64>) -> f64 {
    // SAFETY: the place of a shared number, aligned, mapped as long as the run holds it, and changed by atomics only.
    let place = unsafe { AtomicU64::from_ptr(place) };
    let change = |bits| next(f64::from_bits(bits)).map(f64::to_bits);
    let (Ok(before) | Err(before)) = place.fetch_update(Ordering::SeqCst, Ordering::SeqCst, change);
    f64::from_bits(before)
}

/// The same of a single, whose value is given and taken as a double.
fn change_f32(place: *mut u32, next: impl Fn(f64) -> Option<f64>) -> f64 {
    // SAFETY: as above.
    let place = unsafe { AtomicU32::from_ptr(place) };
    #[expect(clippy::cast_possible_truncation, reason = "rounding to a single is what is meant")]
    let change = |bits| next(f64::from(f32::from_bits(bits))).map(|value| (value as f32).to_bits());
    let (Ok(before) | Err(before)) = place.fetch_update(Ordering::SeqCst, Ordering::SeqCst, change);
    f64::from(f32::from_bits(before))
}

pub(crate) extern "C" fn add_f64(place: *mut u64, amount: f64, _: f64) -> f64 {
    change_f64(place, |value| Some(value + amount))
}

pub(crate) extern "C" fn add_f32(place: *mut u32, amount: f64, _: f64) -> f64 {
    change_f32(place, |value| Some(value + amount))
}

pub(crate) extern "C" fn exchange_f64(place: *mut u64, value: f64, _: f64) -> f64 {
    change_f64(place, |_| Some(value))
}

pub(crate) extern "C" fn exchange_f32(place: *mut u32, value: f64, _: f64) -> f64 {
    change_f32(place, |_| Some(value))
}

pub(crate) extern "C" fn compare_exchange_f64(place: *mut u64, value: f64, expected: f64) -> f64 {
    change_f64(place, |before| same(before, expected).then_some(value))
}

pub(crate) extern "C" fn compare_exchange_f32(place: *mut u32, value: f64, expected: f64) -> f64 {
    #[expect(clippy::cast_possible_truncation, reason = "rounding to a single is what is meant")]
    let expected = f64::from(expected as f32);
    change_f32(place, |before| same(before, expected).then_some(value))
}
