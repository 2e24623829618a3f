//! Mathematical functions: those with an exact definition as instructions, the others as calls of the engine's routines.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::{Gen, Rep};
use crate::ir::{E, Kind, MathFn};
use crate::runtime;

impl Gen<'_, '_> {
    /// A function of integers as integer instructions, where there are some.
    pub(super) fn int_math(&mut self, function: MathFn, args: &[E]) -> Option<Value> {
        if let Some(&first) = args.first()
            && let Some((a, b)) = self.int_quotient(function, first)
        {
            return Some(self.quotient(a, b));
        }
        if !args.iter().all(|arg| self.is_int(*arg)) {
            return None;
        }
        match function {
            MathFn::Floor | MathFn::Ceil | MathFn::Round | MathFn::Trunc => Some(self.int(args[0])),
            MathFn::Abs => {
                let x = self.int(args[0]);
                Some(self.b.ins().iabs(x))
            }
            MathFn::Min | MathFn::Max => {
                let x = self.int(args[0]);
                let y = self.int(args[1]);
                Some(if function == MathFn::Min { self.b.ins().smin(x, y) } else { self.b.ins().smax(x, y) })
            }
            MathFn::Sign => {
                let x = self.int(args[0]);
                let sign = self.b.ins().sshr_imm_s(x, 63);
                let positive = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, x, 0);
                let one = self.b.ins().uextend(types::I64, positive);
                Some(self.b.ins().bor(sign, one))
            }
            _ => None,
        }
    }

    /// A function that is one instruction for a double, and for a pair of them.
    pub(super) fn instruction(&mut self, function: MathFn, x: Value) -> Option<Value> {
        Some(match function {
            MathFn::Abs => self.b.ins().fabs(x),
            MathFn::Ceil => self.b.ins().ceil(x),
            MathFn::Floor => self.b.ins().floor(x),
            MathFn::Trunc => self.b.ins().trunc(x),
            MathFn::Sqrt => self.b.ins().sqrt(x),
            _ => return None,
        })
    }

    /// A function of doubles.
    pub(super) fn math(&mut self, function: MathFn, args: &[E], e: E) -> Value {
        match function {
            MathFn::Imul | MathFn::Clz32 => {
                let value = self.i32(e);
                return self.to_f64(value, Rep::I32);
            }
            MathFn::Hypot => {
                let values: Vec<Value> = args.iter().map(|arg| self.f64(*arg)).collect();
                return self.hypot(&values);
            }
            _ => {}
        }
        let x = self.f64(args[0]);
        if let Some(value) = self.instruction(function, x) {
            return value;
        }
        match function {
            MathFn::Fround => {
                let single = self.b.ins().fdemote(types::F32, x);
                self.b.ins().fpromote(types::F64, single)
            }
            MathFn::F16round => {
                let routine: extern "C" fn(f64) -> f64 = runtime::round_half;
                self.call(routine as usize, &[types::F64], types::F64, &[x])
            }
            MathFn::Round => {
                // The integer above, or the one below it where that is at least half a unit away.
                let up = self.b.ins().ceil(x);
                let half = self.b.ins().f64const(0.5);
                let one = self.b.ins().f64const(1.0);
                let middle = self.b.ins().fsub(up, half);
                let too_far = self.b.ins().fcmp(FloatCC::GreaterThan, middle, x);
                let down = self.b.ins().fsub(up, one);
                self.b.ins().select(too_far, down, up)
            }
            MathFn::Sign => {
                let (zero, one) = (self.b.ins().f64const(0.0), self.b.ins().f64const(1.0));
                let minus = self.b.ins().f64const(-1.0);
                let positive = self.b.ins().fcmp(FloatCC::GreaterThan, x, zero);
                let negative = self.b.ins().fcmp(FloatCC::LessThan, x, zero);
                let rest = self.b.ins().select(negative, minus, x);
                self.b.ins().select(positive, one, rest)
            }
            MathFn::Min | MathFn::Max => {
                let y = self.f64(args[1]);
                self.extreme(function, (x, args[0]), (y, args[1]))
            }
            MathFn::Atan2 => {
                let y = self.f64(args[1]);
                self.routine(function, &[x, y])
            }
            _ => self.routine(function, &[x]),
        }
    }

    fn extreme(&mut self, function: MathFn, (x, a): (Value, E), (y, b): (Value, E)) -> Value {
        let (p, q) = (self.num(a), self.num(b));
        // Without NaN and without zeros of both signs a comparison decides.
        let zeros = (p.negative_zero || q.negative_zero) && p.has_zero() && q.has_zero();
        if !p.nan && !q.nan && !zeros {
            let condition = if function == MathFn::Min { FloatCC::LessThan } else { FloatCC::GreaterThan };
            let first = self.b.ins().fcmp(condition, x, y);
            return self.b.ins().select(first, x, y);
        }
        if function == MathFn::Min { self.b.ins().fmin(x, y) } else { self.b.ins().fmax(x, y) }
    }

    /// Calls the engine's routine.
    pub(super) fn routine(&mut self, function: MathFn, args: &[Value]) -> Value {
        let routine = self.engine.routine(function);
        if !self.report.called.contains(&function) {
            self.report.called.push(function);
        }
        let params = vec![types::F64; args.len()];
        self.call(routine.address, &params, types::F64, args)
    }

    pub(super) fn power(&mut self, a: E, b: E) -> Value {
        if self.engine.square_is_exact()
            && let Kind::Num(exponent) = self.kind(b)
            && *exponent == 2.0
        {
            let x = self.f64(a);
            return self.b.ins().fmul(x, x);
        }
        let x = self.f64(a);
        let y = self.f64(b);
        self.power_of(x, y)
    }

    pub(super) fn power_of(&mut self, x: Value, y: Value) -> Value {
        self.routine(MathFn::Pow, &[x, y])
    }

    /// `Math.hypot` as V8 computes it: scaled by the largest, squares summed with compensation (Kahan).
    fn hypot(&mut self, values: &[Value]) -> Value {
        let zero = self.b.ins().f64const(0.0);
        let mut largest = zero;
        let mut any_nan = None;
        let mut magnitudes = Vec::new();
        for &value in values {
            let magnitude = self.b.ins().fabs(value);
            let larger = self.b.ins().fcmp(FloatCC::GreaterThan, magnitude, largest);
            largest = self.b.ins().select(larger, magnitude, largest);
            let nan = self.b.ins().fcmp(FloatCC::Unordered, value, value);
            any_nan = Some(match any_nan {
                None => nan,
                Some(before) => self.b.ins().bor(before, nan),
            });
            magnitudes.push(magnitude);
        }
        let (mut sum, mut compensation) = (zero, zero);
        for magnitude in magnitudes {
            let scaled = self.b.ins().fdiv(magnitude, largest);
            let square = self.b.ins().fmul(scaled, scaled);
            let summand = self.b.ins().fsub(square, compensation);
            let preliminary = self.b.ins().fadd(sum, summand);
            let gained = self.b.ins().fsub(preliminary, sum);
            compensation = self.b.ins().fsub(gained, summand);
            sum = preliminary;
        }
        let root = self.b.ins().sqrt(sum);
        let length = self.b.ins().fmul(root, largest);
        let is_zero = self.b.ins().fcmp(FloatCC::Equal, largest, zero);
        let mut result = self.b.ins().select(is_zero, zero, length);
        if let Some(any_nan) = any_nan {
            let nan = self.b.ins().f64const(f64::NAN);
            result = self.b.ins().select(any_nan, nan, result);
        }
        let infinity = self.b.ins().f64const(f64::INFINITY);
        let is_endless = self.b.ins().fcmp(FloatCC::Equal, largest, infinity);
        self.b.ins().select(is_endless, infinity, result)
    }

    /// `Math.random`: `SplitMix64` (Steele, Lea, Flood, 2014), whose top 53 bits are a double in [0, 1).
    pub(super) fn random(&mut self) -> Value {
        let Some(state) = self.random else { return self.b.ins().f64const(0.0) };
        let before = self.b.use_var(state);
        let gamma = self.b.ins().iconst(types::I64, 0x9e37_79b9_7f4a_7c15_u64.cast_signed());
        let now = self.b.ins().iadd(before, gamma);
        self.b.def_var(state, now);
        let mut z = now;
        for (shift, factor) in [(30, 0xbf58_476d_1ce4_e5b9_u64), (27, 0x94d0_49bb_1331_11eb)] {
            let shifted = self.b.ins().ushr_imm_s(z, shift);
            let mixed = self.b.ins().bxor(z, shifted);
            let factor = self.b.ins().iconst(types::I64, factor.cast_signed());
            z = self.b.ins().imul(mixed, factor);
        }
        let shifted = self.b.ins().ushr_imm_s(z, 31);
        z = self.b.ins().bxor(z, shifted);
        let top = self.b.ins().ushr_imm_s(z, 11);
        let whole = self.b.ins().fcvt_from_sint(types::F64, top);
        let unit = self.b.ins().f64const((-53_f64).exp2());
        self.b.ins().fmul(whole, unit)
    }
}
