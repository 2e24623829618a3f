//! Compiled functions: made from what JavaScript says of them, kept by number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use jit::{Capture, CompileError, Compiled, Element, Engine, Entry, Param, Request, ResultType, Shape, Unit};
use napi::bindgen_prelude::Float64Array;
use napi::{Env, Result};
use sched::Task;

use crate::error::failure;
use crate::loops::{UnderWay, begin, end};

/// A captured value; `kind` says which of the others are set.
#[napi_derive::napi(object)]
pub(crate) struct JitCapture {
    /// `number boolean bigint undefined array tuple function global object coverage identity other`.
    pub kind: String,
    /// The number, the boolean as 0 or 1, the index of the array or function.
    pub number: Option<f64>,
    /// Digits of the bigint, path of the global, description of what cannot be used.
    pub text: Option<String>,
    /// Names of the object's members.
    pub names: Option<Vec<String>>,
    /// Elements or members.
    pub items: Option<Vec<JitCapture>>,
}

/// One function text and what it captures.
#[napi_derive::napi(object)]
pub(crate) struct JitUnit {
    pub text: String,
    pub names: Vec<String>,
    pub values: Vec<JitCapture>,
}

/// What is to be compiled. Parameters are `number integer naturalN zero boolean bigint biguint`
/// (`naturalN`: from 1, below 2 to the N), or `array0` … `array11` by the
/// number that Node-API gives to the type.
#[napi_derive::napi(object)]
pub(crate) struct JitRequest {
    pub units: Vec<JitUnit>,
    /// `call map reduce`, or `forN` with indices below 2 to the N.
    pub entry: String,
    pub params: Vec<String>,
    pub captured: Vec<u32>,
    pub same: Vec<u32>,
    /// Of each array: 0 when it is a typed array, 1 when the text has it as a `Value`, 2 as a `Value` of truth.
    pub shapes: Vec<u32>,
    /// Type number of the output, or -1.
    pub output: i32,
    pub unchecked_races: bool,
    pub vectorize: bool,
}

/// Why a function was refused; places count from 1, `at` in UTF-16 units from 0.
#[napi_derive::napi(object)]
pub(crate) struct JitError {
    pub name: String,
    pub unit: u32,
    pub at: u32,
    pub line: u32,
    pub column: u32,
    pub reason: String,
    pub hint: String,
}

/// A variable and the kind of register it lives in.
#[napi_derive::napi(object)]
pub(crate) struct JitVariable {
    pub name: String,
    pub held_as: String,
    pub line: u32,
    pub unit: u32,
}

/// What came of a compilation.
#[napi_derive::napi(object)]
pub(crate) struct JitReport {
    pub error: Option<JitError>,
    pub kernel: u32,
    /// `nothing number boolean bigint biguint tuple`.
    pub result: String,
    pub length: u32,
    /// Type number of the output.
    pub output: u32,
    pub writes: Vec<bool>,
    pub variables: Vec<JitVariable>,
    pub checked: u32,
    pub unchecked: u32,
    pub hoisted: u32,
    /// 0: no vector loop.
    pub lanes: u32,
    pub scalar_because: String,
    pub inexact: Vec<String>,
    pub random: bool,
}

/// A compiled function as it is run.
pub(crate) struct Function {
    pub(crate) compiled: Compiled,
    pub(crate) entry: Entry,
    pub(crate) params: Vec<Param>,
    pub(crate) captured: Vec<Element>,
    pub(crate) random: bool,
}

type Registry = Mutex<(HashMap<u32, Arc<Function>>, u32)>;

fn registry() -> &'static Registry {
    static REGISTRY: OnceLock<Registry> = OnceLock::new();
    REGISTRY.get_or_init(Registry::default)
}

fn engine() -> &'static RwLock<Engine> {
    static ENGINE: OnceLock<RwLock<Engine>> = OnceLock::new();
    ENGINE.get_or_init(RwLock::default)
}

/// The function with that number.
pub(crate) fn function(number: u32) -> Result<Arc<Function>> {
    let registry = registry().lock().unwrap_or_else(PoisonError::into_inner);
    registry.0.get(&number).cloned().ok_or_else(|| failure("no such kernel"))
}

/// Looks for the engine's routine behind `Math[name]`, given some of its results; whether one gives the same bits.
#[napi_derive::napi]
#[must_use]
pub(crate) fn jit_probe(name: String, x: Float64Array, y: Float64Array, results: Float64Array) -> bool {
    engine().write().unwrap_or_else(PoisonError::into_inner).probe(&name, &x, &y, &results)
}

