//! Types and ranges: an abstract interpretation of the program over [`Fact`]s.
//!
//! Control flow is structured, so one walk suffices, with a fixpoint for each loop. Environments are flow-sensitive:
//! conditions narrow the variables they compare. What is found is joined per expression (over all visits) and per variable
//! (over all assignments).

mod operators;

use std::collections::HashMap;

use crate::element::Element;
use crate::error::{Fault, Reason, fault};
use crate::ir::{AtomicOp, Cmp, E, Kind, Label, Local, Loop, Op, Program, Source, Stmt};
use crate::poly::{Symbol, Symbols, Values};
use crate::range::{BigKind, Fact, Num, Type};

/// Lengths of arrays are below that.
const LENGTH: f64 = 1_099_511_627_776.0;
/// Rounds of a loop before everything that still changes is given up.
const ROUNDS: usize = 64;

type Inferred<T> = Result<T, Fault>;

/// What each variable holds at one point of the program.
pub(crate) type Env = Vec<Fact>;

/// What was found.
pub(crate) struct Facts {
    /// Per expression.
    pub(crate) exprs: Vec<Fact>,
    /// Per variable: all it is assigned.
    pub(crate) locals: Vec<Fact>,
    /// Per variable: it is read while it may be undefined.
    pub(crate) undefined: Vec<bool>,
}

impl Facts {
    pub(crate) fn of(&self, e: E) -> Fact {
        self.exprs[e.0 as usize]
    }
}

/// What is known wherever in the program a symbol is.
impl Symbols for Facts {
    fn values(&self, _symbol: Symbol) -> Values {
        Values::One
    }

    fn span(&self, symbol: Symbol) -> (f64, f64) {
        let num = match symbol {
            Symbol::Local(local) => self.locals[local as usize].num,
            Symbol::Part(e) => self.of(e).num,
            Symbol::Length(_) => return (0.0, LENGTH),
            Symbol::Index | Symbol::Within(_) | Symbol::Least | Symbol::Most => {
                return (f64::NEG_INFINITY, f64::INFINITY);
            }
        };
        (num.lo, num.hi)
    }
}

pub(crate) struct Infer<'p> {
    program: &'p Program,
    facts: Facts,
    /// Of the last visit of each expression.
    last: Vec<Fact>,
    heads: Vec<Option<Env>>,
    jumps: HashMap<Label, Env>,
    square_is_exact: bool,
}

/// Runs the analysis. `env` holds what the variables hold at the start.
/// `result` is evaluated after the body.
pub(crate) fn infer(
    program: &Program,
    env: Env,
    (body, result): (&[Stmt], Option<E>),
    square_is_exact: bool,
) -> Inferred<Facts> {
    let facts = Facts {
        exprs: vec![Fact::NEVER; program.exprs.len()],
        locals: env.clone(),
        undefined: vec![false; program.locals.len()],
    };
    let heads = (0..program.loops).map(|_| None).collect();
    let last = vec![Fact::NEVER; program.exprs.len()];
    let mut infer = Infer { program, facts, last, heads, jumps: HashMap::new(), square_is_exact };
    let end = infer.stmts(body, Some(env))?;
    if let (Some(result), Some(mut env)) = (result, end) {
        infer.expr(result, &mut env)?;
    }
    Ok(infer.facts)
}

/// What an element of a typed array is.
pub(crate) fn element_fact(element: Element) -> Fact {
    let float = Fact::number(Num { single: element != Element::F64, ..Num::ANY });
    match element {
        Element::I8 => Fact::number(Num::ints(-128.0, 127.0)),
        Element::U8 | Element::U8Clamped => Fact::number(Num::ints(0.0, 255.0)),
        Element::I16 => Fact::number(Num::ints(-32_768.0, 32_767.0)),
        Element::U16 => Fact::number(Num::ints(0.0, 65_535.0)),
        Element::I32 => Fact::number(Num::I32),
        Element::U32 => Fact::number(Num::U32),
        Element::F16 | Element::F32 | Element::F64 => float,
        Element::I64 => Fact::big(BigKind::Signed),
        Element::U64 => Fact::big(BigKind::Unsigned),
    }
}

