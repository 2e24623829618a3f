//! Expressions.

use std::rc::Rc;

use oxc_ast::ast::{
    ArrayExpression, ArrayExpressionElement, BinaryExpression, BinaryOperator, ConditionalExpression, Expression,
    IdentifierReference, LogicalExpression, LogicalOperator, ObjectExpression, ObjectPropertyKind, UnaryExpression,
    UnaryOperator,
};
use oxc_span::GetSpan;

use super::{Bind, Builtin, Closure, Lowerer, Lowering, Tuple, V, Val, builtin};
use crate::error::{At, Reason, fault};
use crate::ir::{ArrInfo, Cmp, E, Kind, Op, Source, Stmt};
use crate::parse::{code_of_arrow, code_of_function};

impl<'t, 'a> V<'t, 'a> {
    pub(super) fn scalar(e: E) -> Self {
        Self { pre: Vec::new(), val: Val::Scalar(e) }
    }

    pub(super) fn bound(bind: Bind<'t, 'a>) -> Self {
        Self { pre: Vec::new(), val: Val::Bound(bind) }
    }
}

impl<'t, 'a> Lowerer<'t, 'a> {
    /// An expression that must be a number, boolean or bigint.
    pub(super) fn scalar(&mut self, expression: &'t Expression<'a>) -> Lowering<E> {
        let at = self.at_of(expression);
        let v = self.value(expression)?;
        self.to_scalar(v, at)
    }

    /// Any expression.
    pub(super) fn value(&mut self, expression: &'t Expression<'a>) -> Lowering<V<'t, 'a>> {
        let at = self.at_of(expression);
        self.check_size(at)?;
        let kind = match expression {
            Expression::NumericLiteral(literal) => Kind::Num(literal.value),
            Expression::BooleanLiteral(literal) => Kind::Bool(literal.value),
            Expression::BigIntLiteral(literal) => match literal.value.parse::<i128>() {
                Ok(value) if (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value) => Kind::Big(value),
                _ => {
                    return fault(
                        Reason::Type,
                        at,
                        "this bigint does not fit into 64 bits",
                        "use values of at most 64 bits",
                    );
                }
            },
            Expression::Identifier(name) => return self.name(name),
            Expression::ParenthesizedExpression(inner) => return self.value(&inner.expression),
            Expression::SequenceExpression(sequence) => return self.sequence(&sequence.expressions),
            Expression::UnaryExpression(unary) => return self.unary(unary),
            Expression::BinaryExpression(binary) => return self.binary(binary).map(V::scalar),
            Expression::LogicalExpression(logical) => return self.logical(logical).map(V::scalar),
            Expression::ConditionalExpression(conditional) => return self.conditional(conditional),
            Expression::AssignmentExpression(assignment) => return self.assignment(assignment),
            Expression::UpdateExpression(update) => return self.update(update, true).map(V::scalar),
            Expression::CallExpression(call) => return self.call(call),
            Expression::StaticMemberExpression(member) => {
                let object = self.value(&member.object)?;
                return self.member(object, member.property.name.as_str(), at);
            }
            Expression::ComputedMemberExpression(member) => {
                let object = self.value(&member.object)?;
                let index = self.scalar(&member.expression)?;
                return self.element(object, index, at);
            }
            Expression::ArrayExpression(array) => return self.array(array),
            Expression::ObjectExpression(object) => return self.object(object),
            Expression::ArrowFunctionExpression(arrow) => {
                let closure = Closure { unit: self.unit(), code: code_of_arrow(arrow) };
                return Ok(V::bound(Bind::Function(closure)));
            }
            Expression::FunctionExpression(function) => {
                return match code_of_function(function) {
                    Some(code) => Ok(V::bound(Bind::Function(Closure { unit: self.unit(), code }))),
                    None => fault(Reason::Unsupported, at, "a function without a body", ""),
                };
            }
            other => return unsupported(other, at),
        };
        Ok(V::scalar(self.program.add(kind, at)))
    }

