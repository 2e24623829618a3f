//! Expressions.
//!
//! Four ways to ask for a value: [`Gen::any`] in the class that suits it, [`Gen::f64`] as a double, [`Gen::int`] as an integer
//! (only where `infer` says that it is one; the sign of zero is lost), and [`Gen::i32`] through `ToInt32`.

use cranelift_codegen::ir::{InstBuilder, Type as Ty, Value, types};

use super::{Class, Gen, Rep};
use crate::ir::{E, Kind, Local, MathFn, Op};
use crate::range::{BigKind, Fact, Num, Type};

impl<'x> Gen<'x, '_> {
    pub(super) fn fact(&self, e: E) -> Fact {
        self.facts.of(e)
    }

    pub(super) fn num(&self, e: E) -> Num {
        let fact = self.fact(e);
        match fact.ty {
            Type::Boolean => Num::ints(0.0, 1.0),
            _ if fact.undefined => Num { nan: true, int: false, ..fact.num },
            _ => fact.num,
        }
    }

    /// An integer whose zero is not -0: its integer form is all there is.
    pub(super) fn is_exact(&self, e: E) -> bool {
        self.num(e).is_exact() && self.fact(e).ty != Type::Never
    }

    pub(super) fn is_int(&self, e: E) -> bool {
        self.num(e).is_int() && self.fact(e).ty != Type::Never
    }

    pub(super) fn both_int(&self, a: E, b: E) -> bool {
        self.is_int(a) && self.is_int(b)
    }

    /// The value in the class that suits it; `F64` of what can never be.
    pub(super) fn any(&mut self, e: E) -> (Value, Rep) {
        let fact = self.fact(e);
        match fact.ty {
            Type::Boolean => (self.truth(e), Rep::Bool),
            Type::BigInt => (self.big(e), Rep::Big),
            _ if self.is_exact(e) && self.natively_int(e) => {
                if self.natively_i32(e) {
                    (self.i32(e), Rep::I32)
                } else {
                    (self.int(e), Rep::I64)
                }
            }
            _ => (self.f64(e), Rep::F64),
        }
    }

    /// Evaluates for the effects alone.
    pub(super) fn effect(&mut self, e: E) {
        if !self.reachable {
            return;
        }
        match self.kind(e) {
            Kind::Num(_) | Kind::Bool(_) | Kind::Big(_) | Kind::Undef | Kind::Get(_) | Kind::Len(_) => {}
            Kind::Set(local, a) => {
                self.assign(*local, *a);
            }
            Kind::Store(..) | Kind::Update { .. } => self.write(e, false).map_or((), |_| ()),
            Kind::Atomic { op, arr, value } => {
                self.atomic(*op, *arr, *value);
            }
            Kind::Seq(parts) => parts.iter().for_each(|part| self.effect(*part)),
            Kind::Block(stmts, value) => {
                self.stmts(stmts);
                if self.reachable {
                    self.effect(*value);
                } else {
                    self.dead_block();
                }
            }
            Kind::Put(..) => {
                self.put(e);
            }
            _ => {
                self.any(e);
            }
        }
    }

    /// Assigns the value of `a`; gives it back as it is held.
    pub(super) fn assign(&mut self, local: Local, a: E) -> (Value, Rep) {
        let fact = self.fact(a);
        if fact.ty == Type::Never {
            // `undefined`: NaN where it is read as a number.
            self.effect(a);
            let value = self.b.ins().f64const(f64::NAN);
            if self.reachable && self.reps[local.0 as usize] == Rep::F64 {
                self.define(local, value, Rep::F64);
            }
            return (value, Rep::F64);
        }
        let (value, rep) = self.value_for(local, a);
        if self.reachable {
            self.define(local, value, rep);
        }
        (value, rep)
    }

    /// The value of `a` in the class in which the variable holds it, if it can be had in that.
    pub(super) fn value_for(&mut self, local: Local, a: E) -> (Value, Rep) {
        match (Class::of(self.fact(a).ty), self.reps[local.0 as usize]) {
            (Class::Number, Rep::I64) if self.is_int(a) => (self.int(a), Rep::I64),
            (Class::Number, Rep::I32) if self.is_int(a) => (self.i32(a), Rep::I32),
            (Class::Number, _) => (self.f64(a), Rep::F64),
            _ => self.any(a),
        }
    }

    /// As a double: `ToNumber`.
    pub(super) fn f64(&mut self, e: E) -> Value {
        if !self.reachable {
            return self.b.ins().f64const(0.0);
        }
        let fact = self.fact(e);
        if fact.ty == Type::Boolean {
            let bit = self.truth(e);
            return self.to_f64(bit, Rep::Bool);
        }
        if let Kind::Num(value) = self.kind(e) {
            return self.b.ins().f64const(*value);
        }
        if fact.ty != Type::Never && self.is_exact(e) && self.natively_int(e) {
            if self.natively_i32(e) {
                let value = self.i32(e);
                return self.to_f64(value, Rep::I32);
            }
            let value = self.int(e);
            return self.to_f64(value, Rep::I64);
        }
        match self.kind(e) {
            Kind::Get(local) => {
                if fact.ty == Type::Never {
                    return self.b.ins().f64const(f64::NAN);
                }
                let (value, rep) = self.read(*local, Class::Number);
                self.to_f64(value, rep)
            }
            Kind::Set(local, a) => {
                let (value, rep) = self.assign(*local, *a);
                self.to_f64(value, rep)
            }
            Kind::Load(arr, index) => {
                let (value, rep) = self.load(e, *arr, *index);
                self.to_f64(value, rep)
            }
            Kind::Atomic { op, arr, value } => {
                let (value, rep) = self.atomic(*op, *arr, *value);
                self.to_f64(value, rep)
            }
            Kind::Store(..) | Kind::Update { .. } => match self.write(e, true) {
                Some((value, rep)) => self.to_f64(value, rep),
                None => self.b.ins().f64const(0.0),
            },
            Kind::Bin(op, a, b) => self.f64_binary(*op, *a, *b),
            Kind::Neg(a) => {
                let value = self.f64(*a);
                self.b.ins().fneg(value)
            }
            Kind::Number(a) if self.fact(*a).ty == Type::BigInt => {
                let value = self.big(*a);
                if self.fact(*a).big == BigKind::Unsigned {
                    self.b.ins().fcvt_from_uint(types::F64, value)
                } else {
                    self.b.ins().fcvt_from_sint(types::F64, value)
                }
            }
            Kind::Plus(a) | Kind::Number(a) => self.f64(*a),
            Kind::BitNot(_) => {
                let value = self.i32(e);
                self.to_f64(value, Rep::I32)
            }
            Kind::And(a, b) => self.either(*a, *b, true, types::F64, super::Gen::f64),
            Kind::Or(a, b) => self.either(*a, *b, false, types::F64, super::Gen::f64),
            Kind::Coalesce(a, b) => {
                if self.fact(*a).undefined {
                    self.f64(*b)
                } else {
                    self.f64(*a)
                }
            }
            Kind::Cond(c, a, b) => self.choose(*c, *a, *b, types::F64, super::Gen::f64),
            Kind::Math(function, args) => self.math(*function, args, e),
            Kind::Random => self.random(),
            Kind::Seq(parts) => self.sequence(parts, super::Gen::f64),
            Kind::Block(stmts, value) => self.block(stmts, *value, super::Gen::f64),
            Kind::Pick(locals, index) => self.pick(e, locals, *index, Rep::F64),
            Kind::Put(..) => {
                let (value, rep) = self.put(e);
                self.to_f64(value, rep)
            }
            // `undefined`, or what is never a number, hence never reached.
            _ => self.b.ins().f64const(f64::NAN),
        }
    }

    pub(super) fn sequence<T>(&mut self, parts: &[E], last: impl FnOnce(&mut Self, E) -> T) -> T {
        let [before @ .., value] = parts else { unreachable!("a sequence is not empty") };
        for part in before {
            self.effect(*part);
        }
        last(self, *value)
    }

    pub(super) fn block<T>(
        &mut self,
        stmts: &'x [crate::ir::Stmt],
        value: E,
        then: impl FnOnce(&mut Self, E) -> T,
    ) -> T {
        self.stmts(stmts);
        if !self.reachable {
            // Code after a jump is generated into a block that nothing enters.
            self.dead_block();
        }
        then(self, value)
    }

    /// A place for code that is never run.
    pub(super) fn dead_block(&mut self) {
        let block = self.b.create_block();
        self.enter(block);
    }

    pub(super) fn f64_binary(&mut self, op: Op, a: E, b: E) -> Value {
        match op {
            Op::Add => self.f64_both(a, b, |this, x, y| this.b.ins().fadd(x, y)),
            Op::Sub => self.f64_both(a, b, |this, x, y| this.b.ins().fsub(x, y)),
            Op::Mul => {
                // Twice a number is its sum with itself.
                for (two, other) in [(a, b), (b, a)] {
                    if matches!(self.kind(two), Kind::Num(value) if *value == 2.0) {
                        let x = self.f64(other);
                        return self.b.ins().fadd(x, x);
                    }
                }
                self.f64_both(a, b, |this, x, y| this.b.ins().fmul(x, y))
            }
            Op::Div => {
                if let Kind::Num(divisor) = self.kind(b)
                    && let Some(reciprocal) = exact_reciprocal(*divisor)
                {
                    let x = self.f64(a);
                    let y = self.b.ins().f64const(reciprocal);
                    return self.b.ins().fmul(x, y);
                }
                self.f64_both(a, b, |this, x, y| this.b.ins().fdiv(x, y))
            }
            Op::Rem => self.f64_rem(a, b),
            Op::Pow => self.power(a, b),
            Op::Ushr => {
                let value = self.i32_binary(op, a, b);
                let wide = self.b.ins().uextend(types::I64, value);
                self.to_f64(wide, Rep::I64)
            }
            _ => {
                let value = self.i32_binary(op, a, b);
                self.to_f64(value, Rep::I32)
            }
        }
    }

    pub(super) fn f64_both(&mut self, a: E, b: E, then: impl FnOnce(&mut Self, Value, Value) -> Value) -> Value {
        let x = self.f64(a);
        let y = self.f64(b);
        then(self, x, y)
    }

    /// Whether the value comes from integer instructions, so that a double would have to be converted from them.
    pub(super) fn natively_int(&self, e: E) -> bool {
        match self.kind(e) {
            Kind::Num(_) | Kind::Len(_) | Kind::BitNot(_) => true,
            Kind::Get(local) | Kind::Set(local, _) => self.reps[local.0 as usize] != Rep::F64,
            Kind::Load(arr, _) | Kind::Atomic { arr, .. } => {
                let element = self.program.arrs[arr.0 as usize].element;
                !element.is_float() && !element.is_big()
            }
            Kind::Bin(op, a, b) => match op {
                Op::Add | Op::Sub | Op::Mul => {
                    self.both_int(*a, *b) && (self.natively_int(*a) || self.natively_int(*b))
                }
                Op::Rem => self.both_int(*a, *b) && !self.num(*b).has_zero(),
                Op::Pow => self.is_int(*a),
                Op::Div => false,
                _ => true,
            },
            Kind::Neg(a) => self.is_int(*a) && self.natively_int(*a),
            Kind::Plus(a) | Kind::Number(a) => self.fact(*a).ty == Type::Number && self.natively_int(*a),
            Kind::And(a, b) | Kind::Or(a, b) | Kind::Cond(_, a, b) => {
                self.both_int(*a, *b) && self.natively_int(*a) && self.natively_int(*b)
            }
            Kind::Coalesce(a, _) => self.natively_int(*a),
            Kind::Math(function, args) => match function {
                MathFn::Imul | MathFn::Clz32 => true,
                MathFn::Abs | MathFn::Min | MathFn::Max | MathFn::Sign => {
                    args.iter().all(|arg| self.is_int(*arg) && self.natively_int(*arg))
                }
                MathFn::Floor | MathFn::Ceil | MathFn::Round | MathFn::Trunc => {
                    (self.is_int(args[0]) && self.natively_int(args[0]))
                        || self.int_quotient(*function, args[0]).is_some()
                }
                _ => false,
            },
            Kind::Seq(parts) => parts.last().is_some_and(|last| self.natively_int(*last)),
            Kind::Block(_, value) => self.natively_int(*value),
            Kind::Pick(locals, _) => locals.iter().all(|local| self.reps[local.0 as usize] != Rep::F64),
            _ => false,
        }
    }

    /// Whether 32-bit instructions produce it.
    pub(super) fn natively_i32(&self, e: E) -> bool {
        match self.kind(e) {
            Kind::BitNot(_) => true,
            Kind::Get(local) | Kind::Set(local, _) => self.reps[local.0 as usize] == Rep::I32,
            Kind::Bin(op, ..) => op.is_bitwise() && *op != Op::Ushr,
            Kind::Math(function, _) => matches!(function, MathFn::Imul | MathFn::Clz32),
            Kind::Seq(parts) => parts.last().is_some_and(|last| self.natively_i32(*last)),
            Kind::Block(_, value) => self.natively_i32(*value),
            Kind::Cond(_, a, b) => self.natively_i32(*a) && self.natively_i32(*b),
            _ => false,
        }
    }

    /// As a 64-bit integer, where it is known to be one.
    pub(super) fn int(&mut self, e: E) -> Value {
        if !self.reachable {
            return self.b.ins().iconst(types::I64, 0);
        }
        let fact = self.fact(e);
        if fact.ty == Type::Boolean {
            let bit = self.truth(e);
            return self.b.ins().uextend(types::I64, bit);
        }
        match self.kind(e) {
            #[expect(clippy::cast_possible_truncation, reason = "an integer within 2^53, by inference")]
            Kind::Num(value) => self.b.ins().iconst(types::I64, *value as i64),
            Kind::Get(local) => {
                let (value, rep) = self.read(*local, Class::Number);
                self.to_i64(value, rep)
            }
            Kind::Set(local, a) => {
                let (value, rep) = self.assign(*local, *a);
                self.to_i64(value, rep)
            }
            Kind::Load(arr, index) => {
                let (value, rep) = self.load(e, *arr, *index);
                self.to_i64(value, rep)
            }
            Kind::Len(arr) => self.array(*arr).1,
            Kind::Bin(op @ (Op::Add | Op::Sub | Op::Mul), a, b) if self.both_int(*a, *b) => {
                let x = self.int(*a);
                let y = self.int(*b);
                match op {
                    Op::Add => self.b.ins().iadd(x, y),
                    Op::Sub => self.b.ins().isub(x, y),
                    _ => self.b.ins().imul(x, y),
                }
            }
            Kind::Bin(Op::Rem, a, b) if self.both_int(*a, *b) && !self.num(*b).has_zero() => self.int_rem(*a, *b),
            // The exponent is known to be 2, which need not be a literal.
            Kind::Bin(Op::Pow, a, b) if self.is_int(*a) => {
                let x = self.int(*a);
                self.effect(*b);
                self.b.ins().imul(x, x)
            }
            Kind::Bin(Op::Ushr, a, b) => {
                let value = self.i32_binary(Op::Ushr, *a, *b);
                self.b.ins().uextend(types::I64, value)
            }
            Kind::Bin(op, ..) if op.is_bitwise() => {
                let value = self.i32(e);
                self.b.ins().sextend(types::I64, value)
            }
            Kind::BitNot(_) | Kind::Math(MathFn::Imul | MathFn::Clz32, _) => {
                let value = self.i32(e);
                self.b.ins().sextend(types::I64, value)
            }
            Kind::Neg(a) if self.is_int(*a) => {
                let x = self.int(*a);
                self.b.ins().ineg(x)
            }
            Kind::Plus(a) | Kind::Number(a) if self.is_int(*a) && self.fact(*a).ty == Type::Number => self.int(*a),
            Kind::Cond(c, a, b) if self.both_int(*a, *b) => self.choose(*c, *a, *b, types::I64, super::Gen::int),
            Kind::And(a, b) if self.both_int(*a, *b) => self.either(*a, *b, true, types::I64, super::Gen::int),
            Kind::Or(a, b) if self.both_int(*a, *b) => self.either(*a, *b, false, types::I64, super::Gen::int),
            Kind::Math(function, args) => {
                if let Some(value) = self.int_math(*function, args) {
                    return value;
                }
                let value = self.f64(e);
                self.to_i64(value, Rep::F64)
            }
            Kind::Seq(parts) => self.sequence(parts, super::Gen::int),
            Kind::Block(stmts, value) => self.block(stmts, *value, super::Gen::int),
            Kind::Pick(locals, index) => self.pick(e, locals, *index, Rep::I64),
            Kind::Atomic { op, arr, value } => {
                let (value, rep) = self.atomic(*op, *arr, *value);
                self.to_i64(value, rep)
            }
            Kind::Store(..) | Kind::Update { .. } => match self.write(e, true) {
                Some((value, rep)) => self.to_i64(value, rep),
                None => self.b.ins().iconst(types::I64, 0),
            },
            Kind::Put(..) => {
                let (value, rep) = self.put(e);
                self.to_i64(value, rep)
            }
            Kind::Coalesce(a, b) => {
                if self.fact(*a).undefined {
                    self.int(*b)
                } else {
                    self.int(*a)
                }
            }
            _ => {
                let value = self.f64(e);
                self.to_i64(value, Rep::F64)
            }
        }
    }

    /// Through `ToInt32`.
    pub(super) fn i32(&mut self, e: E) -> Value {
        if !self.reachable {
            return self.b.ins().iconst(types::I32, 0);
        }
        let fact = self.fact(e);
        if fact.ty == Type::Boolean {
            let bit = self.truth(e);
            return self.b.ins().uextend(types::I32, bit);
        }
        match self.kind(e) {
            Kind::Num(value) => {
                let value = crate::runtime::to_int32(*value);
                self.b.ins().iconst(types::I32, i64::from(value.cast_unsigned()))
            }
            Kind::Get(local) if fact.ty == Type::Number => {
                let (value, rep) = self.read(*local, Class::Number);
                let num = self.num(e);
                self.to_i32(value, rep, num)
            }
            Kind::Bin(op, a, b) if op.is_bitwise() => self.i32_binary(*op, *a, *b),
            // The low bits of an exact result depend on the low bits of the operands alone.
            Kind::Bin(op @ (Op::Add | Op::Sub | Op::Mul), a, b) if self.is_int(e) && self.both_int(*a, *b) => {
                let x = self.i32(*a);
                let y = self.i32(*b);
                match op {
                    Op::Add => self.b.ins().iadd(x, y),
                    Op::Sub => self.b.ins().isub(x, y),
                    _ => self.b.ins().imul(x, y),
                }
            }
            Kind::Bin(Op::Div, a, b) if self.int_quotient(MathFn::Trunc, e).is_some() => {
                let value = self.quotient(*a, *b);
                self.b.ins().ireduce(types::I32, value)
            }
            Kind::BitNot(a) => {
                let value = self.i32(*a);
                self.b.ins().bnot(value)
            }
            Kind::Neg(a) if self.is_int(*a) => {
                let value = self.i32(*a);
                self.b.ins().ineg(value)
            }
            Kind::Math(MathFn::Imul, args) => {
                let x = self.i32(args[0]);
                let y = self.i32(args[1]);
                self.b.ins().imul(x, y)
            }
            Kind::Math(MathFn::Clz32, args) => {
                let x = self.i32(args[0]);
                self.b.ins().clz(x)
            }
            Kind::Plus(a) => self.i32(*a),
            Kind::Cond(c, a, b) => self.choose(*c, *a, *b, types::I32, super::Gen::i32),
            Kind::Seq(parts) => self.sequence(parts, super::Gen::i32),
            Kind::Block(stmts, value) => self.block(stmts, *value, super::Gen::i32),
            Kind::Load(arr, index) => self.load_i32(e, *arr, *index),
            _ if self.is_int(e) && self.natively_int(e) => {
                let value = self.int(e);
                self.b.ins().ireduce(types::I32, value)
            }
            _ => {
                let num = self.num(e);
                let value = self.f64(e);
                self.to_i32(value, Rep::F64, num)
            }
        }
    }

    pub(super) fn i32_binary(&mut self, op: Op, a: E, b: E) -> Value {
        let x = self.i32(a);
        if op == Op::Or
            && let Kind::Num(zero) = self.kind(b)
            && *zero == 0.0
        {
            return x;
        }
        if let (Op::Shl | Op::Shr | Op::Ushr, Kind::Num(count)) = (op, self.kind(b)) {
            let count = i64::from(crate::runtime::to_int32(*count) & 31);
            return match op {
                _ if count == 0 => x,
                Op::Shl => self.b.ins().ishl_imm_s(x, count),
                Op::Shr => self.b.ins().sshr_imm_s(x, count),
                _ => self.b.ins().ushr_imm_s(x, count),
            };
        }
        let y = self.i32(b);
        self.bitwise(op, x, y)
    }

    /// A bitwise operator of two integers of 32 bits.
    pub(super) fn bitwise(&mut self, op: Op, x: Value, y: Value) -> Value {
        match op {
            Op::And => self.b.ins().band(x, y),
            Op::Or => self.b.ins().bor(x, y),
            Op::Xor => self.b.ins().bxor(x, y),
            // Cranelift masks the amount by the width, as JavaScript does.
            Op::Shl => self.b.ins().ishl(x, y),
            Op::Shr => self.b.ins().sshr(x, y),
            _ => self.b.ins().ushr(x, y),
        }
    }
}

/// The reciprocal of a power of two: multiplying by it gives the quotient's bits.
pub(super) fn exact_reciprocal(divisor: f64) -> Option<f64> {
    let is_power = divisor.to_bits().trailing_zeros() >= 52 && divisor.is_normal();
    let reciprocal = 1.0 / divisor;
    (is_power && reciprocal.is_normal()).then_some(reciprocal)
}

pub(super) fn type_of(rep: Rep) -> Ty {
    match rep {
        Rep::F64 => types::F64,
        Rep::I64 | Rep::Big => types::I64,
        Rep::I32 => types::I32,
        Rep::Bool => types::I8,
    }
}