fn join_env(a: Option<Env>, b: Option<Env>) -> Option<Env> {
    match (a, b) {
        (Some(mut a), Some(b)) => {
            for (a, b) in a.iter_mut().zip(b) {
                *a = a.join(b);
            }
            Some(a)
        }
        (a, None) => a,
        (None, b) => b,
    }
}

impl Infer<'_> {
    fn stmts(&mut self, stmts: &[Stmt], mut env: Option<Env>) -> Inferred<Option<Env>> {
        for stmt in stmts {
            let Some(now) = env else { return Ok(None) };
            env = self.stmt(stmt, now)?;
        }
        Ok(env)
    }

    fn stmt(&mut self, stmt: &Stmt, mut env: Env) -> Inferred<Option<Env>> {
        match stmt {
            Stmt::Expr(e) => {
                let alive = self.expr(*e, &mut env)?;
                Ok(alive.map(|_| env))
            }
            Stmt::If(test, then, otherwise) => {
                if self.expr(*test, &mut env)?.is_none() {
                    return Ok(None);
                }
                let (yes, no) = self.branch(*test, env);
                let a = self.stmts(then, yes)?;
                let b = self.stmts(otherwise, no)?;
                Ok(join_env(a, b))
            }
            Stmt::Labeled(label, body) => {
                self.jumps.remove(label);
                let end = self.stmts(body, Some(env))?;
                Ok(join_env(end, self.jumps.remove(label)))
            }
            Stmt::Jump(label) => {
                let known = self.jumps.remove(label);
                if let Some(joined) = join_env(known, Some(env)) {
                    self.jumps.insert(*label, joined);
                }
                Ok(None)
            }
            Stmt::Loop(inner) => self.looping(inner, env),
            Stmt::Switch { on, exit, cases } => self.switch(*on, *exit, cases, env),
            Stmt::SetArr(_, source) => {
                if let Source::Subarray(_, begin, end) = source {
                    for e in std::iter::once(begin).chain(end.iter()) {
                        let fact = self.expr(*e, &mut env)?.unwrap_or(Fact::NEVER);
                        self.number(*e, fact)?;
                    }
                }
                Ok(Some(env))
            }
            Stmt::Copy { offset, .. } => {
                let fact = self.expr(*offset, &mut env)?.unwrap_or(Fact::NEVER);
                self.number(*offset, fact)?;
                Ok(Some(env))
            }
        }
    }

    fn looping(&mut self, inner: &Loop, env: Env) -> Inferred<Option<Env>> {
        let number = inner.number as usize;
        let entered = env;
        let Some(mut head) = join_env(self.heads[number].take(), Some(entered.clone())) else { return Ok(None) };
        for round in 0.. {
            self.jumps.remove(&inner.exit);
            self.jumps.remove(&inner.next);
            let mut leaves = None;
            let mut at_body = Some(head.clone());
            if inner.test_first {
                (at_body, leaves) = self.tested(inner.test, at_body)?;
            }
            let end = self.stmts(&inner.body, at_body)?;
            let mut back = join_env(end, self.jumps.remove(&inner.next));
            if !inner.test_first {
                let (again, out) = self.tested(inner.test, back)?;
                back = again;
                leaves = out;
            }
            if let (Some(update), Some(env)) = (inner.update, back.as_mut())
                && self.expr(update, env)?.is_none()
            {
                back = None;
            }
            let next = join_env(Some(entered.clone()), back).unwrap_or_default();
            let changed = head.iter().zip(&next).any(|(old, new)| !old.includes(*new));
            if !changed {
                let end = join_env(leaves, self.jumps.remove(&inner.exit));
                self.heads[number] = Some(head);
                return Ok(end);
            }
            for (old, new) in head.iter_mut().zip(&next) {
                let joined = old.join(*new);
                *old = if round == 0 { joined } else { old.widen(joined) };
                if round > ROUNDS {
                    old.num = Num::ANY;
                }
            }
        }
        Ok(None)
    }

    /// What holds where the test of a loop succeeds, and where it fails.
    fn tested(&mut self, test: Option<E>, env: Option<Env>) -> Inferred<(Option<Env>, Option<Env>)> {
        let (Some(test), Some(mut now)) = (test, env.clone()) else { return Ok((env, None)) };
        if self.expr(test, &mut now)?.is_none() {
            return Ok((None, None));
        }
        Ok(self.branch(test, now))
    }

    fn switch(
        &mut self,
        on: Local,
        exit: Label,
        cases: &[(Option<E>, Vec<Stmt>)],
        mut env: Env,
    ) -> Inferred<Option<Env>> {
        self.jumps.remove(&exit);
        // All tests are evaluated before any case, as far as variables are concerned.
        for (test, _) in cases {
            if let Some(test) = test {
                let fact = self.expr(*test, &mut env)?.unwrap_or(Fact::NEVER);
                let kind = env[on.0 as usize].ty;
                if fact.ty != kind && fact.ty != Type::Never && kind != Type::Never {
                    let at = self.program.at(*test);
                    return fault(Reason::Type, at, "this case has another type than the value of the switch", "");
                }
            }
        }
        let mut falls = None;
        let mut has_default = false;
        for (test, body) in cases {
            has_default |= test.is_none();
            let at_case = join_env(falls, Some(env.clone()));
            falls = self.stmts(body, at_case)?;
        }
        let end = if has_default { falls } else { join_env(falls, Some(env)) };
        Ok(join_env(end, self.jumps.remove(&exit)))
    }

    /// The environments in which a condition that has just been evaluated holds, and does not hold.
    fn branch(&self, test: E, env: Env) -> (Option<Env>, Option<Env>) {
        let fact = self.last[test.0 as usize];
        let known = fact.known_bool();
        let yes = (known != Some(false)).then(|| self.narrow(test, env.clone(), true));
        let no = (known != Some(true)).then(|| self.narrow(test, env, false));
        (yes.flatten(), no.flatten())
    }

    /// The environment with what `test` being `truth` says about variables; `None` if that cannot be.
    fn narrow(&self, test: E, mut env: Env, truth: bool) -> Option<Env> {
        match self.program.kind(test) {
            Kind::Not(inner) => return self.narrow(*inner, env, !truth),
            Kind::And(a, b) if truth => {
                let env = self.narrow(*a, env, true)?;
                return self.narrow(*b, env, true);
            }
            Kind::Or(a, b) if !truth => {
                let env = self.narrow(*a, env, false)?;
                return self.narrow(*b, env, false);
            }
            Kind::Seq(parts) => {
                if let Some(last) = parts.last() {
                    return self.narrow(*last, env, truth);
                }
            }
            Kind::Cmp { op, a, b, .. } => {
                let (x, y) = (self.last[a.0 as usize], self.last[b.0 as usize]);
                let numbers = |fact: Fact| fact.ty == Type::Number && !fact.undefined;
                if numbers(x) && numbers(y) {
                    let op = if truth { *op } else { negated(*op) };
                    // The negation of `<` also holds of NaN.
                    let ordered = (truth && op != Cmp::Ne) || !(x.num.nan || y.num.nan);
                    let (nx, ny) = compared(op, x.num, y.num, ordered, truth);
                    self.refine(*a, x.num, nx, &mut env);
                    self.refine(*b, y.num, ny, &mut env);
                }
            }
            _ => {}
        }
        Some(env)
    }

    /// Notes that the value of `e`, which was `old`, is `new`.
    fn refine(&self, e: E, old: Num, new: Num, env: &mut Env) {
        match self.program.kind(e) {
            Kind::Get(local) | Kind::Set(local, _) => {
                let fact = &mut env[local.0 as usize];
                // Only if nothing has assigned it since.
                if fact.ty == Type::Number && fact.num == old {
                    fact.num = new;
                }
            }
            Kind::Bin(op @ (Op::Add | Op::Sub), a, b) => {
                if let (Kind::Num(by), true) = (self.program.kind(*b), old.is_int()) {
                    let by = if *op == Op::Add { *by } else { -by };
                    let before = self.last[a.0 as usize].num;
                    if before.is_int() && by.fract() == 0.0 && by.abs() <= 256.0 {
                        let lo = before.lo.max(new.lo - by);
                        let hi = before.hi.min(new.hi - by);
                        self.refine(*a, before, Num { lo, hi, ..before }, env);
                    }
                }
            }
            _ => {}
        }
    }

    /// Evaluates; `None` if the evaluation never ends (it jumps away).
    fn expr(&mut self, e: E, env: &mut Env) -> Inferred<Option<Fact>> {
        let Some(fact) = self.eval(e, env)? else { return Ok(None) };
        let slot = &mut self.facts.exprs[e.0 as usize];
        *slot = slot.join(fact);
        self.last[e.0 as usize] = fact;
        Ok(Some(fact))
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each kind of node")]
    fn eval(&mut self, e: E, env: &mut Env) -> Inferred<Option<Fact>> {
        let program = self.program;
        let at = program.at(e);
        macro_rules! value {
            ($e:expr) => {
                match self.expr($e, env)? {
                    Some(fact) => fact,
                    None => return Ok(None),
                }
            };
        }
        macro_rules! number {
            ($e:expr) => {{
                let fact = value!($e);
                self.number($e, fact)?
            }};
        }
        Ok(Some(match program.kind(e) {
            Kind::Num(value) => Fact::number(Num::constant(*value)),
            Kind::Bool(value) => Fact::boolean(*value, !*value),
            Kind::Big(value) => Fact::big(big_constant(*value)),
            Kind::Undef => Fact::UNDEFINED,
            Kind::Get(local) => {
                let fact = env[local.0 as usize];
                if fact.undefined {
                    self.facts.undefined[local.0 as usize] = true;
                }
                if fact.ty == Type::Mixed {
                    let name = &program.locals[local.0 as usize].name;
                    let reason = format!("`{name}` is sometimes a number and sometimes a boolean or bigint");
                    return fault(Reason::Type, at, reason, "use one type for a variable: `x ? 1 : 0`, `x !== 0`");
                }
                fact
            }
            Kind::Set(local, a) => {
                let fact = value!(*a);
                if fact.ty == Type::Mixed {
                    let name = &program.locals[local.0 as usize].name;
                    let reason = format!("`{name}` gets sometimes a number, sometimes a boolean or bigint");
                    return fault(Reason::Type, at, reason, "use one type: `x ? 1 : 0`, `x !== 0`");
                }
                let index = local.0 as usize;
                env[index] = fact;
                self.facts.locals[index] = self.facts.locals[index].join(fact);
                fact
            }
            Kind::Load(arr, index) => {
                let index_fact = value!(*index);
                self.number(*index, index_fact)?;
                element_fact(program.arrs[arr.0 as usize].element)
            }
            Kind::Store(arr, index, a) => {
                let index_fact = value!(*index);
                self.number(*index, index_fact)?;
                let fact = value!(*a);
                if !program.arrs[arr.0 as usize].open {
                    self.storable(program.arrs[arr.0 as usize].element, *a, fact)?;
                }
                fact
            }
            Kind::Update { arr, index, op, value: a, old } => {
                let index_fact = value!(*index);
                self.number(*index, index_fact)?;
                let fact = value!(*a);
                let element = program.arrs[arr.0 as usize].element;
                let before = element_fact(element);
                let after = self.binary(*op, *index, before, *a, fact, at)?;
                if *old { before } else { after }
            }
            Kind::Atomic { op, arr, value } => {
                let element = program.arrs[arr.0 as usize].element;
                if let AtomicOp::CompareExchange { expected } = op {
                    let fact = value!(*expected);
                    self.storable(element, *expected, fact)?;
                }
                let fact = value!(*value);
                self.storable(element, *value, fact)?;
                element_fact(element)
            }
            Kind::Len(_) => Fact::number(Num::ints(0.0, LENGTH)),
            Kind::Bin(op, a, b) => {
                let x = value!(*a);
                let y = value!(*b);
                self.binary(*op, *a, x, *b, y, at)?
            }
            Kind::Neg(a) => match value!(*a) {
                fact if fact.ty == Type::BigInt => Fact::big(BigKind::Modular),
                fact => Fact::number(self.number(*a, fact)?.neg()),
            },
            Kind::Plus(a) => Fact::number(number!(*a)),
            Kind::BitNot(a) => match value!(*a) {
                fact if fact.ty == Type::BigInt => match fact.big {
                    BigKind::Signed | BigKind::Both => Fact::big(BigKind::Signed),
                    _ => Fact::big(BigKind::Modular),
                },
                fact => {
                    let x = self.number(*a, fact)?.to_i32();
                    Fact::number(Num::ints(-x.hi - 1.0, -x.lo - 1.0))
                }
            },
            Kind::Not(a) => {
                let fact = value!(*a);
                match fact.known_bool() {
                    Some(known) => Fact::boolean(!known, known),
                    None => Fact::boolean(true, true),
                }
            }
            Kind::Cmp { op, strict, a, b } => {
                let x = value!(*a);
                let y = value!(*b);
                self.compare(*op, *strict, (*a, x), (*b, y), at)?
            }
            Kind::And(a, b) | Kind::Or(a, b) => {
                let is_and = matches!(program.kind(e), Kind::And(..));
                let x = value!(*a);
                let (yes, no) = self.branch(*a, env.clone());
                let (right, short) = if is_and { (yes, no) } else { (no, yes) };
                let mut result = Fact::NEVER;
                let mut after = None;
                if let Some(short) = short {
                    // What a value is when it decides: false for `&&`, true for `||`.
                    let decides = if x.ty == Type::Boolean { Fact::boolean(!is_and, is_and) } else { x };
                    result = result.join(decides);
                    after = Some(short);
                }
                if let Some(mut right) = right
                    && let Some(fact) = self.expr(*b, &mut right)?
                {
                    result = result.join(fact);
                    after = join_env(after, Some(right));
                }
                match after {
                    Some(joined) => *env = joined,
                    None => return Ok(None),
                }
                result
            }
            Kind::Coalesce(a, b) => {
                let x = value!(*a);
                if x.undefined {
                    let mut other = env.clone();
                    let fact = self.expr(*b, &mut other)?;
                    if let Some(fact) = fact {
                        *env = join_env(Some(std::mem::take(env)), Some(other)).unwrap_or_default();
                        if x.ty != Type::Never {
                            let reason = "a value that is undefined on some paths is tested for that";
                            return fault(Reason::Type, at, reason, "give the variable a value on every path");
                        }
                        return Ok(Some(fact));
                    }
                    return Ok(None);
                }
                x
            }
            Kind::Cond(c, a, b) => {
                let _ = value!(*c);
                let (yes, no) = self.branch(*c, env.clone());
                let mut result = Fact::NEVER;
                let mut after = None;
                for (side, branch) in [(*a, yes), (*b, no)] {
                    if let Some(mut branch) = branch
                        && let Some(fact) = self.expr(side, &mut branch)?
                    {
                        result = result.join(fact);
                        after = join_env(after, Some(branch));
                    }
                }
                match after {
                    Some(joined) => *env = joined,
                    None => return Ok(None),
                }
                result
            }
            Kind::Math(function, args) => {
                let mut nums = Vec::new();
                for arg in args {
                    nums.push(number!(*arg));
                }
                Fact::number(operators::math(*function, &nums))
            }
            Kind::Random => Fact::number(Num { negative_zero: false, ..Num::reals(0.0, 1.0) }),
            Kind::Test(_, a) => {
                let _ = number!(*a);
                Fact::boolean(true, true)
            }
            Kind::Same(a, b) => {
                let x = value!(*a);
                let y = value!(*b);
                if x.ty == Type::BigInt || y.ty == Type::BigInt {
                    return fault(Reason::Type, at, "`Object.is` of bigints", "use `===`");
                }
                let _ = self.number(*a, x)?;
                let _ = self.number(*b, y)?;
                Fact::boolean(true, true)
            }
            Kind::Number(a) => match value!(*a) {
                fact if fact.ty == Type::BigInt => {
                    self.exact(*a, fact)?;
                    let (lo, hi) = (-9.3e18, 1.9e19);
                    Fact::number(Num { negative_zero: false, ..Num::reals(lo, hi) })
                }
                fact => Fact::number(self.number(*a, fact)?),
            },
            Kind::BigInt(a) => match value!(*a) {
                fact if fact.ty == Type::BigInt => fact,
                fact => {
                    let num = self.number(*a, fact)?;
                    if !num.is_int() {
                        let hint = "round it: `BigInt(x | 0)`, `BigInt(Math.floor(x))` of a bounded value";
                        return fault(Reason::Type, at, "`BigInt` of a number that may not be an integer", hint);
                    }
                    Fact::big(if num.lo >= 0.0 { BigKind::Both } else { BigKind::Signed })
                }
            },
            Kind::Wrap { signed, bits, value: a } => {
                let fact = value!(*a);
                if fact.ty != Type::BigInt {
                    return fault(Reason::Type, at, "`BigInt.asIntN` of a number", "convert it first: `BigInt(x)`");
                }
                Fact::big(match (signed, bits) {
                    (true, _) => BigKind::Signed,
                    (false, 64) => BigKind::Unsigned,
                    (false, _) => BigKind::Both,
                })
            }
            Kind::Seq(parts) => {
                let mut fact = Fact::UNDEFINED;
                for part in parts {
                    fact = value!(*part);
                }
                fact
            }
            Kind::Block(stmts, result) => {
                let Some(after) = self.stmts(stmts, Some(std::mem::take(env)))? else { return Ok(None) };
                *env = after;
                value!(*result)
            }
            Kind::Pick(locals, index) => {
                let index_fact = value!(*index);
                self.number(*index, index_fact)?;
                let mut fact = Fact::NEVER;
                for local in locals {
                    fact = fact.join(env[local.0 as usize]);
                    if env[local.0 as usize].undefined {
                        self.facts.undefined[local.0 as usize] = true;
                    }
                }
                if fact.ty == Type::Mixed {
                    return fault(Reason::Type, at, "the elements of this array differ in type", "use one type");
                }
                fact
            }
            Kind::Put(locals, index, a) => {
                let index_fact = value!(*index);
                self.number(*index, index_fact)?;
                let fact = value!(*a);
                for local in locals {
                    let i = local.0 as usize;
                    env[i] = env[i].join(fact);
                    self.facts.locals[i] = self.facts.locals[i].join(fact);
                    if env[i].ty == Type::Mixed {
                        return fault(Reason::Type, at, "the elements of this array differ in type", "use one type");
                    }
                }
                fact
            }
        }))
    }
}

