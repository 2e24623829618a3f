//! Several iterations at once: straight-line bodies over 128-bit registers.
//!
//! All numbers are pairs of doubles: integers within ±2^53 are exact in them, so every operation has JavaScript's bits.
//! Booleans are masks. A condition computes both sides and selects; only bodies whose iterations are proven to be apart, whose
//! accesses are all in range, and whose conditional parts only assign variables are taken. Elements of a type or a stride
//! that has no vector load are read one by one, as are the engine's routines called.

use std::collections::HashMap;

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Type as Ty, Value, types};
use cranelift_frontend::Variable;

use super::access::{Address, Position};
use super::condition::floating;
use super::leaving::outward;
use super::uniform::Uniform;
use super::{Class, Gen, Rep, plain};
use crate::affine::Changes;
use crate::element::Element;
use crate::ir::{E, Kind, Label, Local, MathFn, Op, Stmt, Test};
use crate::poly::{Poly, Symbol};
use crate::range::{Num, Type};

/// Iterations in one register.
pub(super) const LANES: u32 = 2;
/// Registers per round of the loop.
const UNROLL: u32 = 2;
/// Iterations per round of the loop.
pub(crate) const ROUND: u32 = LANES * UNROLL;
/// Operations that pay for a vector loop must outnumber those that are done one by one.
const LONGEST: u32 = 400;

/// What a body would cost.
#[derive(Debug, Default)]
pub(super) struct Cost {
    /// Operations on whole registers, those of loops several times.
    pub(super) whole: u32,
    /// What is counted more than once of them.
    pub(super) repeated: u32,
    /// Operations on single lanes.
    pub(super) single: u32,
    /// Operations on whole registers that are no faster than those on single lanes.
    pub(super) slow: u32,
    /// What is looked at is done for some lanes only.
    pub(super) masked: bool,
}

/// Integers up to here are doubles.
const EXACT: f64 = 9_007_199_254_740_991.0;

/// State of a vector loop while it is generated.
pub(super) struct Lanes<'x> {
    index: Local,
    /// The index of the first lane.
    first: Value,
    changes: &'x Changes,
    vars: HashMap<(u32, Class), Variable>,
    /// Where it is set, only lanes of it are assigned.
    pub(super) mask: Option<Value>,
    /// All lanes have left the statements that are being generated.
    pub(super) gone: bool,
    /// For each label: the lanes that have jumped there.
    pub(super) labels: HashMap<Label, Variable>,
}

impl<'x> Lanes<'x> {
    /// The running index, and what the body changes.
    pub(super) fn place(&self) -> (Local, &'x Changes) {
        (self.index, self.changes)
    }
}

pub(super) type Verdict = Result<(), &'static str>;

