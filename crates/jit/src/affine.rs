//! Indices as polynomials over what does not change while a loop runs, and over the variables of counted loops.

use std::collections::{HashMap, HashSet};

use crate::infer::Facts;
use crate::ir::{Cmp, E, Kind, Local, Loop, Op, Program, Stmt};
use crate::poly::{Bounds, Poly, Symbol};
use crate::range::Type;

/// Ways in which choices within an index may come out.
const CHOICES: usize = 4;

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

    /// What a loop changes, its test and its update included.
    pub(crate) fn of_loop(program: &Program, inner: &Loop) -> Self {
        let more: Vec<E> = inner.test.into_iter().chain(inner.update).collect();
        Self::of(program, &inner.body, &more)
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
    /// Does not change while the loop runs.
    pub(crate) bound: E,
    pub(crate) step: f64,
    /// What is added to the bound to get the last value the variable can have.
    pub(crate) to_last: i64,
}

/// The variable of a counted loop, and of no other.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) counted: Counted,
    /// What it is before the loop.
    pub(crate) start: E,
    /// Where its body reads it: after the loop it is beyond the bound.
    reads: HashSet<E>,
}

pub(crate) type Counters = HashMap<u32, Counter>;

/// The counters of a program.
pub(crate) fn counters(program: &Program, facts: &Facts, definitions: &Definitions, body: &[Stmt]) -> Counters {
    let mut sets: HashMap<u32, Vec<E>> = HashMap::new();
    let mut put = HashSet::new();
    let mut loops = Vec::new();
    program.walk_stmts(
        body,
        &mut |e| match program.kind(e) {
            Kind::Set(local, value) => sets.entry(local.0).or_default().push(*value),
            Kind::Put(locals, ..) => put.extend(locals.iter().map(|local| local.0)),
            _ => {}
        },
        &mut |stmt| {
            if let Stmt::Loop(inner) = stmt {
                loops.push(inner.clone());
            }
        },
    );
    let mut found: HashMap<u32, Option<Counter>> = HashMap::new();
    for inner in &loops {
        let changes = Changes::of_loop(program, inner);
        let affine = Affine { program, facts, definitions, changes: &changes };
        let Some((counted, update)) = affine.counted(inner).zip(inner.update) else { continue };
        let variable = counted.variable;
        let starts: Vec<E> = (sets[&variable.0].iter().copied())
            .filter(|value| !matches!(program.kind(update), Kind::Set(_, step) if step == value))
            .collect();
        let mut reads = HashSet::new();
        program.walk_stmts(
            &inner.body,
            &mut |e| {
                if matches!(program.kind(e), Kind::Get(local) if *local == variable) {
                    reads.insert(e);
                }
            },
            &mut |_| {},
        );
        let only = match starts.as_slice() {
            [start] if !put.contains(&variable.0) => Some(Counter { counted, start: *start, reads }),
            _ => None,
        };
        found.entry(variable.0).and_modify(|known| *known = None).or_insert(only);
    }
    found.into_iter().filter_map(|(local, counter)| Some((local, counter?))).collect()
}

/// How indices are read as polynomials; see the module's description.
pub(crate) struct Affine<'p> {
    pub(crate) program: &'p Program,
    pub(crate) facts: &'p Facts,
    pub(crate) definitions: &'p Definitions,
    pub(crate) changes: &'p Changes,
}

/// What an expression is in a polynomial. Asked of each variable, and of what is neither a sum nor a product.
pub(crate) type Atom<'f> = &'f dyn Fn(E) -> Option<Symbol>;

