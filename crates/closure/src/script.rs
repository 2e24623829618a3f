//! One pass over the tree of a script for [`crate::module`].

use oxc_ast::ast::{
    ArrowFunctionExpression, BindingPattern, Class, Declaration, ExportDefaultDeclaration,
    ExportDefaultDeclarationKind, ExportNamedDeclaration, Expression, Function, FunctionType, ImportDeclaration,
    ImportDeclarationSpecifier, Program, Statement, VariableDeclaration, VariableDeclarationKind, VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::ScopeFlags;
use oxc_span::{GetSpan, Span};

use crate::module::{Export, Import, ImportKind, ModuleAnalysis};
use crate::offsets::Offsets;

pub(crate) struct ScriptWalker<'s> {
    offsets: &'s Offsets<'s>,
    analysis: ModuleAnalysis,
    /// Inside code already known to be strict.
    strict: bool,
    /// The statement being walked is one of the program itself.
    top: bool,
}

impl<'s> ScriptWalker<'s> {
    pub(crate) fn new(offsets: &'s Offsets<'s>) -> Self {
        Self { offsets, analysis: ModuleAnalysis::default(), strict: false, top: true }
    }

    /// The whole program is strict.
    pub(crate) fn strict_program(&mut self, span: Span) {
        self.strict = true;
        self.push_strict(span);
    }

    pub(crate) fn finish(self) -> ModuleAnalysis {
        self.analysis
    }

    fn range(&self, span: Span) -> (u32, u32) {
        (self.offsets.utf16(span.start), self.offsets.utf16(span.end))
    }

    fn push_strict(&mut self, span: Span) {
        let range = self.range(span);
        self.analysis.strict.push(range);
    }

    /// Walks something that is strict if `strict` says so, and whose inside is not the top level.
    fn nested(&mut self, span: Span, strict: bool, walk: impl FnOnce(&mut Self)) {
        let outer = (self.strict, self.top);
        if strict && !self.strict {
            self.push_strict(span);
            self.strict = true;
        }
        self.top = false;
        walk(self);
        (self.strict, self.top) = outer;
    }

    fn export(&mut self, name: &str, local: Option<&str>, span: Option<Span>) {
        let span = span.map(|span| self.range(span));
        self.analysis.exports.push(Export { name: name.to_owned(), local: local.map(str::to_owned), span });
    }

    fn import(&mut self, local: &str, specifier: &str, path: Vec<String>, kind: ImportKind) {
        let specifier = specifier.to_owned();
        self.analysis.imports.push(Import { local: local.to_owned(), specifier, path, kind });
    }

    /// `const x = require('…')` and its relatives.
    fn module_variable(&mut self, declarator: &VariableDeclarator<'_>) {
        let Some((specifier, mut path, kind)) = declarator.init.as_ref().and_then(loads) else {
            return;
        };
        match &declarator.id {
            BindingPattern::BindingIdentifier(id) => self.import(id.name.as_str(), &specifier, path, kind),
            BindingPattern::ObjectPattern(pattern) if pattern.rest.is_none() => {
                for property in &pattern.properties {
                    let BindingPattern::BindingIdentifier(local) = &property.value else { continue };
                    let Some(key) = property.key.static_name() else { continue };
                    path.push(key.into_owned());
                    self.import(local.name.as_str(), &specifier, path.clone(), kind.clone());
                    path.pop();
                }
            }
            _ => {}
        }
    }

    fn export_declaration(&mut self, declaration: &Declaration<'_>) {
        match declaration {
            Declaration::VariableDeclaration(variables) => {
                for id in variables.declarations.iter().flat_map(|declarator| declarator.id.get_binding_identifiers()) {
                    self.export(id.name.as_str(), Some(id.name.as_str()), None);
                }
            }
            Declaration::FunctionDeclaration(function) => {
                self.export_id(function.id.as_ref().map(|id| id.name.as_str()));
            }
            Declaration::ClassDeclaration(class) => self.export_id(class.id.as_ref().map(|id| id.name.as_str())),
            _ => {}
        }
    }

    fn export_id(&mut self, name: Option<&str>) {
        if let Some(name) = name {
            self.export(name, Some(name), None);
        }
    }
}

