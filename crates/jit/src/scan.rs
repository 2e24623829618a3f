//! The names that a function text reads but does not declare, as paths: `x`, `Math.sqrt`, `settings.width`.

use oxc_allocator::Allocator;
use oxc_ast::ast::{Expression, IdentifierReference, StaticMemberExpression};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::Scoping;

use crate::error::CompileError;
use crate::parse::{self, Text};

struct Scan<'s> {
    scoping: &'s Scoping,
    paths: Vec<String>,
}

impl Scan<'_> {
    fn is_free(&self, name: &IdentifierReference<'_>) -> bool {
        name.reference_id.get().is_none_or(|id| self.scoping.get_reference(id).symbol_id().is_none())
    }

    fn note(&mut self, path: String) {
        if !self.paths.contains(&path) {
            self.paths.push(path);
        }
    }

    /// The path of `a.b.c` that begins with a free name.
    fn path(&self, expression: &Expression<'_>) -> Option<String> {
        match expression.without_parentheses() {
            Expression::Identifier(name) if self.is_free(name) => Some(name.name.to_string()),
            Expression::StaticMemberExpression(member) => {
                Some(format!("{}.{}", self.path(&member.object)?, member.property.name))
            }
            _ => None,
        }
    }
}

impl<'a> Visit<'a> for Scan<'_> {
    fn visit_identifier_reference(&mut self, name: &IdentifierReference<'a>) {
        if self.is_free(name) {
            self.note(name.name.to_string());
        }
    }

    fn visit_static_member_expression(&mut self, member: &StaticMemberExpression<'a>) {
        if let Some(path) = self.path(&member.object) {
            self.note(format!("{path}.{}", member.property.name));
        } else {
            walk::walk_static_member_expression(self, member);
        }
    }
}

/// The free paths of a function text, in the order of their first use.
///
/// # Errors
/// When the text is not that of a function.
pub fn scan(text: &str) -> Result<Vec<String>, CompileError> {
    let text = Text::of(text, 0)?;
    let allocator = Allocator::default();
    let program = text.parse(&allocator);
    let scoping = parse::scoping(&program);
    let mut scan = Scan { scoping: &scoping, paths: Vec::new() };
    scan.visit_program(&program);
    Ok(scan.paths)
}
