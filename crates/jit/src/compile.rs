//! The way from a request to code.

use oxc_allocator::Allocator;

use crate::codegen::{Plan, ROUND, Report, SiteKind};
use crate::element::Element;
use crate::error::{At, CompileError, Fault, Reason, fault};
use crate::explain::{Explanation, explain};
use crate::infer::{self, Env, Facts};
use crate::ir::Outcome;
use crate::kernel::{self, Kernel};
use crate::lower::{Input, Lowered, Lowerer, Parsed};
use crate::parse::{self, Text};
use crate::race;
use crate::range::{BigKind, Fact, Num, Type};
use crate::request::{Entry, Param, Request};

/// What a call of the code gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultType {
    /// Nothing ([`Entry::For`]), or `undefined`.
    Nothing,
    /// A double.
    Number,
    /// A double that is 0 or 1.
    Boolean,
    /// 64 bits with sign.
    BigInt,
    /// 64 bits without sign.
    BigUint,
    /// That many doubles.
    Tuple(u32),
}

/// A place in the source where a run can fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailureSite {
    /// Which text.
    pub unit: u32,
    /// Where in it, in UTF-16 units.
    pub at: u32,
    /// Line and column, from 1.
    pub line: u32,
    /// See `line`.
    pub column: u32,
    /// What fails.
    pub kind: SiteKind,
    /// The array, as the messages call it.
    pub array: String,
}

/// A compiled function.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The code.
    pub kernel: Kernel,
    /// What it gives.
    pub result: ResultType,
    /// Element type of the output of [`Entry::Map`].
    pub output: Element,
    /// For failures: by the number in [`crate::Control::failure`].
    pub sites: Vec<FailureSite>,
    /// Iterations that the code does at once if a range has so many.
    pub round: u32,
    /// For each array (of the parameters, then captured): it is written.
    pub writes: Vec<bool>,
    /// What there is to tell about it.
    pub explanation: Explanation,
}

/// Compiles.
///
/// # Errors
/// [`CompileError`] when the function is outside of the subset, or the system refuses executable memory.
pub fn compile(request: &Request<'_>) -> Result<Compiled, CompileError> {
    let texts = (request.units.iter().zip(0..))
        .map(|(unit, number)| Text::of(&unit.text, number))
        .collect::<Result<Vec<_>, _>>()?;
    let allocators: Vec<Allocator> = texts.iter().map(|_| Allocator::default()).collect();
    let programs: Vec<_> = texts.iter().zip(&allocators).map(|(text, allocator)| text.parse(allocator)).collect();
    let units: Option<Vec<Parsed<'_, '_>>> = programs
        .iter()
        .map(|program| Some(Parsed { code: parse::function_of(program)?, scoping: parse::scoping(program) }))
        .collect();
    let locate = |fault: Fault| texts[(fault.at.unit as usize).min(texts.len() - 1)].locate(fault);
    let start = At::default();
    let Some(units) = units else {
        let reason = "this is not the source of a function".to_owned();
        return Err(locate(Fault { code: Reason::Syntax, at: start, reason, hint: String::new() }));
    };
    let lowered = Lowerer::new(&units, request).run().map_err(locate)?;
    let mut lowered = lowered;
    let env = environment(request, &lowered);
    let square = request.engine.square_is_exact();
    let result = match &lowered.outcome {
        Outcome::Scalar(e) if request.entry == Entry::Call => Some(*e),
        _ => None,
    };
    let facts = infer::infer(&lowered.program, env, (&lowered.body, result), square).map_err(locate)?;
    let result = result_type(request, &lowered, &facts).map_err(locate)?;
    let output = choose_output(request, result);
    if let Some(arr) = lowered.output {
        lowered.program.arrs[arr.0 as usize].element = output;
        check_output(&lowered, result, output).map_err(locate)?;
    }
    if matches!(request.entry, Entry::For { .. }) && !request.unchecked_races {
        race::check(&lowered, &facts, &request.same).map_err(locate)?;
    }
    let mut plan = Plan {
        lowered: &lowered,
        facts: &facts,
        entry: request.entry,
        params: &request.params,
        engine: request.engine,
        same: (!request.unchecked_races).then_some(&request.same),
        vectorize: match (request.vectorize, request.unchecked_races) {
            (false, _) => Err("`vectorize` is false"),
            (true, true) => Err("iterations may meet (`unsafe`)"),
            (true, false) => Ok(()),
        },
    };
    let dump = std::env::var_os("POLYCORE_JIT_DUMP").is_some();
    let mut built = kernel::build(&plan, dump);
    if let (Err((Reason::Internal, _)), Ok(())) = (&built, plan.vectorize) {
        // Not every machine has every vector instruction.
        plan.vectorize = Err("the vector form cannot be assembled on this machine");
        built = kernel::build(&plan, dump);
    }
    let (kernel, report) = built.map_err(|(code, reason)| {
        let (reason, hint) = match code {
            Reason::Denied => (
                format!("the system does not allow executable memory: {reason}"),
                "use `{ fallback: 'js' }`".to_owned(),
            ),
            _ => (format!("the compiler failed: {reason}"), "please report this function as a bug".to_owned()),
        };
        locate(Fault { code, at: start, reason, hint })
    })?;
    Ok(Compiled {
        kernel,
        result,
        output,
        sites: sites(&report, &texts),
        round: report.lanes.map_or(1, |_| ROUND),
        writes: race::writes(&lowered),
        explanation: explain(&lowered, &facts, &report, request, &texts),
    })
}

