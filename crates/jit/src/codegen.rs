//! From [`Program`] to Cranelift's instructions, one iteration at a time.
//!
//! Every variable has one register class for each type it takes. Numbers that `infer` proved to be integers without -0 live
//! in integer registers. No instruction can trap: divisors are tested, indices compared, conversions saturate.

mod access;
mod anchor;
mod atomic;
mod big;
mod bits;
mod choice;
mod condition;
mod division;
mod flow;
mod fold;
mod held;
mod hoist;
mod leaving;
mod lockstep;
mod math;
mod number;
mod pick;
mod repr;
mod uniform;
mod value;
mod variable;
mod vector;

use std::collections::{HashMap, HashSet};

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{AbiParam, Block, InstBuilder, MemFlagsData, Signature, Type, Value, types};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, Variable};

use crate::affine::{self, Changes, Counters, Definitions};
use crate::engine::Engine;
use crate::error::At;
use crate::infer::Facts;
use crate::ir::{Arr, E, Kind, Label, Local, MathFn, Outcome, Program, Stmt};
use crate::kernel::{self, Status};
use crate::lower::{Input, Lowered};
use crate::request::{Entry, Param};
use access::Position;
use anchor::{Anchor, Pointer, Round};
pub(crate) use repr::{Class, Rep, choose as choose_reps};
use uniform::Uniform;
pub(crate) use vector::ROUND;

/// What code generation tells besides the code.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) sites: Vec<Site>,
    pub(crate) checks: u32,
    pub(crate) unchecked: u32,
    pub(crate) hoisted: u32,
    pub(crate) called: Vec<MathFn>,
    pub(crate) lanes: Option<u32>,
    pub(crate) scalar_because: String,
}

/// A place where a run can fail.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) at: At,
    pub(crate) what: SiteKind,
    pub(crate) array: String,
}

/// What failed at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteKind {
    /// An index outside of the array was read.
    Read,
    /// An index outside of the array was written.
    Write,
    /// `set` would write past the end.
    Copy,
    /// A bigint was divided by zero.
    BigDivision,
}

/// How the surroundings of the loop body look.
pub(crate) struct Plan<'x> {
    pub(crate) lowered: &'x Lowered,
    pub(crate) facts: &'x Facts,
    pub(crate) entry: Entry,
    pub(crate) params: &'x [Param],
    pub(crate) engine: &'x Engine,
    /// For each array of the arguments the first that is the same memory; nothing if other iterations may write what one reads.
    pub(crate) same: Option<&'x [u32]>,
    /// Whether loops may use vector registers, or why not.
    pub(crate) vectorize: Result<(), &'static str>,
}

pub(crate) struct Gen<'x, 'f> {
    program: &'x Program,
    facts: &'x Facts,
    engine: &'x Engine,
    same: Option<&'x [u32]>,
    b: FunctionBuilder<'f>,
    reps: Vec<Rep>,
    vars: HashMap<(u32, Class), Variable>,
    arrs: Vec<Option<(Value, Value)>>,
    arr_vars: HashMap<u32, (Variable, Variable)>,
    labels: HashMap<Label, (Block, u32)>,
    /// Accesses whose index is known to be in range.
    safe: HashSet<E>,
    /// Those that may be read without being needed.
    free: HashSet<E>,
    /// Accesses of the loop at hand whose address is not made from the index.
    anchors: HashMap<E, Anchor>,
    pointers: Vec<Pointer>,
    /// While a vector loop is generated: variables that all lanes have in common.
    uniform: Uniform,
    /// Accesses of elements that are in registers.
    held: HashMap<E, Variable>,
    /// In iterations that are generated several times.
    round: Option<Round>,
    /// Checks made on every path to here.
    checked: Vec<(Arr, Position)>,
    cancel: Option<Value>,
    control: Option<Value>,
    fail: Option<Block>,
    stop: Option<Block>,
    random: Option<Variable>,
    definitions: Definitions,
    counters: Counters,
    /// In a loop that is run because the check before it has failed.
    is_fallback: bool,
    body: &'x [Stmt],
    /// Whether the current block can be reached.
    reachable: bool,
    pub(crate) report: Report,
}

