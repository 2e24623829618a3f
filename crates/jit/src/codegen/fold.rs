//! Reductions over vector registers: where the order of the steps does not change a bit of the result.
//!
//! That is so for minima and maxima, and for integer operations modulo a power of two. The first few elements are folded as
//! the source says, so that the accumulator is an integer afterwards; the rest goes to lanes that begin with the operation's
//! neutral element and are joined at the end.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Type as Ty, Value, types};

use super::{Class, Gen, Plan, Rep, plain};
use crate::element::Element;
use crate::ir::{Arr, E, Kind, Local, MathFn, Op, Program, Stmt};
use crate::range::Type;

/// Registers that are filled side by side: as many as hide the latency of an operation.
const REGISTERS: i64 = 4;

/// An operation that is associative and commutative, bit for bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joining {
    Min,
    Max,
    Add,
    Mul,
    And,
    Or,
    Xor,
}

/// A reduction that may be done in any order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fold {
    joining: Joining,
    arr: Arr,
    acc: Local,
    lanes: Ty,
}

/// A body that only assigns variables, one after the other.
struct Straight<'x> {
    program: &'x Program,
    body: &'x [Stmt],
}

impl Straight<'_> {
    /// Follows variables to what they were assigned before statement `here`: the value, and where it was computed.
    fn resolved(&self, e: E, here: usize) -> (E, usize) {
        let assigned = |local: Local, stmt: &Stmt| match stmt {
            Stmt::Expr(e) => match self.program.kind(*e) {
                Kind::Set(target, value) if *target == local => Some(*value),
                _ => None,
            },
            _ => None,
        };
        match self.program.kind(e) {
            Kind::Get(local) => {
                let found = self.body[..here].iter().rposition(|stmt| assigned(*local, stmt).is_some());
                match found.and_then(|at| Some((at, assigned(*local, &self.body[at])?))) {
                    Some((at, value)) => self.resolved(value, at),
                    None => (e, here),
                }
            }
            Kind::Block(stmts, value) if stmts.is_empty() => self.resolved(*value, here),
            _ => (e, here),
        }
    }
}