impl<'x> Gen<'x, '_> {
    /// Whether the body can be a vector loop and is worth it; if not, why.
    pub(super) fn vectorizable(&self, index: Local, body: &[Stmt], changes: &Changes) -> Verdict {
        let mut cost = Cost::default();
        self.list_cost(body, (index, changes), &mut cost)?;
        if cost.whole - cost.repeated > LONGEST {
            return Err("the body is too long");
        }
        if cost.whole <= cost.single + cost.slow {
            return Err("too little of it can be done on several elements at once");
        }
        Ok(())
    }

    pub(super) fn stmt_cost(&self, stmt: &Stmt, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        match stmt {
            Stmt::Expr(e) => self.effect_cost(*e, at, cost),
            Stmt::If(test, then, otherwise) => {
                if let Some(known) = self.fact(*test).known_bool() {
                    self.settled(*test)?;
                    let live = if known { then } else { otherwise };
                    return self.list_cost(live, at, cost);
                }
                self.cost(*test, at, cost)?;
                self.side_cost(then, at, cost)?;
                self.side_cost(otherwise, at, cost)
            }
            Stmt::Loop(inner) if self.is_uniform(inner) => self.uniform_cost(inner, at, cost),
            Stmt::Loop(inner) => self.lockstep_cost(inner, at, cost),
            Stmt::Labeled(_, body) => self.list_cost(body, at, cost),
            Stmt::Jump(_) => {
                cost.whole += 1;
                Ok(())
            }
            Stmt::Switch { .. } => Err("it contains a switch"),
            Stmt::SetArr(..) | Stmt::Copy { .. } => Err("it uses views of arrays"),
        }
    }

    pub(super) fn effect_cost(&self, e: E, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        match self.kind(e) {
            Kind::Set(local, _) if self.uniform.has(*local) => Ok(()),
            Kind::Set(local, value) => {
                if self.facts.undefined[local.0 as usize] {
                    return Err("a variable may be undefined");
                }
                if self.fact(*value).ty == Type::Never {
                    return if matches!(self.kind(*value), Kind::Undef) {
                        Ok(())
                    } else {
                        Err("a part is never reached")
                    };
                }
                cost.whole += u32::from(cost.masked);
                self.cost(*value, at, cost)
            }
            Kind::Store(arr, index, value) => {
                if cost.masked {
                    return Err("it writes to arrays on some paths only");
                }
                self.cost(*value, at, cost)?;
                self.access_cost(e, *arr, *index, at, cost)
            }
            Kind::Update { arr, index, value, op, .. } => {
                if cost.masked {
                    return Err("it writes to arrays on some paths only");
                }
                if op.is_bitwise() || matches!(op, Op::Rem | Op::Pow) {
                    return Err("it changes elements by bitwise operators, `%` or `**`");
                }
                self.cost(*value, at, cost)?;
                cost.whole += 1;
                self.access_cost(e, *arr, *index, at, cost)?;
                self.access_cost(e, *arr, *index, at, cost)
            }
            Kind::Seq(parts) => parts.iter().try_for_each(|part| self.effect_cost(*part, at, cost)),
            Kind::Block(stmts, value) => {
                self.block_cost(stmts, at, cost)?;
                self.effect_cost(*value, at, cost)
            }
            Kind::Undef | Kind::Num(_) | Kind::Bool(_) => Ok(()),
            _ => self.cost(e, at, cost),
        }
    }

    /// The statements of an expression, which nobody leaves for elsewhere.
    fn block_cost(&self, stmts: &[Stmt], at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        if !outward(stmts).is_empty() {
            return Err("an expression is left early on some paths");
        }
        self.list_cost(stmts, at, cost)
    }

    fn access_cost(&self, e: E, arr: crate::ir::Arr, index: E, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        if !self.safe.contains(&e) || self.arrs[arr.0 as usize].is_none() {
            return Err("an index is checked at each access");
        }
        if self.lane_poly(index, at).and_then(|poly| poly.split(Symbol::Local(at.0.0))).is_none() {
            return Err("an index is not linear in the loop index");
        }
        match (self.stride(index, at), self.element_of(arr)) {
            (Some(0), _) | (Some(1), Element::F64 | Element::F32 | Element::I32) => cost.whole += 1,
            _ => cost.single += 1,
        }
        Ok(())
    }

    /// An index over what the loop does not change and its variable.
    pub(super) fn lane_poly(&self, index: E, (variable, changes): (Local, &Changes)) -> Option<Poly> {
        let is_variable = |e: E| matches!(self.program.kind(e), Kind::Get(local) if *local == variable);
        self.affine(changes)
            .poly(index, &|e| is_variable(e).then_some(Symbol::Local(variable.0)).or_else(|| self.uniform_atom(e)))
    }

    /// How far the index moves per iteration, if that is a constant.
    pub(super) fn stride(&self, e: E, at: (Local, &Changes)) -> Option<i64> {
        let (factor, _) = self.lane_poly(e, at)?.split(Symbol::Local(at.0.0))?;
        i64::try_from(factor.known()?).ok()
    }

    pub(super) fn cost(&self, e: E, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        let fact = self.fact(e);
        if fact.undefined || !matches!(fact.ty, Type::Number | Type::Boolean) {
            return Err("it uses bigints, or values that may be undefined");
        }
        if fact.known_bool().is_some() {
            return self.settled(e);
        }
        let all = |list: &[E], cost: &mut Cost| list.iter().try_for_each(|part| self.cost(*part, at, cost));
        match self.kind(e) {
            _ if self.is_bits(e) => self.bits_cost(e, at, cost),
            Kind::Num(_) | Kind::Bool(_) | Kind::Get(_) | Kind::Len(_) => Ok(()),
            Kind::Set(..) => self.effect_cost(e, at, cost),
            Kind::Load(arr, index) => self.access_cost(e, *arr, *index, at, cost),
            Kind::Bin(op, a, b) => {
                match op {
                    Op::Add | Op::Sub | Op::Mul | Op::Div => cost.whole += 1,
                    Op::Pow
                        if matches!(self.kind(*b), Kind::Num(two) if *two == 2.0) && self.engine.square_is_exact() =>
                    {
                        cost.whole += 1;
                        return self.cost(*a, at, cost);
                    }
                    Op::Pow => cost.single += 1,
                    Op::Rem if self.is_plain_remainder(*a, *b) => cost.whole += 2,
                    _ => return Err("it uses `%` of other than positive integers"),
                }
                all(&[*a, *b], cost)
            }
            Kind::Neg(a) | Kind::Not(a) | Kind::Test(_, a) => {
                cost.whole += 1;
                self.cost(*a, at, cost)
            }
            Kind::Plus(a) | Kind::Number(a) => self.cost(*a, at, cost),
            Kind::Cmp { a, b, .. } => {
                cost.whole += 1;
                all(&[*a, *b], cost)
            }
            Kind::And(a, b) | Kind::Or(a, b) => {
                if fact.ty != Type::Boolean || self.has_effects(*b) {
                    return Err("it uses `&&` or `||` of numbers or with effects");
                }
                cost.whole += 1;
                all(&[*a, *b], cost)
            }
            Kind::Cond(c, a, b) => {
                if let Some(known) = self.fact(*c).known_bool() {
                    self.settled(*c)?;
                    return self.cost(if known { *a } else { *b }, at, cost);
                }
                if self.has_effects(*a) || self.has_effects(*b) {
                    return Err("a side of `?:` has effects");
                }
                cost.whole += 1;
                all(&[*c, *a, *b], cost)
            }
            Kind::Math(function, args) => {
                match function {
                    MathFn::Clz32 | MathFn::Hypot | MathFn::F16round => {
                        return Err("it uses Math.clz32, hypot or f16round");
                    }
                    MathFn::Abs
                    | MathFn::Ceil
                    | MathFn::Floor
                    | MathFn::Fround
                    | MathFn::Round
                    | MathFn::Sign
                    | MathFn::Sqrt
                    | MathFn::Trunc => cost.whole += 1,
                    // The vector forms have no way around NaN and -0.
                    MathFn::Min | MathFn::Max => {
                        cost.whole += 1;
                        cost.slow += 2;
                    }
                    _ => cost.single += 1,
                }
                all(args, cost)
            }
            Kind::Seq(parts) => {
                let [before @ .., last] = parts.as_slice() else { return Err("it is empty") };
                before.iter().try_for_each(|part| self.effect_cost(*part, at, cost))?;
                self.cost(*last, at, cost)
            }
            Kind::Block(stmts, value) => {
                self.block_cost(stmts, at, cost)?;
                self.cost(*value, at, cost)
            }
            Kind::Atomic { .. } => Err("it changes a shared value"),
            Kind::Store(..) | Kind::Update { .. } => Err("the value of an assignment to an element is used"),
            _ => Err("it uses something that has no vector form"),
        }
    }

    /// A condition whose outcome is known is not computed.
    fn settled(&self, e: E) -> Verdict {
        if self.has_effects(e) { Err("a condition has effects") } else { Ok(()) }
    }

    pub(super) fn has_effects(&self, e: E) -> bool {
        let stmts = [Stmt::Expr(e)];
        let mut found = false;
        let mut visit = |e: E| {
            found |= matches!(
                self.program.kind(e),
                Kind::Set(..)
                    | Kind::Store(..)
                    | Kind::Update { .. }
                    | Kind::Atomic { .. }
                    | Kind::Put(..)
                    | Kind::Block(..)
            );
        };
        self.program.walk_stmts(&stmts, &mut visit, &mut |_| {});
        found
    }

    // --- generation ---

    /// Runs as many iterations as fit into whole rounds; the index of the first that is left.
    pub(super) fn vector_loop(
        &mut self,
        index: Local,
        (lo, hi): (Value, Value),
        body: &'x [Stmt],
        changes: &Changes,
    ) -> Value {
        let span = self.b.ins().isub(hi, lo);
        let rest = self.b.ins().band_imm_s(span, i64::from(ROUND) - 1);
        let end = self.b.ins().isub(hi, rest);
        let counter = self.b.declare_var(types::I64);
        self.b.def_var(counter, lo);
        let [head, done] = [(); 2].map(|()| self.b.create_block());
        let any = self.b.ins().icmp(IntCC::SignedLessThan, lo, end);
        self.b.ins().brif(any, head, &[], done, &[]);
        self.b.switch_to_block(head);
        let first = self.b.use_var(counter);
        let mut sets: Vec<Lanes<'_>> = (0..UNROLL)
            .map(|step| {
                let first = self.b.ins().iadd_imm_s(first, i64::from(step * LANES));
                Lanes { index, first, changes, vars: HashMap::new(), mask: None, gone: false, labels: HashMap::new() }
            })
            .collect();
        if changes.loops > 0 {
            self.vector_stmts(body, &mut sets);
        } else {
            for lanes in &mut sets {
                self.vector_list(body, lanes);
            }
        }
        let next = self.b.ins().iadd_imm_s(first, i64::from(ROUND));
        self.b.def_var(counter, next);
        self.poll();
        let more = self.b.ins().icmp(IntCC::SignedLessThan, next, end);
        self.b.ins().brif(more, head, &[], done, &[]);
        self.b.seal_block(head);
        self.enter(done);
        self.uniform = Uniform::default();
        end
    }

    /// Evaluates a sequence but for its value, which is returned.
    fn vector_before_last(&mut self, parts: &[E], lanes: &mut Lanes<'_>) -> E {
        let [before @ .., last] = parts else { unreachable!("refused by `vectorizable`") };
        for part in before {
            self.vector_effect(*part, lanes);
        }
        *last
    }

    pub(super) fn vector_stmt(&mut self, stmt: &'x Stmt, lanes: &mut Lanes<'_>) {
        match stmt {
            Stmt::Expr(e) => self.vector_effect(*e, lanes),
            Stmt::If(test, then, otherwise) => {
                if let Some(known) = self.fact(*test).known_bool() {
                    return self.vector_list(if known { then } else { otherwise }, lanes);
                }
                let test = self.mask(*test, lanes);
                let opposite = self.b.ins().bnot(test);
                self.vector_sides(stmt, [(test, then), (opposite, otherwise)], lanes);
            }
            Stmt::Labeled(label, body) => {
                let outer = lanes.mask;
                self.open_label(*label, lanes);
                self.vector_list(body, lanes);
                self.close_label(*label, body, outer, lanes);
            }
            Stmt::Jump(label) => self.jump_lanes(*label, lanes),
            Stmt::Loop(inner) if self.is_uniform(inner) => self.uniform_loop(inner, std::slice::from_mut(lanes)),
            Stmt::Loop(inner) => self.lockstep(inner, std::slice::from_mut(lanes)),
            _ => unreachable!("refused by `vectorizable`"),
        }
    }

    fn vector_var(&mut self, local: Local, class: Class, lanes: &mut Lanes<'_>) -> Variable {
        let b = &mut self.b;
        *lanes
            .vars
            .entry((local.0, class))
            .or_insert_with(|| b.declare_var(if class == Class::Boolean { types::I64X2 } else { types::F64X2 }))
    }

    /// Gives a variable that has no value yet one that nobody reads.
    pub(super) fn begin_var(&mut self, local: Local, lanes: &mut Lanes<'_>) {
        let class = Class::of(self.facts.locals[local.0 as usize].ty);
        if class == Class::Big || lanes.vars.contains_key(&(local.0, class)) {
            return;
        }
        let var = self.vector_var(local, class, lanes);
        let zero = self.splat(0.0);
        let zero = if class == Class::Boolean { self.cast(types::I64X2, zero) } else { zero };
        self.b.def_var(var, zero);
    }

    /// Assigns the lanes that the mask selects; the value assigned.
    fn vector_set(&mut self, local: Local, value: E, lanes: &mut Lanes<'_>) -> Value {
        let class = Class::of(self.fact(value).ty);
        let new = if class == Class::Boolean { self.mask(value, lanes) } else { self.pair(value, lanes) };
        let known = lanes.vars.contains_key(&(local.0, class));
        let var = self.vector_var(local, class, lanes);
        let stored = match lanes.mask {
            Some(mask) if known => {
                let old = self.b.use_var(var);
                let ty = if class == Class::Boolean { types::I64X2 } else { types::F64X2 };
                let mask = self.cast(ty, mask);
                self.b.ins().bitselect(mask, new, old)
            }
            // Without an old value nobody reads the other lanes.
            _ => new,
        };
        self.b.def_var(var, stored);
        new
    }

    pub(super) fn vector_effect(&mut self, e: E, lanes: &mut Lanes<'_>) {
        match self.kind(e) {
            Kind::Undef | Kind::Num(_) | Kind::Bool(_) => {}
            // The same for each register.
            Kind::Set(local, value) if self.uniform.has(*local) => {
                self.assign(*local, *value);
            }
            Kind::Set(local, value) => {
                if self.fact(*value).ty != Type::Never {
                    self.vector_set(*local, *value, lanes);
                }
            }
            Kind::Store(arr, index, value) if self.stores_words(self.element_of(*arr), *value) => {
                self.store_words(*arr, *index, *value, lanes);
            }
            Kind::Store(arr, index, value) => {
                let boolean = self.fact(*value).ty == Type::Boolean;
                let pair = if boolean { self.pair_of_mask(*value, lanes) } else { self.pair(*value, lanes) };
                let num = self.num(*value);
                self.store_pair(*arr, *index, (pair, num), lanes);
            }
            Kind::Update { arr, index, op, value, .. } => {
                let operand = self.pair(*value, lanes);
                let before = self.load_pair(*arr, *index, lanes);
                let after = self.arithmetic(*op, before, operand);
                self.store_pair(*arr, *index, (after, Num::ANY), lanes);
            }
            Kind::Seq(parts) => parts.iter().for_each(|part| self.vector_effect(*part, lanes)),
            Kind::Block(stmts, value) => {
                self.vector_list(stmts, lanes);
                self.vector_effect(*value, lanes);
            }
            _ => {
                if self.fact(e).ty == Type::Boolean {
                    self.mask(e, lanes);
                } else {
                    self.pair(e, lanes);
                }
            }
        }
    }

    /// Of an integer that is not negative by a positive one: the rounded quotient is never too large, so that its whole part is
    /// exact, and so are the product and the difference.
    fn is_plain_remainder(&self, a: E, b: E) -> bool {
        let (x, y) = (self.num(a), self.num(b));
        x.is_exact() && y.is_exact() && x.within(0.0, EXACT) && y.within(1.0, EXACT)
    }

    fn arithmetic(&mut self, op: Op, x: Value, y: Value) -> Value {
        match op {
            Op::Rem => {
                let quotient = self.b.ins().fdiv(x, y);
                let whole = self.b.ins().trunc(quotient);
                let product = self.b.ins().fmul(whole, y);
                self.b.ins().fsub(x, product)
            }
            Op::Add => self.b.ins().fadd(x, y),
            Op::Sub => self.b.ins().fsub(x, y),
            Op::Mul => self.b.ins().fmul(x, y),
            _ => self.b.ins().fdiv(x, y),
        }
    }

    pub(super) fn cast(&mut self, ty: Ty, value: Value) -> Value {
        if self.b.func.dfg.value_type(value) == ty {
            return value;
        }
        let little = MemFlagsData::new().with_endianness(cranelift_codegen::ir::Endianness::Little);
        self.b.ins().bitcast(ty, little, value)
    }

    pub(super) fn splat(&mut self, value: f64) -> Value {
        let scalar = self.b.ins().f64const(value);
        self.b.ins().splat(types::F64X2, scalar)
    }

    fn pair_from(&mut self, low: Value, high: Value) -> Value {
        let both = self.b.ins().splat(types::F64X2, low);
        self.b.ins().insertlane(both, high, 1)
    }

    /// 1 where the boolean is true, else 0.
    fn pair_of_mask(&mut self, e: E, lanes: &mut Lanes<'_>) -> Value {
        let mask = self.mask(e, lanes);
        let one = self.splat(1.0);
        let one = self.cast(types::I64X2, one);
        let bits = self.b.ins().band(mask, one);
        self.cast(types::F64X2, bits)
    }

    fn select(&mut self, mask: Value, x: Value, y: Value) -> Value {
        let mask = self.cast(types::F64X2, mask);
        self.b.ins().bitselect(mask, x, y)
    }

    fn compare_pairs(&mut self, condition: FloatCC, x: Value, y: Value) -> Value {
        self.b.ins().fcmp(condition, x, y)
    }

    /// A number for each lane.
    pub(super) fn pair(&mut self, e: E, lanes: &mut Lanes<'_>) -> Value {
        if self.fact(e).ty == Type::Boolean {
            return self.pair_of_mask(e, lanes);
        }
        match self.kind(e) {
            _ if self.is_bits(e) => self.pair_of_bits(e, lanes),
            Kind::Num(value) => self.splat(*value),
            Kind::Get(local) if *local == lanes.index => {
                let first = self.b.ins().fcvt_from_sint(types::F64, lanes.first);
                let second = self.b.ins().iadd_imm_s(lanes.first, 1);
                let second = self.b.ins().fcvt_from_sint(types::F64, second);
                self.pair_from(first, second)
            }
            Kind::Get(local) if self.is_of_lanes(*local, lanes) => {
                let var = self.vector_var(*local, Class::Number, lanes);
                self.b.use_var(var)
            }
            Kind::Get(_) | Kind::Len(_) => {
                let scalar = self.f64(e);
                self.b.ins().splat(types::F64X2, scalar)
            }
            Kind::Set(local, value) => self.vector_set(*local, *value, lanes),
            Kind::Load(arr, index) => self.load_pair(*arr, *index, lanes),
            Kind::Bin(op, a, b) => {
                let x = self.pair(*a, lanes);
                if *op == Op::Pow
                    && matches!(self.kind(*b), Kind::Num(two) if *two == 2.0)
                    && self.engine.square_is_exact()
                {
                    return self.b.ins().fmul(x, x);
                }
                if let (Op::Div, Kind::Num(divisor)) = (op, self.kind(*b))
                    && let Some(reciprocal) = super::value::exact_reciprocal(*divisor)
                {
                    let factor = self.splat(reciprocal);
                    return self.b.ins().fmul(x, factor);
                }
                let y = self.pair(*b, lanes);
                if *op == Op::Pow {
                    return self.lane_by_lane(&[x, y], |this, args| this.power_of(args[0], args[1]));
                }
                self.arithmetic(*op, x, y)
            }
            Kind::Neg(a) => {
                let x = self.pair(*a, lanes);
                self.b.ins().fneg(x)
            }
            Kind::Plus(a) | Kind::Number(a) => self.pair(*a, lanes),
            Kind::Cond(c, a, b) => {
                if let Some(known) = self.fact(*c).known_bool() {
                    return self.pair(if known { *a } else { *b }, lanes);
                }
                let mask = self.mask(*c, lanes);
                let x = self.pair(*a, lanes);
                let y = self.pair(*b, lanes);
                self.select(mask, x, y)
            }
            Kind::Math(function, args) => {
                let values: Vec<Value> = args.iter().map(|arg| self.pair(*arg, lanes)).collect();
                self.vector_math(*function, &values)
            }
            Kind::Seq(parts) => {
                let last = self.vector_before_last(parts, lanes);
                self.pair(last, lanes)
            }
            Kind::Block(stmts, value) => {
                self.vector_list(stmts, lanes);
                self.pair(*value, lanes)
            }
            _ => unreachable!("refused by `vectorizable`"),
        }
    }

    /// Applies a scalar function to each lane.
    fn lane_by_lane(&mut self, args: &[Value], apply: impl Fn(&mut Self, &[Value]) -> Value) -> Value {
        let lane = |this: &mut Self, lane: u8| -> Vec<Value> {
            args.iter().map(|arg| this.b.ins().extractlane(*arg, lane)).collect()
        };
        let first = lane(self, 0);
        let second = lane(self, 1);
        let low = apply(self, &first);
        let high = apply(self, &second);
        self.pair_from(low, high)
    }

    fn vector_math(&mut self, function: MathFn, args: &[Value]) -> Value {
        let x = args[0];
        if let Some(value) = self.instruction(function, x) {
            return value;
        }
        match function {
            MathFn::Min => self.b.ins().fmin(x, args[1]),
            MathFn::Max => self.b.ins().fmax(x, args[1]),
            MathFn::Fround => {
                let single = self.b.ins().fvdemote(x);
                self.b.ins().fvpromote_low(single)
            }
            MathFn::Round => {
                let up = self.b.ins().ceil(x);
                let half = self.splat(0.5);
                let middle = self.b.ins().fsub(up, half);
                let too_far = self.compare_pairs(FloatCC::GreaterThan, middle, x);
                let one = self.splat(1.0);
                let down = self.b.ins().fsub(up, one);
                self.select(too_far, down, up)
            }
            MathFn::Sign => {
                let (zero, one, minus) = (self.splat(0.0), self.splat(1.0), self.splat(-1.0));
                let positive = self.compare_pairs(FloatCC::GreaterThan, x, zero);
                let negative = self.compare_pairs(FloatCC::LessThan, x, zero);
                let rest = self.select(negative, minus, x);
                self.select(positive, one, rest)
            }
            _ => self.lane_by_lane(args, |this, args| this.routine(function, args)),
        }
    }

    /// All bits of the lanes where a condition holds.
    pub(super) fn mask(&mut self, e: E, lanes: &mut Lanes<'_>) -> Value {
        if let Some(known) = self.fact(e).known_bool() {
            let scalar = self.b.ins().iconst(types::I64, if known { -1 } else { 0 });
            return self.b.ins().splat(types::I64X2, scalar);
        }
        if self.fact(e).ty != Type::Boolean {
            let x = self.pair(e, lanes);
            let zero = self.splat(0.0);
            // Not `OrderedNotEqual`, which has no vector instruction.
            let magnitude = self.b.ins().fabs(x);
            return self.compare_pairs(FloatCC::GreaterThan, magnitude, zero);
        }
        match self.kind(e) {
            Kind::Get(local) if self.is_of_lanes(*local, lanes) => {
                let var = self.vector_var(*local, Class::Boolean, lanes);
                self.b.use_var(var)
            }
            Kind::Get(_) => {
                let bit = self.truth(e);
                let wide = self.b.ins().uextend(types::I64, bit);
                let scalar = self.b.ins().ineg(wide);
                self.b.ins().splat(types::I64X2, scalar)
            }
            Kind::Set(local, value) => self.vector_set(*local, *value, lanes),
            Kind::Not(a) => {
                let x = self.mask(*a, lanes);
                self.b.ins().bnot(x)
            }
            Kind::And(a, b) => {
                let x = self.mask(*a, lanes);
                let y = self.mask(*b, lanes);
                self.b.ins().band(x, y)
            }
            Kind::Or(a, b) => {
                let x = self.mask(*a, lanes);
                let y = self.mask(*b, lanes);
                self.b.ins().bor(x, y)
            }
            Kind::Cmp { op, a, b, .. } => {
                let x = self.pair(*a, lanes);
                let y = self.pair(*b, lanes);
                self.compare_pairs(floating(*op), x, y)
            }
            Kind::Test(test, a) => self.vector_test(*test, *a, lanes),
            Kind::Cond(c, a, b) => {
                let mask = self.mask(*c, lanes);
                let x = self.mask(*a, lanes);
                let y = self.mask(*b, lanes);
                self.b.ins().bitselect(mask, x, y)
            }
            Kind::Seq(parts) => {
                let last = self.vector_before_last(parts, lanes);
                self.mask(last, lanes)
            }
            Kind::Block(stmts, value) => {
                self.vector_list(stmts, lanes);
                self.mask(*value, lanes)
            }
            _ => unreachable!("refused by `vectorizable`"),
        }
    }

    fn vector_test(&mut self, test: Test, a: E, lanes: &mut Lanes<'_>) -> Value {
        let x = self.pair(a, lanes);
        if test == Test::Nan {
            return self.compare_pairs(FloatCC::Unordered, x, x);
        }
        let magnitude = self.b.ins().fabs(x);
        let limit = self.splat(if test == Test::SafeInteger { crate::range::EXACT - 1.0 } else { f64::MAX });
        let finite = self.compare_pairs(FloatCC::LessThanOrEqual, magnitude, limit);
        if test == Test::Finite {
            return finite;
        }
        let whole = self.b.ins().trunc(x);
        let is_whole = self.compare_pairs(FloatCC::Equal, whole, x);
        self.b.ins().band(finite, is_whole)
    }

    /// Where the element of one lane is.
    pub(super) fn lane_address(&mut self, arr: crate::ir::Arr, index: E, lane: i64, lanes: &Lanes<'_>) -> Address {
        let place = lanes.place();
        let stride = self.stride(index, place);
        let Some(poly) = self.lane_poly(index, place) else { unreachable!("it has been looked at before") };
        // At a constant distance from the first lane's, where that is one.
        let (ahead, distance) = stride.map_or((lane, 0), |stride| (0, stride * lane));
        let variable = self.b.ins().iadd_imm_s(lanes.first, ahead);
        let position = self.position_of(&poly, &[(Symbol::Local(lanes.index.0), variable)]);
        self.locate(arr, Position { fixed: position.fixed + distance, ..position })
    }

    fn load_pair(&mut self, arr: crate::ir::Arr, index: E, lanes: &mut Lanes<'_>) -> Value {
        let element = self.element_of(arr);
        let stride = self.stride(index, (lanes.index, lanes.changes));
        let first = self.lane_address(arr, index, 0, lanes);
        match (stride, element) {
            (Some(1), Element::F64) => self.b.ins().load(types::F64X2, plain(), first.start, first.offset),
            (Some(1), Element::F32 | Element::I32) => {
                let bits = self.b.ins().load(types::I64, plain(), first.start, first.offset);
                let low = self.b.ins().scalar_to_vector(types::I64X2, bits);
                if element == Element::F32 {
                    let singles = self.cast(types::F32X4, low);
                    return self.b.ins().fvpromote_low(singles);
                }
                let ints = self.cast(types::I32X4, low);
                let wide = self.b.ins().swiden_low(ints);
                self.b.ins().fcvt_from_sint(types::F64X2, wide)
            }
            (Some(0), _) => {
                let (value, rep) = self.load_at(element, first);
                let scalar = self.to_f64(value, rep);
                self.b.ins().splat(types::F64X2, scalar)
            }
            _ => {
                let second = self.lane_address(arr, index, 1, lanes);
                let (low, rep) = self.load_at(element, first);
                let low = self.to_f64(low, rep);
                let (high, rep) = self.load_at(element, second);
                let high = self.to_f64(high, rep);
                self.pair_from(low, high)
            }
        }
    }

    fn store_pair(&mut self, arr: crate::ir::Arr, index: E, (pair, num): (Value, Num), lanes: &mut Lanes<'_>) {
        let element = self.element_of(arr);
        let stride = self.stride(index, (lanes.index, lanes.changes));
        let first = self.lane_address(arr, index, 0, lanes);
        match (stride, element) {
            (Some(1), Element::F64) => {
                self.b.ins().store(plain(), pair, first.start, first.offset);
            }
            (Some(1), Element::F32) => {
                let singles = self.b.ins().fvdemote(pair);
                let bits = self.cast(types::I64X2, singles);
                let low = self.b.ins().extractlane(bits, 0);
                self.b.ins().store(plain(), low, first.start, first.offset);
            }
            _ => {
                let second = self.lane_address(arr, index, 1, lanes);
                for (lane, address) in [(0, first), (1, second)] {
                    let value = self.b.ins().extractlane(pair, lane);
                    self.store_at(element, address, (value, Rep::F64), num);
                }
            }
        }
    }
}
