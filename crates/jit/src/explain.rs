//! What the compiler made of a function, for people.

use crate::codegen::{Class, Report, choose_reps};
use crate::infer::Facts;
use crate::lower::Lowered;
use crate::parse::Text;
use crate::range::Type;
use crate::request::Request;

/// A variable and how it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name in the source.
    pub name: String,
    /// `float64`, `int32`, `int64`, `boolean`, `bigint`.
    pub held_as: &'static str,
    /// Line of its declaration, from 1.
    pub line: u32,
    /// Which text.
    pub unit: u32,
}

/// See the module's description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Explanation {
    /// The variables of the source.
    pub variables: Vec<Variable>,
    /// Accesses that compare their index each time.
    pub checked: u32,
    /// Accesses that need no comparison: proven, or compared a moment before.
    pub unchecked: u32,
    /// Accesses whose comparison was moved before a loop.
    pub hoisted: u32,
    /// Lanes of the vector loop, or nothing.
    pub lanes: Option<u32>,
    /// Why there is no vector loop.
    pub scalar_because: String,
    /// Functions whose last bits may differ from the engine's.
    pub inexact: Vec<&'static str>,
    /// `Math.random` is not the engine's generator.
    pub random: bool,
}

pub(crate) fn explain(
    lowered: &Lowered,
    facts: &Facts,
    report: &Report,
    request: &Request<'_>,
    texts: &[Text],
) -> Explanation {
    let inexact = (report.called.iter())
        .filter(|function| !request.engine.routine(**function).exact)
        .filter_map(|function| crate::engine::ROUTINES.iter().find(|(_, other)| other == function))
        .map(|(name, _)| *name)
        .collect();
    Explanation {
        variables: variables(lowered, facts, texts),
        checked: report.checks,
        unchecked: report.unchecked,
        hoisted: report.hoisted,
        lanes: report.lanes,
        scalar_because: report.scalar_because.clone(),
        inexact,
        random: lowered.program.uses_random,
    }
}

fn variables(lowered: &Lowered, facts: &Facts, texts: &[Text]) -> Vec<Variable> {
    let reps = choose_reps(&lowered.program, facts, &lowered.body);
    let mut found: Vec<Variable> = Vec::new();
    for (index, local) in lowered.program.locals.iter().enumerate() {
        let fact = facts.locals[index];
        if fact.ty == Type::Never || local.is_own() {
            continue;
        }
        let held_as = match Class::of(fact.ty) {
            Class::Boolean => "boolean",
            Class::Big => "bigint",
            Class::Number => reps[index].name(),
        };
        let (_, line, _) = texts[(local.at.unit as usize).min(texts.len() - 1)].place(local.at.byte);
        let variable = Variable { name: local.name.clone(), held_as, line, unit: local.at.unit };
        if !found.contains(&variable) {
            found.push(variable);
        }
    }
    found
}
