//! Runs of compiled functions on native threads: calls, maps, loops, reductions; blocking or reported through the port.
//!
//! A run owns its kernel. Its memory belongs to the caller: see `arrays.rs`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use jit::{Control, Element, Entry, Param, ResultType, SiteKind, Status};
use napi::bindgen_prelude::{BigInt, Either4, Null, Unknown};
use napi::{Env, Result};
use sched::{Done, Native, Runtime, Task, Work};

use crate::alive::Alive;
use crate::arrays::{bits_of, memory_of, number_of};
use crate::error::failure;
use crate::isolate::with;
use crate::kernels::{Compiling, Function, function};

/// Elements that one thread folds in sequence; fixes the shape of the tree of a reduction.
const LEAF: u64 = 4096;
/// Chunks that get random numbers of their own, about.
const RANDOM_CHUNKS: u64 = 512;
/// Rounds of a kernel that are worth being handed out whole.
const ROUNDS: u64 = 4;
/// How often a blocked caller looks whether its isolate is being stopped, or its time is over.
const SLICE: Duration = Duration::from_millis(10);

/// Statuses as JavaScript sees them.
const DONE: i32 = 0;
const CANCELLED: i32 = 1;
const FAILED: i32 = 2;

/// Where and how a run failed; places count from 1.
#[napi_derive::napi(object)]
#[derive(Clone)]
pub(crate) struct JitFailure {
    /// `read write copy division`.
    pub kind: String,
    pub array: String,
    pub index: f64,
    pub unit: u32,
    pub at: u32,
    pub line: u32,
    pub column: u32,
}

/// Everything the threads of one run share.
pub(crate) struct Run {
    function: Arc<Function>,
    words: Vec<u64>,
    count: u64,
    /// Indices per unit of the scheduler.
    unit: u64,
    seed: u64,
    failure: Mutex<Option<(u64, JitFailure)>>,
    /// Of a reduction: one result per leaf.
    partials: Vec<AtomicU64>,
    combine: Option<Arc<Function>>,
    /// What the leaves were combined to.
    value: OnceLock<u64>,
}

/// What a native thread does for a slot.
pub(crate) enum UnderWay {
    Running(Arc<Run>),
    Compiling(Arc<Compiling>),
}

/// What is under way and reports to a slot: its task, for cancellation.
#[derive(Default)]
struct Pending {
    tasks: HashMap<u32, (Arc<Task>, UnderWay)>,
    /// The isolate's clean-up hook is set.
    hooked: bool,
}

thread_local! {
    static PENDING: RefCell<Pending> = RefCell::default();
    static LAST_FAILURE: RefCell<Option<JitFailure>> = const { RefCell::new(None) };
}

impl Run {
    /// Runs indices `lo..hi` on this thread.
    fn range(&self, task: &Task, lo: u64, hi: u64) {
        let mut control = Control::new(task.cancel_flag(), self.seed);
        let (from, to) = (lo.cast_signed(), hi.cast_signed());
        // SAFETY: `words` was made for this function's parameters by `words_of`; the arrays are kept by the caller until the
        // run has ended; ranges stay below `count`, which `prepare` has compared with all lengths.
        let status = unsafe { self.function.compiled.kernel.run(&self.words, from, to, &mut control) };
        if status == Status::Failed {
            self.fail(&self.function, lo, &control);
            task.cancel();
        }
    }

    fn fail(&self, function: &Function, lo: u64, control: &Control) {
        let (site, index) = control.failure();
        let Some(site) = function.compiled.sites.get(site as usize) else { return };
        let kind = match site.kind {
            SiteKind::Read => "read",
            SiteKind::Write => "write",
            SiteKind::Copy => "copy",
            SiteKind::BigDivision => "division",
        };
        let failure = JitFailure {
            kind: kind.to_owned(),
            array: site.array.clone(),
            index,
            unit: site.unit,
            at: site.at,
            line: site.line,
            column: site.column,
        };
        let mut first = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        if first.as_ref().is_none_or(|(other, _)| lo < *other) {
            *first = Some((lo, failure));
        }
    }