    /// Evaluates for the effects alone.
    pub(super) fn effect(&mut self, expression: &'t Expression<'a>) -> Lowering<()> {
        let at = self.at_of(expression);
        match expression {
            Expression::ParenthesizedExpression(inner) => return self.effect(&inner.expression),
            Expression::SequenceExpression(sequence) => {
                return sequence.expressions.iter().try_for_each(|part| self.effect(part));
            }
            Expression::UpdateExpression(update) => {
                let e = self.update(update, false)?;
                self.out.push(Stmt::Expr(e));
                return Ok(());
            }
            // `a && b();` is `if (a) b();`
            Expression::LogicalExpression(logical) if logical.operator != LogicalOperator::Coalesce => {
                let test = self.scalar(&logical.left)?;
                let (inner, ()) = self.nested(|this| this.effect(&logical.right))?;
                let (then, otherwise) =
                    if logical.operator == LogicalOperator::And { (inner, Vec::new()) } else { (Vec::new(), inner) };
                self.out.push(Stmt::If(test, then, otherwise));
                return Ok(());
            }
            Expression::ConditionalExpression(conditional) => {
                let test = self.scalar(&conditional.test)?;
                let (then, ()) = self.nested(|this| this.effect(&conditional.consequent))?;
                let (otherwise, ()) = self.nested(|this| this.effect(&conditional.alternate))?;
                self.out.push(Stmt::If(test, then, otherwise));
                return Ok(());
            }
            Expression::UnaryExpression(unary)
                if matches!(unary.operator, UnaryOperator::Void | UnaryOperator::LogicalNot) =>
            {
                return self.effect(&unary.argument);
            }
            _ => {}
        }
        let V { pre, val } = self.value(expression)?;
        self.out.extend(pre);
        if let Val::Scalar(e) = val
            && !matches!(self.program.kind(e), Kind::Num(_) | Kind::Bool(_) | Kind::Big(_) | Kind::Undef)
        {
            self.out.push(Stmt::Expr(e));
        }
        let _ = at;
        Ok(())
    }

