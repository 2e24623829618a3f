//! Free variables and obstacles of one function text.

use oxc_allocator::Allocator;
use oxc_ast::ast::{ClassElement, PropertyKey};
use oxc_ast_visit::Visit;
use oxc_semantic::{ScopeFlags, Scoping, SemanticBuilder, SymbolId};
use oxc_span::{GetSpan, Span};

use crate::offsets::Offsets;
use crate::parse::{self, Attempt, Member, Shape, SyntaxError};
use crate::walker::Walker;

/// How the text has to be evaluated to give the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Arrow,
    Function,
    Class,
    Method,
    Getter,
    Setter,
}

/// A name the text reads or writes but does not declare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Free {
    pub name: String,
    /// Where it is used first.
    pub at: u32,
    /// Where it is assigned first, if it is.
    pub written_at: Option<u32>,
    /// It is needed while a class text is being evaluated (heritage, computed keys, static fields and blocks).
    pub eager: bool,
}

/// What keeps the text from meaning the same elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// `this` of the surroundings (arrow) or of the instance (method, accessor).
    This,
    /// `super` of the surroundings or of the instance.
    Super,
    /// `arguments` of the surroundings.
    Arguments,
    /// `new.target` of the surroundings.
    NewTarget,
    /// A `#name` of the surrounding class.
    PrivateName,
}

/// An obstacle and where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    pub at: u32,
}

/// All there is to know about a function text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a report of independent facts, not a state")]
pub struct FunctionAnalysis {
    pub form: Form,
    pub is_async: bool,
    pub is_generator: bool,
    /// Start and end of the key of a method or accessor, brackets of a computed key included.
    pub key: Option<(u32, u32)>,
    /// The key cannot stay: computed or private.
    pub replace_key: bool,
    /// Start and end of what a class extends, unless it is `null`.
    pub heritage: Option<(u32, u32)>,
    /// The function's or class's own name, if the text binds one.
    pub own_name: Option<String>,
    /// The body reads its own name.
    pub own_name_used: bool,
    /// The body assigns its own name.
    pub own_name_written: bool,
    pub free: Vec<Free>,
    /// In the order of the text.
    pub problems: Vec<Problem>,
    /// Each `import.meta`: start and end.
    pub metas: Vec<(u32, u32)>,
    pub dynamic_import: bool,
    /// A class text that declares `#private` instance members.
    pub private_members: bool,
    /// Names of static fields a class text declares.
    pub static_fields: Vec<String>,
    /// Strict by itself: a class, or a `'use strict'` directive of its own.
    pub strict: bool,
}

