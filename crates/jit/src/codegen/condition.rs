//! Booleans: as 0 or 1, and as jumps.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{Block, InstBuilder, Value, types};

use super::{Class, Gen, Rep};
use crate::ir::{Cmp, E, Kind, Test};
use crate::range::{BigKind, EXACT, Type};

impl Gen<'_, '_> {
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

    pub(super) fn bits(&mut self, value: Value) -> Value {
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
    pub(super) fn continue_in(&mut self, block: Block, work: impl FnOnce(&mut Self)) {
        self.enter(block);
        let checked = self.checked.len();
        work(self);
        self.checked.truncate(checked);
    }

    pub(super) fn compare(&mut self, e: E, op: Cmp, a: E, b: E) -> Value {
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
        self.b.ins().fcmp(floating(op), p, q)
    }

    pub(super) fn big_compare(&mut self, op: Cmp, (a, ka): (E, BigKind), (b, kb): (E, BigKind)) -> Value {
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

    pub(super) fn test(&mut self, test: Test, a: E) -> Value {
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
}

/// The comparison of doubles, alone or in pairs.
pub(super) fn floating(op: Cmp) -> FloatCC {
    match op {
        Cmp::Lt => FloatCC::LessThan,
        Cmp::Le => FloatCC::LessThanOrEqual,
        Cmp::Gt => FloatCC::GreaterThan,
        Cmp::Ge => FloatCC::GreaterThanOrEqual,
        Cmp::Eq => FloatCC::Equal,
        Cmp::Ne => FloatCC::NotEqual,
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
