//! Indices that move with a loop: expressions of the form `a*i + b` whose `a` and `b` do not change while the loop runs.
//!
//! Such an index is monotone in `i`, so that it is in range for all iterations if it is for the first and the last one. An
//! expression may also choose between several such forms: then each has to be in range.

use std::collections::{HashMap, HashSet};

use crate::infer::Facts;
use crate::ir::{Cmp, E, Kind, Local, Loop, Op, Program, Stmt};

/// The only assignment of each variable that has just one.
pub(crate) type Definitions = HashMap<u32, Option<E>>;

pub(crate) fn definitions(program: &Program, body: &[Stmt]) -> Definitions {
    let mut found = Definitions::new();
    program.walk_stmts(
        body,
        &mut |e| match program.kind(e) {
            Kind::Set(local, value) => {
                found.entry(local.0).and_modify(|known| *known = None).or_insert(Some(*value));
            }
            Kind::Put(locals, ..) => {
                for local in locals {
                    found.insert(local.0, None);
                }
            }
            _ => {}
        },
        &mut |_| {},
    );
    found
}

/// What a part of the program changes.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) locals: HashSet<u32>,
    pub(crate) arrs: HashSet<u32>,
    pub(crate) loops: usize,
}

impl Changes {
    fn expr(&mut self, program: &Program, e: E) {
        match program.kind(e) {
            Kind::Set(local, _) => {
                self.locals.insert(local.0);
            }
            Kind::Put(locals, ..) => self.locals.extend(locals.iter().map(|local| local.0)),
            _ => {}
        }
    }

    pub(crate) fn of(program: &Program, body: &[Stmt], more: &[E]) -> Self {
        let mut changes = Self::default();
        let mut arrs = HashSet::new();
        let mut loops = 0;
        let mut each = |stmt: &Stmt| match stmt {
            Stmt::SetArr(arr, _) => {
                arrs.insert(arr.0);
            }
            Stmt::Loop(_) => loops += 1,
            _ => {}
        };
        program.walk_stmts(body, &mut |e| changes.expr(program, e), &mut each);
        for e in more {
            let stmts = [Stmt::Expr(*e)];
            program.walk_stmts(&stmts, &mut |e| changes.expr(program, e), &mut each);
        }
        changes.arrs = arrs;
        changes.loops = loops;
        changes
    }
}

/// A loop that counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) variable: Local,
    pub(crate) bound: E,
    pub(crate) step: f64,
    /// What is added to the bound to get the last value the variable can have.
    pub(crate) to_last: i64,
}

/// See the module's description.
pub(crate) struct Affine<'p> {
    pub(crate) program: &'p Program,
    pub(crate) facts: &'p Facts,
    pub(crate) definitions: &'p Definitions,
    pub(crate) changes: &'p Changes,
}

