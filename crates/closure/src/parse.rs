//! Function text to syntax tree.
//!
//! `Function.prototype.toString` gives an expression for functions, arrows and classes, but only a member for methods and
//! accessors (`get size() { … }`). So the text is tried as an expression, then as a member of an object, then (private
//! methods) of a class, then (arrows with `super` or `new.target`) as an expression inside a method; each as a script
//! first, for sloppy code, then as a module, for `import.meta`.

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    ArrowFunctionExpression, Class, ClassElement, Expression, Function, MethodDefinitionKind, ObjectExpression,
    ObjectPropertyKind, Program, PropertyKey, PropertyKind, Statement,
};
use oxc_parser::Parser;
use oxc_span::{GetSpan, SourceType, Span};

/// The text is not JavaScript this parser accepts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What the parser said.
    pub message: String,
}

/// The function a text holds.
pub(crate) enum Shape<'t, 'a> {
    Arrow(&'t ArrowFunctionExpression<'a>),
    Function(&'t Function<'a>),
    Class(&'t Class<'a>),
    Member { kind: Member, function: &'t Function<'a>, key: Span, computed: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Member {
    Method,
    Getter,
    Setter,
}

/// What a text is taken for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Expression,
    ObjectMember,
    ClassMember,
    Inside,
}

const READINGS: [(Reading, &str, &str); 4] = [
    (Reading::Expression, "(", "\n)"),
    (Reading::ObjectMember, "({", "\n})"),
    (Reading::ClassMember, "(class {", "\n})"),
    (Reading::Inside, "({ m() { return (", "\n) } })"),
];

/// The wrapped text (to be kept while the tree lives) for one of the ways to read it.
pub(crate) struct Attempt {
    pub(crate) text: String,
    pub(crate) prefix: u32,
    reading: Reading,
    source_type: SourceType,
}

/// All ways to read a function text, most likely first.
pub(crate) fn attempts(source: &str) -> impl Iterator<Item = Attempt> + '_ {
    READINGS.iter().flat_map(move |&(reading, before, after)| {
        [SourceType::script(), SourceType::mjs()].into_iter().map(move |source_type| Attempt {
            text: format!("{before}{source}{after}"),
            prefix: u32::try_from(before.len()).unwrap_or(0),
            reading,
            source_type,
        })
    })
}

/// Parses one attempt; the error is the parser's first complaint.
pub(crate) fn program<'a>(allocator: &'a Allocator, attempt: &'a Attempt) -> Result<Program<'a>, SyntaxError> {
    parse(allocator, &attempt.text, attempt.source_type)
}

pub(crate) fn parse<'a>(
    allocator: &'a Allocator,
    text: &'a str,
    source_type: SourceType,
) -> Result<Program<'a>, SyntaxError> {
    let parsed = Parser::new(allocator, text, source_type).parse();
    match parsed.diagnostics.first() {
        None if !parsed.panicked => Ok(parsed.program),
        None => Err(SyntaxError { message: "unexpected end of the source".to_owned() }),
        Some(first) => Err(SyntaxError { message: first.to_string() }),
    }
}

/// The only function of a wrapped program, if it is nothing but that.
pub(crate) fn shape<'t, 'a>(program: &'t Program<'a>, attempt: &Attempt) -> Option<Shape<'t, 'a>> {
    let [Statement::ExpressionStatement(statement)] = program.body.as_slice() else { return None };
    let expression = statement.expression.without_parentheses();
    match (attempt.reading, expression) {
        (Reading::Expression, expression) => literal(expression),
        (Reading::ObjectMember, Expression::ObjectExpression(object)) => object_member(object),
        (Reading::ClassMember, Expression::ClassExpression(class)) => private_method(class),
        (Reading::Inside, Expression::ObjectExpression(object)) => {
            let Some(Shape::Member { function, .. }) = object_member(object) else { return None };
            let [Statement::ReturnStatement(statement)] = function.body.as_ref()?.statements.as_slice() else {
                return None;
            };
            literal(statement.argument.as_ref()?.without_parentheses())
        }
        _ => None,
    }
}

fn literal<'t, 'a>(expression: &'t Expression<'a>) -> Option<Shape<'t, 'a>> {
    match expression {
        Expression::ArrowFunctionExpression(arrow) => Some(Shape::Arrow(arrow)),
        Expression::FunctionExpression(function) => Some(Shape::Function(function)),
        Expression::ClassExpression(class) => Some(Shape::Class(class)),
        _ => None,
    }
}

fn object_member<'t, 'a>(object: &'t ObjectExpression<'a>) -> Option<Shape<'t, 'a>> {
    let [ObjectPropertyKind::ObjectProperty(property)] = object.properties.as_slice() else { return None };
    let Expression::FunctionExpression(function) = &property.value else { return None };
    let kind = match property.kind {
        PropertyKind::Get => Member::Getter,
        PropertyKind::Set => Member::Setter,
        PropertyKind::Init if property.method => Member::Method,
        PropertyKind::Init => return None,
    };
    Some(member(kind, function, &property.key, property.computed))
}

fn private_method<'t, 'a>(class: &'t Class<'a>) -> Option<Shape<'t, 'a>> {
    let [ClassElement::MethodDefinition(method)] = class.body.body.as_slice() else { return None };
    if !matches!(method.key, PropertyKey::PrivateIdentifier(_)) || method.r#static {
        return None;
    }
    let kind = match method.kind {
        MethodDefinitionKind::Get => Member::Getter,
        MethodDefinitionKind::Set => Member::Setter,
        _ => Member::Method,
    };
    Some(member(kind, &method.value, &method.key, method.computed))
}

fn member<'t, 'a>(kind: Member, function: &'t Function<'a>, key: &PropertyKey<'a>, computed: bool) -> Shape<'t, 'a> {
    Shape::Member { kind, function, key: key.span(), computed }
}