/// The module an expression loads: specifier, path into it, way of loading.
fn loads(expression: &Expression<'_>) -> Option<(String, Vec<String>, ImportKind)> {
    match expression.without_parentheses() {
        Expression::CallExpression(call) => {
            let first = call.arguments.first()?.as_expression()?;
            if call.callee.is_specific_id("require") && call.arguments.len() == 1 {
                return Some((literal(first)?, Vec::new(), ImportKind::Require));
            }
            let (specifier, path, ImportKind::Require) = loads(first)? else { return None };
            let rest = &call.arguments[1..];
            if !path.is_empty() || !rest.iter().all(|argument| argument.as_expression().is_some_and(is_constant)) {
                return None;
            }
            let plain = matches!(
                call.callee.without_parentheses(),
                Expression::Identifier(_) | Expression::StaticMemberExpression(_) | Expression::SequenceExpression(_)
            );
            plain.then_some((specifier, Vec::new(), ImportKind::Interop))
        }
        Expression::AwaitExpression(awaited) => match awaited.argument.without_parentheses() {
            Expression::ImportExpression(import) if import.options.is_none() => {
                Some((literal(&import.source)?, Vec::new(), ImportKind::Import))
            }
            _ => None,
        },
        Expression::StaticMemberExpression(member) => {
            let (specifier, mut path, kind) = loads(&member.object)?;
            path.push(member.property.name.to_string());
            (kind != ImportKind::Interop).then_some((specifier, path, kind))
        }
        _ => None,
    }
}

fn literal(expression: &Expression<'_>) -> Option<String> {
    match expression.without_parentheses() {
        Expression::StringLiteral(string) => Some(string.value.to_string()),
        Expression::TemplateLiteral(template) if template.expressions.is_empty() => {
            template.quasis.first()?.value.cooked.as_ref().map(ToString::to_string)
        }
        _ => None,
    }
}

fn is_constant(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::UnaryExpression(unary) => is_constant(&unary.argument),
        Expression::BooleanLiteral(_) | Expression::NumericLiteral(_) | Expression::StringLiteral(_) => true,
        _ => false,
    }
}

impl<'a> Visit<'a> for ScriptWalker<'_> {
    fn visit_program(&mut self, it: &Program<'a>) {
        for statement in &it.body {
            self.top = matches!(statement, Statement::VariableDeclaration(_) | Statement::ExportNamedDeclaration(_));
            self.visit_statement(statement);
        }
    }

    fn visit_import_declaration(&mut self, it: &ImportDeclaration<'a>) {
        if it.import_kind.is_type() || it.phase.is_some() || it.with_clause.is_some() {
            return;
        }
        let specifier = it.source.value.as_str();
        for item in it.specifiers.iter().flatten() {
            let (local, path) = match item {
                ImportDeclarationSpecifier::ImportSpecifier(named) if named.import_kind.is_type() => continue,
                ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    (&named.local, vec![named.imported.name().to_string()])
                }
                ImportDeclarationSpecifier::ImportDefaultSpecifier(default) => {
                    (&default.local, vec!["default".to_owned()])
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(all) => (&all.local, Vec::new()),
            };
            self.import(local.name.as_str(), specifier, path, ImportKind::Import);
        }
    }

    fn visit_export_named_declaration(&mut self, it: &ExportNamedDeclaration<'a>) {
        if it.source.is_none() && !it.export_kind.is_type() {
            for specifier in &it.specifiers {
                self.export(specifier.exported.name().as_str(), Some(specifier.local.name().as_str()), None);
            }
        }
        if let Some(declaration) = &it.declaration {
            self.export_declaration(declaration);
            self.visit_declaration(declaration);
        }
    }

    fn visit_export_default_declaration(&mut self, it: &ExportDefaultDeclaration<'a>) {
        let (local, span) = match &it.declaration {
            ExportDefaultDeclarationKind::FunctionDeclaration(function) => (function.id.as_ref(), function.span),
            ExportDefaultDeclarationKind::ClassDeclaration(class) => (class.id.as_ref(), class.span),
            other => match other.as_expression().map(Expression::without_parentheses) {
                Some(Expression::Identifier(name)) => {
                    self.export("default", Some(name.name.as_str()), None);
                    return;
                }
                Some(expression) => (None, expression.span()),
                None => return,
            },
        };
        self.export("default", local.map(|id| id.name.as_str()), local.is_none().then_some(span));
        walk::walk_export_default_declaration(self, it);
    }

    fn visit_variable_declaration(&mut self, it: &VariableDeclaration<'a>) {
        if it.kind == VariableDeclarationKind::Var && !self.top {
            let names = it.declarations.iter().flat_map(|declarator| declarator.id.get_binding_identifiers());
            self.analysis.unstable.extend(names.map(|id| id.name.to_string()));
        }
        for declarator in &it.declarations {
            if self.top {
                self.module_variable(declarator);
            }
            let outer = std::mem::replace(&mut self.top, false);
            self.visit_variable_declarator(declarator);
            self.top = outer;
        }
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        if it.r#type == FunctionType::FunctionExpression && it.id.is_some() {
            let start = self.offsets.utf16(it.span.start);
            self.analysis.named_expressions.push(start);
        }
        self.nested(it.span, it.has_use_strict_directive(), |walker| walk::walk_function(walker, it, flags));
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        let strict = it.body.has_use_strict_directive();
        self.nested(it.span, strict, |walker| walk::walk_arrow_function_expression(walker, it));
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        self.nested(it.span, true, |walker| walk::walk_class(walker, it));
    }
}