impl Affine<'_> {
    fn is_int(&self, e: E) -> bool {
        let fact = self.facts.of(e);
        fact.ty == crate::range::Type::Number && !fact.undefined && fact.num.is_int()
    }

    /// Whether `e` is linear in `variable` (`Some(true)`), does not change (`Some(false)`), or neither.
    pub(crate) fn linear(&self, e: E, variable: Local) -> Option<bool> {
        if !self.is_int(e) {
            return None;
        }
        match self.program.kind(e) {
            Kind::Num(_) => Some(false),
            Kind::Len(arr) if !self.changes.arrs.contains(&arr.0) => Some(false),
            Kind::Get(local) if *local == variable => Some(true),
            Kind::Get(local) if !self.changes.locals.contains(&local.0) => Some(false),
            Kind::Get(local) => self.definition(*local).and_then(|value| self.linear(value, variable)),
            Kind::Set(_, value) => self.linear(*value, variable),
            // A sum, or either of two linear forms.
            Kind::Bin(Op::Add | Op::Sub, a, b) | Kind::Cond(_, a, b) => {
                let a = self.linear(*a, variable)?;
                let b = self.linear(*b, variable)?;
                Some(a || b)
            }
            Kind::Bin(Op::Mul, a, b) => match (self.linear(*a, variable)?, self.linear(*b, variable)?) {
                (true, true) => None,
                (a, b) => Some(a || b),
            },
            Kind::Plus(a) => self.linear(*a, variable),
            _ => self.same_as(e).and_then(|a| self.linear(a, variable)),
        }
    }

    /// Choices within a linear expression.
    pub(crate) fn choices(&self, e: E, variable: Local) -> u32 {
        match self.program.kind(e) {
            Kind::Cond(_, a, b) => 1 + self.choices(*a, variable) + self.choices(*b, variable),
            Kind::Get(local) if *local == variable || !self.changes.locals.contains(&local.0) => 0,
            Kind::Get(local) => self.definition(*local).map_or(0, |value| self.choices(value, variable)),
            Kind::Set(_, a) | Kind::Plus(a) => self.choices(*a, variable),
            Kind::Bin(_, a, b) => self.choices(*a, variable) + self.choices(*b, variable),
            _ => 0,
        }
    }

    /// The value of a variable that is assigned once.
    pub(crate) fn definition(&self, local: Local) -> Option<E> {
        let value = self.definitions.get(&local.0).copied().flatten()?;
        self.is_int(value).then_some(value)
    }

    /// `x | 0`, `x >> 0` of an integer of 32 bits.
    pub(crate) fn same_as(&self, e: E) -> Option<E> {
        match self.program.kind(e) {
            Kind::Bin(Op::Or | Op::Shr, a, b)
                if matches!(self.program.kind(*b), Kind::Num(zero) if *zero == 0.0)
                    && self.is_int(*a)
                    && self.facts.of(*a).num.fits_i32() =>
            {
                Some(*a)
            }
            _ => None,
        }
    }

    /// The loop as a counted one: its variable is stepped by a constant, by nothing else, and compared with a bound that does
    /// not change.
    pub(crate) fn counted(&self, inner: &Loop) -> Option<Counted> {
        let (test, update) = (inner.test.filter(|_| inner.test_first)?, inner.update?);
        let Kind::Cmp { op, a, b, .. } = self.program.kind(test) else { return None };
        let Kind::Set(variable, next) = self.program.kind(update) else { return None };
        let Kind::Bin(move_by, before, by) = self.program.kind(*next) else { return None };
        let (Kind::Get(stepped), Kind::Num(by)) = (self.program.kind(*before), self.program.kind(*by)) else {
            return None;
        };
        let step = match move_by {
            Op::Add => *by,
            Op::Sub => -*by,
            _ => return None,
        };
        let is_variable = |e: E| matches!(self.program.kind(e), Kind::Get(local) if local == variable);
        let (op, bound) = if is_variable(*a) {
            (*op, *b)
        } else if is_variable(*b) {
            (mirrored(*op), *a)
        } else {
            return None;
        };
        let fits = self.is_int(test_side(self.program, test, *variable)?) && stepped == variable && step.fract() == 0.0;
        if !fits || step == 0.0 || step.abs() > 1e6 || self.linear(bound, *variable) != Some(false) {
            return None;
        }
        let to_last = match (op, step > 0.0) {
            (Cmp::Lt, true) => -1,
            (Cmp::Gt, false) => 1,
            (Cmp::Le, true) | (Cmp::Ge, false) => 0,
            _ => return None,
        };
        let others = Changes::of(self.program, &inner.body, &[test]);
        (!others.locals.contains(&variable.0)).then_some(Counted { variable: *variable, bound, step, to_last })
    }
}

/// The side of a comparison that is the variable.
fn test_side(program: &Program, test: E, variable: Local) -> Option<E> {
    let Kind::Cmp { a, b, .. } = program.kind(test) else { return None };
    [*a, *b].into_iter().find(|e| matches!(program.kind(*e), Kind::Get(local) if *local == variable))
}

fn mirrored(op: Cmp) -> Cmp {
    match op {
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
        other => other,
    }
}