/// What the arguments are.
fn environment(request: &Request<'_>, lowered: &Lowered) -> Env {
    let mut env = vec![Fact::NEVER; lowered.program.locals.len()];
    for (input, param) in lowered.inputs.iter().zip(&request.params) {
        let Input::Scalar(local) = input else { continue };
        env[local.0 as usize] = match param {
            Param::Number => Fact::number(Num::ANY),
            Param::Integer => Fact::number(Num::I32),
            Param::Natural(bits) => Fact::number(Num::ints(1.0, f64::from(*bits).exp2() - 1.0)),
            Param::Zero => Fact::number(Num::ints(0.0, 0.0)),
            Param::Boolean => Fact::boolean(true, true),
            Param::Big(true) => Fact::big(BigKind::Signed),
            Param::Big(false) => Fact::big(BigKind::Unsigned),
            Param::Array(_) => continue,
        };
    }
    if let Some(index) = lowered.index {
        let bits = if let Entry::For { bits } = request.entry { bits } else { 53 };
        let last = f64::from(bits).exp2() - 1.0;
        env[index.0 as usize] = Fact::number(Num::ints(0.0, last));
    }
    if let Some(acc) = lowered.acc {
        let element = request.params.iter().find_map(|param| match param {
            Param::Array(element) => Some(*element),
            _ => None,
        });
        env[acc.0 as usize] = match element {
            Some(Element::I64) => Fact::big(BigKind::Signed),
            Some(Element::U64) => Fact::big(BigKind::Unsigned),
            _ => Fact::number(Num::ANY),
        };
    }
    env
}

fn result_type(request: &Request<'_>, lowered: &Lowered, facts: &Facts) -> Result<ResultType, Fault> {
    let e = match &lowered.outcome {
        Outcome::Nothing => return Ok(ResultType::Nothing),
        Outcome::Tuple(locals) => {
            for local in locals {
                if facts.locals[local.0 as usize].ty != Type::Number {
                    let at = lowered.program.locals[local.0 as usize].at;
                    return fault(
                        Reason::Type,
                        at,
                        "it returns an array of something other than numbers",
                        "return numbers",
                    );
                }
            }
            return Ok(ResultType::Tuple(u32::try_from(locals.len()).unwrap_or(0)));
        }
        Outcome::Scalar(e) => *e,
    };
    let (fact, at) = (facts.of(e), lowered.program.at(e));
    Ok(match fact.ty {
        Type::Number => ResultType::Number,
        Type::Never => ResultType::Nothing,
        Type::Boolean if fact.undefined => {
            return fault(Reason::Type, at, "it returns a boolean on some paths only", "return a value on every path");
        }
        Type::Boolean => ResultType::Boolean,
        Type::Mixed => {
            let hint = "return one type: `x ? 1 : 0`";
            return fault(Reason::Type, at, "it returns sometimes a number, sometimes something else", hint);
        }
        Type::BigInt => match fact.big {
            BigKind::Signed | BigKind::Both => ResultType::BigInt,
            BigKind::Unsigned => ResultType::BigUint,
            BigKind::Modular if request.entry == Entry::Map => ResultType::BigInt,
            BigKind::Modular => {
                let hint = "wrap it: `BigInt.asIntN(64, x)`";
                return fault(Reason::Type, at, "the bigint it returns may exceed 64 bits", hint);
            }
        },
    })
}

fn choose_output(request: &Request<'_>, result: ResultType) -> Element {
    request.output.unwrap_or(match result {
        ResultType::BigInt => Element::I64,
        ResultType::BigUint => Element::U64,
        ResultType::Boolean => Element::U8,
        _ => Element::F64,
    })
}

fn check_output(lowered: &Lowered, result: ResultType, output: Element) -> Result<(), Fault> {
    let big = matches!(result, ResultType::BigInt | ResultType::BigUint);
    if big == output.is_big() {
        return Ok(());
    }
    let at = match &lowered.outcome {
        Outcome::Scalar(e) => lowered.program.at(*e),
        _ => At::default(),
    };
    let reason = format!("its results do not fit into a {}", output.class());
    fault(Reason::Type, at, reason, "choose another `output`, or convert with `BigInt(…)` or `Number(…)`")
}

fn sites(report: &Report, texts: &[Text]) -> Vec<FailureSite> {
    let site = |site: &crate::codegen::Site| {
        let (at, line, column) = texts[(site.at.unit as usize).min(texts.len() - 1)].place(site.at.byte);
        FailureSite { unit: site.at.unit, at, line, column, kind: site.what, array: site.array.clone() }
    };
    report.sites.iter().map(site).collect()
}