    /// Units `begin..end` of the scheduler.
    fn units(&self, task: &Task, begin: u32, end: u32) {
        if !self.partials.is_empty() {
            return (begin..end).for_each(|leaf| self.leaf(task, u64::from(leaf)));
        }
        let (begin, end) = (u64::from(begin) * self.unit, (u64::from(end) * self.unit).min(self.count));
        if !self.function.random {
            return self.range(task, begin, end);
        }
        let mut lo = begin;
        while lo < end && !task.is_cancelled() {
            let hi = (lo + self.unit).min(end);
            self.range(task, lo, hi);
            lo = hi;
        }
    }

    /// Folds one leaf; the accumulator begins and ends in its partial.
    fn leaf(&self, task: &Task, leaf: u64) {
        if task.is_cancelled() {
            return;
        }
        let mut words = self.words.clone();
        let index = usize::try_from(leaf).unwrap_or(usize::MAX);
        let mut partial = self.partials[index].load(Ordering::Relaxed);
        words.push((&raw mut partial) as u64);
        let mut control = Control::new(task.cancel_flag(), self.seed);
        let (lo, hi) = (leaf * LEAF, ((leaf + 1) * LEAF).min(self.count));
        // SAFETY: as in `range`; the last word is the address of `partial`, which outlives the call.
        let status =
            unsafe { self.function.compiled.kernel.run(&words, lo.cast_signed(), hi.cast_signed(), &mut control) };
        match status {
            Status::Done => {
                // Published by the end of the task.
                self.partials[index].store(partial, Ordering::Relaxed);
            }
            Status::Cancelled => {}
            Status::Failed => {
                self.fail(&self.function, lo, &control);
                task.cancel();
            }
        }
    }

    /// Combines the partials pairwise: a tree whose shape depends on the number of elements alone.
    fn combined(&self, task: &Task) -> Option<u64> {
        let combine = self.combine.as_ref()?;
        let mut level: Vec<u64> = self.partials.iter().map(|partial| partial.load(Ordering::Relaxed)).collect();
        while level.len() > 1 {
            let mut next = Vec::with_capacity(level.len().div_ceil(2));
            for pair in level.chunks(2) {
                let [a, b] = *pair else {
                    next.extend_from_slice(pair);
                    continue;
                };
                let mut result = 0_u64;
                let words = self.combining(a, b, &raw mut result);
                let mut control = Control::new(task.cancel_flag(), self.seed);
                // SAFETY: two scalars, the captured arrays, and the address of the result: what a call of the function takes.
                match unsafe { combine.compiled.kernel.run(&words, 0, 0, &mut control) } {
                    Status::Done => next.push(result),
                    Status::Cancelled => return None,
                    Status::Failed => {
                        self.fail(combine, 0, &control);
                        return None;
                    }
                }
            }
            level = next;
        }
        level.first().copied()
    }

    fn combining(&self, a: u64, b: u64, result: *mut u64) -> Vec<u64> {
        let mut words = vec![a, b];
        // The words of the run are the array's two, then those of captured arrays.
        words.extend_from_slice(self.words.get(2..).unwrap_or(&[]));
        words.push(result as u64);
        words
    }

    /// After the last leaf: by the thread that ran it, so that combining does not block JavaScript and can be cancelled.
    fn finish(&self, task: &Task) {
        if self.partials.is_empty() || self.status(task) != DONE {
            return;
        }
        if let Some(value) = self.combined(task) {
            let _ = self.value.set(value);
        }
    }

    fn status(&self, task: &Task) -> i32 {
        if self.failure.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            FAILED
        } else if task.is_cancelled() {
            CANCELLED
        } else {
            DONE
        }
    }

    fn failure(&self) -> Option<JitFailure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(_, failure)| failure.clone())
    }
}