fn big_constant(value: i128) -> BigKind {
    match value {
        0..=0x7fff_ffff_ffff_ffff => BigKind::Both,
        v if v < 0 => BigKind::Signed,
        _ => BigKind::Unsigned,
    }
}

fn negated(op: Cmp) -> Cmp {
    match op {
        Cmp::Lt => Cmp::Ge,
        Cmp::Le => Cmp::Gt,
        Cmp::Gt => Cmp::Le,
        Cmp::Ge => Cmp::Lt,
        Cmp::Eq => Cmp::Ne,
        Cmp::Ne => Cmp::Eq,
    }
}

/// Both sides after `x op y` was found true. `ordered`: neither can be NaN then.
fn compared(op: Cmp, x: Num, y: Num, ordered: bool, truth: bool) -> (Num, Num) {
    let (mut nx, mut ny) = (x, y);
    // A comparison that holds excludes NaN; one that fails does not.
    if truth && op != Cmp::Ne {
        nx.nan = false;
        ny.nan = false;
    }
    if !ordered {
        return (nx, ny);
    }
    let step = if x.is_int() && y.is_int() { 1.0 } else { 0.0 };
    match op {
        Cmp::Lt => {
            nx.hi = x.hi.min(y.hi - step);
            ny.lo = y.lo.max(x.lo + step);
        }
        Cmp::Le => {
            nx.hi = x.hi.min(y.hi);
            ny.lo = y.lo.max(x.lo);
        }
        Cmp::Gt => {
            nx.lo = x.lo.max(y.lo + step);
            ny.hi = y.hi.min(x.hi - step);
        }
        Cmp::Ge => {
            nx.lo = x.lo.max(y.lo);
            ny.hi = y.hi.min(x.hi);
        }
        Cmp::Eq => {
            nx.lo = x.lo.max(y.lo);
            nx.hi = x.hi.min(y.hi);
            (ny.lo, ny.hi) = (nx.lo, nx.hi);
        }
        Cmp::Ne => {
            // Only the end of an integer interval can be cut off.
            if step == 1.0 && y.lo == y.hi {
                if x.lo == y.lo {
                    nx.lo += 1.0;
                }
                if x.hi == y.hi {
                    nx.hi -= 1.0;
                }
                if y.lo == 0.0 {
                    nx.negative_zero = false;
                }
            }
        }
    }
    // An empty interval means that the branch is dead; keep it consistent instead.
    if nx.lo > nx.hi {
        (nx.lo, nx.hi) = (x.lo, x.hi);
    }
    if ny.lo > ny.hi {
        (ny.lo, ny.hi) = (y.lo, y.hi);
    }
    (nx, ny)
}