    fn sequence(&mut self, parts: &'t [Expression<'a>]) -> Lowering<V<'t, 'a>> {
        let [first @ .., last] = parts else { unreachable!("a sequence has at least two parts") };
        let (mut pre, ()) = self.nested(|this| first.iter().try_for_each(|part| this.effect(part)))?;
        let v = self.value(last)?;
        pre.extend(v.pre);
        Ok(V { pre, val: v.val })
    }

    pub(super) fn name(&mut self, reference: &'t IdentifierReference<'a>) -> Lowering<V<'t, 'a>> {
        let at = self.at(reference.span);
        let bind = self.lookup(reference, at)?;
        Ok(match bind {
            Bind::Scalar { .. } | Bind::Constant(_) | Bind::Boolean(_) | Bind::Big(_) | Bind::Undefined => {
                V::scalar(self.read(&bind, at)?)
            }
            other => V::bound(other),
        })
    }

    /// What a name is bound to now.
    pub(super) fn lookup(&mut self, reference: &IdentifierReference<'a>, at: At) -> Lowering<Bind<'t, 'a>> {
        let unit = self.unit();
        let name = reference.name.as_str();
        let units = self.units;
        let scoping = &units[unit as usize].scoping;
        let symbol = reference.reference_id.get().and_then(|id| scoping.get_reference(id).symbol_id());
        if let Some(symbol) = symbol {
            return match self.binds.get(&(unit, symbol)) {
                Some(bind) => Ok(bind.clone()),
                None if units[unit as usize].code.own == Some(symbol) => {
                    Ok(Bind::Function(Closure { unit, code: units[unit as usize].code }))
                }
                None => {
                    let reason = format!("`{name}` is used before it has a value");
                    fault(Reason::Unsupported, at, reason, "declare it before its first use, with a value")
                }
            };
        }
        let request = self.request;
        if let Some(capture) = request.units[unit as usize].captures.get(name) {
            return Ok(self.capture(capture));
        }
        if let Some(bind) = builtin::global(name) {
            return Ok(bind);
        }
        let reason = format!("`{name}` is not known in compiled code");
        let hint = match name {
            "console" => "remove the output: compiled code runs outside of JavaScript",
            "Date" | "performance" => "measure time outside of the kernel",
            "arguments" => "name the parameters",
            _ => {
                "use numbers, booleans, typed arrays, `Math`, and functions made of these; pass anything else as an argument"
            }
        };
        fault(Reason::Unknown, at, reason, hint)
    }

    fn unary(&mut self, unary: &'t UnaryExpression<'a>) -> Lowering<V<'t, 'a>> {
        let at = self.at(unary.span);
        if unary.operator == UnaryOperator::Void {
            let (pre, ()) = self.nested(|this| this.effect(&unary.argument))?;
            let e = self.program.add(Kind::Undef, at);
            return Ok(V { pre, val: Val::Scalar(e) });
        }
        if matches!(unary.operator, UnaryOperator::Typeof | UnaryOperator::Delete) {
            let reason = format!("`{}` is not available in compiled code", unary.operator.as_str());
            return fault(Reason::Unsupported, at, reason, "the types of a kernel are known: leave the test out");
        }
        let a = self.scalar(&unary.argument)?;
        let kind = match (unary.operator, self.program.kind(a)) {
            (UnaryOperator::UnaryNegation, Kind::Num(value)) => Kind::Num(-value),
            (UnaryOperator::UnaryNegation, Kind::Big(value)) => Kind::Big(-value),
            (UnaryOperator::LogicalNot, Kind::Num(value)) => Kind::Bool(*value == 0.0 || value.is_nan()),
            (UnaryOperator::LogicalNot, Kind::Bool(value)) => Kind::Bool(!value),
            (UnaryOperator::UnaryNegation, _) => Kind::Neg(a),
            (UnaryOperator::UnaryPlus, _) => Kind::Plus(a),
            (UnaryOperator::LogicalNot, _) => Kind::Not(a),
            _ => Kind::BitNot(a),
        };
        Ok(V::scalar(self.program.add(kind, at)))
    }

    fn binary(&mut self, binary: &'t BinaryExpression<'a>) -> Lowering<E> {
        let at = self.at(binary.span);
        let a = self.scalar(&binary.left)?;
        let b = self.scalar(&binary.right)?;
        let cmp = |op, strict| Kind::Cmp { op, strict, a, b };
        let kind = match binary.operator {
            BinaryOperator::Equality => cmp(Cmp::Eq, false),
            BinaryOperator::Inequality => cmp(Cmp::Ne, false),
            BinaryOperator::StrictEquality => cmp(Cmp::Eq, true),
            BinaryOperator::StrictInequality => cmp(Cmp::Ne, true),
            BinaryOperator::LessThan => cmp(Cmp::Lt, false),
            BinaryOperator::LessEqualThan => cmp(Cmp::Le, false),
            BinaryOperator::GreaterThan => cmp(Cmp::Gt, false),
            BinaryOperator::GreaterEqualThan => cmp(Cmp::Ge, false),
            BinaryOperator::In | BinaryOperator::Instanceof => {
                let reason = format!("`{}` is not available in compiled code", binary.operator.as_str());
                return fault(Reason::Unsupported, at, reason, "");
            }
            other => {
                let op = arithmetic(other);
                if let (Kind::Num(x), Kind::Num(y)) = (self.program.kind(a), self.program.kind(b))
                    && let Some(value) = fold(op, *x, *y)
                {
                    return Ok(self.num(value, at));
                }
                return Ok(self.bin(op, a, b, at));
            }
        };
        Ok(self.program.add(kind, at))
    }

    fn logical(&mut self, logical: &'t LogicalExpression<'a>) -> Lowering<E> {
        let at = self.at(logical.span);
        let a = self.scalar(&logical.left)?;
        let b = self.scalar(&logical.right)?;
        Ok(self.program.add(
            match logical.operator {
                LogicalOperator::And => Kind::And(a, b),
                LogicalOperator::Or => Kind::Or(a, b),
                LogicalOperator::Coalesce => Kind::Coalesce(a, b),
            },
            at,
        ))
    }

    fn conditional(&mut self, conditional: &'t ConditionalExpression<'a>) -> Lowering<V<'t, 'a>> {
        let at = self.at(conditional.span);
        let test = self.scalar(&conditional.test)?;
        let (pre_then, then) = self.nested(|this| this.value(&conditional.consequent))?;
        let (pre_else, otherwise) = self.nested(|this| this.value(&conditional.alternate))?;
        let then = prepend(pre_then, then);
        let otherwise = prepend(pre_else, otherwise);
        if let (Val::Bound(Bind::Array(a)), Val::Bound(Bind::Array(b))) = (&then.val, &otherwise.val) {
            return self.choose_array(test, (then.pre, *a), (otherwise.pre, *b), at);
        }
        if let (Val::Bound(Bind::Tuple(a)), Val::Bound(Bind::Tuple(b))) = (&then.val, &otherwise.val) {
            let (a, b) = (Rc::clone(a), Rc::clone(b));
            return self.choose_tuple(test, (then.pre, &a), (otherwise.pre, &b), at);
        }
        let a = self.to_scalar(then, at)?;
        let b = self.to_scalar(otherwise, at)?;
        Ok(V::scalar(self.program.add(Kind::Cond(test, a, b), at)))
    }

    fn choose_array(
        &mut self,
        test: E,
        (mut then, a): (Vec<Stmt>, crate::ir::Arr),
        (mut otherwise, b): (Vec<Stmt>, crate::ir::Arr),
        at: At,
    ) -> Lowering<V<'t, 'a>> {
        let (x, y) = (self.program.arrs[a.0 as usize].clone(), self.program.arrs[b.0 as usize].clone());
        if x.element != y.element {
            return fault(Reason::Type, at, "the two arrays have different element types", "use arrays of one type");
        }
        let roots = union(x.roots, &y.roots);
        let arr = self.program.arr(ArrInfo { name: x.name, element: x.element, roots, changes: true, open: false });
        then.push(Stmt::SetArr(arr, Source::Arr(a)));
        otherwise.push(Stmt::SetArr(arr, Source::Arr(b)));
        Ok(V { pre: vec![Stmt::If(test, then, otherwise)], val: Val::Bound(Bind::Array(arr)) })
    }

    fn choose_tuple(
        &mut self,
        test: E,
        (then, a): (Vec<Stmt>, &Tuple<'t, 'a>),
        (otherwise, b): (Vec<Stmt>, &Tuple<'t, 'a>),
        at: At,
    ) -> Lowering<V<'t, 'a>> {
        if a.items.len() != b.items.len() || a.names != b.names {
            return fault(Reason::Type, at, "the two arrays differ in length", "use arrays of one length");
        }
        let mut items = Vec::new();
        let (mut branches, mut locals) = ([then, otherwise], Vec::new());
        for _ in &a.items {
            let local = self.program.local(" element", at);
            locals.push(local);
            items.push(Bind::Scalar { local, fresh: false });
        }
        for (branch, tuple) in branches.iter_mut().zip([a, b]) {
            for (item, &local) in tuple.items.iter().zip(&locals) {
                let value = self.read(item, at)?;
                let set = self.program.add(Kind::Set(local, value), at);
                branch.push(Stmt::Expr(set));
            }
        }
        let [then, otherwise] = branches;
        let tuple = Tuple { items, names: a.names.clone(), frozen: false, fresh: true.into() };
        Ok(V { pre: vec![Stmt::If(test, then, otherwise)], val: Val::Bound(Bind::Tuple(Rc::new(tuple))) })
    }

    fn array(&mut self, array: &'t ArrayExpression<'a>) -> Lowering<V<'t, 'a>> {
        let at = self.at(array.span);
        let (pre, items) = self.nested(|this| {
            let mut items = Vec::new();
            for element in &array.elements {
                match element {
                    ArrayExpressionElement::Elision(hole) => {
                        return fault(Reason::Unsupported, this.at(hole.span), "an array with a hole", "write a value");
                    }
                    ArrayExpressionElement::SpreadElement(spread) => {
                        let at = this.at(spread.span);
                        let v = this.value(&spread.argument)?;
                        this.out.extend(v.pre);
                        let Val::Bound(Bind::Tuple(tuple)) = v.val else {
                            return fault(
                                Reason::Unsupported,
                                at,
                                "only small arrays can be spread",
                                "write the elements",
                            );
                        };
                        for item in &tuple.items {
                            let e = this.read(item, at)?;
                            items.push(this.own(V::scalar(e), " element", at));
                        }
                    }
                    other => {
                        let Some(expression) = other.as_expression() else {
                            unreachable!("holes and spreads are above")
                        };
                        let at = this.at_of(expression);
                        let v = this.value(expression)?;
                        items.push(this.own(v, " element", at));
                    }
                }
            }
            Ok(items)
        })?;
        if items.is_empty() || items.len() > 64 {
            let hint = "the length of a local array must be known and small; for more, pass a typed array to work in";
            return fault(Reason::Unsupported, at, "an array of this length", hint);
        }
        let tuple = Tuple { items, names: Vec::new(), frozen: false, fresh: true.into() };
        Ok(V { pre, val: Val::Bound(Bind::Tuple(Rc::new(tuple))) })
    }

    fn object(&mut self, object: &'t ObjectExpression<'a>) -> Lowering<V<'t, 'a>> {
        let at = self.at(object.span);
        let (pre, (names, items)) = self.nested(|this| {
            let (mut names, mut items) = (Vec::new(), Vec::new());
            for property in &object.properties {
                let ObjectPropertyKind::ObjectProperty(property) = property else {
                    return fault(Reason::Unsupported, at, "an object with a spread", "write the members");
                };
                let Some(name) = property.key.static_name() else {
                    return fault(Reason::Unsupported, at, "an object with a computed name", "write the name");
                };
                let at = this.at(property.span);
                let v = this.value(&property.value)?;
                names.push(name.into_owned());
                items.push(this.own(v, " member", at));
            }
            Ok((names, items))
        })?;
        let tuple = Tuple { items, names, frozen: false, fresh: true.into() };
        Ok(V { pre, val: Val::Bound(Bind::Tuple(Rc::new(tuple))) })
    }

    /// Puts a value into a variable of its own; effects go to the current statements.
    pub(super) fn own(&mut self, v: V<'t, 'a>, name: &str, at: At) -> Bind<'t, 'a> {
        self.out.extend(v.pre);
        match v.val {
            Val::Scalar(e) => {
                let local = self.program.local(name, at);
                self.emit_set(local, e, at);
                Bind::Scalar { local, fresh: false }
            }
            // An array variable that changes is read now.
            Val::Bound(Bind::Array(source)) if self.program.arrs[source.0 as usize].changes => {
                let info = self.program.arrs[source.0 as usize].clone();
                let arr = self.program.arr(ArrInfo { changes: false, ..info });
                self.out.push(Stmt::SetArr(arr, Source::Arr(source)));
                Bind::Array(arr)
            }
            Val::Bound(bind) => bind,
        }
    }

    pub(super) fn member(&mut self, object: V<'t, 'a>, name: &str, at: At) -> Lowering<V<'t, 'a>> {
        let V { pre, val } = object;
        let Val::Bound(bind) = val else {
            let reason = format!("`.{name}` of a number");
            return fault(Reason::Type, at, reason, "numbers have no members in compiled code; use `Math` functions");
        };
        let found = match &bind {
            Bind::Array(arr) => {
                let element = self.program.arrs[arr.0 as usize].element;
                match name {
                    "length" => Some(V::scalar(self.program.add(Kind::Len(*arr), at))),
                    "BYTES_PER_ELEMENT" => Some(V::bound(Bind::Constant(f64::from(element.bytes())))),
                    "byteLength" => {
                        let len = self.program.add(Kind::Len(*arr), at);
                        let bytes = self.num(f64::from(element.bytes()), at);
                        Some(V::scalar(self.bin(Op::Mul, len, bytes, at)))
                    }
                    _ => None,
                }
            }
            Bind::Cell(arr, truth) if name == "value" => Some(V::scalar(self.cell_value(*arr, *truth, at))),
            Bind::Tuple(tuple) => match tuple.names.iter().position(|other| other == name) {
                Some(index) => Some(V::bound(tuple.items[index].clone())),
                #[expect(clippy::cast_precision_loss, reason = "at most 64")]
                None if name == "length" => Some(V::bound(Bind::Constant(tuple.items.len() as f64))),
                None => None,
            },
            Bind::Builtin(Builtin::Coverage) => Some(V::bound(bind.clone())),
            Bind::Builtin(object) => builtin::member(*object, name).map(V::bound),
            _ => None,
        };
        let Some(found) = found else {
            let what = match bind {
                Bind::Array(_) => "a typed array",
                Bind::Cell(..) => "a shared value",
                Bind::Tuple(_) => "this array or object",
                Bind::Builtin(Builtin::MathObject) => "`Math`",
                Bind::Builtin(Builtin::NumberObject) => "`Number`",
                _ => "this value",
            };
            let hint = "see docs/jit.md for what is available";
            return fault(
                Reason::Unsupported,
                at,
                format!("`.{name}` of {what} is not available in compiled code"),
                hint,
            );
        };
        let val = match found.val {
            Val::Bound(ref bind @ (Bind::Scalar { .. } | Bind::Constant(_) | Bind::Boolean(_) | Bind::Undefined)) => {
                Val::Scalar(self.read(bind, at)?)
            }
            other => other,
        };
        Ok(V { pre, val })
    }

    /// `object[index]`.
    pub(super) fn element(&mut self, object: V<'t, 'a>, index: E, at: At) -> Lowering<V<'t, 'a>> {
        let V { pre, val } = object;
        match val {
            Val::Bound(Bind::Array(arr)) => {
                let e = self.program.add(Kind::Load(arr, index), at);
                Ok(V { pre, val: Val::Scalar(e) })
            }
            Val::Bound(Bind::Tuple(tuple)) => {
                if let Kind::Num(position) = self.program.kind(index) {
                    let item = Self::item(&tuple, *position, at)?;
                    let v = match item {
                        Bind::Array(_) | Bind::Cell(..) | Bind::Tuple(_) | Bind::Function(_) => Val::Bound(item),
                        scalar => Val::Scalar(self.read(&scalar, at)?),
                    };
                    return Ok(V { pre, val: v });
                }
                let (mut sets, locals) = self.nested(|this| this.locals_of(&tuple, at))?;
                let pick = self.program.add(Kind::Pick(locals, index), at);
                let e = if pre.is_empty() && sets.is_empty() {
                    pick
                } else {
                    let mut all = pre;
                    all.append(&mut sets);
                    self.program.add(Kind::Block(all, pick), at)
                };
                Ok(V::scalar(e))
            }
            Val::Bound(Bind::Builtin(Builtin::Coverage)) => Ok(V { pre, val }),
            _ => fault(Reason::Type, at, "only arrays have elements", "index a typed array or a small local array"),
        }
    }

    pub(super) fn item(tuple: &Tuple<'t, 'a>, position: f64, at: At) -> Lowering<Bind<'t, 'a>> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates; compared below")]
        let index = position as usize;
        #[expect(clippy::cast_precision_loss, reason = "small")]
        match tuple.items.get(index) {
            Some(item) if index as f64 == position => Ok(item.clone()),
            _ => {
                let reason = format!("index {position} is outside of an array of {} elements", tuple.items.len());
                fault(Reason::Type, at, reason, "")
            }
        }
    }

    /// The variables behind a small array; constants get one each.
    pub(super) fn locals_of(&mut self, tuple: &Tuple<'t, 'a>, at: At) -> Lowering<Vec<crate::ir::Local>> {
        tuple
            .items
            .iter()
            .map(|item| match item {
                Bind::Scalar { local, .. } => Ok(*local),
                other => {
                    let value = self.read(other, at)?;
                    let local = self.program.local(" element", at);
                    self.emit_set(local, value, at);
                    Ok(local)
                }
            })
            .collect()
    }
}