/// Tells that `x ** 2` gives the bits of `x * x`.
#[napi_derive::napi]
pub(crate) fn jit_square_is_exact(exact: bool) {
    engine().write().unwrap_or_else(PoisonError::into_inner).set_square_is_exact(exact);
}

/// The free names of a function text as paths; the error as its only element's `error`.
#[napi_derive::napi]
pub(crate) fn jit_scan(text: String) -> Result<Vec<String>> {
    jit::scan(&text).map_err(|error| failure(error.reason))
}

/// Forgets a kernel; its code is freed when nothing runs it any more.
#[napi_derive::napi]
pub(crate) fn jit_drop(number: u32) {
    registry().lock().unwrap_or_else(PoisonError::into_inner).0.remove(&number);
}

/// How many kernels there are.
#[napi_derive::napi]
#[must_use]
pub(crate) fn jit_count() -> u32 {
    let registry = registry().lock().unwrap_or_else(PoisonError::into_inner);
    u32::try_from(registry.0.len()).unwrap_or(u32::MAX)
}

/// Compiles. A refusal is a value, not an exception: the caller knows better what to tell its user.
#[napi_derive::napi]
pub(crate) fn jit_compile(request: JitRequest) -> Result<JitReport> {
    make(request)
}

/// The same on a native thread: `slot` comes home when it is done, then `jitCompiled` has the report.
#[napi_derive::napi]
pub(crate) fn jit_compile_later(env: Env, request: JitRequest, slot: u32) -> Result<()> {
    let compiling = Arc::new(Compiling { request: Mutex::new(Some(request)), report: Mutex::new(None) });
    let work = {
        let compiling = Arc::clone(&compiling);
        Box::new(move |_: &Task, _, _| compiling.run())
    };
    begin(env, slot, (1, 1), (work, Box::new(|_| {})), UnderWay::Compiling(compiling))
}

/// What came of the compilation behind a slot that has come home.
#[napi_derive::napi]
pub(crate) fn jit_compiled(slot: u32) -> Result<JitReport> {
    match end(slot) {
        Some((_, UnderWay::Compiling(compiling))) => compiling.take(),
        _ => Err(failure("no such compilation")),
    }
}

/// A compilation on another thread: what is asked, then what came of it.
pub(crate) struct Compiling {
    request: Mutex<Option<JitRequest>>,
    report: Mutex<Option<Result<JitReport>>>,
}

impl Compiling {
    fn run(&self) {
        let request = self.request.lock().unwrap_or_else(PoisonError::into_inner).take();
        let report = request.map(make);
        *self.report.lock().unwrap_or_else(PoisonError::into_inner) = report;
    }

    fn take(&self) -> Result<JitReport> {
        let report = self.report.lock().unwrap_or_else(PoisonError::into_inner).take();
        report.unwrap_or_else(|| Err(failure("the compilation was given up")))
    }
}

fn make(request: JitRequest) -> Result<JitReport> {
    let engine = engine().read().unwrap_or_else(PoisonError::into_inner);
    let request = convert(request, &engine)?;
    Ok(match jit::compile(&request) {
        Ok(compiled) => keep(compiled, request),
        Err(error) => refusal(error),
    })
}

fn keep(compiled: Compiled, request: Request<'_>) -> JitReport {
    let (result, length) = match compiled.result {
        ResultType::Nothing => ("nothing", 0),
        ResultType::Number => ("number", 0),
        ResultType::Boolean => ("boolean", 0),
        ResultType::BigInt => ("bigint", 0),
        ResultType::BigUint => ("biguint", 0),
        ResultType::Tuple(length) => ("tuple", length),
    };
    let explanation = compiled.explanation.clone();
    let variables = explanation.variables.into_iter().map(|variable| JitVariable {
        name: variable.name,
        held_as: variable.held_as.to_owned(),
        line: variable.line,
        unit: variable.unit,
    });
    let mut report = JitReport {
        error: None,
        kernel: 0,
        result: result.to_owned(),
        length,
        output: u32::try_from(compiled.output.number()).unwrap_or(0),
        writes: compiled.writes.clone(),
        variables: variables.collect(),
        checked: explanation.checked,
        unchecked: explanation.unchecked,
        hoisted: explanation.hoisted,
        lanes: explanation.lanes.unwrap_or(0),
        scalar_because: explanation.scalar_because,
        inexact: explanation.inexact.into_iter().map(str::to_owned).collect(),
        random: explanation.random,
    };
    let random = report.random;
    let function = Arc::new(Function {
        compiled,
        entry: request.entry,
        params: request.params,
        captured: request.captured,
        random,
    });
    let mut registry = registry().lock().unwrap_or_else(PoisonError::into_inner);
    report.kernel = registry.1;
    registry.1 += 1;
    registry.0.insert(report.kernel, function);
    report
}

