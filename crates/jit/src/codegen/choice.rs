//! `?:`, `&&` and `||` as values, and `if` around assignments: a selection where both sides are cheap, else a branch. A branch
//! that the processor does not foresee costs as much as some twenty instructions.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{InstBuilder, Type as Ty, Value, types};

use super::{Class, Gen, Rep};
use crate::element::Element;
use crate::ir::{Cmp, E, Kind, Local, Op, Stmt};
use crate::range::Type;

/// Assignments below an `if` that are worth being made in vain.
const MOST_SELECTED: usize = 3;

/// An assignment below an `if`.
pub(super) struct Assigned {
    local: Local,
    value: E,
    /// When the condition holds; else when it does not.
    then: bool,
}

impl Gen<'_, '_> {
    /// The assignments of an `if` that has nothing else, if all of them can be selections.
    pub(super) fn selectable(&self, test: E, then: &[Stmt], otherwise: &[Stmt]) -> Option<Vec<Assigned>> {
        let is_one_test = matches!(self.kind(test), Kind::Cmp { .. } | Kind::Test(..) | Kind::Not(_) | Kind::Get(_));
        if !is_one_test || then.len() + otherwise.len() > MOST_SELECTED {
            return None;
        }
        (then.iter().map(|stmt| (stmt, true)))
            .chain(otherwise.iter().map(|stmt| (stmt, false)))
            .map(|(stmt, then)| {
                let Stmt::Expr(e) = stmt else { return None };
                let Kind::Set(local, value) = *self.kind(*e) else { return None };
                let is_selected = match Class::of(self.fact(value).ty) {
                    Class::Number if self.reps[local.0 as usize] == Rep::F64 => {
                        then && otherwise.is_empty() && self.keeps_smaller(test, local, value).is_some()
                    }
                    Class::Number => self.is_int(value) && self.is_cheap(value, 2),
                    Class::Boolean => self.is_cheap_condition(value) || matches!(self.kind(value), Kind::Bool(_)),
                    Class::Big => false,
                };
                is_selected.then_some(Assigned { local, value, then })
            })
            .collect()
    }

    /// Makes them. Each may read what those before it have assigned: where they do not apply that is the value from before.
    pub(super) fn select_each(&mut self, test: E, assigned: &[Assigned]) {
        let holds = self.truth(test);
        for &Assigned { local, value, then } in assigned {
            let (new, rep) = self.value_for(local, value);
            if rep == Rep::F64 {
                // One instruction. What it compares is what the test has compared, or what that has made of it.
                let (old, _) = self.read(local, Class::Number);
                let (a, b) = if self.keeps_smaller(test, local, value) == Some(true) { (new, old) } else { (old, new) };
                let is_new = self.b.ins().fcmp(FloatCC::LessThan, a, b);
                let kept = self.b.ins().select(is_new, new, old);
                self.define(local, kept, rep);
                continue;
            }
            let (old, _) = self.read(local, if rep == Rep::Bool { Class::Boolean } else { Class::Number });
            let (yes, no) = if then { (new, old) } else { (old, new) };
            let kept = self.b.ins().select(holds, yes, no);
            self.define(local, kept, rep);
        }
    }

    /// Of `if (a < b) b = a` and its like: whether the smaller one is kept.
    fn keeps_smaller(&self, test: E, local: Local, value: E) -> Option<bool> {
        let Kind::Cmp { op, a, b, .. } = self.kind(test) else { return None };
        let Kind::Get(new) = self.kind(value) else { return None };
        let is = |e: &E, local: &Local| matches!(self.kind(*e), Kind::Get(read) if read == local);
        let is_number = |e: &E| self.fact(*e).ty == Type::Number && !self.fact(*e).undefined;
        let (new_first, old_first) = (is(a, new) && is(b, &local), is(a, &local) && is(b, new));
        if !is_number(a) || !is_number(b) || self.reps[new.0 as usize] != Rep::F64 {
            return None;
        }
        match op {
            Cmp::Lt => (new_first || old_first).then_some(new_first),
            Cmp::Gt => (new_first || old_first).then_some(old_first),
            _ => None,
        }
    }

    /// Nothing but reading variables, constants and elements that are in range, and cheap arithmetic on them: may be computed
    /// without being needed.
    pub(super) fn is_cheap(&self, e: E, depth: u32) -> bool {
        match self.kind(e) {
            Kind::Num(_) | Kind::Bool(_) | Kind::Get(_) | Kind::Len(_) => true,
            Kind::Load(arr, index) => {
                let element = self.element_of(*arr);
                // The halves are read by a routine.
                let is_plain = !element.is_big() && element != Element::F16;
                is_plain && self.free.contains(&e) && self.is_cheap(*index, depth + 1)
            }
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
        let is_one_test = !matches!(self.kind(c), Kind::And(..) | Kind::Or(..)) || self.is_cheap_condition(c);
        if is_one_test && self.is_cheap(a, 1) && self.is_cheap(b, 1) {
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
            Kind::And(a, b) | Kind::Or(a, b) => self.is_cheap_condition(*a) && self.is_cheap_condition(*b),
            _ => false,
        }
    }
}
