//! Expressions.
//!
//! Four ways to ask for a value: [`Gen::any`] in the class that suits it, [`Gen::f64`] as a double, [`Gen::int`] as an integer
//! (only where `infer` says that it is one; the sign of zero is lost), and [`Gen::i32`] through `ToInt32`.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{Block, InstBuilder, Type as Ty, Value, types};

use super::{Class, Gen, Rep, SiteKind};
use crate::ir::{Cmp, E, Kind, Local, MathFn, Op, Test};
use crate::range::{BigKind, EXACT, Fact, Num, Type};

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
    fn is_exact(&self, e: E) -> bool {
        self.num(e).is_exact() && self.fact(e).ty != Type::Never
    }

    pub(super) fn is_int(&self, e: E) -> bool {
        self.num(e).is_int() && self.fact(e).ty != Type::Never
    }

    fn both_int(&self, a: E, b: E) -> bool {
        self.is_int(a) && self.is_int(b)
    }

    // --- variables ---

    fn rep_of(&self, local: Local, class: Class) -> Rep {
        match class {
            Class::Number => self.reps[local.0 as usize],
            Class::Boolean => Rep::Bool,
            Class::Big => Rep::Big,
        }
    }

    fn var(&mut self, local: Local, class: Class) -> cranelift_frontend::Variable {
        let rep = self.rep_of(local, class);
        let b = &mut self.b;
        *self.vars.entry((local.0, class)).or_insert_with(|| b.declare_var(type_of(rep)))
    }

    pub(super) fn read(&mut self, local: Local, class: Class) -> (Value, Rep) {
        let rep = self.rep_of(local, class);
        if let Some((other, value)) = self.stand_in
            && other == local
            && class == Class::Number
        {
            return match rep {
                Rep::I32 => (self.b.ins().ireduce(types::I32, value), rep),
                Rep::F64 => (self.b.ins().fcvt_from_sint(types::F64, value), rep),
                _ => (value, Rep::I64),
            };
        }
        let var = self.var(local, class);
        (self.b.use_var(var), rep)
    }

    /// Assigns a value of any class of the same type.
    pub(super) fn define(&mut self, local: Local, value: Value, rep: Rep) {
        let class = match rep {
            Rep::Bool => Class::Boolean,
            Rep::Big => Class::Big,
            _ => Class::Number,
        };
        let wanted = self.rep_of(local, class);
        let value = match wanted {
            Rep::F64 => self.to_f64(value, rep),
            Rep::I64 => self.to_i64(value, rep),
            Rep::I32 => self.to_i32(value, rep, Num::I32),
            Rep::Bool | Rep::Big => value,
        };
        let var = self.var(local, class);
        self.b.def_var(var, value);
    }

    // --- the four ways ---

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
    fn assign(&mut self, local: Local, a: E) -> (Value, Rep) {
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
        let (value, rep) = match (Class::of(fact.ty), self.reps[local.0 as usize]) {
            (Class::Number, Rep::I64) if self.is_int(a) => (self.int(a), Rep::I64),
            (Class::Number, Rep::I32) if self.is_int(a) => (self.i32(a), Rep::I32),
            (Class::Number, _) => (self.f64(a), Rep::F64),
            _ => self.any(a),
        };
        if self.reachable {
            self.define(local, value, rep);
        }
        (value, rep)
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

    fn sequence<T>(&mut self, parts: &[E], last: impl FnOnce(&mut Self, E) -> T) -> T {
        let [before @ .., value] = parts else { unreachable!("a sequence is not empty") };
        for part in before {
            self.effect(*part);
        }
        last(self, *value)
    }

    fn block<T>(&mut self, stmts: &'x [crate::ir::Stmt], value: E, then: impl FnOnce(&mut Self, E) -> T) -> T {
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

    fn f64_binary(&mut self, op: Op, a: E, b: E) -> Value {
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

    fn f64_both(&mut self, a: E, b: E, then: impl FnOnce(&mut Self, Value, Value) -> Value) -> Value {
        let x = self.f64(a);
        let y = self.f64(b);
        then(self, x, y)
    }

    /// Whether the value comes from integer instructions, so that a double would have to be converted from them.
    fn natively_int(&self, e: E) -> bool {
        match self.kind(e) {
            Kind::Num(_) | Kind::Len(_) | Kind::BitNot(_) => true,
            Kind::Get(local) | Kind::Set(local, _) => self.reps[local.0 as usize] != Rep::F64,
            Kind::Load(arr, _) => {
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
    fn natively_i32(&self, e: E) -> bool {
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
            Kind::Bin(Op::Pow, a, _) if self.is_int(*a) => {
                let x = self.int(*a);
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

    fn i32_binary(&mut self, op: Op, a: E, b: E) -> Value {
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

    /// The remainder of integers whose divisor is not zero.
    fn int_rem(&mut self, a: E, b: E) -> Value {
        let (na, nb) = (self.num(a), self.num(b));
        let x = self.int(a);
        let y = self.int(b);
        self.rem_of(x, y, na, nb)
    }

    fn rem_of(&mut self, x: Value, y: Value, na: Num, nb: Num) -> Value {
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
    fn f64_rem(&mut self, a: E, b: E) -> Value {
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

    // --- conditions ---

    /// A boolean as 0 or 1.
    pub(super) fn truth(&mut self, e: E) -> Value {
        if !self.reachable {
            return self.b.ins().iconst(types::I8, 0);
        }
        let fact = self.fact(e);
        match self.kind(e) {
            Kind::Bool(value) => self.b.ins().iconst(types::I8, i64::from(*value)),
            Kind::Get(local) if fact.ty == Type::Boolean => self.read(*local, Class::Boolean).0,
            Kind::Set(local, a) if fact.ty == Type::Boolean => self.assign(*local, *a).0,
            Kind::Not(a) => {
                let value = self.truth(*a);
                self.b.ins().bxor_imm_u(value, 1)
            }
            Kind::Cmp { op, a, b, .. } => self.compare(e, *op, *a, *b),
            Kind::Test(test, a) => self.test(*test, *a),
            Kind::Same(a, b) => {
                let x = self.f64(*a);
                let y = self.f64(*b);
                let (p, q) = (self.bits(x), self.bits(y));
                let same = self.b.ins().icmp(IntCC::Equal, p, q);
                let x_nan = self.b.ins().fcmp(FloatCC::Unordered, x, x);
                let y_nan = self.b.ins().fcmp(FloatCC::Unordered, y, y);
                let both = self.b.ins().band(x_nan, y_nan);
                self.b.ins().bor(same, both)
            }
            Kind::Seq(parts) => self.sequence(parts, super::Gen::truth),
            Kind::Block(stmts, value) => self.block(stmts, *value, super::Gen::truth),
            Kind::And(a, b) => self.either(*a, *b, true, types::I8, super::Gen::truth),
            Kind::Or(a, b) => self.either(*a, *b, false, types::I8, super::Gen::truth),
            Kind::Cond(c, a, b) => self.choose(*c, *a, *b, types::I8, super::Gen::truth),
            Kind::Coalesce(a, b) => {
                if self.fact(*a).undefined {
                    self.truth(*b)
                } else {
                    self.truth(*a)
                }
            }
            Kind::Pick(locals, index) if fact.ty == Type::Boolean => self.pick(e, locals, *index, Rep::Bool),
            Kind::Put(..) if fact.ty == Type::Boolean => self.put(e).0,
            Kind::Store(..) if fact.ty == Type::Boolean => match self.write(e, true) {
                Some((value, _)) => value,
                None => self.b.ins().iconst(types::I8, 0),
            },
            // Only `undefined`, or never reached.
            _ if fact.ty == Type::Never => {
                self.effect(e);
                self.b.ins().iconst(types::I8, 0)
            }
            _ => {
                let (value, rep) = self.any(e);
                self.is_truthy(value, rep)
            }
        }
    }

    fn bits(&mut self, value: Value) -> Value {
        self.b.ins().bitcast(types::I64, cranelift_codegen::ir::MemFlagsData::new(), value)
    }

    /// Jumps on a condition without making a boolean of it. Where the answer is known, jumps there alone.
    pub(super) fn branch(&mut self, test: E, yes: Block, no: Block) {
        if !self.reachable {
            return;
        }
        if let Some(known) = self.fact(test).known_bool() {
            self.effect(test);
            if self.reachable {
                self.b.ins().jump(if known { yes } else { no }, &[]);
            }
            return;
        }
        match self.kind(test) {
            Kind::Not(a) => self.branch(*a, no, yes),
            Kind::And(a, b) => {
                let middle = self.b.create_block();
                self.branch(*a, middle, no);
                self.continue_in(middle, |this| this.branch(*b, yes, no));
            }
            Kind::Or(a, b) => {
                let middle = self.b.create_block();
                self.branch(*a, yes, middle);
                self.continue_in(middle, |this| this.branch(*b, yes, no));
            }
            _ => {
                let value = self.truth(test);
                if self.reachable {
                    self.b.ins().brif(value, yes, &[], no, &[]);
                }
            }
        }
    }

    /// Generates into a block that may have no way in.
    fn continue_in(&mut self, block: Block, work: impl FnOnce(&mut Self)) {
        self.enter(block);
        let checked = self.checked.len();
        work(self);
        self.checked.truncate(checked);
    }

    fn compare(&mut self, e: E, op: Cmp, a: E, b: E) -> Value {
        let (x, y) = (self.fact(a), self.fact(b));
        if let Some(known) = self.fact(e).known_bool() {
            self.effect(a);
            self.effect(b);
            return self.b.ins().iconst(types::I8, i64::from(known));
        }
        if x.ty == Type::BigInt && y.ty == Type::BigInt {
            return self.big_compare(op, (a, x.big), (b, y.big));
        }
        if x.ty == Type::Boolean && y.ty == Type::Boolean {
            let p = self.truth(a);
            let q = self.truth(b);
            return self.b.ins().icmp(unsigned(op), p, q);
        }
        if self.both_int(a, b) && (self.natively_int(a) || self.natively_int(b)) {
            if self.num(a).fits_i32() && self.num(b).fits_i32() && (self.natively_i32(a) || self.natively_i32(b)) {
                let p = self.i32(a);
                let q = self.i32(b);
                return self.b.ins().icmp(signed(op), p, q);
            }
            let p = self.int(a);
            let q = self.int(b);
            return self.b.ins().icmp(signed(op), p, q);
        }
        let p = self.f64(a);
        let q = self.f64(b);
        let condition = match op {
            Cmp::Lt => FloatCC::LessThan,
            Cmp::Le => FloatCC::LessThanOrEqual,
            Cmp::Gt => FloatCC::GreaterThan,
            Cmp::Ge => FloatCC::GreaterThanOrEqual,
            Cmp::Eq => FloatCC::Equal,
            Cmp::Ne => FloatCC::NotEqual,
        };
        self.b.ins().fcmp(condition, p, q)
    }

    fn big_compare(&mut self, op: Cmp, (a, ka): (E, BigKind), (b, kb): (E, BigKind)) -> Value {
        let x = self.big(a);
        let y = self.big(b);
        match ka.join(kb) {
            BigKind::Unsigned => self.b.ins().icmp(unsigned(op), x, y),
            BigKind::Signed | BigKind::Both => self.b.ins().icmp(signed(op), x, y),
            BigKind::Modular => {
                // One is signed: if it is negative it is the smaller one, else both are unsigned.
                let (negative, smaller_first) = if ka == BigKind::Signed { (x, true) } else { (y, false) };
                let is_negative = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, negative, 0);
                let plain = self.b.ins().icmp(unsigned(op), x, y);
                let answer = match op {
                    Cmp::Lt | Cmp::Le => smaller_first,
                    Cmp::Gt | Cmp::Ge => !smaller_first,
                    Cmp::Eq => false,
                    Cmp::Ne => true,
                };
                let constant = self.b.ins().iconst(types::I8, i64::from(answer));
                self.b.ins().select(is_negative, constant, plain)
            }
        }
    }

    fn test(&mut self, test: Test, a: E) -> Value {
        let num = self.num(a);
        if num.is_int() && self.fact(a).ty != Type::Never {
            let answer = match test {
                Test::Nan => Some(0),
                Test::Finite | Test::Integer => Some(1),
                Test::SafeInteger => (num.lo > -EXACT && num.hi < EXACT).then_some(1),
            };
            if let Some(answer) = answer {
                self.effect(a);
                return self.b.ins().iconst(types::I8, answer);
            }
        }
        let x = self.f64(a);
        if test == Test::Nan {
            return self.b.ins().fcmp(FloatCC::Unordered, x, x);
        }
        let magnitude = self.b.ins().fabs(x);
        let limit = if test == Test::SafeInteger { EXACT - 1.0 } else { f64::MAX };
        let limit = self.b.ins().f64const(limit);
        let finite = self.b.ins().fcmp(FloatCC::LessThanOrEqual, magnitude, limit);
        if test == Test::Finite {
            return finite;
        }
        let whole = self.b.ins().trunc(x);
        let is_whole = self.b.ins().fcmp(FloatCC::Equal, whole, x);
        self.b.ins().band(finite, is_whole)
    }

    // --- choices ---

    /// Nothing but reading variables and constants and cheap arithmetic on them: may be computed without being needed.
    fn is_cheap(&self, e: E, depth: u32) -> bool {
        match self.kind(e) {
            Kind::Num(_) | Kind::Bool(_) | Kind::Get(_) | Kind::Len(_) => true,
            Kind::Neg(a) | Kind::Not(a) | Kind::Plus(a) | Kind::BitNot(a) if depth > 0 => self.is_cheap(*a, depth - 1),
            Kind::Bin(
                Op::Add | Op::Sub | Op::Mul | Op::And | Op::Or | Op::Xor | Op::Shl | Op::Shr | Op::Ushr,
                a,
                b,
            ) if depth > 0 => {
                // Conversions of doubles to 32 bits may branch.
                self.is_cheap(*a, depth - 1)
                    && self.is_cheap(*b, depth - 1)
                    && (self.both_int(*a, *b) || self.no_bits(e))
            }
            _ => false,
        }
    }

    fn no_bits(&self, e: E) -> bool {
        matches!(self.kind(e), Kind::Bin(Op::Add | Op::Sub | Op::Mul, ..))
    }

    /// `c ? a : b`.
    pub(super) fn choose(&mut self, c: E, a: E, b: E, ty: Ty, side: impl Fn(&mut Self, E) -> Value) -> Value {
        if let Some(known) = self.fact(c).known_bool() {
            self.effect(c);
            return side(self, if known { a } else { b });
        }
        if self.is_cheap(a, 1) && self.is_cheap(b, 1) && !matches!(self.kind(c), Kind::And(..) | Kind::Or(..)) {
            let test = self.truth(c);
            let x = side(self, a);
            let y = side(self, b);
            return self.b.ins().select(test, x, y);
        }
        let [yes, no, done] = [(); 3].map(|()| self.b.create_block());
        let result = self.b.append_block_param(done, ty);
        self.branch(c, yes, no);
        let was = self.reachable;
        let mut entered = false;
        for (block, e) in [(yes, a), (no, b)] {
            self.reachable = was;
            self.enter(block);
            let checked = self.checked.len();
            let value = side(self, e);
            self.checked.truncate(checked);
            if self.reachable {
                self.b.ins().jump(done, &[value.into()]);
                entered = true;
            }
        }
        self.reachable = entered;
        self.enter(done);
        result
    }

    /// `a && b` (`and`) and `a || b` as values.
    fn either(&mut self, a: E, b: E, and: bool, ty: Ty, side: impl Fn(&mut Self, E) -> Value) -> Value {
        if let Some(known) = self.fact(a).known_bool() {
            if known == and {
                self.effect(a);
                return side(self, b);
            }
            return side(self, a);
        }
        if ty == types::I8 && self.fact(a).ty == Type::Boolean && self.is_cheap_condition(b) {
            let x = side(self, a);
            let y = side(self, b);
            return if and { self.b.ins().band(x, y) } else { self.b.ins().bor(x, y) };
        }
        let [more, done] = [(); 2].map(|()| self.b.create_block());
        let result = self.b.append_block_param(done, ty);
        let (native, rep) = self.any(a);
        let decided = self.is_truthy(native, rep);
        let kept = match ty {
            types::F64 => self.to_f64(native, rep),
            types::I64 => self.to_i64(native, rep),
            types::I32 => {
                let num = self.num(a);
                self.to_i32(native, rep, num)
            }
            _ => decided,
        };
        if and {
            self.b.ins().brif(decided, more, &[], done, &[kept.into()]);
        } else {
            self.b.ins().brif(decided, done, &[kept.into()], more, &[]);
        }
        self.enter(more);
        let checked = self.checked.len();
        let other = side(self, b);
        self.checked.truncate(checked);
        if self.reachable {
            self.b.ins().jump(done, &[other.into()]);
        }
        self.reachable = true;
        self.enter(done);
        result
    }

    fn is_cheap_condition(&self, e: E) -> bool {
        match self.kind(e) {
            Kind::Cmp { a, b, .. } => self.is_cheap(*a, 1) && self.is_cheap(*b, 1) && self.fact(*a).ty != Type::BigInt,
            Kind::Get(_) => self.fact(e).ty == Type::Boolean,
            Kind::Not(a) => self.is_cheap_condition(*a),
            _ => false,
        }
    }

    // --- small arrays indexed by a variable ---

    /// The index as an integer that is in range, or the run fails.
    fn small_index(&mut self, e: E, index: E, len: usize, what: SiteKind) -> Value {
        let value = self.index(e, index, what, "a local array");
        let num = self.num(index);
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let inside = self.is_int(index) && num.lo >= 0.0 && num.hi < len as f64;
        if !inside {
            let limit = i64::try_from(len).unwrap_or(0);
            let ok = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, value, limit);
            let at = self.program.at(e);
            self.require(ok, (value, Rep::I64), at, what, "a local array");
        }
        value
    }

    fn pick(&mut self, e: E, locals: &[Local], index: E, rep: Rep) -> Value {
        let position = self.small_index(e, index, locals.len(), SiteKind::Read);
        let mut result = None;
        for (i, local) in locals.iter().enumerate() {
            let class = if rep == Rep::Bool {
                Class::Boolean
            } else if rep == Rep::Big {
                Class::Big
            } else {
                Class::Number
            };
            let (value, own) = self.read(*local, class);
            let value = match rep {
                Rep::F64 => self.to_f64(value, own),
                Rep::I64 => self.to_i64(value, own),
                _ => value,
            };
            result = Some(match result {
                None => value,
                Some(before) => {
                    let here = self.b.ins().icmp_imm_s(IntCC::Equal, position, i64::try_from(i).unwrap_or(0));
                    self.b.ins().select(here, value, before)
                }
            });
        }
        result.unwrap_or(position)
    }

    fn put(&mut self, e: E) -> (Value, Rep) {
        let Kind::Put(locals, index, a) = self.kind(e) else { unreachable!("asked of `Put` only") };
        let position = self.small_index(e, *index, locals.len(), SiteKind::Write);
        let (value, rep) = self.any(*a);
        let class = Class::of(self.fact(*a).ty);
        for (i, local) in locals.iter().enumerate() {
            let own = self.rep_of(*local, class);
            let new = match own {
                Rep::F64 => self.to_f64(value, rep),
                Rep::I64 => self.to_i64(value, rep),
                Rep::I32 => self.to_i32(value, rep, Num::I32),
                _ => value,
            };
            let var = self.var(*local, class);
            let before = self.b.use_var(var);
            let here = self.b.ins().icmp_imm_s(IntCC::Equal, position, i64::try_from(i).unwrap_or(0));
            let after = self.b.ins().select(here, new, before);
            self.b.def_var(var, after);
        }
        (value, rep)
    }

    // --- bigints ---

    /// The lowest 64 bits of a bigint.
    pub(super) fn big(&mut self, e: E) -> Value {
        if !self.reachable {
            return self.b.ins().iconst(types::I64, 0);
        }
        let fact = self.fact(e);
        match self.kind(e) {
            #[expect(clippy::cast_possible_truncation, reason = "the lowest 64 bits are meant")]
            Kind::Big(value) => self.b.ins().iconst(types::I64, *value as i64),
            Kind::Get(local) if fact.ty == Type::BigInt => self.read(*local, Class::Big).0,
            Kind::Set(local, a) if fact.ty == Type::BigInt => self.assign(*local, *a).0,
            Kind::Load(arr, index) => self.load(e, *arr, *index).0,
            Kind::Store(..) | Kind::Update { .. } => match self.write(e, true) {
                Some((value, _)) => value,
                None => self.b.ins().iconst(types::I64, 0),
            },
            Kind::Bin(op, a, b) => {
                let x = self.big(*a);
                let y = self.big(*b);
                let (ka, kb) = (self.fact(*a).big, self.fact(*b).big);
                let at = self.program.at(e);
                self.big_binary(*op, (x, ka), (y, kb), at)
            }
            Kind::Neg(a) => {
                let x = self.big(*a);
                self.b.ins().ineg(x)
            }
            Kind::BitNot(a) => {
                let x = self.big(*a);
                self.b.ins().bnot(x)
            }
            Kind::BigInt(a) if self.fact(*a).ty == Type::BigInt => self.big(*a),
            Kind::BigInt(a) => self.int(*a),
            Kind::Wrap { signed, bits, value } => {
                let x = self.big(*value);
                if *bits == 64 {
                    return x;
                }
                let gap = i64::from(64 - bits);
                let up = self.b.ins().ishl_imm_s(x, gap);
                if *signed { self.b.ins().sshr_imm_s(up, gap) } else { self.b.ins().ushr_imm_s(up, gap) }
            }
            Kind::Cond(c, a, b) => self.choose(*c, *a, *b, types::I64, super::Gen::big),
            Kind::And(a, b) | Kind::Or(a, b) => {
                let and = matches!(self.kind(e), Kind::And(..));
                self.either(*a, *b, and, types::I64, super::Gen::big)
            }
            Kind::Coalesce(a, b) => {
                if self.fact(*a).undefined {
                    self.big(*b)
                } else {
                    self.big(*a)
                }
            }
            Kind::Seq(parts) => self.sequence(parts, super::Gen::big),
            Kind::Block(stmts, value) => self.block(stmts, *value, super::Gen::big),
            Kind::Pick(locals, index) => self.pick(e, locals, *index, Rep::Big),
            Kind::Put(..) => self.put(e).0,
            _ => {
                self.effect(e);
                self.b.ins().iconst(types::I64, 0)
            }
        }
    }

    pub(super) fn big_binary(
        &mut self,
        op: Op,
        (x, ka): (Value, BigKind),
        (y, kb): (Value, BigKind),
        at: crate::error::At,
    ) -> Value {
        match op {
            Op::Add => self.b.ins().iadd(x, y),
            Op::Sub => self.b.ins().isub(x, y),
            Op::Mul => self.b.ins().imul(x, y),
            Op::And => self.b.ins().band(x, y),
            Op::Or => self.b.ins().bor(x, y),
            Op::Xor => self.b.ins().bxor(x, y),
            Op::Shl => self.b.ins().ishl(x, y),
            Op::Shr if ka == BigKind::Unsigned => self.b.ins().ushr(x, y),
            Op::Shr => self.b.ins().sshr(x, y),
            _ => {
                let nonzero = self.b.ins().icmp_imm_s(IntCC::NotEqual, y, 0);
                self.require(nonzero, (x, Rep::Big), at, SiteKind::BigDivision, "");
                let rem = op == Op::Rem;
                if ka.join(kb) == BigKind::Unsigned {
                    return if rem { self.b.ins().urem(x, y) } else { self.b.ins().udiv(x, y) };
                }
                // The quotient by -1 is the negative, which wraps where a division would trap.
                let minus_one = self.b.ins().icmp_imm_s(IntCC::Equal, y, -1);
                let one = self.b.ins().iconst(types::I64, 1);
                let divisor = self.b.ins().select(minus_one, one, y);
                if rem {
                    return self.b.ins().srem(x, divisor);
                }
                let quotient = self.b.ins().sdiv(x, divisor);
                let negative = self.b.ins().ineg(x);
                self.b.ins().select(minus_one, negative, quotient)
            }
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

fn signed(op: Cmp) -> IntCC {
    match op {
        Cmp::Lt => IntCC::SignedLessThan,
        Cmp::Le => IntCC::SignedLessThanOrEqual,
        Cmp::Gt => IntCC::SignedGreaterThan,
        Cmp::Ge => IntCC::SignedGreaterThanOrEqual,
        Cmp::Eq => IntCC::Equal,
        Cmp::Ne => IntCC::NotEqual,
    }
}

fn unsigned(op: Cmp) -> IntCC {
    match op {
        Cmp::Lt => IntCC::UnsignedLessThan,
        Cmp::Le => IntCC::UnsignedLessThanOrEqual,
        Cmp::Gt => IntCC::UnsignedGreaterThan,
        Cmp::Ge => IntCC::UnsignedGreaterThanOrEqual,
        Cmp::Eq => IntCC::Equal,
        Cmp::Ne => IntCC::NotEqual,
    }
}