fn prepend<'t, 'a>(mut pre: Vec<Stmt>, v: V<'t, 'a>) -> V<'t, 'a> {
    pre.extend(v.pre);
    V { pre, val: v.val }
}

pub(super) fn union(mut roots: Vec<u32>, more: &[u32]) -> Vec<u32> {
    for root in more {
        if !roots.contains(root) {
            roots.push(*root);
        }
    }
    roots
}

pub(super) fn arithmetic(operator: BinaryOperator) -> Op {
    match operator {
        BinaryOperator::Subtraction => Op::Sub,
        BinaryOperator::Multiplication => Op::Mul,
        BinaryOperator::Division => Op::Div,
        BinaryOperator::Remainder => Op::Rem,
        BinaryOperator::Exponential => Op::Pow,
        BinaryOperator::ShiftLeft => Op::Shl,
        BinaryOperator::ShiftRight => Op::Shr,
        BinaryOperator::ShiftRightZeroFill => Op::Ushr,
        BinaryOperator::BitwiseOR => Op::Or,
        BinaryOperator::BitwiseXOR => Op::Xor,
        BinaryOperator::BitwiseAnd => Op::And,
        _ => Op::Add,
    }
}

/// Constant arithmetic that is exact in Rust as in JavaScript.
fn fold(op: Op, x: f64, y: f64) -> Option<f64> {
    match op {
        Op::Add => Some(x + y),
        Op::Sub => Some(x - y),
        Op::Mul => Some(x * y),
        Op::Div => Some(x / y),
        _ => None,
    }
}