/// Analyzes what `Function.prototype.toString` gave.
///
/// # Errors
/// [`SyntaxError`] if the text is none of: function, arrow, class, method, accessor (native code, say).
pub fn analyze(source: &str) -> Result<FunctionAnalysis, SyntaxError> {
    let mut failure = None;
    for attempt in parse::attempts(source) {
        match analyze_attempt(source, &attempt) {
            Ok(Some(analysis)) => return Ok(analysis),
            Ok(None) => {}
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    Err(failure.unwrap_or_else(|| SyntaxError { message: "not the source of a function".to_owned() }))
}

fn analyze_attempt(source: &str, attempt: &Attempt) -> Result<Option<FunctionAnalysis>, SyntaxError> {
    let allocator = Allocator::default();
    let program = parse::program(&allocator, attempt)?;
    let Some(shape) = parse::shape(&program, attempt) else { return Ok(None) };
    let scoping = SemanticBuilder::new().build(&program).semantic.into_scoping();
    let offsets = Offsets::new(source, attempt.prefix);
    let own = own_symbol(&shape);
    let mut walker = Walker::new(&scoping, &offsets, form(&shape), own);
    let mut analysis = describe(&shape, attempt, &offsets);
    match shape {
        Shape::Arrow(arrow) => walker.visit_arrow_function_expression(arrow),
        Shape::Function(function) | Shape::Member { function, .. } => {
            walker.visit_function(function, ScopeFlags::Function);
        }
        Shape::Class(class) => walker.visit_class(class),
    }
    walker.report(&mut analysis);
    if let Some(symbol) = own {
        name_use(&mut analysis, &scoping, symbol);
    }
    Ok(Some(analysis))
}

fn form(shape: &Shape<'_, '_>) -> Form {
    match shape {
        Shape::Arrow(_) => Form::Arrow,
        Shape::Function(_) => Form::Function,
        Shape::Class(_) => Form::Class,
        Shape::Member { kind: Member::Method, .. } => Form::Method,
        Shape::Member { kind: Member::Getter, .. } => Form::Getter,
        Shape::Member { kind: Member::Setter, .. } => Form::Setter,
    }
}

fn own_symbol(shape: &Shape<'_, '_>) -> Option<SymbolId> {
    match shape {
        Shape::Function(function) => function.id.as_ref()?.symbol_id.get(),
        Shape::Class(class) => class.id.as_ref()?.symbol_id.get(),
        _ => None,
    }
}

fn name_use(analysis: &mut FunctionAnalysis, scoping: &Scoping, symbol: SymbolId) {
    analysis.own_name = Some(scoping.symbol_name(symbol).to_owned());
    analysis.own_name_used = !scoping.symbol_is_unused(symbol);
    analysis.own_name_written = scoping.symbol_is_mutated(symbol);
}

/// What can be said without looking into the body.
fn describe(shape: &Shape<'_, '_>, attempt: &Attempt, offsets: &Offsets<'_>) -> FunctionAnalysis {
    let mut analysis = FunctionAnalysis {
        form: form(shape),
        is_async: false,
        is_generator: false,
        key: None,
        replace_key: false,
        heritage: None,
        own_name: None,
        own_name_used: false,
        own_name_written: false,
        free: Vec::new(),
        problems: Vec::new(),
        metas: Vec::new(),
        dynamic_import: false,
        private_members: false,
        static_fields: Vec::new(),
        strict: false,
    };
    match shape {
        Shape::Arrow(arrow) => {
            analysis.is_async = arrow.r#async;
            analysis.strict = arrow.body.has_use_strict_directive();
        }
        Shape::Function(function) | Shape::Member { function, .. } => {
            analysis.is_async = function.r#async;
            analysis.is_generator = function.generator;
            analysis.strict = function.has_use_strict_directive();
        }
        Shape::Class(class) => {
            analysis.strict = true;
            let heritage = class.super_class.as_ref().filter(|base| !base.without_parentheses().is_null());
            analysis.heritage = heritage.map(|base| {
                let span = base.span();
                (offsets.utf16(span.start), offsets.utf16(span.end))
            });
            for element in &class.body.body {
                describe_element(element, &mut analysis);
            }
        }
    }
    if let Shape::Member { key, computed, .. } = shape {
        let span = if *computed { bracketed(&attempt.text, *key) } else { *key };
        let private = attempt.text.as_bytes().get(span.start as usize) == Some(&b'#');
        analysis.key = Some((offsets.utf16(span.start), offsets.utf16(span.end)));
        analysis.replace_key = *computed || private;
    }
    analysis
}

fn describe_element(element: &ClassElement<'_>, analysis: &mut FunctionAnalysis) {
    let Some(key) = element.property_key() else { return };
    if element.r#static() {
        if let (ClassElement::PropertyDefinition(_), Some(name)) = (element, key.static_name()) {
            analysis.static_fields.push(name.into_owned());
        }
    } else if matches!(key, PropertyKey::PrivateIdentifier(_)) {
        analysis.private_members = true;
    }
}

/// Widens the span of a computed key to its brackets.
fn bracketed(text: &str, key: Span) -> Span {
    let start = text[..key.start as usize].rfind('[').unwrap_or(key.start as usize);
    let end = text[key.end as usize..].find(']').map_or(key.end as usize, |found| key.end as usize + found + 1);
    Span::new(u32::try_from(start).unwrap_or(key.start), u32::try_from(end).unwrap_or(key.end))
}
