//! Statements. Loops test at the bottom; one whose accesses are checked before it begins is generated twice, without and with checks.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{Block, InstBuilder, types};

use super::anchor::Round;
use super::{Class, Gen, Rep};
use crate::affine::{Changes, Counted};
use crate::ir::{E, Kind, Label, Local, Loop, MathFn, Op, Stmt};
use crate::range::Type;

/// Iterations of an innermost loop that need no look at the cancel flag.
const SHORT: f64 = 1024.0;
/// Expressions in a body that is repeated four times, or twice.
const SMALL: usize = 24;
const MEDIUM: usize = 48;

impl<'x> Gen<'x, '_> {
    pub(super) fn stmts(&mut self, stmts: &'x [Stmt]) {
        for stmt in stmts {
            if !self.reachable {
                return;
            }
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &'x Stmt) {
        match stmt {
            Stmt::Expr(e) => self.effect(*e),
            Stmt::If(test, then, otherwise) => self.condition(*test, then, otherwise),
            Stmt::Labeled(label, body) => {
                let checked = self.checked.len();
                self.open(*label);
                self.stmts(body);
                self.close(*label);
                self.checked.truncate(checked);
            }
            Stmt::Jump(label) => {
                if let Some((block, uses)) = self.labels.get_mut(label) {
                    *uses += 1;
                    let block = *block;
                    self.b.ins().jump(block, &[]);
                }
                self.reachable = false;
            }
            Stmt::Loop(inner) => self.looping(inner),
            Stmt::Switch { on, exit, cases } => self.switch(*on, *exit, cases),
            Stmt::SetArr(arr, source) => self.set_arr(*arr, source),
            Stmt::Copy { target, source, offset, at } => self.copy(*target, *source, *offset, *at),
        }
    }

    /// Makes a block that jumps to the label lead to.
    fn open(&mut self, label: Label) -> Block {
        let block = self.b.create_block();
        self.labels.insert(label, (block, 0));
        block
    }

    /// Goes on at the label, if anything leads there.
    fn close(&mut self, label: Label) {
        let Some((block, uses)) = self.labels.remove(&label) else { return };
        if uses == 0 && self.reachable {
            return;
        }
        if self.reachable {
            self.b.ins().jump(block, &[]);
        }
        let reached = self.reachable || uses > 0;
        self.enter(block);
        self.reachable = reached;
    }

    /// Continues in a block whose predecessors are all known.
    pub(super) fn enter(&mut self, block: Block) {
        self.end_dead();
        self.b.switch_to_block(block);
        self.b.seal_block(block);
    }

    /// Gives an open block that nothing runs an end.
    pub(super) fn end_dead(&mut self) {
        let Some(current) = self.b.current_block() else { return };
        let ended = (self.b.func.layout.last_inst(current))
            .is_some_and(|inst| self.b.func.dfg.insts[inst].opcode().is_terminator());
        if !ended && self.b.func.layout.is_block_inserted(current) {
            let status = self.b.ins().iconst(types::I32, 0);
            self.b.ins().return_(&[status]);
        }
    }

    fn condition(&mut self, test: E, then: &'x [Stmt], otherwise: &'x [Stmt]) {
        if let Some(known) = self.fact(test).known_bool() {
            self.effect(test);
            return self.stmts(if known { then } else { otherwise });
        }
        if let Some(assigned) = self.selectable(test, then, otherwise) {
            return self.select_each(test, &assigned);
        }
        let [yes, no, done] = [(); 3].map(|()| self.b.create_block());
        let target = if otherwise.is_empty() { done } else { no };
        self.branch(test, yes, target);
        let was = self.reachable;
        let mut leads_on = otherwise.is_empty() && was;
        let sides: &[(Block, &'x [Stmt])] =
            if otherwise.is_empty() { &[(yes, then)] } else { &[(yes, then), (no, otherwise)] };
        for &(block, body) in sides {
            self.enter(block);
            self.reachable = was;
            let checked = self.checked.len();
            self.stmts(body);
            self.checked.truncate(checked);
            if self.reachable {
                self.b.ins().jump(done, &[]);
                leads_on = true;
            }
        }
        self.enter(done);
        self.reachable = leads_on;
    }

    fn looping(&mut self, inner: &'x Loop) {
        let changes = Changes::of_loop(self.program, inner);
        let counted = self.affine(&changes).counted(inner);
        let polls = changes.loops > 0 || counted.is_none_or(|counted| self.is_long(counted));
        let counted = counted.filter(|counted| self.rep_of_number(counted.variable) != Rep::F64);
        let Some(counted) = counted else { return self.loop_once(inner, polls, None) };
        let alone = (changes.loops == 0).then_some((counted, &changes));
        let Some(hoisted) = self.hoistable(inner, counted, &changes) else {
            return self.loop_once(inner, polls, alone);
        };
        let first = self.integer(counted.variable);
        let bound = self.invariant(counted.bound, &changes);
        let last = self.b.ins().iadd_imm_s(bound, counted.to_last);
        let (low, high) = if counted.step > 0.0 { (first, last) } else { (last, first) };
        let ok = self.ends_in_range(&hoisted, low, high);
        let [fast, slow, done] = [(); 3].map(|()| self.b.create_block());
        self.b.set_cold_block(slow);
        self.b.ins().brif(ok, fast, &[], slow, &[]);
        let mut leads_on = false;
        let was_fallback = self.is_fallback;
        for (block, is_fast) in [(fast, true), (slow, false)] {
            self.enter(block);
            self.reachable = true;
            if is_fast {
                self.trust(&hoisted);
            } else {
                self.is_fallback = true;
                self.distrust(&hoisted);
            }
            self.loop_once(inner, polls, alone);
            if self.reachable {
                self.b.ins().jump(done, &[]);
                leads_on = true;
            }
        }
        self.is_fallback = was_fallback;
        self.enter(done);
        self.reachable = leads_on;
    }

    /// Whether an innermost loop has to look at the cancel flag: not when it is known to be short.
    pub(super) fn is_long(&self, counted: Counted) -> bool {
        let range = self.facts.locals[counted.variable.0 as usize].num;
        !(range.is_int() && (range.hi - range.lo) / counted.step.abs() <= SHORT)
    }

    pub(super) fn rep_of_number(&self, local: Local) -> Rep {
        self.reps[local.0 as usize]
    }

    /// `alone`: it counts and has no loops inside.
    fn loop_once(&mut self, inner: &'x Loop, polls: bool, alone: Option<(Counted, &Changes)>) {
        let alone = alone.filter(|_| !self.is_fallback);
        let copies = if polls && alone.is_some() { self.copies(inner) } else { 1 };
        let exit = self.open(inner.exit);
        let checked = self.checked.len();
        let known = inner.test.map_or(Some(true), |test| self.fact(test).known_bool());
        let mut exits = false;
        // Where the loop is left for by its test.
        let mut end = exit;
        let mut held = Vec::new();
        if let Some((alone, accesses)) = alone.and_then(|alone| Some((alone, self.proven(inner, alone)?))) {
            let places = self.places(inner, alone, &accesses);
            if let (Some(test), false, None) = (inner.test, places.is_empty(), known) {
                let enters = self.b.create_block();
                self.branch(test, enters, exit);
                exits = true;
                self.enter(enters);
                held = self.hold(places);
                end = self.b.create_block();
            }
            self.anchor(&accesses, alone.0, copies);
        }
        let polls = match alone {
            Some(alone) if copies > 1 => {
                self.repeated(inner, alone, copies);
                false
            }
            _ => polls,
        };
        let body = self.b.create_block();
        let mut entered = true;
        if inner.test_first {
            match inner.test {
                Some(test) => {
                    self.branch(test, body, end);
                    exits |= known != Some(true);
                    entered = known != Some(false);
                }
                None => {
                    self.b.ins().jump(body, &[]);
                }
            }
        } else {
            self.b.ins().jump(body, &[]);
        }
        let was = self.reachable;
        if entered && was {
            self.end_dead();
            self.b.switch_to_block(body);
            self.iteration(inner);
            if self.reachable {
                self.step(1);
                if polls {
                    self.poll();
                }
                match inner.test {
                    Some(test) => {
                        self.branch(test, body, end);
                        exits |= self.reachable && known != Some(true);
                    }
                    None => {
                        self.b.ins().jump(body, &[]);
                    }
                }
            }
            self.b.seal_block(body);
        } else {
            self.enter(body);
        }
        self.anchors.clear();
        self.pointers.clear();
        self.held.clear();
        if end != exit {
            self.enter(end);
            self.put_back(&held);
            self.b.ins().jump(exit, &[]);
        }
        self.checked.truncate(checked);
        let uses = self.labels.remove(&inner.exit).map_or(0, |(_, uses)| uses);
        self.enter(exit);
        self.reachable = was && (exits || uses > 0);
    }

    /// The body and the update.
    fn iteration(&mut self, inner: &'x Loop) {
        self.open(inner.next);
        self.stmts(&inner.body);
        self.close(inner.next);
        if let Some(update) = inner.update.filter(|_| self.reachable) {
            self.effect(update);
        }
    }

    /// The first iterations, several to a round: with one test and one look at the cancel flag. Fewer are left than a round has.
    fn repeated(&mut self, inner: &'x Loop, alone: (Counted, &Changes), copies: u32) {
        let (counted, changes) = alone;
        let bound = self.invariant(counted.bound, changes);
        #[expect(clippy::cast_possible_truncation, reason = "a small integer")]
        let step = counted.step as i64;
        let limit = self.b.ins().iadd_imm_s(bound, counted.to_last - step * i64::from(copies - 1));
        let order = if counted.step > 0.0 { IntCC::SignedLessThanOrEqual } else { IntCC::SignedGreaterThanOrEqual };
        let has_round = |this: &mut Self| {
            let now = this.integer(counted.variable);
            this.b.ins().icmp(order, now, limit)
        };
        let [round, rest] = [(); 2].map(|()| self.b.create_block());
        let any = has_round(self);
        self.b.ins().brif(any, round, &[], rest, &[]);
        self.b.switch_to_block(round);
        let first = self.integer(counted.variable);
        for copy in 0..copies {
            self.round = Some(Round { first, ahead: step * i64::from(copy), copy: copy as usize });
            self.iteration(inner);
        }
        self.round = None;
        if self.reachable {
            self.step(copies);
            self.poll();
            let more = has_round(self);
            self.b.ins().brif(more, round, &[], rest, &[]);
        }
        self.b.seal_block(round);
        self.enter(rest);
        self.reachable = true;
    }

    /// Iterations of an innermost loop that make a round.
    fn copies(&self, inner: &Loop) -> u32 {
        let (mut size, mut is_light) = (0, true);
        self.program.walk_stmts(
            &inner.body,
            &mut |e| {
                size += 1;
                is_light &= match self.kind(e) {
                    _ if self.program.accessed(e).is_some() => self.safe.contains(&e),
                    Kind::Bin(op, ..) => !matches!(op, Op::Rem | Op::Pow),
                    Kind::Math(function, _) => *function < MathFn::Hypot,
                    Kind::Random | Kind::Pick(..) | Kind::Put(..) | Kind::Atomic { .. } => false,
                    _ => true,
                };
            },
            &mut |_| {},
        );
        if !is_light || size > MEDIUM {
            return 1;
        }
        if size > SMALL { 2 } else { 4 }
    }

    fn switch(&mut self, on: Local, exit: Label, cases: &'x [(Option<E>, Vec<Stmt>)]) {
        let done = self.open(exit);
        let blocks: Vec<Block> = cases.iter().map(|_| self.b.create_block()).collect();
        let default = cases.iter().position(|(test, _)| test.is_none());
        let checked = self.checked.len();
        for ((test, _), block) in cases.iter().zip(&blocks) {
            let Some(test) = test else { continue };
            let hit = self.equals(on, *test);
            let next = self.b.create_block();
            self.b.ins().brif(hit, *block, &[], next, &[]);
            self.enter(next);
        }
        let otherwise = default.map_or(done, |index| blocks[index]);
        self.b.ins().jump(otherwise, &[]);
        let mut falls = false;
        for (index, (_, body)) in cases.iter().enumerate() {
            self.enter(blocks[index]);
            self.reachable = true;
            self.stmts(body);
            self.checked.truncate(checked);
            falls = self.reachable;
            if self.reachable {
                let next = blocks.get(index + 1).copied().unwrap_or(done);
                self.b.ins().jump(next, &[]);
            }
        }
        let uses = self.labels.remove(&exit).map_or(0, |(_, uses)| uses);
        self.enter(done);
        self.reachable = uses > 0 || default.is_none() || falls;
    }

    /// `on === test`.
    fn equals(&mut self, on: Local, test: E) -> cranelift_codegen::ir::Value {
        let fact = self.facts.locals[on.0 as usize];
        match fact.ty {
            Type::Boolean | Type::BigInt => {
                let class = Class::of(fact.ty);
                let (x, _) = self.read(on, class);
                let y = if fact.ty == Type::Boolean { self.truth(test) } else { self.big(test) };
                self.b.ins().icmp(IntCC::Equal, x, y)
            }
            _ => {
                let (x, rep) = self.read(on, Class::Number);
                if rep != Rep::F64 && self.is_int(test) {
                    let x = self.to_i64(x, rep);
                    let y = self.int(test);
                    return self.b.ins().icmp(IntCC::Equal, x, y);
                }
                let x = self.to_f64(x, rep);
                let y = self.f64(test);
                self.b.ins().fcmp(cranelift_codegen::ir::condcodes::FloatCC::Equal, x, y)
            }
        }
    }
}
