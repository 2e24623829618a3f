//! Addresses of elements in an innermost loop whose accesses need no check: what the loop does not change is added to the
//! array's address before it, and what moves by a distance that is not a constant is a pointer of its own.

use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;

use super::access::{Address, NEAR};
use super::{Class, Gen};
use crate::affine::{Changes, Counted};
use crate::ir::{Arr, E, Kind, Local, Loop};
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
    Pointer(Variable),
}

/// A pointer, and what is added to it after each iteration.
pub(super) type Step = (Variable, Value);

impl Gen<'_, '_> {
    /// Anchors the accesses of an innermost loop that is about to begin.
    pub(super) fn anchor(&mut self, inner: &Loop, counted: Counted, changes: &Changes) -> Vec<Step> {
        let mut known: Vec<(Arr, Poly, Moving)> = Vec::new();
        let mut steps = Vec::new();
        for (e, arr, index) in self.unchecked(inner, changes) {
            let Some(poly) = self.lane_poly(index, (counted.variable, changes)) else { continue };
            let (moving, fixed) = poly.split_constant();
            let Some(fixed) = i32::try_from(fixed).ok().filter(|fixed| fixed.abs() < NEAR) else { continue };
            let offset = fixed << self.element_of(arr).shift();
            let anchored = known.iter().find(|(of, other, _)| *of == arr && *other == moving).map(|known| known.2);
            let anchored = match anchored {
                None if known.len() < ANCHORS => self.anchored(arr, &moving, counted, &mut steps),
                anchored => anchored,
            };
            if let Some(anchored) = anchored {
                known.push((arr, moving, anchored));
                self.anchors.insert(e, Anchor { moving: anchored, offset });
            }
        }
        steps
    }

    fn anchored(&mut self, arr: Arr, moving: &Poly, counted: Counted, steps: &mut Vec<Step>) -> Option<Moving> {
        let (factor, rest) = moving.split(Symbol::Local(counted.variable.0))?;
        let (base, _) = self.array(arr);
        let shift = i64::from(self.element_of(arr).shift());
        let rest = self.sum(&rest, &[]);
        let start = self.beyond(base, rest, shift);
        if let Some(factor) = factor.known() {
            return Some(Moving::With(start, counted.variable, i64::try_from(factor << shift).ok()?));
        }
        let factor = self.evaluate(&factor);
        let (first, rep) = self.read(counted.variable, Class::Number);
        let first = self.to_i64(first, rep);
        let distance = self.b.ins().imul(first, factor);
        let first = self.beyond(start, Some(distance), shift);
        let pointer = self.b.declare_var(types::I64);
        self.b.def_var(pointer, first);
        #[expect(clippy::cast_possible_truncation, reason = "a small integer")]
        let by = self.b.ins().imul_imm_s(factor, (counted.step as i64) << shift);
        steps.push((pointer, by));
        Some(Moving::Pointer(pointer))
    }

    /// Accesses that need no check, by an index without effects.
    fn unchecked(&self, inner: &Loop, changes: &Changes) -> Vec<(E, Arr, E)> {
        let mut found = Vec::new();
        self.program.walk_stmts(
            &inner.body,
            &mut |e| {
                if let Kind::Load(arr, index) | Kind::Store(arr, index, _) | Kind::Update { arr, index, .. } =
                    self.program.kind(e)
                    && self.safe.contains(&e)
                    && !changes.arrs.contains(&arr.0)
                    && self.is_plain(*index)
                {
                    found.push((e, *arr, *index));
                }
            },
            &mut |_| {},
        );
        found
    }

    fn is_plain(&self, e: E) -> bool {
        match self.kind(e) {
            Kind::Num(_) | Kind::Get(_) | Kind::Len(_) => true,
            Kind::Bin(_, a, b) => self.is_plain(*a) && self.is_plain(*b),
            Kind::Plus(a) => self.is_plain(*a),
            _ => false,
        }
    }

    /// Where an anchored element is now.
    pub(super) fn at_anchor(&mut self, e: E) -> Address {
        let anchor = self.anchors[&e];
        let start = match anchor.moving {
            Moving::Pointer(pointer) => self.b.use_var(pointer),
            Moving::With(start, _, 0) => start,
            Moving::With(start, variable, bytes) => {
                let (value, rep) = self.read(variable, Class::Number);
                let value = self.to_i64(value, rep);
                // A shift is part of the instruction.
                let distance = match u32::try_from(bytes) {
                    Ok(bytes) if bytes.is_power_of_two() => {
                        self.b.ins().ishl_imm_s(value, i64::from(bytes.trailing_zeros()))
                    }
                    _ => self.b.ins().imul_imm_s(value, bytes),
                };
                self.b.ins().iadd(start, distance)
            }
        };
        Address { start, offset: anchor.offset }
    }

    pub(super) fn step(&mut self, steps: &[Step]) {
        for (pointer, by) in steps {
            let now = self.b.use_var(*pointer);
            let next = self.b.ins().iadd(now, *by);
            self.b.def_var(*pointer, next);
        }
    }
}
