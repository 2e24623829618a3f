//! Loops inside of a vector loop: all lanes go round together until the last one is done, each assigning no more once its
//! own condition has failed. Several registers go in step, so that the latency of one hides behind the others.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, types};

use super::Gen;
use super::vector::{Cost, Lanes, Verdict};
use crate::affine::Changes;
use crate::ir::{E, Kind, Local, Loop, Stmt};

/// What a round of an inner loop counts for when costs are compared: it is run many times.
const ROUNDS: u32 = 8;

impl<'x> Gen<'x, '_> {
    /// Whether the loop has such a form; adds what it costs.
    pub(super) fn lockstep_cost(&self, inner: &Loop, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        let Some(test) = inner.test else { return Err("a loop inside of it has no condition") };
        if !inner.test_first || self.fact(test).known_bool().is_some() {
            return Err("a loop inside of it has its condition at the end, or one that is known");
        }
        if self.has_effects(test) {
            return Err("the condition of a loop inside of it has effects");
        }
        let mut round = Cost::default();
        self.cost(test, at, &mut round)?;
        for stmt in &inner.body {
            self.stmt_cost(stmt, at, true, &mut round)?;
        }
        if let Some(update) = inner.update {
            self.effect_cost(update, at, true, &mut round)?;
        }
        // A call for each lane of each round costs more than the rest gains.
        if round.single > 0 {
            return Err("a loop inside of it has parts that are done one by one");
        }
        cost.whole += round.whole * ROUNDS;
        Ok(())
    }

    /// Statements over several registers.
    pub(super) fn vector_stmts(&mut self, stmts: &'x [Stmt], sets: &mut [Lanes<'_>]) {
        for stmt in stmts {
            if let Stmt::Loop(inner) = stmt {
                self.lockstep(inner, sets);
            } else {
                for lanes in sets.iter_mut() {
                    self.vector_stmt(stmt, lanes);
                }
            }
        }
    }

    /// The loop, as long as any lane goes on.
    pub(super) fn lockstep(&mut self, inner: &'x Loop, sets: &mut [Lanes<'_>]) {
        let Some(test) = inner.test else { unreachable!("refused by `lockstep_cost`") };
        for local in self.outliving(inner) {
            for lanes in sets.iter_mut() {
                self.begin_var(local, lanes);
            }
        }
        let outer: Vec<_> = sets.iter().map(|lanes| lanes.mask).collect();
        let mut live = Vec::new();
        for lanes in sets.iter_mut() {
            let mut mask = self.mask(test, lanes);
            if let Some(outer) = lanes.mask {
                mask = self.b.ins().band(outer, mask);
            }
            let variable = self.b.declare_var(types::I64X2);
            self.b.def_var(variable, mask);
            live.push(variable);
        }
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
        }
        self.vector_stmts(&inner.body, sets);
        for ((lanes, mask), variable) in sets.iter_mut().zip(&masks).zip(&live) {
            if let Some(update) = inner.update {
                self.vector_effect(update, lanes);
            }
            let again = self.mask(test, lanes);
            let both = self.b.ins().band(*mask, again);
            self.b.def_var(*variable, both);
        }
        self.poll();
        self.b.ins().jump(head, &[]);
        self.b.seal_block(head);
        self.enter(done);
        for (lanes, mask) in sets.iter_mut().zip(outer) {
            lanes.mask = mask;
        }
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
        let mut found: Vec<u32> = Changes::of(self.program, &inner.body, &head).locals.into_iter().collect();
        found.sort_unstable();
        found.retain(|local| everywhere.get(local) > inside.get(local));
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
            &mut |stmt| refuse(!matches!(stmt, Stmt::Expr(_) | Stmt::If(..) | Stmt::Loop(_))),
        );
        plain.get()
    }
}