/// The words that the compiled code takes for these values, and the length of the shortest array.
fn words_of(env: Env, function: &Function, values: &[Unknown<'_>]) -> Result<(Vec<u64>, usize)> {
    let (params, captured) = (&function.params, &function.captured);
    let output = matches!(function.entry, Entry::Map).then_some(function.compiled.output);
    let elements = captured.iter().copied().chain(output);
    let wanted: Vec<Param> = params.iter().copied().chain(elements.map(Param::Array)).collect();
    if values.len() != wanted.len() {
        return Err(failure(format!("expected {} values, got {}", wanted.len(), values.len())));
    }
    let (mut words, mut shortest) = (Vec::with_capacity(values.len() * 2), usize::MAX);
    let fed = params.len();
    for (index, (value, param)) in values.iter().zip(wanted).enumerate() {
        match param {
            Param::Number => words.push(number_of(env, value)?.to_bits()),
            Param::Integer => words.push(integer_of(env, value, i64::from(i32::MIN), i64::from(i32::MAX))?),
            Param::Natural(bits) => words.push(integer_of(env, value, 1, (1 << bits) - 1)?),
            Param::Zero => words.push(integer_of(env, value, 0, 0)?),
            Param::Boolean => words.push(integer_of(env, value, 0, 1)?),
            Param::Big(_) => words.push(bits_of(env, value)?),
            Param::Array(element) => {
                let memory = memory_of(env, value)?;
                if memory.element != element {
                    return Err(failure(format!("expected a {}, got a {}", element.class(), memory.element.class())));
                }
                words.extend([memory.address as u64, memory.length as u64]);
                let is_captured = index >= fed && index < fed + captured.len();
                if !is_captured {
                    shortest = shortest.min(memory.length);
                }
            }
        }
    }
    Ok((words, shortest))
}

/// An integer of the range that the code was compiled for.
fn integer_of(env: Env, value: &Unknown<'_>, least: i64, most: i64) -> Result<u64> {
    let number = number_of(env, value)?;
    #[expect(clippy::cast_possible_truncation, reason = "compared below")]
    let integer = number as i64;
    #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "32 bits, or different anyway")]
    if integer as f64 == number && (least..=most).contains(&integer) {
        return Ok(integer.cast_unsigned());
    }
    Err(failure(format!("expected an integer from {least} to {most}, got {number}")))
}

/// What a run is about: `values` are the arguments, the captured arrays, and, of a map, the output.
fn prepare(env: Env, kernel: u32, values: &[Unknown<'_>], count: f64, seed: f64) -> Result<Run> {
    let function = function(kernel)?;
    let (words, shortest) = words_of(env, &function, values)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index, at most 2^53")]
    let count = count as u64;
    if matches!(function.entry, Entry::Map | Entry::Reduce) && (shortest as u64) < count {
        return Err(failure("an array is shorter than the range"));
    }
    if let Entry::For { bits } = function.entry
        && count > 1 << bits
    {
        return Err(failure("the range is larger than the one this was compiled for"));
    }
    let least = if function.random { count.div_ceil(RANDOM_CHUNKS) } else { count.div_ceil(1 << 31) };
    // Rounds stay whole, where there are enough of them for all threads.
    let round = u64::from(function.compiled.round);
    let unit = least.max(if count >= ROUNDS * round { round } else { 1 });
    Ok(Run {
        function,
        words,
        count,
        unit,
        seed: seed.to_bits(),
        failure: Mutex::new(None),
        partials: Vec::new(),
        combine: None,
        value: OnceLock::new(),
    })
}

fn units_of(run: &Run) -> u32 {
    let units = if run.partials.is_empty() { run.count.div_ceil(run.unit) } else { run.partials.len() as u64 };
    u32::try_from(units).unwrap_or(u32::MAX)
}

fn work_of(run: &Arc<Run>) -> Work {
    let run = Arc::clone(run);
    Box::new(move |task, begin, end| run.units(task, begin, end))
}

/// Runs and blocks. `takes_part`: this thread is one of `threads`, and cannot be interrupted. `milliseconds` < 0: no limit.
fn block(env: Env, run: &Arc<Run>, threads: u32, takes_part: bool, milliseconds: f64) -> Result<i32> {
    let native = Native::get();
    let threads = (threads as usize).min(native.threads());
    let done: Done = {
        let run = Arc::clone(run);
        Box::new(move |task| run.finish(task))
    };
    let task = native.start(units_of(run), threads, takes_part, work_of(run), Some(done));
    if takes_part {
        native.join(&task);
    } else {
        let alive = Alive::new(env)?;
        let start = Instant::now();
        let slice =
            if milliseconds < 0.0 { SLICE } else { SLICE.min(Duration::from_secs_f64(milliseconds.min(1e6) / 1e3)) };
        native.watch(&task, slice, || {
            let in_time = milliseconds < 0.0 || start.elapsed().as_secs_f64() * 1e3 < milliseconds;
            in_time && alive.ask()
        });
    }
    Ok(ended(run, &task))
}

/// How a run ended; its failure and its value are what JavaScript may ask for next.
fn ended(run: &Run, task: &Task) -> i32 {
    LAST_FAILURE.set(run.failure());
    if let Some(value) = run.value.get() {
        LAST_VALUE.set(*value);
    }
    run.status(task)
}

/// A parallel loop or map, blocking. Returns 0 when done, 1 when cancelled, 2 when it failed: see `jitFailure`.
#[napi_derive::napi]
pub(crate) fn jit_run_sync(
    env: Env,
    kernel: u32,
    values: Vec<Unknown<'_>>,
    count: f64,
    seed: f64,
    threads: u32,
    takes_part: bool,
    milliseconds: f64,
) -> Result<i32> {
    let run = Arc::new(prepare(env, kernel, &values, count, seed)?);
    block(env, &run, threads, takes_part, milliseconds)
}

/// The same without blocking: `slot` comes home when it has ended, then `jitOutcome` tells how.
#[napi_derive::napi]
pub(crate) fn jit_run(
    env: Env,
    kernel: u32,
    values: Vec<Unknown<'_>>,
    count: f64,
    seed: f64,
    threads: u32,
    slot: u32,
) -> Result<()> {
    let run = prepare(env, kernel, &values, count, seed)?;
    launch(env, run, threads, slot)
}

fn launch(env: Env, run: Run, threads: u32, slot: u32) -> Result<()> {
    let run = Arc::new(run);
    let finish = {
        let run = Arc::clone(&run);
        move |task: &Task| run.finish(task)
    };
    let size = (units_of(&run), threads as usize);
    begin(env, slot, size, (work_of(&run), Box::new(finish)), UnderWay::Running(run))
}

/// Starts work on native threads: `slot` comes home when it has ended, and has to be given to [`end`] then.
pub(crate) fn begin(
    env: Env,
    slot: u32,
    (units, threads): (u32, usize),
    (work, finish): (Work, Done),
    what: UnderWay,
) -> Result<()> {
    with(|isolate| {
        Runtime::get().lend_slot(isolate.port, slot);
        Ok(())
    })?;
    let done: Done = Box::new(move |task| {
        finish(task);
        Runtime::get().return_slot(slot);
    });
    let task = Native::get().start(units, threads, false, work, Some(done));
    PENDING.with_borrow_mut(|pending| {
        if !std::mem::replace(&mut pending.hooked, true) {
            // Memory of this isolate may go when it ends, so its runs have to end first.
            let _ = env.add_env_cleanup_hook((), |()| end_all());
        }
        pending.tasks.insert(slot, (task, what));
    });
    Ok(())
}

/// What was under way for a slot that has come home.
pub(crate) fn end(slot: u32) -> Option<(Arc<Task>, UnderWay)> {
    PENDING.with_borrow_mut(|pending| pending.tasks.remove(&slot))
}

fn end_all() {
    let tasks = PENDING.with_borrow_mut(|pending| std::mem::take(&mut pending.tasks));
    for (task, _) in tasks.values() {
        task.cancel();
    }
    for (task, _) in tasks.values() {
        while !task.wait(SLICE) {}
    }
}

/// Asks the run behind a slot to end.
#[napi_derive::napi]
pub(crate) fn jit_cancel(slot: u32) {
    PENDING.with_borrow(|pending| {
        if let Some((task, _)) = pending.tasks.get(&slot) {
            task.cancel();
        }
    });
}

/// How the run behind a slot that has come home ended; see `jitRunSync`.
#[napi_derive::napi]
#[must_use]
pub(crate) fn jit_outcome(slot: u32) -> i32 {
    match end(slot) {
        Some((task, UnderWay::Running(run))) => ended(&run, &task),
        _ => CANCELLED,
    }
}

thread_local! {
    static LAST_VALUE: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// The failure of the last run that returned 2.
#[napi_derive::napi]
#[must_use]
pub(crate) fn jit_failure() -> Option<JitFailure> {
    LAST_FAILURE.with_borrow(Clone::clone)
}

fn identity_of(env: Env, run: &Run, identity: &Unknown<'_>) -> Result<u64> {
    match run.function.params.first() {
        Some(Param::Array(Element::I64 | Element::U64)) => bits_of(env, identity),
        _ => Ok(number_of(env, identity)?.to_bits()),
    }
}

/// A run that is a reduction.
fn reduction(
    env: Env,
    [kernel, combine]: [u32; 2],
    values: &[Unknown<'_>],
    identity: &Unknown<'_>,
    count: f64,
) -> Result<Run> {
    let mut run = prepare(env, kernel, values, count, 0.0)?;
    let identity = identity_of(env, &run, identity)?;
    run.combine = Some(function(combine)?);
    let leaves = usize::try_from(run.count.div_ceil(LEAF)).unwrap_or(usize::MAX);
    run.partials = (0..leaves).map(|_| AtomicU64::new(identity)).collect();
    Ok(run)
}

/// A reduction, blocking: `kernel` folds, `combine` joins two results. The value is that of `jitValue`.
#[napi_derive::napi]
pub(crate) fn jit_reduce_sync(
    env: Env,
    kernel: u32,
    combine: u32,
    values: Vec<Unknown<'_>>,
    identity: Unknown<'_>,
    count: f64,
    threads: u32,
    takes_part: bool,
    milliseconds: f64,
) -> Result<i32> {
    let run = reduction(env, [kernel, combine], &values, &identity, count)?;
    block(env, &Arc::new(run), threads, takes_part, milliseconds)
}

/// The same without blocking: `slot` comes home when it has ended, then `jitOutcome` tells how.
#[napi_derive::napi]
pub(crate) fn jit_reduce(
    env: Env,
    kernel: u32,
    combine: u32,
    values: Vec<Unknown<'_>>,
    identity: Unknown<'_>,
    count: f64,
    threads: u32,
    slot: u32,
) -> Result<()> {
    let run = reduction(env, [kernel, combine], &values, &identity, count)?;
    launch(env, run, threads, slot)
}

/// The value of the last reduction: a number, or a bigint with (`signed`) or without sign.
#[napi_derive::napi]
#[must_use]
pub(crate) fn jit_value(big: bool, signed: bool) -> Either4<f64, BigInt, bool, Null> {
    value_of(LAST_VALUE.get(), big, signed)
}

fn value_of(bits: u64, big: bool, signed: bool) -> Either4<f64, BigInt, bool, Null> {
    match (big, signed) {
        (false, _) => Either4::A(f64::from_bits(bits)),
        (true, true) => Either4::B(BigInt::from(bits.cast_signed())),
        (true, false) => Either4::B(BigInt::from(bits)),
    }
}

/// Calls a function once on this thread: its scalar result, or `null` and the status in `jitStatus`. A tuple is written to
/// `into`.
#[napi_derive::napi]
pub(crate) fn jit_call(
    env: Env,
    kernel: u32,
    values: Vec<Unknown<'_>>,
    mut into: napi::bindgen_prelude::Float64Array,
) -> Result<Either4<f64, BigInt, bool, Null>> {
    let run = prepare(env, kernel, &values, 0.0, 0.0)?;
    let mut words = run.words.clone();
    let mut results = [0_u64; 64];
    words.push(results.as_mut_ptr() as u64);
    let flag = std::sync::atomic::AtomicU32::new(0);
    let mut control = Control::new(&flag, 0);
    // SAFETY: the words are those of the function's parameters and the address of room for 64 results.
    let status = unsafe { run.function.compiled.kernel.run(&words, 0, 0, &mut control) };
    if status == Status::Failed {
        run.fail(&run.function, 0, &control);
        LAST_FAILURE.set(run.failure());
        return Ok(Either4::D(Null));
    }
    Ok(match run.function.compiled.result {
        ResultType::Boolean => Either4::C(f64::from_bits(results[0]) != 0.0),
        ResultType::BigInt => value_of(results[0], true, true),
        ResultType::BigUint => value_of(results[0], true, false),
        ResultType::Tuple(length) => {
            // SAFETY: JavaScript memory of this isolate, whose JavaScript does not run now.
            let target = unsafe { into.as_mut() };
            for (place, bits) in target.iter_mut().zip(&results[..length as usize]) {
                *place = f64::from_bits(*bits);
            }
            Either4::A(f64::from(length))
        }
        ResultType::Nothing | ResultType::Number => value_of(results[0], false, false),
    })
}

/// Native threads of this process.
#[napi_derive::napi]
#[must_use]
pub(crate) fn jit_threads() -> u32 {
    u32::try_from(Native::get().threads()).unwrap_or(1)
}
