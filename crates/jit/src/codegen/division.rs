//! Quotients and remainders of integers: never by zero, never overflowing.

use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::{Gen, Rep};
use crate::ir::{E, Kind, MathFn, Op};
use crate::range::Num;

impl Gen<'_, '_> {
    /// The remainder of integers whose divisor is not zero.
    pub(super) fn int_rem(&mut self, a: E, b: E) -> Value {
        let (na, nb) = (self.num(a), self.num(b));
        let x = self.int(a);
        let y = self.int(b);
        self.rem_of(x, y, na, nb)
    }

    pub(super) fn rem_of(&mut self, x: Value, y: Value, na: Num, nb: Num) -> Value {
        let unsigned = na.lo >= 0.0 && nb.lo >= 0.0;
        if unsigned && na.hi <= 4_294_967_295.0 && nb.hi <= 4_294_967_295.0 {
            let (x, y) = (self.b.ins().ireduce(types::I32, x), self.b.ins().ireduce(types::I32, y));
            let rem = self.b.ins().urem(x, y);
            return self.b.ins().uextend(types::I64, rem);
        }
        if na.fits_i32() && nb.fits_i32() && na.lo > -2_147_483_648.0 {
            let (x, y) = (self.b.ins().ireduce(types::I32, x), self.b.ins().ireduce(types::I32, y));
            let rem = self.b.ins().srem(x, y);
            return self.b.ins().sextend(types::I64, rem);
        }
        if unsigned { self.b.ins().urem(x, y) } else { self.b.ins().srem(x, y) }
    }

    /// `%` in general: by integers where the operands are, else by `fmod`.
    pub(super) fn f64_rem(&mut self, a: E, b: E) -> Value {
        if !self.both_int(a, b) || !self.natively_int(a) || self.num(a).negative_zero {
            let x = self.f64(a);
            let y = self.f64(b);
            let routine: extern "C" fn(f64, f64) -> f64 = crate::runtime::fmod;
            return self.call(routine as usize, &[types::F64, types::F64], types::F64, &[x, y]);
        }
        let (na, nb) = (self.num(a), self.num(b));
        let x = self.int(a);
        let y = self.int(b);
        let [divide, done] = [(); 2].map(|()| self.b.create_block());
        let result = self.b.append_block_param(done, types::F64);
        let nan = self.b.ins().f64const(f64::NAN);
        if nb.has_zero() {
            self.b.ins().brif(y, divide, &[], done, &[nan.into()]);
        } else {
            self.b.ins().jump(divide, &[]);
        }
        self.enter(divide);
        let rem = self.rem_of(x, y, na, nb);
        let mut value = self.to_f64(rem, Rep::I64);
        if na.lo < 0.0 {
            // The sign is the dividend's, of zero too.
            let sign = self.to_f64(x, Rep::I64);
            value = self.b.ins().fcopysign(value, sign);
        }
        self.b.ins().jump(done, &[value.into()]);
        self.enter(done);
        result
    }

    /// The operands of a quotient of which only the integer part is wanted, if integer division gives it.
    pub(super) fn int_quotient(&self, round: MathFn, e: E) -> Option<(E, E)> {
        let Kind::Bin(Op::Div, a, b) = self.kind(e) else { return None };
        if !self.both_int(*a, *b) || self.num(*b).has_zero() {
            return None;
        }
        let (x, y) = (self.num(*a), self.num(*b));
        let positive = x.lo >= 0.0 && y.lo >= 0.0;
        let rounds_down = match round {
            MathFn::Trunc => true,
            MathFn::Floor => positive,
            _ => false,
        };
        // A division of registers is slower than one of doubles, a multiplication by the reciprocal is faster.
        let constant = matches!(self.kind(*b), Kind::Num(_)) && (positive || x.fits_i32());
        let small = positive && x.hi <= 4_294_967_295.0 && y.hi <= 4_294_967_295.0;
        (rounds_down && (constant || small)).then_some((*a, *b))
    }

    /// The integer part of a quotient of integers; see [`Gen::int_quotient`].
    pub(super) fn quotient(&mut self, a: E, b: E) -> Value {
        let (na, nb) = (self.num(a), self.num(b));
        let x = self.int(a);
        let y = self.int(b);
        let narrow = na.lo >= 0.0 && nb.lo >= 0.0 && na.hi <= 4_294_967_295.0 && nb.hi <= 4_294_967_295.0;
        if narrow {
            let (x, y) = (self.b.ins().ireduce(types::I32, x), self.b.ins().ireduce(types::I32, y));
            let quotient = self.b.ins().udiv(x, y);
            return self.b.ins().uextend(types::I64, quotient);
        }
        if na.lo >= 0.0 && nb.lo >= 0.0 { self.b.ins().udiv(x, y) } else { self.b.ins().sdiv(x, y) }
    }
}
