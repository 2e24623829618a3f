//! Statements.

use oxc_ast::ast::{
    BindingIdentifier, BindingPattern, Expression, ForOfStatement, ForStatement, ForStatementInit, ForStatementLeft,
    Statement, SwitchStatement, VariableDeclaration, VariableDeclarationKind,
};
use oxc_semantic::SymbolId;

use super::{Bind, Closure, Lowerer, Lowering, Target, V, Val};
use crate::error::{At, Reason, fault};
use crate::ir::{ArrInfo, Kind, Label, Loop, Source, Stmt};
use crate::parse::{Code, code_of_function};

/// Iterations up to which a counted loop is written out.
const UNROLL: f64 = 9.0;
/// Length of the text that results, at most.
const UNROLL_TEXT: f64 = 1500.0;

impl<'t, 'a> Lowerer<'t, 'a> {
    /// `var` variables that are assigned later are undefined from the start of the function on.
    pub(super) fn hoist_vars(&mut self, code: Code<'t, 'a>) {
        let (mut names, mut params) = (Vec::new(), Vec::new());
        collect_vars(&code.body.statements, &mut names);
        for param in &code.params.items {
            collect_pattern(&param.pattern, true, &mut params);
        }
        for (name, has_value) in names {
            let Some(symbol) = name.symbol_id.get() else { continue };
            let key = (self.unit(), symbol);
            if has_value && !self.changes(symbol) {
                // Bound where it is declared; unbound again for each activation.
                self.binds.remove(&key);
                continue;
            }
            let at = self.at(name.span);
            // `function f(a) { var a; }`: the `var` is the parameter.
            if params.iter().any(|(param, _)| param.symbol_id.get() == Some(symbol)) {
                continue;
            }
            let local = self.program.local(name.name.as_str(), at);
            let undefined = self.program.add(Kind::Undef, at);
            let set = self.program.add(Kind::Set(local, undefined), at);
            if let Some(frame) = self.frames.last_mut() {
                frame.prologue.push(Stmt::Expr(set));
            }
            self.binds.insert(key, Bind::Scalar { local, fresh: true });
        }
    }