/// The signature of all kernels.
pub(crate) fn signature(call_conv: CallConv) -> Signature {
    let mut signature = Signature::new(call_conv);
    for _ in 0..4 {
        signature.params.push(AbiParam::new(types::I64));
    }
    signature.returns.push(AbiParam::new(types::I32));
    signature
}

/// Reads and writes of arrays: never trap, may be unaligned.
fn plain() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

impl<'x, 'f> Gen<'x, 'f> {
    pub(crate) fn new(plan: &Plan<'x>, b: FunctionBuilder<'f>) -> Self {
        let program = &plan.lowered.program;
        let definitions = affine::definitions(program, &plan.lowered.body);
        Self {
            program,
            facts: plan.facts,
            engine: plan.engine,
            b,
            reps: repr::choose(program, plan.facts, &plan.lowered.body),
            vars: HashMap::new(),
            arrs: vec![None; program.arrs.len()],
            arr_vars: HashMap::new(),
            labels: HashMap::new(),
            safe: HashSet::new(),
            free: HashSet::new(),
            anchors: HashMap::new(),
            pointers: Vec::new(),
            uniform: Uniform::default(),
            held: HashMap::new(),
            same: plan.same,
            round: None,
            checked: Vec::new(),
            cancel: None,
            control: None,
            fail: None,
            stop: None,
            random: None,
            counters: affine::counters(program, plan.facts, &definitions, &plan.lowered.body),
            definitions,
            is_fallback: false,
            body: &plan.lowered.body,
            reachable: true,
            report: Report::default(),
        }
    }

    /// Generates the whole function.
    pub(crate) fn run(mut self, plan: &Plan<'x>) -> (FunctionBuilder<'f>, Report) {
        let entry = self.b.create_block();
        self.b.append_block_params_for_function_params(entry);
        self.enter(entry);
        let [args, lo, hi, control] = *self.b.block_params(entry) else { unreachable!("four parameters") };
        self.control = Some(control);
        let flag = self.b.ins().load(types::I64, plain(), control, kernel::CANCEL);
        self.cancel = Some(flag);
        self.fail = Some(self.b.create_block());
        self.stop = Some(self.b.create_block());
        let result = self.inputs(plan, args);
        if self.program.uses_random {
            self.seed(control, lo);
        }
        if let (Some(acc), Some(result)) = (plan.lowered.acc, result) {
            self.load_acc(acc, result);
        }
        let body = &plan.lowered.body;
        match plan.lowered.index {
            None => {
                self.stmts(body);
                if self.reachable {
                    self.outcome(&plan.lowered.outcome, result);
                }
            }
            Some(index) => {
                self.range(plan, index, (lo, hi), body);
                if let (Some(acc), Some(result)) = (plan.lowered.acc, result) {
                    self.store_acc(acc, result);
                }
            }
        }
        if self.reachable {
            self.finish(Status::Done);
        }
        self.exits();
        (self.b, self.report)
    }

    /// Reads the arguments. Returns the address of the result.
    fn inputs(&mut self, plan: &Plan<'x>, args: Value) -> Option<Value> {
        let mut offset = 0;
        let mut word = |this: &mut Self, ty: Type| {
            let value = this.b.ins().load(ty, plain().with_readonly(), args, offset);
            offset += 8;
            value
        };
        for (position, input) in plan.lowered.inputs.iter().enumerate() {
            match input {
                Input::Array(arr) => {
                    let base = word(self, types::I64);
                    let len = word(self, types::I64);
                    self.arrs[arr.0 as usize] = Some((base, len));
                }
                Input::Scalar(local) => match plan.params[position] {
                    Param::Number => {
                        let value = word(self, types::F64);
                        self.define(*local, value, Rep::F64);
                    }
                    Param::Integer | Param::Natural(_) | Param::Zero => {
                        let value = word(self, types::I64);
                        self.define(*local, value, Rep::I64);
                    }
                    Param::Boolean => {
                        let value = word(self, types::I64);
                        let bit = self.b.ins().ireduce(types::I8, value);
                        self.define(*local, bit, Rep::Bool);
                    }
                    Param::Big(_) => {
                        let value = word(self, types::I64);
                        self.define(*local, value, Rep::Big);
                    }
                    Param::Array(_) => unreachable!("arrays are no scalars"),
                },
            }
        }
        if let Some(output) = plan.lowered.output {
            let base = word(self, types::I64);
            let len = word(self, types::I64);
            self.arrs[output.0 as usize] = Some((base, len));
            return None;
        }
        (!matches!(plan.entry, Entry::For { .. })).then(|| word(self, types::I64))
    }