impl<'x> Gen<'x, '_> {
    /// The body as a reduction in any order; if it is none, why.
    pub(super) fn fold_of(&self, plan: &Plan<'x>, body: &'x [Stmt]) -> Result<Fold, &'static str> {
        plan.vectorize?;
        let stepwise = Err("each step needs the one before");
        let (Some(acc), Some(Stmt::Expr(last))) = (plan.lowered.acc, body.last()) else { return stepwise };
        let Kind::Set(target, value) = self.kind(*last) else { return stepwise };
        let straight = body.iter().all(|stmt| match stmt {
            Stmt::Expr(e) => matches!(self.kind(*e), Kind::Set(_, value) if !self.has_effects(*value)),
            _ => false,
        });
        if *target != acc || !straight {
            return stepwise;
        }
        let source = Straight { program: self.program, body };
        let (joining, [a, b]) = self.joining(&source, *value)?;
        let is_acc = |e| matches!(self.kind(e), Kind::Get(local) if *local == acc);
        let element = if is_acc(a) { b } else { a };
        let Kind::Load(arr, _) = self.kind(element) else { return stepwise };
        if !(is_acc(a) || is_acc(b)) || !plan.lowered.trusted.contains(&element) {
            return stepwise;
        }
        let (of, extreme) = (self.element_of(*arr), matches!(joining, Joining::Min | Joining::Max));
        let lanes = match of {
            Element::F64 if extreme => types::F64X2,
            Element::F32 if extreme => types::F32X4,
            Element::I32 | Element::U32 if !extreme => types::I32X4,
            Element::I64 | Element::U64 if joining != Joining::Mul => types::I64X2,
            _ => return Err("there is no vector form for elements of this type"),
        };
        Ok(Fold { joining, arr: *arr, acc, lanes })
    }

    /// The operation that a value is the result of, and its operands.
    fn joining(&self, source: &Straight<'x>, value: E) -> Result<(Joining, [E; 2]), &'static str> {
        let stepwise = Err("each step needs the one before");
        let (e, here) = source.resolved(value, source.body.len() - 1);
        let big = self.fact(e).ty == Type::BigInt;
        let (joining, a, b, here) = match self.kind(e) {
            Kind::Math(MathFn::Min, args) => (Joining::Min, args[0], args[1], here),
            Kind::Math(MathFn::Max, args) => (Joining::Max, args[0], args[1], here),
            Kind::Math(MathFn::Imul, args) => (Joining::Mul, args[0], args[1], here),
            Kind::Bin(Op::Or, inner, zero) if matches!(self.kind(*zero), Kind::Num(zero) if *zero == 0.0) => {
                let (inner, here) = source.resolved(*inner, here);
                let Kind::Bin(Op::Add, a, b) = self.kind(inner) else { return stepwise };
                (Joining::Add, *a, *b, here)
            }
            Kind::Wrap { bits: 64, value: inner, .. } => {
                let (inner, here) = source.resolved(*inner, here);
                let Kind::Bin(Op::Add, a, b) = self.kind(inner) else { return stepwise };
                (Joining::Add, *a, *b, here)
            }
            Kind::Bin(Op::And, a, b) => (Joining::And, *a, *b, here),
            Kind::Bin(Op::Or, a, b) => (Joining::Or, *a, *b, here),
            Kind::Bin(Op::Xor, a, b) => (Joining::Xor, *a, *b, here),
            Kind::Bin(Op::Add | Op::Mul, ..) if !big => {
                return Err("sums and products of doubles depend on their order: their last bits would change");
            }
            _ => return stepwise,
        };
        Ok((joining, [a, b].map(|operand| source.resolved(operand, here).0)))
    }

    /// The whole range.
    pub(super) fn fold_range(&mut self, fold: Fold, index: Local, (lo, hi): (Value, Value), body: &'x [Stmt]) {
        let Fold { joining, arr, acc, lanes } = fold;
        self.report.lanes = Some(lanes.lane_count());
        let round = REGISTERS * i64::from(lanes.lane_count());
        // At least one step as the source says, and so many that whole rounds are left.
        let span = self.b.ins().isub(hi, lo);
        let others = self.b.ins().iadd_imm_s(span, -1);
        let rest = self.b.ins().band_imm_s(others, round - 1);
        let begin = self.b.ins().iadd(lo, rest);
        let begin = self.b.ins().iadd_imm_s(begin, 1);
        let begin = self.b.ins().smin(begin, hi);
        self.range_once(index, (lo, begin), body);
        let neutral = self.neutral(joining, lanes);
        let registers: Vec<_> = (0..REGISTERS).map(|_| self.b.declare_var(lanes)).collect();
        for register in &registers {
            self.b.def_var(*register, neutral);
        }
        let counter = self.b.declare_var(types::I64);
        self.b.def_var(counter, begin);
        let [head, join, done] = [(); 3].map(|()| self.b.create_block());
        let any = self.b.ins().icmp(IntCC::SignedLessThan, begin, hi);
        self.b.ins().brif(any, head, &[], done, &[]);
        self.b.switch_to_block(head);
        let first = self.b.use_var(counter);
        let (base, _) = self.array(arr);
        let shift = i64::from(self.element_of(arr).shift());
        let offset = self.b.ins().ishl_imm_s(first, shift);
        let address = self.b.ins().iadd(base, offset);
        for (register, place) in registers.iter().zip(0..) {
            let loaded = self.b.ins().load(lanes, plain(), address, place * 16);
            let before = self.b.use_var(*register);
            let after = self.join(joining, before, loaded);
            self.b.def_var(*register, after);
        }
        let next = self.b.ins().iadd_imm_s(first, round);
        self.b.def_var(counter, next);
        self.poll();
        let more = self.b.ins().icmp(IntCC::SignedLessThan, next, hi);
        self.b.ins().brif(more, head, &[], join, &[]);
        self.b.seal_block(head);
        self.enter(join);
        let mut total = self.b.use_var(registers[0]);
        for register in &registers[1..] {
            let other = self.b.use_var(*register);
            total = self.join(joining, total, other);
        }
        self.join_lanes(fold, total, acc);
        self.b.ins().jump(done, &[]);
        self.enter(done);
    }

    /// Joins the lanes of the total with the accumulator.
    fn join_lanes(&mut self, Fold { joining, lanes, .. }: Fold, total: Value, acc: Local) {
        let class = if lanes == types::I64X2 { Class::Big } else { Class::Number };
        let (before, rep) = self.read(acc, class);
        let mut result = match lanes {
            types::F64X2 | types::F32X4 => self.to_f64(before, rep),
            types::I32X4 => self.to_i32(before, rep, crate::range::Num::ANY),
            _ => before,
        };
        for lane in 0..lanes.lane_count() {
            let lane = self.b.ins().extractlane(total, u8::try_from(lane).unwrap_or(0));
            let lane = if lanes == types::F32X4 { self.b.ins().fpromote(types::F64, lane) } else { lane };
            result = self.join(joining, result, lane);
        }
        match lanes {
            types::I32X4 => {
                let wide = self.b.ins().sextend(types::I64, result);
                self.define(acc, wide, Rep::I64);
            }
            types::I64X2 => self.define(acc, result, Rep::Big),
            _ => self.define(acc, result, Rep::F64),
        }
    }

    fn neutral(&mut self, joining: Joining, lanes: Ty) -> Value {
        let end = if joining == Joining::Min { f64::INFINITY } else { f64::NEG_INFINITY };
        let one = match lanes {
            types::F64X2 => self.b.ins().f64const(end),
            #[expect(clippy::cast_possible_truncation, reason = "infinite")]
            types::F32X4 => self.b.ins().f32const(end as f32),
            _ => {
                let value = match joining {
                    Joining::And => -1,
                    Joining::Mul => 1,
                    _ => 0,
                };
                self.b.ins().iconst(lanes.lane_type(), value)
            }
        };
        self.b.ins().splat(lanes, one)
    }

    fn join(&mut self, joining: Joining, a: Value, b: Value) -> Value {
        match joining {
            Joining::Min => self.b.ins().fmin(a, b),
            Joining::Max => self.b.ins().fmax(a, b),
            Joining::Add => self.b.ins().iadd(a, b),
            Joining::Mul => self.b.ins().imul(a, b),
            Joining::And => self.b.ins().band(a, b),
            Joining::Or => self.b.ins().bor(a, b),
            Joining::Xor => self.b.ins().bxor(a, b),
        }
    }
}