impl Affine<'_> {
    fn is_int(&self, e: E) -> bool {
        let fact = self.facts.of(e);
        fact.ty == Type::Number && !fact.undefined && fact.num.is_int()
    }

    /// An integer as a polynomial, if it makes no choice.
    pub(crate) fn poly(&self, e: E, atom: Atom<'_>) -> Option<Poly> {
        let mut polys = self.polys(e, atom)?;
        if polys.len() == 1 { polys.pop() } else { None }
    }

    /// An integer as one of several polynomials.
    pub(crate) fn polys(&self, e: E, atom: Atom<'_>) -> Option<Vec<Poly>> {
        if !self.is_int(e) {
            return None;
        }
        match self.program.kind(e) {
            #[expect(clippy::cast_possible_truncation, reason = "an integer within 2^53")]
            Kind::Num(value) => Some(vec![Poly::constant(*value as i128)]),
            Kind::Len(arr) if !self.changes.arrs.contains(&arr.0) => Some(vec![Poly::symbol(Symbol::Length(arr.0))]),
            Kind::Get(local) => match atom(e) {
                Some(symbol) => Some(vec![Poly::symbol(symbol)]),
                None if !self.changes.locals.contains(&local.0) => Some(vec![Poly::symbol(Symbol::Local(local.0))]),
                None => self.polys(self.definition(*local)?, atom),
            },
            Kind::Set(_, value) | Kind::Plus(value) => self.polys(*value, atom),
            Kind::Bin(Op::Add, a, b) => self.both((*a, *b), atom, |x, y| Some(x.plus(y, 1))),
            Kind::Bin(Op::Sub, a, b) => self.both((*a, *b), atom, |x, y| Some(x.plus(y, -1))),
            Kind::Bin(Op::Mul, a, b) => self.both((*a, *b), atom, Poly::times),
            Kind::Cond(_, a, b) => {
                let mut all = self.polys(*a, atom)?;
                all.extend(self.polys(*b, atom)?);
                (all.len() <= CHOICES).then_some(all)
            }
            _ => match (self.same_as(e), self.shifted(e)) {
                (Some(a), _) => self.polys(a, atom),
                (_, Some((a, factor))) => {
                    let factor = Poly::constant(factor);
                    self.polys(a, atom)?.iter().map(|poly| poly.times(&factor)).collect()
                }
                _ => Some(vec![Poly::symbol(atom(e)?)]),
            },
        }
    }

    fn both(&self, (a, b): (E, E), atom: Atom<'_>, make: impl Fn(&Poly, &Poly) -> Option<Poly>) -> Option<Vec<Poly>> {
        let (a, b) = (self.polys(a, atom)?, self.polys(b, atom)?);
        if a.len() * b.len() > CHOICES {
            return None;
        }
        a.iter().flat_map(|x| b.iter().map(|y| make(x, y)).collect::<Vec<_>>()).collect()
    }

    /// The value of a variable that is assigned once.
    fn definition(&self, local: Local) -> Option<E> {
        let value = self.definitions.get(&local.0).copied().flatten()?;
        self.is_int(value).then_some(value)
    }

    /// `x | 0`, `x >> 0` of an integer of 32 bits.
    fn same_as(&self, e: E) -> Option<E> {
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

    /// A shift to the left that loses no bits is a product.
    fn shifted(&self, e: E) -> Option<(E, i128)> {
        let Kind::Bin(Op::Shl, a, by) = self.program.kind(e) else { return None };
        let Kind::Num(by @ 0.0..=30.0) = self.program.kind(*by) else { return None };
        let num = self.facts.of(*a).num;
        #[expect(clippy::cast_possible_truncation, reason = "a power of two below 2^31")]
        let factor = by.exp2() as i128;
        let fits = num.lo * by.exp2() >= -2_147_483_648.0 && num.hi * by.exp2() <= 2_147_483_647.0;
        (self.is_int(*a) && fits).then_some((*a, factor))
    }

    /// The ends of what a counter is within its loop.
    pub(crate) fn within(&self, counter: &Counter, atom: Atom<'_>) -> Option<Bounds> {
        let Counted { bound, step, to_last, .. } = counter.counted;
        let (start, bound) = (self.poly(counter.start, atom)?, self.poly(bound, atom)?);
        let end = bound.plus(&Poly::constant(i128::from(to_last)), 1);
        Some(if step > 0.0 { Bounds { low: start, high: end } } else { Bounds { low: end, high: start } })
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
        // A choice might come out differently each time.
        let is_fixed = self.poly(bound, &|_| None).is_some_and(|poly| !poly.mentions(Symbol::Local(variable.0)));
        if !fits || step == 0.0 || step.abs() > 1e6 || !is_fixed {
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

impl Counter {
    /// Whether the variable is read there within the loop.
    pub(crate) fn is_read_at(&self, e: E) -> bool {
        self.reads.contains(&e)
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
