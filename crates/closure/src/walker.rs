//! One pass over the tree of a function: which names are free, and which keywords reach outside.
//!
//! Two counters follow the walk. `depth` counts the functions entered that bind `this` (all but arrows; class members and
//! field initializers too): at 0, `this` is that of the surroundings. `deferred` is above 0 in the methods and instance
//! fields of a class text: what it uses anywhere else must be at hand before the text is evaluated.

use std::collections::HashMap;

use oxc_ast::ast::{
    ArrowFunctionExpression, CallExpression, Class, ClassElement, ComputedMemberExpression, Expression, Function,
    IdentifierReference, ImportExpression, MetaProperty, NewExpression, PrivateFieldExpression, PrivateInExpression,
    PropertyKey, StaticMemberExpression, Super, ThisExpression,
};
use oxc_ast_visit::{Visit, walk};
use oxc_semantic::{ScopeFlags, Scoping, SymbolId};

use crate::async_call;
use crate::function::{Form, Free, FunctionAnalysis, Problem, ProblemKind};
use crate::offsets::Offsets;

pub(crate) struct Walker<'w> {
    scoping: &'w Scoping,
    offsets: &'w Offsets<'w>,
    form: Form,
    own: Option<SymbolId>,
    depth: u32,
    deferred: u32,
    classes: u32,
    free: Vec<Free>,
    index: HashMap<String, usize>,
    problems: Vec<Problem>,
    metas: Vec<(u32, u32)>,
    dynamic_import: bool,
    /// Static code of the class uses the class itself, so that any method may run during its evaluation.
    static_self: bool,
}

impl<'w> Walker<'w> {
    pub(crate) fn new(scoping: &'w Scoping, offsets: &'w Offsets<'w>, form: Form, own: Option<SymbolId>) -> Self {
        Self {
            scoping,
            offsets,
            form,
            own,
            depth: 0,
            deferred: 0,
            classes: 0,
            free: Vec::new(),
            index: HashMap::new(),
            problems: Vec::new(),
            metas: Vec::new(),
            dynamic_import: false,
            static_self: false,
        }
    }

    pub(crate) fn report(mut self, analysis: &mut FunctionAnalysis) {
        if self.static_self {
            for free in &mut self.free {
                free.eager = true;
            }
        }
        self.problems.sort_by_key(|problem| problem.at);
        analysis.free = self.free;
        analysis.problems = self.problems;
        analysis.metas = self.metas;
        analysis.dynamic_import = self.dynamic_import;
    }

    fn problem(&mut self, kind: ProblemKind, at: u32) {
        let at = self.offsets.utf16(at);
        self.problems.push(Problem { kind, at });
    }

    /// `this` and `super` are foreign outside of all functions, and in the body of a lone method.
    fn instance_keyword(&mut self, kind: ProblemKind, at: u32) {
        let member = matches!(self.form, Form::Method | Form::Getter | Form::Setter);
        if self.depth == 0 || (member && self.depth == 1) {
            self.problem(kind, at);
        }
    }

    fn is_eager(&self) -> bool {
        self.form == Form::Class && self.deferred == 0
    }

    fn use_free(&mut self, name: &str, start: u32, write: bool) {
        let at = self.offsets.utf16(start);
        let eager = self.is_eager();
        let known = self.index.get(name).copied();
        let index = known.unwrap_or_else(|| {
            self.free.push(Free { name: name.to_owned(), at, written_at: None, eager: false });
            self.index.insert(name.to_owned(), self.free.len() - 1);
            self.free.len() - 1
        });
        let free = &mut self.free[index];
        free.eager |= eager;
        if write {
            free.written_at.get_or_insert(at);
        }
    }

    fn inside(&mut self, binds_this: bool, defers: bool, walk: impl FnOnce(&mut Self)) {
        self.depth += u32::from(binds_this);
        let defers = defers && self.classes == 1;
        self.deferred += u32::from(defers);
        walk(self);
        self.depth -= u32::from(binds_this);
        self.deferred -= u32::from(defers);
    }

    /// Static code that looks into the class, or makes an instance, may run any of its methods. Handing the class to a
    /// function, as compilers do to set its name, does not count.
    fn look_into(&mut self, object: &Expression<'_>) {
        let own = match object.without_parentheses() {
            Expression::ThisExpression(_) => self.depth == 1,
            Expression::Identifier(name) => {
                let symbol = name.reference_id.get().and_then(|id| self.scoping.get_reference(id).symbol_id());
                symbol.is_some() && symbol == self.own
            }
            _ => false,
        };
        self.static_self |= own && self.is_eager();
    }

