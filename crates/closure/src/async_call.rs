//! Calls that compilers put around the bodies of async functions: `__awaiter(this, void 0, void 0, function* () { … })`.
//!
//! They hand on `this` whether the body uses it or not. Where it does not, the call is as good without.

use oxc_ast::ast::{Argument, CallExpression, Class, Expression, Function, IdentifierReference, ThisExpression};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::ScopeFlags;

/// The helpers of tsc (`__awaiter`, `__asyncGenerator`), esbuild (`__async`) and SWC (`_async_to_generator`).
const HELPERS: [&str; 4] = ["__awaiter", "__asyncGenerator", "__async", "_async_to_generator"];

/// The call hands `this` to a helper for a body that does not use it.
pub(crate) fn passes_unused_this(call: &CallExpression<'_>) -> bool {
    let Some(name) = called(&call.callee) else { return false };
    let (Some(Argument::ThisExpression(_)), Some(Argument::FunctionExpression(body))) =
        (call.arguments.first(), call.arguments.last())
    else {
        return false;
    };
    HELPERS.contains(&name) && !uses_this(body)
}

fn called<'e>(callee: &'e Expression<'_>) -> Option<&'e str> {
    match callee.without_parentheses() {
        Expression::Identifier(name) => Some(name.name.as_str()),
        Expression::StaticMemberExpression(member) => Some(member.property.name.as_str()),
        Expression::SequenceExpression(sequence) => called(sequence.expressions.last()?),
        _ => None,
    }
}

fn uses_this(body: &Function<'_>) -> bool {
    let mut finder = Finder { found: false };
    walk::walk_function(&mut finder, body, ScopeFlags::Function);
    finder.found
}

/// Looks for `this` and `arguments` of one function; functions inside have their own.
struct Finder {
    found: bool,
}

impl<'a> Visit<'a> for Finder {
    fn visit_this_expression(&mut self, _: &ThisExpression) {
        self.found = true;
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        self.found |= it.name == "arguments";
    }

    fn visit_function(&mut self, _: &Function<'a>, _: ScopeFlags) {}

    fn visit_class(&mut self, it: &Class<'a>) {
        if let Some(heritage) = &it.super_class {
            self.visit_expression(heritage);
        }
    }
}
