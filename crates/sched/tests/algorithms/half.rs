//! Half precision: all of its values, and the neighbourhoods of all.

use sched::algorithms::Half;

/// The value by definition.
fn value(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let magnitude = match exponent {
        0 => fraction / 1024.0 * 2_f64.powi(-14),
        31 => {
            if fraction == 0.0 {
                f64::INFINITY
            } else {
                f64::NAN
            }
        }
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[test]
fn every_half_is_its_double_and_back() {
    for bits in 0..=u16::MAX {
        let double = Half(bits).to_f64();
        if value(bits).is_nan() {
            assert!(double.is_nan() && Half::from_f64(double).to_f64().is_nan());
        } else {
            assert_eq!(double.to_bits(), value(bits).to_bits(), "{bits:#x}");
            assert_eq!(Half::from_f64(double).0, bits);
        }
    }
}

#[test]
fn doubles_round_to_the_nearest_half_ties_to_even() {
    for bits in 0..0x7c00_u16 {
        // What would come after the greatest half.
        let above = if bits == 0x7bff { 65_536.0 } else { value(bits + 1) };
        let middle = value(bits).midpoint(above);
        let even = bits + (bits & 1);
        for sign in [1.0, -1.0] {
            let mark = if sign < 0.0 { 0x8000 } else { 0 };
            assert_eq!(Half::from_f64(sign * middle).0, mark | even, "{bits:#x}");
            assert_eq!(Half::from_f64(sign * middle.next_down()).0, mark | bits);
            assert_eq!(Half::from_f64(sign * middle.next_up()).0, mark | (bits + 1));
        }
    }
    assert_eq!(Half::from_f64(f64::MAX).0, 0x7c00);
    assert_eq!(Half::from_f64(-f64::from_bits(1)).0, 0x8000);
}