    /// The loop over the given range.
    fn range(&mut self, plan: &Plan<'x>, index: Local, (lo, hi): (Value, Value), body: &'x [Stmt]) {
        self.safe.extend(plan.lowered.trusted.iter().copied());
        self.report.unchecked += u32::try_from(plan.lowered.trusted.len()).unwrap_or(0);
        if plan.entry == Entry::Reduce {
            match self.fold_of(plan, body) {
                Ok(fold) => self.fold_range(fold, index, (lo, hi), body),
                Err(reason) => {
                    reason.clone_into(&mut self.report.scalar_because);
                    self.range_once(index, (lo, hi), body);
                }
            }
            return;
        }
        let changes = Changes::of(self.program, body, &[]);
        let hoisted = self.hoistable_at_entry(plan, index, body, &changes);
        if hoisted.accesses.is_empty() {
            let lo = self.vector_part(plan, index, (lo, hi), body, (&hoisted, &changes));
            return self.range_once(index, (lo, hi), body);
        }
        let last = self.b.ins().iadd_imm_s(hi, -1);
        let ok = self.ends_in_range(&hoisted, lo, last);
        let [fast, slow, end] = [(); 3].map(|()| self.b.create_block());
        self.b.set_cold_block(slow);
        self.b.ins().brif(ok, fast, &[], slow, &[]);
        for (block, is_fast) in [(fast, true), (slow, false)] {
            self.enter(block);
            self.reachable = true;
            if is_fast {
                self.trust(&hoisted);
            } else {
                self.is_fallback = true;
                self.distrust(&hoisted);
            }
            let start = if is_fast { self.vector_part(plan, index, (lo, hi), body, (&hoisted, &changes)) } else { lo };
            self.range_once(index, (start, hi), body);
            if self.reachable {
                self.b.ins().jump(end, &[]);
            }
        }
        self.enter(end);
        self.reachable = true;
    }

    /// The first iterations several at a time, where that is possible; where to go on.
    fn vector_part(
        &mut self,
        plan: &Plan<'x>,
        index: Local,
        (lo, hi): (Value, Value),
        body: &'x [Stmt],
        (hoisted, changes): (&hoist::Hoisted, &Changes),
    ) -> Value {
        let verdict =
            plan.vectorize.and_then(|()| hoisted.verdict.unwrap_or_else(|| self.vectorizable(index, body, changes)));
        match verdict {
            Ok(()) => {
                self.report.lanes = Some(vector::LANES);
                self.vector_loop(index, (lo, hi), body, changes)
            }
            Err(reason) => {
                reason.clone_into(&mut self.report.scalar_because);
                lo
            }
        }
    }

    fn range_once(&mut self, index: Local, (lo, hi): (Value, Value), body: &'x [Stmt]) {
        let [head, next, done] = [(); 3].map(|()| self.b.create_block());
        self.define(index, lo, Rep::I64);
        let any = self.b.ins().icmp(IntCC::SignedLessThan, lo, hi);
        self.b.ins().brif(any, head, &[], done, &[]);
        self.b.switch_to_block(head);
        let checked = self.checked.len();
        self.stmts(body);
        self.checked.truncate(checked);
        if self.reachable {
            self.b.ins().jump(next, &[]);
        }
        self.enter(next);
        self.reachable = true;
        let now = self.read(index, Class::Number).0;
        let after = self.b.ins().iadd_imm_s(now, 1);
        self.define(index, after, Rep::I64);
        self.poll();
        let more = self.b.ins().icmp(IntCC::SignedLessThan, after, hi);
        self.b.ins().brif(more, head, &[], done, &[]);
        self.b.seal_block(head);
        self.enter(done);
    }

    fn outcome(&mut self, outcome: &Outcome, result: Option<Value>) {
        let Some(address) = result else { return };
        match outcome {
            Outcome::Nothing => {}
            Outcome::Scalar(e) => self.store_result(*e, address, 0),
            Outcome::Tuple(locals) => {
                for (position, local) in locals.iter().enumerate() {
                    let (value, rep) = self.read(*local, Class::Number);
                    let value = self.to_f64(value, rep);
                    let offset = i32::try_from(position * 8).unwrap_or(0);
                    self.b.ins().store(plain(), value, address, offset);
                }
            }
        }
    }

