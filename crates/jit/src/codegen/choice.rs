//! `?:`, `&&` and `||` as values: a selection where both sides are cheap, else a branch.

use cranelift_codegen::ir::{InstBuilder, Type as Ty, Value, types};

use super::Gen;
use crate::ir::{E, Kind, Op};
use crate::range::Type;

impl Gen<'_, '_> {
    /// Nothing but reading variables and constants and cheap arithmetic on them: may be computed without being needed.
    pub(super) fn is_cheap(&self, e: E, depth: u32) -> bool {
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

    pub(super) fn no_bits(&self, e: E) -> bool {
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
    pub(super) fn either(&mut self, a: E, b: E, and: bool, ty: Ty, side: impl Fn(&mut Self, E) -> Value) -> Value {
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

    pub(super) fn is_cheap_condition(&self, e: E) -> bool {
        match self.kind(e) {
            Kind::Cmp { a, b, .. } => self.is_cheap(*a, 1) && self.is_cheap(*b, 1) && self.fact(*a).ty != Type::BigInt,
            Kind::Get(_) => self.fact(e).ty == Type::Boolean,
            Kind::Not(a) => self.is_cheap_condition(*a),
            _ => false,
        }
    }
}
