//! Loops inside of a vector loop: all lanes go round together until the last one is done, each assigning no more once its
//! own condition has failed, or it has left by a jump. Several registers go in step, so that the latency of one hides behind the others.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};
use cranelift_frontend::Variable;

use super::Gen;
use super::leaving::outward_of;
use super::vector::{Cost, Lanes, Verdict};
use crate::affine::Changes;
use crate::ir::{E, Kind, Label, Local, Loop, Stmt};

/// What a round of an inner loop counts for when costs are compared: it is run many times.
const ROUNDS: u32 = 8;

impl<'x> Gen<'x, '_> {
    /// Whether the loop has such a form; adds what it costs.
    pub(super) fn lockstep_cost(&self, inner: &Loop, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        let mut round = Cost { masked: true, ..Cost::default() };
        match (inner.test, self.tested(inner)) {
            (Some(test), _) if self.has_effects(test) => {
                return Err("the condition of a loop inside of it has effects");
            }
            (Some(test), None) if self.fact(test).known_bool() == Some(false) => {
                return Err("a loop inside of it has a condition that never holds");
            }
            (_, Some(test)) => self.cost(test, at, &mut round)?,
            (_, None) => {}
        }
        self.list_cost(&inner.body, at, &mut round)?;
        if let Some(update) = inner.update {
            self.effect_cost(update, at, &mut round)?;
        }
        // A call for each lane of each round costs more than the rest gains.
        if round.single > 0 {
            return Err("a loop inside of it has parts that are done one by one");
        }
        let length = round.whole - round.repeated;
        cost.whole += round.whole * ROUNDS;
        cost.slow += round.slow * ROUNDS;
        cost.repeated += round.whole * ROUNDS - length;
        Ok(())
    }

    /// The condition of a loop, unless it always holds or never does.
    fn tested(&self, inner: &Loop) -> Option<E> {
        inner.test.filter(|test| self.fact(*test).known_bool().is_none())
    }

    /// Statements over several registers, as far as any lane gets.
    pub(super) fn vector_stmts(&mut self, stmts: &'x [Stmt], sets: &mut [Lanes<'_>]) {
        for stmt in stmts {
            if sets.iter().all(|lanes| lanes.gone) {
                return;
            }
            match stmt {
                Stmt::Loop(inner) if self.is_uniform(inner) => self.uniform_loop(inner, sets),
                Stmt::Loop(inner) => self.lockstep(inner, sets),
                Stmt::Labeled(label, body) => {
                    let outer: Vec<_> = sets.iter().map(|lanes| lanes.mask).collect();
                    for lanes in sets.iter_mut() {
                        self.open_label(*label, lanes);
                    }
                    self.vector_stmts(body, sets);
                    for (lanes, outer) in sets.iter_mut().zip(outer) {
                        self.close_label(*label, body, outer, lanes);
                    }
                }
                _ => {
                    for lanes in sets.iter_mut() {
                        self.vector_stmt(stmt, lanes);
                    }
                }
            }
        }
    }

    /// The loop, as long as any lane goes on.
    pub(super) fn lockstep(&mut self, inner: &'x Loop, sets: &mut [Lanes<'_>]) {
        for local in self.outliving(inner) {
            for lanes in sets.iter_mut() {
                self.begin_var(local, lanes);
            }
        }
        let away = outward_of(inner);
        let before: Vec<_> = sets.iter().map(|lanes| (lanes.mask, self.all_arrived(&away, lanes))).collect();
        let live: Vec<_> = sets.iter_mut().map(|lanes| self.begin_lockstep(inner, lanes)).collect();
        let [head, body, done] = [(); 3].map(|()| self.b.create_block());
        self.b.ins().jump(head, &[]);
        self.b.switch_to_block(head);
        let masks: Vec<_> = live.iter().map(|variable| self.b.use_var(*variable)).collect();
        let mut any = masks[0];
        for mask in &masks[1..] {
            any = self.b.ins().bor(any, *mask);
        }
        let goes_on = self.b.ins().vany_true(any);
        // In this order, see `require`.
        let ends = self.b.ins().icmp_imm_s(IntCC::Equal, goes_on, 0);
        self.b.ins().brif(ends, done, &[], body, &[]);
        self.enter(body);
        for (lanes, mask) in sets.iter_mut().zip(&masks) {
            lanes.mask = Some(*mask);
            self.open_label(inner.next, lanes);
        }
        self.vector_stmts(&inner.body, sets);
        for (lanes, variable) in sets.iter_mut().zip(&live) {
            let again = self.end_round(inner, lanes);
            self.b.def_var(*variable, again);
        }
        self.poll();
        self.b.ins().jump(head, &[]);
        self.b.seal_block(head);
        self.enter(done);
        for (lanes, (outer, others)) in sets.iter_mut().zip(before) {
            lanes.mask = outer;
            if away.is_empty() {
                continue;
            }
            let all = self.all_arrived(&away, lanes);
            let others = self.b.ins().bnot(others);
            let left = self.b.ins().band(all, others);
            let mut here = self.b.ins().bnot(left);
            if let Some(outer) = outer {
                here = self.b.ins().band(outer, here);
            }
            lanes.mask = Some(here);
        }
    }

    /// A variable for the lanes that are in the loop, which are at first those that its condition lets in.
    fn begin_lockstep(&mut self, inner: &'x Loop, lanes: &mut Lanes<'_>) -> Variable {
        self.open_label(inner.exit, lanes);
        let mut mask = match (self.tested(inner), inner.test_first) {
            (Some(test), true) => self.mask(test, lanes),
            _ => self.everybody(),
        };
        if let Some(outer) = lanes.mask {
            mask = self.b.ins().band(outer, mask);
        }
        let variable = self.b.declare_var(types::I64X2);
        self.b.def_var(variable, mask);
        variable
    }

    /// What is done between two rounds; the lanes that go round again.
    fn end_round(&mut self, inner: &'x Loop, lanes: &mut Lanes<'_>) -> Value {
        let mut mask = self.rejoined(inner.next, lanes);
        lanes.mask = Some(mask);
        lanes.gone = false;
        if let Some(update) = inner.update {
            self.vector_effect(update, lanes);
        }
        if let Some(test) = self.tested(inner) {
            let again = self.mask(test, lanes);
            mask = self.b.ins().band(mask, again);
        }
        mask
    }

    /// The lanes that have jumped to any of the labels so far.
    fn all_arrived(&mut self, labels: &[Label], lanes: &Lanes<'_>) -> Value {
        let mut all = self.nobody();
        for label in labels {
            let arrived = self.arrived(*label, lanes);
            all = self.b.ins().bor(all, arrived);
        }
        all
    }

    /// Variables that the loop assigns and that are read outside of it: lanes that are done have to keep them, also those whose
    /// first value comes from the loop.
    fn outliving(&self, inner: &Loop) -> Vec<Local> {
        let reads = |stmts: &[Stmt], more: &[E]| {
            let mut counts: HashMap<u32, usize> = HashMap::new();
            let mut count = |e: E| {
                if let Kind::Get(local) = self.program.kind(e) {
                    *counts.entry(local.0).or_default() += 1;
                }
            };
            self.program.walk_stmts(stmts, &mut count, &mut |_| {});
            let more: Vec<_> = more.iter().map(|e| Stmt::Expr(*e)).collect();
            self.program.walk_stmts(&more, &mut count, &mut |_| {});
            counts
        };
        let head: Vec<E> = inner.test.into_iter().chain(inner.update).collect();
        let (inside, everywhere) = (reads(&inner.body, &head), reads(self.body, &[]));
        let mut found: Vec<u32> = Changes::of_loop(self.program, inner).locals.into_iter().collect();
        found.sort_unstable();
        found.retain(|local| everywhere.get(local) > inside.get(local) && !self.uniform.has(Local(*local)));
        found.into_iter().map(Local).collect()
    }

    /// Whether the body has loops, all of which could go in step, so that its accesses outside of them are worth checking
    /// before the range begins.
    pub(super) fn loops_in_step(&self, body: &[Stmt]) -> bool {
        let plain = std::cell::Cell::new(true);
        let refuse = |refused: bool| plain.set(plain.get() && !refused);
        self.program.walk_stmts(
            body,
            &mut |e| refuse(matches!(self.program.kind(e), Kind::Put(..) | Kind::Pick(..))),
            &mut |stmt| refuse(matches!(stmt, Stmt::Switch { .. } | Stmt::SetArr(..) | Stmt::Copy { .. })),
        );
        plain.get()
    }
}
