//! Addresses of elements in an innermost loop whose accesses need no check: what the loop does not change is added to the
//! array's address before it, and what moves by a distance that is not a constant is a pointer of its own.

use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;

use super::Gen;
use super::access::{Address, NEAR};
use crate::affine::{Changes, Counted};
use crate::ir::{Arr, E, Local, Loop};
use crate::poly::{Poly, Symbol};

/// Anchors of one loop: there are not many more registers.
const ANCHORS: usize = 6;

/// Where the elements of one access are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    moving: Moving,
    offset: i32,
}

#[derive(Debug, Clone, Copy)]
enum Moving {
    /// From there by so many bytes for each unit of the variable.
    With(Value, Local, i64),
    /// By its place among the pointers of the loop.
    Pointer(usize),
}

/// An address that each iteration moves.
#[derive(Debug)]
pub(super) struct Pointer {
    variable: Variable,
    /// The distance of one iteration, of two, and so on.
    by: Vec<Value>,
}

/// An access whose index is in range.
pub(super) struct Access {
    pub(super) e: E,
    pub(super) arr: Arr,
    /// Over what the loop does not change, and its variable.
    pub(super) index: Poly,
}

/// Where in a round of iterations the code is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    /// What the loop's variable is when the round begins, and by how much it is ahead of that now.
    pub(super) first: Value,
    pub(super) ahead: i64,
    /// Iterations of the round before this one.
    pub(super) copy: usize,
}

impl Gen<'_, '_> {
    /// Anchors the accesses of an innermost loop that is about to begin, of which `copies` iterations make a round: all of them
    /// or, if they are too many, none, since what the others need would stay in registers, too.
    pub(super) fn anchor(&mut self, accesses: &[Access], counted: Counted, copies: u32) {
        let near = |poly: &Poly| i32::try_from(poly.known()?).ok().filter(|elements| elements.abs() < NEAR);
        let mut found = Vec::new();
        let mut starts: Vec<(Arr, Poly)> = Vec::new();
        for Access { e, arr, index } in accesses.iter().filter(|access| !self.held.contains_key(&access.e)) {
            let (moving, fixed) = index.split_constant();
            let Some(fixed) = near(&Poly::constant(fixed)) else { return };
            let Some((factor, _)) = moving.split(Symbol::Local(counted.variable.0)) else { return };
            if factor.known().is_some() && near(&factor).is_none() {
                return;
            }
            let start = (*arr, moving);
            let place = starts.iter().position(|other| *other == start).unwrap_or(starts.len());
            if place == starts.len() {
                starts.push(start);
            }
            found.push((*e, place, fixed << self.element_of(*arr).shift()));
        }
        if starts.len() > ANCHORS {
            return;
        }
        let starts: Vec<Moving> =
            starts.into_iter().map(|(arr, moving)| self.anchored(arr, &moving, counted, copies)).collect();
        for (e, place, offset) in found {
            self.anchors.insert(e, Anchor { moving: starts[place], offset });
        }
    }

    fn anchored(&mut self, arr: Arr, moving: &Poly, counted: Counted, copies: u32) -> Moving {
        let (factor, rest) = moving.split(Symbol::Local(counted.variable.0)).unwrap_or_default();
        let (base, _) = self.array(arr);
        let shift = i64::from(self.element_of(arr).shift());
        let rest = self.sum(&rest, &[]);
        let start = self.beyond(base, rest, shift);
        if let Some(factor) = factor.known() {
            return Moving::With(start, counted.variable, i64::try_from(factor << shift).unwrap_or(0));
        }
        let factor = self.evaluate(&factor);
        let first = self.integer(counted.variable);
        let distance = self.b.ins().imul(first, factor);
        let first = self.beyond(start, Some(distance), shift);
        let variable = self.b.declare_var(types::I64);
        self.b.def_var(variable, first);
        #[expect(clippy::cast_possible_truncation, reason = "a small integer")]
        let once = self.b.ins().imul_imm_s(factor, (counted.step as i64) << shift);
        let mut by = vec![once];
        for times in 2..=copies {
            // As far as shifts go they are part of the instructions that use them.
            let far = self.b.ins().ishl_imm_s(once, i64::from(times.ilog2()));
            by.push(if times.is_power_of_two() {
                far
            } else {
                self.b.ins().iadd(far, by[times as usize - 1 - (1 << times.ilog2())])
            });
        }
        self.pointers.push(Pointer { variable, by });
        Moving::Pointer(self.pointers.len() - 1)
    }

    /// All accesses of a loop, if none of them needs a check and their indices have no effects.
    pub(super) fn proven(&self, inner: &Loop, (counted, changes): (Counted, &Changes)) -> Option<Vec<Access>> {
        let mut found = Vec::new();
        self.program.walk_stmts(
            &inner.body,
            &mut |e| {
                let Some((arr, index)) = self.program.accessed(e) else { return };
                let is_proven = self.safe.contains(&e) && !changes.arrs.contains(&arr.0) && !self.has_effects(index);
                let index = is_proven.then(|| self.lane_poly(index, (counted.variable, changes))).flatten();
                found.push(index.map(|index| Access { e, arr, index }));
            },
            &mut |_| {},
        );
        found.into_iter().collect()
    }

    /// Where an anchored element is now.
    pub(super) fn at_anchor(&mut self, e: E) -> Address {
        let anchor = self.anchors[&e];
        let offset = anchor.offset;
        match anchor.moving {
            Moving::Pointer(pointer) => {
                let Pointer { variable, by } = &self.pointers[pointer];
                let before = self.round.map_or(0, |round| round.copy);
                let (now, by) = (self.b.use_var(*variable), (before > 0).then(|| by[before - 1]));
                Address { start: by.map_or(now, |by| self.b.ins().iadd(now, by)), offset }
            }
            Moving::With(start, _, 0) => Address { start, offset },
            Moving::With(start, variable, bytes) => {
                let ahead = self.round.and_then(|round| {
                    let offset = i64::from(offset) + round.ahead * bytes;
                    Some((round.first, i32::try_from(offset).ok()?))
                });
                let (value, offset) = ahead.unwrap_or_else(|| (self.integer(variable), offset));
                // A shift is part of the instruction.
                let distance = match u32::try_from(bytes) {
                    Ok(bytes) if bytes.is_power_of_two() => {
                        self.b.ins().ishl_imm_s(value, i64::from(bytes.trailing_zeros()))
                    }
                    _ => self.b.ins().imul_imm_s(value, bytes),
                };
                Address { start: self.b.ins().iadd(start, distance), offset }
            }
        }
    }

    /// Moves the pointers by so many iterations.
    pub(super) fn step(&mut self, iterations: u32) {
        for Pointer { variable, by } in &self.pointers {
            let now = self.b.use_var(*variable);
            let next = self.b.ins().iadd(now, by[iterations as usize - 1]);
            self.b.def_var(*variable, next);
        }
    }
}