fn unsupported<T>(expression: &Expression<'_>, at: At) -> Lowering<T> {
    let (what, hint) = match expression {
        Expression::StringLiteral(_) | Expression::TemplateLiteral(_) => {
            ("a string", "kernels compute with numbers only")
        }
        Expression::NullLiteral(_) => ("`null`", "use a number that stands for it"),
        Expression::ThisExpression(_) => ("`this`", "pass what is needed as an argument"),
        Expression::AwaitExpression(_) => ("`await`", "await outside of the kernel"),
        Expression::YieldExpression(_) => ("`yield`", ""),
        Expression::NewExpression(_) => ("`new`", "make typed arrays outside and pass them as arguments to work in"),
        Expression::RegExpLiteral(_) => ("a regular expression", ""),
        Expression::ClassExpression(_) => ("a class", "use functions"),
        Expression::ImportExpression(_) => ("`import()`", "import outside of the kernel"),
        Expression::ChainExpression(_) => ("`?.`", "everything in a kernel exists: use `.`"),
        Expression::PrivateFieldExpression(_) | Expression::PrivateInExpression(_) => ("a private member", ""),
        Expression::MetaProperty(_) => ("`new.target` or `import.meta`", ""),
        Expression::TaggedTemplateExpression(_) => ("a template", ""),
        _ => ("this syntax", ""),
    };
    let _ = expression.span();
    fault(Reason::Unsupported, at, format!("{what} is not available in compiled code"), hint)
}
