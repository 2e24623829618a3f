//! Loops inside of a vector loop that go alike for all lanes: they count from and to what is the same for all iterations of the
//! vector loop, and nobody leaves them early. Their variables stay scalars, their tests are jumps, and an index may move with
//! them. This is how several rows of a matrix are done at once.

use std::collections::{HashMap, HashSet};

use super::leaving::outward;
use super::vector::{Cost, Lanes, Verdict};
use super::{Gen, Rep};
use crate::affine::{Changes, Counted};
use crate::ir::{E, Kind, Local, Loop, Stmt};
use crate::poly::Symbol;

/// What a round of such a loop counts for when costs are compared: it is run many times.
const ROUNDS: u32 = 8;

/// What all lanes have in common.
#[derive(Debug, Default)]
pub(super) struct Uniform {
    variables: HashSet<u32>,
    /// By their numbers.
    loops: HashMap<u32, Counted>,
}

impl Uniform {
    pub(super) fn has(&self, local: Local) -> bool {
        self.variables.contains(&local.0)
    }
}

impl<'x> Gen<'x, '_> {
    /// Finds the variables of such loops in the body of the loop over `index`, and those that are made of them alone.
    pub(super) fn find_uniform(&mut self, index: Local, body: &[Stmt], changes: &Changes) {
        for stmt in body {
            match stmt {
                Stmt::Expr(e) => self.uniform.variables.extend(self.defined_alike(*e, (index, changes))),
                Stmt::Loop(inner) => {
                    if let Some(counted) = self.counts_alike(inner, (index, changes)) {
                        self.uniform.variables.insert(counted.variable.0);
                        self.uniform.loops.insert(inner.number, counted);
                        self.find_uniform(index, &inner.body, changes);
                    }
                }
                Stmt::Labeled(_, inner) if outward(inner).is_empty() => self.find_uniform(index, inner, changes),
                _ => {}
            }
            // From here on some lanes may be gone.
            if !outward(std::slice::from_ref(stmt)).is_empty() {
                return;
            }
        }
    }

    /// The variable that is assigned there and nowhere else, the same for all lanes.
    fn defined_alike(&self, e: E, at: (Local, &Changes)) -> Option<u32> {
        let Kind::Set(local, value) = self.kind(e) else { return None };
        let is_only = self.definitions.get(&local.0).is_some_and(Option::is_some);
        (is_only && self.is_int(*value) && self.is_alike(*value, at)).then_some(local.0)
    }

    fn counts_alike(&self, inner: &Loop, at: (Local, &Changes)) -> Option<Counted> {
        let changes = Changes::of_loop(self.program, inner);
        let counted = self.affine(&changes).counted(inner)?;
        let start = self.counters.get(&counted.variable.0)?.start;
        let is_left = outward(&inner.body).iter().any(|label| *label != inner.next);
        let is_alike = !is_left && self.is_alike(start, at) && self.is_alike(counted.bound, at);
        (is_alike && self.rep_of_number(counted.variable) != Rep::F64).then_some(counted)
    }

    /// Whether an expression has one value for all lanes, and no effects.
    fn is_alike(&self, e: E, (index, changes): (Local, &Changes)) -> bool {
        match self.kind(e) {
            Kind::Num(_) => true,
            Kind::Len(arr) => !changes.arrs.contains(&arr.0),
            Kind::Get(local) => *local != index && (!changes.locals.contains(&local.0) || self.uniform.has(*local)),
            Kind::Bin(_, a, b) => self.is_alike(*a, (index, changes)) && self.is_alike(*b, (index, changes)),
            Kind::Plus(a) | Kind::Neg(a) => self.is_alike(*a, (index, changes)),
            _ => false,
        }
    }

    /// A variable that is the same for all lanes, in polynomials.
    pub(super) fn uniform_atom(&self, e: E) -> Option<Symbol> {
        match self.kind(e) {
            Kind::Get(local) if self.uniform.has(*local) => Some(Symbol::Local(local.0)),
            _ => None,
        }
    }

    /// Whether a variable has a value for each lane.
    pub(super) fn is_of_lanes(&self, local: Local, lanes: &Lanes<'_>) -> bool {
        lanes.place().1.locals.contains(&local.0) && !self.uniform.has(local)
    }

    /// Whether the loop goes alike for all lanes, as [`Gen::find_uniform`] has found.
    pub(super) fn is_uniform(&self, inner: &Loop) -> bool {
        self.uniform.loops.contains_key(&inner.number)
    }

    /// Adds what it costs.
    pub(super) fn uniform_cost(&self, inner: &Loop, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        let mut round = Cost::default();
        self.list_cost(&inner.body, at, &mut round)?;
        let length = round.whole - round.repeated;
        cost.whole += round.whole * ROUNDS;
        // Lanes have to be put together and taken apart.
        cost.single += round.single * ROUNDS * 3 / 2;
        cost.slow += round.slow * ROUNDS;
        cost.repeated += round.whole * ROUNDS - length;
        Ok(())
    }

    /// The loop, over several registers.
    pub(super) fn uniform_loop(&mut self, inner: &'x Loop, sets: &mut [Lanes<'_>]) {
        let (Some(test), counted) = (inner.test, self.uniform.loops[&inner.number]) else {
            unreachable!("it has been looked at before")
        };
        let polls = self.is_long(counted) || Changes::of(self.program, &inner.body, &[]).loops > 0;
        let [body, done] = [(); 2].map(|()| self.b.create_block());
        self.branch(test, body, done);
        self.end_dead();
        self.b.switch_to_block(body);
        for lanes in sets.iter_mut() {
            self.open_label(inner.next, lanes);
        }
        self.vector_stmts(&inner.body, sets);
        for lanes in sets.iter_mut() {
            lanes.mask = None;
            lanes.gone = false;
            lanes.labels.remove(&inner.next);
        }
        if let Some(update) = inner.update {
            self.effect(update);
        }
        if polls {
            self.poll();
        }
        self.branch(test, body, done);
        self.b.seal_block(body);
        self.enter(done);
    }
}