fn refusal(error: CompileError) -> JitReport {
    let name = error.name().to_owned();
    let CompileError { unit, at, line, column, reason, hint, .. } = error;
    JitReport {
        error: Some(JitError { name, unit, at, line, column, reason, hint }),
        kernel: 0,
        result: String::new(),
        length: 0,
        output: 0,
        writes: Vec::new(),
        variables: Vec::new(),
        checked: 0,
        unchecked: 0,
        hoisted: 0,
        lanes: 0,
        scalar_because: String::new(),
        inexact: Vec::new(),
        random: false,
    }
}

fn convert(request: JitRequest, engine: &Engine) -> Result<Request<'_>> {
    let units = request.units.into_iter().map(|JitUnit { text, names, values }| {
        let values: Result<Vec<Capture>> = values.into_iter().map(capture).collect();
        Ok(Unit { text, captures: names.into_iter().zip(values?).collect() })
    });
    let entry = match request.entry.as_str() {
        "call" => Entry::Call,
        "map" => Entry::Map,
        "reduce" => Entry::Reduce,
        other => {
            let bits =
                other.strip_prefix("for").and_then(|rest| rest.parse().ok()).filter(|bits| (1..=53).contains(bits));
            Entry::For { bits: bits.ok_or_else(|| failure("unknown entry"))? }
        }
    };
    Ok(Request {
        units: units.collect::<Result<_>>()?,
        entry,
        params: request.params.iter().map(|name| param(name)).collect::<Result<_>>()?,
        captured: request.captured.iter().map(|number| element(*number)).collect::<Result<_>>()?,
        same: request.same,
        shapes: request.shapes.into_iter().map(shape).collect(),
        output: u32::try_from(request.output).ok().map(element).transpose()?,
        unchecked_races: request.unchecked_races,
        vectorize: request.vectorize,
        engine,
    })
}

fn shape(number: u32) -> Shape {
    match number {
        1 => Shape::Value,
        2 => Shape::Truth,
        _ => Shape::Array,
    }
}

fn element(number: u32) -> Result<Element> {
    Element::from_number(number as usize).ok_or_else(|| failure("unknown type of array"))
}

fn param(name: &str) -> Result<Param> {
    Ok(match name {
        "number" => Param::Number,
        "integer" => Param::Integer,
        "zero" => Param::Zero,
        "boolean" => Param::Boolean,
        "bigint" => Param::Big(true),
        "biguint" => Param::Big(false),
        _ if name.starts_with("natural") => {
            let bits =
                name.strip_prefix("natural").and_then(|rest| rest.parse().ok()).filter(|bits| (1..=31).contains(bits));
            Param::Natural(bits.ok_or_else(|| failure("unknown parameter type"))?)
        }
        _ => {
            let number = name.strip_prefix("array").and_then(|rest| rest.parse().ok());
            Param::Array(element(number.ok_or_else(|| failure("unknown parameter type"))?)?)
        }
    })
}

fn capture(JitCapture { kind, number, text, names, items }: JitCapture) -> Result<Capture> {
    let number = number.unwrap_or(0.0);
    let text = text.unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small index")]
    let index = number as u32;
    let items = items.unwrap_or_default().into_iter().map(capture).collect::<Result<Vec<_>>>()?;
    Ok(match kind.as_str() {
        "number" => Capture::Number(number),
        "boolean" => Capture::Boolean(number != 0.0),
        "bigint" => {
            text.parse().map_or_else(|_| Capture::Other("a bigint of more than 64 bits".to_owned()), Capture::BigInt)
        }
        "undefined" => Capture::Undefined,
        "array" => Capture::Array(index),
        "tuple" => Capture::Tuple(items),
        "function" => Capture::Function(index),
        "global" => Capture::Global(text),
        "object" => Capture::Object(names.unwrap_or_default().into_iter().zip(items).collect()),
        "coverage" => Capture::Coverage,
        "identity" => Capture::Identity,
        _ => Capture::Other(text),
    })
}