    fn visit_key<'a>(&mut self, key: &PropertyKey<'a>, computed: bool)
    where
        Self: Visit<'a>,
    {
        if computed {
            self.visit_property_key(key);
        }
    }
}

impl<'a> Visit<'a> for Walker<'_> {
    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        let Some(id) = it.reference_id.get() else { return };
        let reference = self.scoping.get_reference(id);
        match reference.symbol_id() {
            Some(_) => {}
            None if it.name == "arguments" => {
                if self.depth == 0 {
                    self.problem(ProblemKind::Arguments, it.span.start);
                }
            }
            None => self.use_free(it.name.as_str(), it.span.start, reference.flags().is_write()),
        }
    }

    fn visit_this_expression(&mut self, it: &ThisExpression) {
        self.instance_keyword(ProblemKind::This, it.span.start);
    }

    fn visit_super(&mut self, it: &Super) {
        self.static_self |= self.is_eager() && self.depth == 1;
        self.instance_keyword(ProblemKind::Super, it.span.start);
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        self.look_into(&it.object);
        walk::walk_static_member_expression(self, it);
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        self.look_into(&it.object);
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_new_expression(&mut self, it: &NewExpression<'a>) {
        self.look_into(&it.callee);
        walk::walk_new_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        if !async_call::passes_unused_this(it) {
            return walk::walk_call_expression(self, it);
        }
        self.visit_expression(&it.callee);
        for argument in &it.arguments[1..] {
            self.visit_argument(argument);
        }
    }

    fn visit_meta_property(&mut self, it: &MetaProperty<'a>) {
        if it.meta.name == "import" {
            self.metas.push((self.offsets.utf16(it.span.start), self.offsets.utf16(it.span.end)));
        } else if self.depth == 0 {
            self.problem(ProblemKind::NewTarget, it.span.start);
        }
    }

    fn visit_import_expression(&mut self, it: &ImportExpression<'a>) {
        self.dynamic_import = true;
        walk::walk_import_expression(self, it);
    }

    fn visit_private_field_expression(&mut self, it: &PrivateFieldExpression<'a>) {
        if self.classes == 0 {
            self.problem(ProblemKind::PrivateName, it.field.span.start);
        }
        self.look_into(&it.object);
        walk::walk_private_field_expression(self, it);
    }

    fn visit_private_in_expression(&mut self, it: &PrivateInExpression<'a>) {
        if self.classes == 0 {
            self.problem(ProblemKind::PrivateName, it.left.span.start);
        }
        walk::walk_private_in_expression(self, it);
    }

    fn visit_function(&mut self, it: &Function<'a>, flags: ScopeFlags) {
        self.inside(true, false, |walker| walk::walk_function(walker, it, flags));
    }

    fn visit_arrow_function_expression(&mut self, it: &ArrowFunctionExpression<'a>) {
        walk::walk_arrow_function_expression(self, it);
    }

    fn visit_class(&mut self, it: &Class<'a>) {
        self.visit_decorators(&it.decorators);
        // The heritage of the text itself is not evaluated again: the class it gave travels instead.
        if let Some(heritage) = it.super_class.as_ref().filter(|_| self.form != Form::Class || self.classes > 0) {
            self.visit_expression(heritage);
        }
        self.classes += 1;
        for element in &it.body.body {
            self.visit_class_element(element);
        }
        self.classes -= 1;
    }

    fn visit_class_element(&mut self, it: &ClassElement<'a>) {
        match it {
            ClassElement::MethodDefinition(method) => {
                self.visit_decorators(&method.decorators);
                self.visit_key(&method.key, method.computed);
                self.inside(false, true, |walker| walker.visit_function(&method.value, ScopeFlags::Function));
            }
            ClassElement::PropertyDefinition(field) => {
                self.visit_decorators(&field.decorators);
                self.visit_key(&field.key, field.computed);
                if let Some(value) = &field.value {
                    self.inside(true, !field.r#static, |walker| walker.visit_expression(value));
                }
            }
            ClassElement::AccessorProperty(field) => {
                self.visit_decorators(&field.decorators);
                self.visit_key(&field.key, field.computed);
                if let Some(value) = &field.value {
                    self.inside(true, !field.r#static, |walker| walker.visit_expression(value));
                }
            }
            ClassElement::StaticBlock(block) => {
                self.inside(true, false, |walker| walk::walk_static_block(walker, block));
            }
            ClassElement::TSIndexSignature(_) => {}
        }
    }
}