    pub(super) fn statements(&mut self, statements: &'t [Statement<'a>]) -> Lowering<()> {
        for statement in statements {
            if let Statement::FunctionDeclaration(function) = statement
                && let (Some(code), Some(id)) = (code_of_function(function), &function.id)
                && let Some(symbol) = id.symbol_id.get()
            {
                let unit = self.unit();
                if self.changes(symbol) {
                    let at = self.at(id.span);
                    return fault(Reason::Unsupported, at, "a declared function is assigned again", "use another name");
                }
                self.binds.insert((unit, symbol), Bind::Function(Closure { unit, code }));
            }
        }
        statements.iter().try_for_each(|statement| self.statement(statement))
    }

    fn statement(&mut self, statement: &'t Statement<'a>) -> Lowering<()> {
        let at = self.at_of(statement);
        match statement {
            Statement::EmptyStatement(_) | Statement::FunctionDeclaration(_) => Ok(()),
            Statement::ExpressionStatement(expression) => self.effect(&expression.expression),
            Statement::BlockStatement(block) => self.statements(&block.body),
            Statement::VariableDeclaration(declaration) => self.declaration(declaration),
            Statement::IfStatement(branch) => {
                let test = self.scalar(&branch.test)?;
                let known = match self.program.kind(test) {
                    Kind::Bool(value) => Some(*value),
                    _ => None,
                };
                match (known, &branch.alternate) {
                    (Some(true), _) => return self.statement(&branch.consequent),
                    (Some(false), Some(alternate)) => return self.statement(alternate),
                    (Some(false), None) => return Ok(()),
                    (None, _) => {}
                }
                let (then, ()) = self.nested(|this| this.statement(&branch.consequent))?;
                let (otherwise, ()) = self
                    .nested(|this| branch.alternate.as_ref().map_or(Ok(()), |alternate| this.statement(alternate)))?;
                self.out.push(Stmt::If(test, then, otherwise));
                Ok(())
            }
            Statement::ForStatement(_)
            | Statement::ForOfStatement(_)
            | Statement::WhileStatement(_)
            | Statement::DoWhileStatement(_) => self.looping(statement, Vec::new(), at),
            Statement::LabeledStatement(_) => self.labeled(statement, at),
            Statement::BreakStatement(jump) => {
                self.jump(jump.label.as_ref().map(|label| label.name.as_str()), false, at)
            }
            Statement::ContinueStatement(jump) => {
                self.jump(jump.label.as_ref().map(|label| label.name.as_str()), true, at)
            }
            Statement::ReturnStatement(result) => self.returning(result.argument.as_ref(), at),
            Statement::SwitchStatement(switch) => self.switch(switch, Vec::new(), at),
            other => {
                let (what, hint) = match other {
                    Statement::ThrowStatement(_) => ("`throw`", "return a value that means failure"),
                    Statement::TryStatement(_) => ("`try`", "nothing in a kernel throws"),
                    Statement::ForInStatement(_) => ("`for … in`", "use `for (let i = 0; …)`"),
                    Statement::ClassDeclaration(_) => ("a class", "use functions"),
                    Statement::DebuggerStatement(_) => ("`debugger`", "call the function directly to debug it"),
                    _ => ("this statement", ""),
                };
                fault(Reason::Unsupported, at, format!("{what} is not available in compiled code"), hint)
            }
        }
    }

    fn declaration(&mut self, declaration: &'t VariableDeclaration<'a>) -> Lowering<()> {
        for declarator in &declaration.declarations {
            let at = self.at(declarator.span);
            let var = match declaration.kind {
                VariableDeclarationKind::Var => true,
                VariableDeclarationKind::Let | VariableDeclarationKind::Const => false,
                _ => return fault(Reason::Unsupported, at, "`using` is not available in compiled code", ""),
            };
            match (&declarator.init, &declarator.id) {
                (None, BindingPattern::BindingIdentifier(_)) if var => {}
                (None, pattern) => {
                    let undefined = self.program.add(Kind::Undef, at);
                    self.bind(pattern, V::scalar(undefined), at)?;
                }
                (Some(init), BindingPattern::BindingIdentifier(name)) if var => {
                    let v = self.value(init)?;
                    self.assign_var(name, v)?;
                }
                (Some(init), pattern) => {
                    let v = self.value(init)?;
                    self.bind(pattern, v, at)?;
                }
            }
        }
        Ok(())
    }

    fn labeled(&mut self, statement: &'t Statement<'a>, at: At) -> Lowering<()> {
        let mut names = Vec::new();
        let mut inner = statement;
        while let Statement::LabeledStatement(labeled) = inner {
            names.push(labeled.label.name.to_string());
            inner = &labeled.body;
        }
        match inner {
            Statement::ForStatement(_)
            | Statement::ForOfStatement(_)
            | Statement::WhileStatement(_)
            | Statement::DoWhileStatement(_) => self.looping(inner, names, at),
            Statement::SwitchStatement(switch) => self.switch(switch, names, at),
            _ => {
                let exit = self.program.label();
                let body =
                    self.within(Target { names, exit, next: None, block: true }, |this| this.statement(inner))?;
                self.out.push(Stmt::Labeled(exit, body));
                Ok(())
            }
        }
    }

    /// Lowers something that `break` can leave.
    fn within(&mut self, target: Target, work: impl FnOnce(&mut Self) -> Lowering<()>) -> Lowering<Vec<Stmt>> {
        if let Some(frame) = self.frames.last_mut() {
            frame.breaks.push(target);
        }
        let result = self.nested(work);
        if let Some(frame) = self.frames.last_mut() {
            frame.breaks.pop();
        }
        Ok(result?.0)
    }

    fn jump(&mut self, name: Option<&str>, continues: bool, at: At) -> Lowering<()> {
        let targets = self.frames.last().map_or(&[][..], |frame| &frame.breaks);
        let label = targets.iter().rev().find_map(|target| {
            let meant = match name {
                Some(name) => target.names.iter().any(|other| other == name),
                None => !target.block && (!continues || target.next.is_some()),
            };
            match (meant, continues) {
                (false, _) => None,
                (true, true) => target.next,
                (true, false) => Some(target.exit),
            }
        });
        match label {
            Some(label) => self.out.push(Stmt::Jump(label)),
            None => return fault(Reason::Syntax, at, "nothing to leave here", ""),
        }
        Ok(())
    }

    fn returning(&mut self, argument: Option<&'t Expression<'a>>, at: At) -> Lowering<()> {
        let v = match argument {
            Some(argument) => self.value(argument)?,
            None => V::scalar(self.program.add(Kind::Undef, at)),
        };
        self.out.extend(v.pre);
        let known = self.frames.last().and_then(|frame| frame.result.clone());
        let result = match (known, v.val) {
            (None, Val::Scalar(e)) => {
                let local = self.program.local(" result", at);
                let undefined = self.program.add(Kind::Undef, at);
                let set = self.program.add(Kind::Set(local, undefined), at);
                if let Some(frame) = self.frames.last_mut() {
                    frame.prologue.push(Stmt::Expr(set));
                }
                self.emit_set(local, e, at);
                Bind::Scalar { local, fresh: false }
            }
            (Some(Bind::Scalar { local, fresh }), Val::Scalar(e)) => {
                self.emit_set(local, e, at);
                Bind::Scalar { local, fresh }
            }
            (None, Val::Bound(Bind::Array(source))) => {
                let info = self.program.arrs[source.0 as usize].clone();
                let arr = self.program.arr(ArrInfo { changes: true, ..info });
                self.out.push(Stmt::SetArr(arr, Source::Arr(source)));
                Bind::Array(arr)
            }
            (Some(Bind::Array(arr)), Val::Bound(Bind::Array(source))) => {
                let info = self.program.arrs[source.0 as usize].clone();
                if info.element != self.program.arrs[arr.0 as usize].element {
                    return fault(Reason::Type, at, "it returns arrays of different types", "return one type of array");
                }
                let roots = std::mem::take(&mut self.program.arrs[arr.0 as usize].roots);
                self.program.arrs[arr.0 as usize].roots = super::expr::union(roots, &info.roots);
                self.out.push(Stmt::SetArr(arr, Source::Arr(source)));
                Bind::Array(arr)
            }
            (known, Val::Bound(Bind::Tuple(tuple))) => self.return_tuple(known, &tuple, at)?,
            (None, Val::Bound(bind @ (Bind::Function(_) | Bind::Builtin(_)))) => bind,
            (_, Val::Bound(Bind::Function(_) | Bind::Builtin(_) | Bind::Refused(_))) => {
                return fault(Reason::Type, at, "it returns a function", "return numbers");
            }
            _ => {
                let hint = "return the same kind of value everywhere";
                return fault(Reason::Type, at, "it returns sometimes a number, sometimes an array", hint);
            }
        };
        if let Some(frame) = self.frames.last_mut() {
            frame.result = Some(result);
            frame.jumps += 1;
            let exit = frame.exit;
            self.out.push(Stmt::Jump(exit));
        }
        Ok(())
    }

    fn return_tuple(
        &mut self,
        known: Option<Bind<'t, 'a>>,
        tuple: &super::Tuple<'t, 'a>,
        at: At,
    ) -> Lowering<Bind<'t, 'a>> {
        let result = match known {
            None => {
                let items = tuple.items.iter().map(|item| match item {
                    Bind::Array(_) | Bind::Tuple(_) | Bind::Function(_) | Bind::Builtin(_) => item.clone(),
                    _ => Bind::Scalar { local: self.program.local(" result", at), fresh: false },
                });
                let items = items.collect();
                let names = tuple.names.clone();
                Bind::Tuple(super::Tuple { items, names, frozen: false, fresh: true.into() }.into())
            }
            Some(bind) => bind,
        };
        let Bind::Tuple(target) = &result else {
            let hint = "return the same kind of value everywhere";
            return fault(Reason::Type, at, "it returns sometimes a number, sometimes an array", hint);
        };
        if target.items.len() != tuple.items.len() || target.names != tuple.names {
            return fault(Reason::Type, at, "it returns arrays of different lengths", "return one length everywhere");
        }
        // Read all, then write all: the elements may be those of the result of an earlier call.
        for (into, item) in target.items.iter().zip(&tuple.items) {
            if let Bind::Scalar { local, .. } = into {
                let value = self.read(item, at)?;
                self.emit_set(*local, value, at);
            } else if !same_thing(into, item) {
                return fault(Reason::Unsupported, at, "it returns different nested arrays", "return numbers");
            }
        }
        Ok(result)
    }

    fn looping(&mut self, statement: &'t Statement<'a>, names: Vec<String>, at: At) -> Lowering<()> {
        if let Statement::ForStatement(counted) = statement
            && let Some((symbol, values)) = self.unrollable(counted)
        {
            return self.unroll(counted, symbol, &values, &names);
        }
        if let Statement::ForOfStatement(of) = statement {
            return self.for_of(of, names, at);
        }
        let (exit, next, number) = (self.program.label(), self.program.label(), self.program.loop_number());
        let target = Target { names, exit, next: Some(next), block: false };
        let (test, test_first, update, body) = match statement {
            Statement::ForStatement(counted) => {
                match &counted.init {
                    Some(ForStatementInit::VariableDeclaration(declaration)) => self.declaration(declaration)?,
                    Some(other) => {
                        if let Some(expression) = other.as_expression() {
                            self.effect(expression)?;
                        }
                    }
                    None => {}
                }
                let test = counted.test.as_ref().map(|test| self.scalar(test)).transpose()?;
                let body = self.within(target, |this| this.statement(&counted.body))?;
                let update = match &counted.update {
                    Some(update) => Some(self.effect_expression(update)?),
                    None => None,
                };
                (test, true, update, body)
            }
            Statement::WhileStatement(repeated) => {
                let test = self.scalar(&repeated.test)?;
                let body = self.within(target, |this| this.statement(&repeated.body))?;
                (Some(test), true, None, body)
            }
            Statement::DoWhileStatement(repeated) => {
                let body = self.within(target, |this| this.statement(&repeated.body))?;
                let test = self.scalar(&repeated.test)?;
                (Some(test), false, None, body)
            }
            _ => unreachable!("only loops come here"),
        };
        self.out.push(Stmt::Loop(Box::new(Loop { number, exit, next, test, test_first, update, body })));
        Ok(())
    }

    /// The effects of an expression as one expression.
    fn effect_expression(&mut self, expression: &'t Expression<'a>) -> Lowering<crate::ir::E> {
        let at = self.at_of(expression);
        let (mut stmts, ()) = self.nested(|this| this.effect(expression))?;
        if let [Stmt::Expr(e)] = stmts.as_slice() {
            return Ok(*e);
        }
        let value = self.program.add(Kind::Undef, at);
        Ok(self.program.add(Kind::Block(std::mem::take(&mut stmts), value), at))
    }

    fn for_of(&mut self, of: &'t ForOfStatement<'a>, names: Vec<String>, at: At) -> Lowering<()> {
        let V { pre, val } = self.value(&of.right)?;
        self.out.extend(pre);
        let pattern = match &of.left {
            ForStatementLeft::VariableDeclaration(declaration) => {
                declaration.declarations.first().map(|first| &first.id)
            }
            _ => None,
        };
        let Some(pattern) = pattern.filter(|_| !of.r#await) else {
            return fault(Reason::Unsupported, at, "this form of `for … of`", "declare the variable in the loop");
        };
        match val {
            Val::Bound(Bind::Array(arr)) => self.each(arr, at, |this, index| {
                if let Some(target) = this.frames.last_mut().and_then(|frame| frame.breaks.last_mut()) {
                    target.names = names;
                }
                let here = this.get(index, at);
                let v = V::scalar(this.program.add(Kind::Load(arr, here), at));
                this.bind(pattern, v, at)?;
                this.statement(&of.body)
            }),
            Val::Bound(Bind::Tuple(tuple)) => {
                let exit = self.program.label();
                let mut all = Vec::new();
                for item in &tuple.items {
                    let next = self.program.label();
                    let target = Target { names: names.clone(), exit, next: Some(next), block: false };
                    let body = self.within(target, |this| {
                        this.bind(pattern, V::bound(item.clone()), at)?;
                        this.statement(&of.body)
                    })?;
                    all.push(Stmt::Labeled(next, body));
                }
                self.out.push(Stmt::Labeled(exit, all));
                Ok(())
            }
            _ => fault(Reason::Type, at, "only arrays can be iterated", ""),
        }
    }

    /// A loop with few iterations whose number is known, and the values of its variable.
    fn unrollable(&mut self, counted: &'t ForStatement<'a>) -> Option<(SymbolId, Vec<f64>)> {
        let Some(ForStatementInit::VariableDeclaration(declaration)) = &counted.init else { return None };
        let [declarator] = declaration.declarations.as_slice() else { return None };
        let BindingPattern::BindingIdentifier(name) = &declarator.id else { return None };
        if declaration.kind == VariableDeclarationKind::Var {
            return None;
        }
        let symbol = name.symbol_id.get()?;
        let scoping = &self.units[self.unit() as usize].scoping;
        if scoping.get_resolved_references(symbol).filter(|reference| reference.is_write()).count() != 1 {
            return None;
        }
        let is_it = |expression: &Expression<'a>| match expression.without_parentheses() {
            Expression::Identifier(other) => {
                other.reference_id.get().and_then(|id| scoping.get_reference(id).symbol_id()) == Some(symbol)
            }
            _ => false,
        };
        let Expression::BinaryExpression(test) = counted.test.as_ref()?.without_parentheses() else { return None };
        if !is_it(&test.left) {
            return None;
        }
        let step = step_of(counted.update.as_ref()?, name)?;
        let size = f64::from(counted.span.end - counted.span.start);
        // Only names and literals may be looked at here: nothing is emitted.
        let begin = self.peek(declarator.init.as_ref()?)?;
        let end = self.peek(&test.right)?;
        let mut values = Vec::new();
        let mut value = begin;
        loop {
            let inside = match test.operator {
                oxc_ast::ast::BinaryOperator::LessThan => value < end,
                oxc_ast::ast::BinaryOperator::LessEqualThan => value <= end,
                oxc_ast::ast::BinaryOperator::GreaterThan => value > end,
                oxc_ast::ast::BinaryOperator::GreaterEqualThan => value >= end,
                _ => return None,
            };
            if !inside {
                break;
            }
            values.push(value);
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let count = values.len() as f64;
            if count > UNROLL || count * size > UNROLL_TEXT {
                return None;
            }
            value += step;
        }
        Some((symbol, values))
    }

    /// The value of a constant expression, without lowering anything.
    fn peek(&mut self, expression: &'t Expression<'a>) -> Option<f64> {
        match expression.without_parentheses() {
            Expression::NumericLiteral(literal) => Some(literal.value),
            Expression::UnaryExpression(unary) if unary.operator == oxc_ast::ast::UnaryOperator::UnaryNegation => {
                Some(-self.peek(&unary.argument)?)
            }
            Expression::BinaryExpression(binary) => {
                let (a, b) = (self.peek(&binary.left)?, self.peek(&binary.right)?);
                match binary.operator {
                    oxc_ast::ast::BinaryOperator::Addition => Some(a + b),
                    oxc_ast::ast::BinaryOperator::Subtraction => Some(a - b),
                    oxc_ast::ast::BinaryOperator::Multiplication => Some(a * b),
                    _ => None,
                }
            }
            Expression::Identifier(name) => {
                let at = self.at(name.span);
                match self.lookup(name, at) {
                    Ok(Bind::Constant(value)) => Some(value),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn unroll(
        &mut self,
        counted: &'t ForStatement<'a>,
        symbol: SymbolId,
        values: &[f64],
        names: &[String],
    ) -> Lowering<()> {
        let exit = self.program.label();
        let key = (self.unit(), symbol);
        let mut all = Vec::new();
        for &value in values {
            let next = self.program.label();
            self.binds.insert(key, Bind::Constant(value));
            let target = Target { names: names.to_vec(), exit, next: Some(next), block: false };
            let body = self.within(target, |this| this.statement(&counted.body))?;
            push_labeled(&mut all, next, body);
        }
        push_labeled(&mut self.out, exit, all);
        Ok(())
    }

    fn switch(&mut self, switch: &'t SwitchStatement<'a>, names: Vec<String>, at: At) -> Lowering<()> {
        let value = self.scalar(&switch.discriminant)?;
        let on = self.program.local(" switch", at);
        self.emit_set(on, value, at);
        let exit = self.program.label();
        let target = Target { names, exit, next: None, block: false };
        let mut cases = Vec::new();
        let none = self.within(target, |this| {
            for case in &switch.cases {
                let test = case.test.as_ref().map(|test| this.scalar(test)).transpose()?;
                let (body, ()) = this.nested(|this| this.statements(&case.consequent))?;
                cases.push((test, body));
            }
            Ok(())
        })?;
        debug_assert!(none.is_empty());
        self.out.push(Stmt::Switch { on, exit, cases });
        Ok(())
    }
}

fn same_thing(a: &Bind<'_, '_>, b: &Bind<'_, '_>) -> bool {
    match (a, b) {
        (Bind::Array(a), Bind::Array(b)) => a == b,
        (Bind::Tuple(a), Bind::Tuple(b)) => std::rc::Rc::ptr_eq(a, b),
        (Bind::Builtin(a), Bind::Builtin(b)) => a == b,
        _ => false,
    }
}

/// A labelled block, or its statements alone when nothing jumps to the label.
fn push_labeled(out: &mut Vec<Stmt>, label: Label, body: Vec<Stmt>) {
    if jumps_to(&body, label) {
        out.push(Stmt::Labeled(label, body));
    } else {
        out.extend(body);
    }
}

fn jumps_to(stmts: &[Stmt], label: Label) -> bool {
    stmts.iter().any(|stmt| match stmt {
        Stmt::Jump(other) => *other == label,
        Stmt::If(_, a, b) => jumps_to(a, label) || jumps_to(b, label),
        Stmt::Loop(inner) => jumps_to(&inner.body, label),
        Stmt::Labeled(_, body) => jumps_to(body, label),
        Stmt::Switch { cases, .. } => cases.iter().any(|(_, body)| jumps_to(body, label)),
        Stmt::Expr(_) | Stmt::SetArr(..) | Stmt::Copy { .. } => false,
    })
}

/// The constant that `i++`, `i += c` … adds.
fn step_of(update: &Expression<'_>, name: &BindingIdentifier<'_>) -> Option<f64> {
    match update.without_parentheses() {
        Expression::UpdateExpression(update) => match &update.argument {
            oxc_ast::ast::SimpleAssignmentTarget::AssignmentTargetIdentifier(other) if other.name == name.name => {
                Some(if update.operator == oxc_ast::ast::UpdateOperator::Increment { 1.0 } else { -1.0 })
            }
            _ => None,
        },
        Expression::AssignmentExpression(assignment) => {
            let oxc_ast::ast::AssignmentTarget::AssignmentTargetIdentifier(other) = &assignment.left else {
                return None;
            };
            let Expression::NumericLiteral(literal) = assignment.right.without_parentheses() else { return None };
            match assignment.operator {
                oxc_ast::ast::AssignmentOperator::Addition if other.name == name.name => Some(literal.value),
                oxc_ast::ast::AssignmentOperator::Subtraction if other.name == name.name => Some(-literal.value),
                _ => None,
            }
        }
        _ => None,
    }
}

/// All names declared by `var` in a function, and whether each declaration gives a value.
fn collect_vars<'t, 'a>(statements: &'t [Statement<'a>], names: &mut Vec<(&'t BindingIdentifier<'a>, bool)>) {
    for statement in statements {
        collect_in(statement, names);
    }
}

fn collect_in<'t, 'a>(statement: &'t Statement<'a>, names: &mut Vec<(&'t BindingIdentifier<'a>, bool)>) {
    match statement {
        Statement::VariableDeclaration(declaration) => collect_declaration(declaration, names),
        Statement::BlockStatement(block) => collect_vars(&block.body, names),
        Statement::IfStatement(branch) => {
            collect_in(&branch.consequent, names);
            if let Some(alternate) = &branch.alternate {
                collect_in(alternate, names);
            }
        }
        Statement::ForStatement(counted) => {
            if let Some(ForStatementInit::VariableDeclaration(declaration)) = &counted.init {
                collect_declaration(declaration, names);
            }
            collect_in(&counted.body, names);
        }
        Statement::ForOfStatement(of) => {
            collect_in(&of.body, names);
        }
        Statement::WhileStatement(repeated) => collect_in(&repeated.body, names),
        Statement::DoWhileStatement(repeated) => collect_in(&repeated.body, names),
        Statement::LabeledStatement(labeled) => collect_in(&labeled.body, names),
        Statement::SwitchStatement(switch) => {
            for case in &switch.cases {
                collect_vars(&case.consequent, names);
            }
        }
        _ => {}
    }
}

fn collect_declaration<'t, 'a>(
    declaration: &'t VariableDeclaration<'a>,
    names: &mut Vec<(&'t BindingIdentifier<'a>, bool)>,
) {
    if declaration.kind != VariableDeclarationKind::Var {
        return;
    }
    for declarator in &declaration.declarations {
        collect_pattern(&declarator.id, declarator.init.is_some(), names);
    }
}

fn collect_pattern<'t, 'a>(
    pattern: &'t BindingPattern<'a>,
    has_value: bool,
    names: &mut Vec<(&'t BindingIdentifier<'a>, bool)>,
) {
    match pattern {
        BindingPattern::BindingIdentifier(name) => names.push((name, has_value)),
        BindingPattern::AssignmentPattern(with) => collect_pattern(&with.left, has_value, names),
        BindingPattern::ArrayPattern(array) => {
            for element in array.elements.iter().flatten() {
                collect_pattern(element, has_value, names);
            }
        }
        BindingPattern::ObjectPattern(object) => {
            for property in &object.properties {
                collect_pattern(&property.value, has_value, names);
            }
        }
    }
}
