//! From function text to syntax tree, and back from its byte offsets to lines and UTF-16 columns.

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ArrowFunctionExpression, Expression, FormalParameters, Function, FunctionBody, ObjectPropertyKind, Program,
    Statement,
};
use oxc_parser::Parser;
use oxc_semantic::{Scoping, SemanticBuilder};
use oxc_span::SourceType;

use crate::error::{At, CompileError, Fault, Reason};

/// What is put around a text so that it parses: expressions, then methods and accessors.
const READINGS: [(&str, &str); 2] = [("(", "\n)"), ("({", "\n})")];

/// The text of one unit, wrapped.
#[derive(Debug)]
pub(crate) struct Text {
    pub(crate) wrapped: String,
    prefix: u32,
    length: usize,
}

impl Text {
    /// The reading of the text that parses.
    pub(crate) fn of(source: &str, unit: u32) -> Result<Self, CompileError> {
        let mut message = String::new();
        for (before, after) in READINGS {
            let text = Self {
                wrapped: format!("{before}{source}{after}"),
                prefix: u32::try_from(before.len()).unwrap_or(0),
                length: source.len(),
            };
            let allocator = Allocator::default();
            let parsed = Parser::new(&allocator, &text.wrapped, SourceType::script()).parse();
            match parsed.diagnostics.first() {
                None if !parsed.panicked && function_of(&parsed.program).is_some() => return Ok(text),
                Some(error) if message.is_empty() => message = error.to_string(),
                _ => {}
            }
        }
        let text = Self { wrapped: source.to_owned(), prefix: 0, length: source.len() };
        let reason = if source.contains("[native code]") {
            "a native or bound function has no source text".to_owned()
        } else if message.is_empty() {
            "this is not the source of a function".to_owned()
        } else {
            format!("the source cannot be read: {message}")
        };
        let hint = "pass a function or an arrow that is written in JavaScript".to_owned();
        Err(text.locate(Fault { code: Reason::Syntax, at: At { unit, byte: 0 }, reason, hint }))
    }

    pub(crate) fn parse<'a>(&'a self, allocator: &'a Allocator) -> Program<'a> {
        Parser::new(allocator, &self.wrapped, SourceType::script()).parse().program
    }

    /// UTF-16 offset, line and column (both from 1) of a byte of the wrapped text.
    pub(crate) fn place(&self, byte: u32) -> (u32, u32, u32) {
        let start = self.prefix as usize;
        let end = (byte as usize).clamp(start, start + self.length);
        let before = &self.wrapped[start..end];
        let units = |text: &str| u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX);
        let line = before.split('\n').count();
        let last = before.rsplit('\n').next().unwrap_or("");
        (units(before), u32::try_from(line).unwrap_or(u32::MAX), units(last) + 1)
    }

    pub(crate) fn locate(&self, Fault { code, at, reason, hint }: Fault) -> CompileError {
        let (offset, line, column) = self.place(at.byte);
        CompileError { code, unit: at.unit, at: offset, line, column, reason, hint }
    }
}

/// A function, arrow, method or accessor.
#[derive(Clone, Copy)]
pub(crate) struct Code<'t, 'a> {
    pub(crate) params: &'t FormalParameters<'a>,
    pub(crate) body: &'t FunctionBody<'a>,
    /// The body is one expression, the result.
    pub(crate) expression: bool,
    pub(crate) asynchronous: bool,
    pub(crate) generator: bool,
    /// Start of the text, which identifies it within its unit.
    pub(crate) start: u32,
    pub(crate) name: Option<&'t str>,
    /// Symbol of its own name, of function expressions and declarations.
    pub(crate) own: Option<oxc_semantic::SymbolId>,
}

pub(crate) fn code_of_function<'t, 'a>(function: &'t Function<'a>) -> Option<Code<'t, 'a>> {
    Some(Code {
        params: &function.params,
        body: function.body.as_ref()?,
        expression: false,
        asynchronous: function.r#async,
        generator: function.generator,
        start: function.span.start,
        name: function.id.as_ref().map(|id| id.name.as_str()),
        own: function.id.as_ref().and_then(|id| id.symbol_id.get()),
    })
}

pub(crate) fn code_of_arrow<'t, 'a>(arrow: &'t ArrowFunctionExpression<'a>) -> Code<'t, 'a> {
    Code {
        params: &arrow.params,
        body: &arrow.body,
        expression: arrow.expression,
        asynchronous: arrow.r#async,
        generator: false,
        start: arrow.span.start,
        name: None,
        own: None,
    }
}

/// The only function of a wrapped text.
pub(crate) fn function_of<'t, 'a>(program: &'t Program<'a>) -> Option<Code<'t, 'a>> {
    let [Statement::ExpressionStatement(statement)] = program.body.as_slice() else { return None };
    match statement.expression.without_parentheses() {
        Expression::ArrowFunctionExpression(arrow) => Some(code_of_arrow(arrow)),
        Expression::FunctionExpression(function) => code_of_function(function),
        Expression::ObjectExpression(object) => match object.properties.as_slice() {
            [ObjectPropertyKind::ObjectProperty(property)] => match &property.value {
                Expression::FunctionExpression(function) => code_of_function(function),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Which name refers to which declaration.
pub(crate) fn scoping(program: &Program<'_>) -> Scoping {
    SemanticBuilder::new().build(program).semantic.into_scoping()
}