    /// Writes a scalar to memory: bigints as 64 bits, anything else as a double.
    fn store_result(&mut self, e: E, address: Value, offset: i32) {
        let (value, rep) = self.any(e);
        let value = if rep == Rep::Big { value } else { self.to_f64(value, rep) };
        self.b.ins().store(plain(), value, address, offset);
    }

    fn load_acc(&mut self, acc: Local, address: Value) {
        if self.facts.locals[acc.0 as usize].ty == crate::range::Type::BigInt {
            let value = self.b.ins().load(types::I64, plain(), address, 0);
            self.define(acc, value, Rep::Big);
        } else {
            let value = self.b.ins().load(types::F64, plain(), address, 0);
            self.define(acc, value, Rep::F64);
        }
    }

    fn store_acc(&mut self, acc: Local, address: Value) {
        let big = self.facts.locals[acc.0 as usize].ty == crate::range::Type::BigInt;
        let (value, rep) = self.read(acc, if big { Class::Big } else { Class::Number });
        let value = if rep == Rep::Big { value } else { self.to_f64(value, rep) };
        self.b.ins().store(plain(), value, address, 0);
    }

    fn finish(&mut self, status: Status) {
        let status = self.b.ins().iconst(types::I32, status as i64);
        self.b.ins().return_(&[status]);
        self.reachable = false;
    }

    /// Leaves when the run has been cancelled. On every back-edge.
    fn poll(&mut self) {
        let (Some(flag), Some(stop)) = (self.cancel, self.stop) else { return };
        // Atomic, so that no two reads are taken for one.
        let value = self.b.ins().atomic_load(types::I32, plain(), flag);
        let go = self.b.create_block();
        self.b.ins().brif(value, stop, &[], go, &[]);
        self.enter(go);
    }

    /// The blocks that end a run early.
    fn exits(&mut self) {
        let (Some(fail), Some(stop), Some(control)) = (self.fail, self.stop, self.control) else { return };
        self.b.switch_to_block(stop);
        self.b.set_cold_block(stop);
        self.b.seal_block(stop);
        self.finish(Status::Cancelled);
        self.b.set_cold_block(fail);
        let site = self.b.append_block_param(fail, types::I32);
        let index = self.b.append_block_param(fail, types::F64);
        self.enter(fail);
        self.b.ins().store(plain(), site, control, kernel::SITE);
        self.b.ins().store(plain(), index, control, kernel::INDEX);
        self.finish(Status::Failed);
    }

    /// Ends the run with an error unless `ok`. `index` is a number in a register of class `rep`.
    fn require(&mut self, ok: Value, (index, rep): (Value, Rep), at: At, what: SiteKind, array: &str) {
        let Some(fail) = self.fail else { return };
        let site = i64::try_from(self.report.sites.len()).unwrap_or(0);
        self.report.sites.push(Site { at, what, array: array.to_owned() });
        let [go, bad] = [(); 2].map(|()| self.b.create_block());
        // In this order: Cranelift moves nothing out of a loop any more once it has come to a way out of it.
        let fails = self.b.ins().icmp_imm_s(IntCC::Equal, ok, 0);
        self.b.ins().brif(fails, bad, &[], go, &[]);
        self.b.set_cold_block(bad);
        self.enter(bad);
        let site = self.b.ins().iconst(types::I32, site);
        let index = self.to_f64(index, rep);
        self.b.ins().jump(fail, &[site.into(), index.into()]);
        self.enter(go);
    }

    /// The generator of random numbers starts from the job's seed and the first index of the chunk.
    fn seed(&mut self, control: Value, lo: Value) {
        let seed = self.b.ins().load(types::I64, plain(), control, kernel::SEED);
        let factor = self.b.ins().iconst(types::I64, kernel::CHUNK_FACTOR);
        let chunk = self.b.ins().imul(lo, factor);
        let state = self.b.ins().bxor(seed, chunk);
        let variable = self.b.declare_var(types::I64);
        self.b.def_var(variable, state);
        self.random = Some(variable);
    }

    fn kind(&self, e: E) -> &'x Kind {
        let program: &'x Program = self.program;
        program.kind(e)
    }
}
