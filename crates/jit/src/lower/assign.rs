//! Assignments, increments, and the binding of names to values.

use std::rc::Rc;

use oxc_ast::ast::{
    ArrayAssignmentTarget, AssignmentExpression, AssignmentOperator, AssignmentTarget, AssignmentTargetMaybeDefault,
    AssignmentTargetProperty, BindingIdentifier, BindingPattern, Expression, IdentifierReference,
    ObjectAssignmentTarget, SimpleAssignmentTarget, UpdateExpression, UpdateOperator,
};
use oxc_semantic::SymbolId;

use super::expr::union;
use super::{Bind, Builtin, Lowerer, Lowering, Tuple, V, Val};
use crate::error::{At, Reason, fault};
use crate::ir::{Arr, ArrInfo, E, Kind, Local, Op, Source, Stmt};

/// What an assignment writes to.
enum Place<'t, 'a> {
    Local(Local),
    Element(Arr, E),
    /// The value of a shared boolean.
    Truth(Arr),
    /// An element of a small array at an index that is not constant.
    Put(Vec<Local>, E),
    /// A variable that holds an array or a function, or nothing yet.
    Name(SymbolId, Bind<'t, 'a>),
    /// A counter of a coverage tool.
    Nowhere,
}

/// How an assignment combines the old value and the new one.
#[derive(Clone, Copy)]
enum Combine {
    Op(Op),
    And,
    Or,
    Coalesce,
}

fn combine(operator: AssignmentOperator) -> Option<Combine> {
    Some(match operator {
        AssignmentOperator::Assign => return None,
        AssignmentOperator::Addition => Combine::Op(Op::Add),
        AssignmentOperator::Subtraction => Combine::Op(Op::Sub),
        AssignmentOperator::Multiplication => Combine::Op(Op::Mul),
        AssignmentOperator::Division => Combine::Op(Op::Div),
        AssignmentOperator::Remainder => Combine::Op(Op::Rem),
        AssignmentOperator::Exponential => Combine::Op(Op::Pow),
        AssignmentOperator::ShiftLeft => Combine::Op(Op::Shl),
        AssignmentOperator::ShiftRight => Combine::Op(Op::Shr),
        AssignmentOperator::ShiftRightZeroFill => Combine::Op(Op::Ushr),
        AssignmentOperator::BitwiseOR => Combine::Op(Op::Or),
        AssignmentOperator::BitwiseXOR => Combine::Op(Op::Xor),
        AssignmentOperator::BitwiseAnd => Combine::Op(Op::And),
        AssignmentOperator::LogicalAnd => Combine::And,
        AssignmentOperator::LogicalOr => Combine::Or,
        AssignmentOperator::LogicalNullish => Combine::Coalesce,
    })
}

impl<'t, 'a> Lowerer<'t, 'a> {
    pub(super) fn assignment(&mut self, assignment: &'t AssignmentExpression<'a>) -> Lowering<V<'t, 'a>> {
        let at = self.at(assignment.span);
        let simple = match &assignment.left {
            AssignmentTarget::ArrayAssignmentTarget(target) => {
                let v = self.value(&assignment.right)?;
                return self.destructure(v, at, |this, bind| this.assign_array(target, bind, at));
            }
            AssignmentTarget::ObjectAssignmentTarget(target) => {
                let v = self.value(&assignment.right)?;
                return self.destructure(v, at, |this, bind| this.assign_object(target, bind, at));
            }
            other => other.as_simple_assignment_target(),
        };
        let Some(target) = simple else {
            return fault(Reason::Unsupported, at, "this assignment is not available in compiled code", "");
        };
        let (mut pre, place) = self.place(target)?;
        let v = self.value(&assignment.right)?;
        let result = self.assign(place, combine(assignment.operator), v, at)?;
        pre.extend(result.pre);
        Ok(V { pre, val: result.val })
    }

    /// `[a, b] = value`, whose value is `value`.
    fn destructure(
        &mut self,
        v: V<'t, 'a>,
        at: At,
        assign: impl FnOnce(&mut Self, &Bind<'t, 'a>) -> Lowering<()>,
    ) -> Lowering<V<'t, 'a>> {
        let (pre, bind) = self.nested(|this| {
            let bind = this.own(v, " value", at);
            assign(this, &bind)?;
            Ok(bind)
        })?;
        Ok(V { pre, val: Val::Bound(bind) })
    }

    /// Evaluates what a target needs before the right side is evaluated.
    fn place(&mut self, target: &'t SimpleAssignmentTarget<'a>) -> Lowering<(Vec<Stmt>, Place<'t, 'a>)> {
        match target {
            SimpleAssignmentTarget::AssignmentTargetIdentifier(name) => Ok((Vec::new(), self.place_of_name(name)?)),
            SimpleAssignmentTarget::ComputedMemberExpression(member) => {
                let at = self.at(member.span);
                let V { mut pre, val } = self.value(&member.object)?;
                let index = self.scalar(&member.expression)?;
                let place = match val {
                    Val::Bound(Bind::Array(arr)) => Place::Element(arr, index),
                    Val::Bound(Bind::Tuple(tuple)) => {
                        thawed(&tuple, at)?;
                        if let Kind::Num(position) = self.program.kind(index) {
                            scalar_item(&Self::item(&tuple, *position, at)?, at)?
                        } else {
                            let (sets, locals) = self.nested(|this| this.locals_of(&tuple, at))?;
                            pre.extend(sets);
                            let key = self.program.local(" index", at);
                            let set = self.program.add(Kind::Set(key, index), at);
                            pre.push(Stmt::Expr(set));
                            let index = self.get(key, at);
                            Place::Put(locals, index)
                        }
                    }
                    Val::Bound(Bind::Builtin(Builtin::Coverage)) => Place::Nowhere,
                    _ => {
                        return fault(
                            Reason::Type,
                            at,
                            "only arrays have elements",
                            "index a typed array or a small local array",
                        );
                    }
                };
                Ok((pre, place))
            }
            SimpleAssignmentTarget::StaticMemberExpression(member) => {
                let at = self.at(member.span);
                let V { pre, val } = self.value(&member.object)?;
                let name = member.property.name.as_str();
                let place = match val {
                    Val::Bound(Bind::Tuple(tuple)) => {
                        thawed(&tuple, at)?;
                        let Some(index) = tuple.names.iter().position(|other| other == name) else {
                            let reason = format!("this object has no member `{name}`");
                            return fault(Reason::Type, at, reason, "write all members in the object literal");
                        };
                        scalar_item(&tuple.items[index], at)?
                    }
                    Val::Bound(Bind::Cell(arr, truth)) if name == "value" => {
                        if truth {
                            Place::Truth(arr)
                        } else {
                            Place::Element(arr, self.num(0.0, at))
                        }
                    }
                    Val::Bound(Bind::Builtin(Builtin::Coverage)) => Place::Nowhere,
                    _ => {
                        let reason = format!("`.{name}` cannot be assigned in compiled code");
                        return fault(Reason::Unsupported, at, reason, "assign variables and elements of typed arrays");
                    }
                };
                Ok((pre, place))
            }
            other => {
                let at = self.at_of(other);
                fault(Reason::Unsupported, at, "this assignment is not available in compiled code", "")
            }
        }
    }

    fn symbol_of(&self, reference: &IdentifierReference<'a>) -> Option<SymbolId> {
        let scoping = &self.units[self.unit() as usize].scoping;
        reference.reference_id.get().and_then(|id| scoping.get_reference(id).symbol_id())
    }

    fn place_of_name(&mut self, reference: &'t IdentifierReference<'a>) -> Lowering<Place<'t, 'a>> {
        let at = self.at(reference.span);
        let name = reference.name.as_str();
        let Some(symbol) = self.symbol_of(reference) else {
            let reason = format!("it assigns `{name}`, which belongs to the code around it");
            let hint = "return the new value, or write it into a typed array";
            return fault(Reason::Unsupported, at, reason, hint);
        };
        Ok(match self.lookup(reference, at)? {
            Bind::Scalar { local, fresh: false } => Place::Local(local),
            bind => Place::Name(symbol, bind),
        })
    }

    fn assign(&mut self, place: Place<'t, 'a>, how: Option<Combine>, v: V<'t, 'a>, at: At) -> Lowering<V<'t, 'a>> {
        match place {
            Place::Name(symbol, bind) => self.assign_name(symbol, bind, how, v, at),
            Place::Local(local) => {
                let value = self.to_scalar(v, at)?;
                let old = self.get(local, at);
                let value = self.combined(how, old, value, at);
                Ok(V::scalar(self.program.add(Kind::Set(local, value), at)))
            }
            Place::Element(arr, index) => {
                let value = self.to_scalar(v, at)?;
                let kind = match how {
                    None => Kind::Store(arr, index, value),
                    Some(Combine::Op(op)) => Kind::Update { arr, index, op, value, old: false },
                    Some(_) => {
                        return fault(
                            Reason::Unsupported,
                            at,
                            "a logical assignment to an element",
                            "write it with `if`",
                        );
                    }
                };
                Ok(V::scalar(self.program.add(kind, at)))
            }
            Place::Truth(arr) => {
                let value = self.to_scalar(v, at)?;
                let old = self.cell_value(arr, true, at);
                let value = self.combined(how, old, value, at);
                let content = self.cell_content(value, true, at);
                let first = self.num(0.0, at);
                Ok(V::scalar(self.program.add(Kind::Store(arr, first, content), at)))
            }
            Place::Put(locals, index) => {
                let value = self.to_scalar(v, at)?;
                let old = self.program.add(Kind::Pick(locals.clone(), index), at);
                let value = self.combined(how, old, value, at);
                Ok(V::scalar(self.program.add(Kind::Put(locals, index, value), at)))
            }
            Place::Nowhere => {
                let e = self.to_scalar(v, at)?;
                Ok(V::scalar(e))
            }
        }
    }

    fn combined(&mut self, how: Option<Combine>, old: E, value: E, at: At) -> E {
        let kind = match how {
            None => return value,
            Some(Combine::Op(op)) => Kind::Bin(op, old, value),
            Some(Combine::And) => Kind::And(old, value),
            Some(Combine::Or) => Kind::Or(old, value),
            Some(Combine::Coalesce) => Kind::Coalesce(old, value),
        };
        self.program.add(kind, at)
    }

    /// A variable that is not known to be scalar.
    fn assign_name(
        &mut self,
        symbol: SymbolId,
        bind: Bind<'t, 'a>,
        how: Option<Combine>,
        v: V<'t, 'a>,
        at: At,
    ) -> Lowering<V<'t, 'a>> {
        let key = (self.unit(), symbol);
        let V { mut pre, val } = v;
        match (bind, val) {
            (Bind::Scalar { local, .. }, Val::Scalar(value)) => {
                self.binds.insert(key, Bind::Scalar { local, fresh: false });
                let v = V { pre, val: Val::Scalar(value) };
                self.assign(Place::Local(local), how, v, at)
            }
            (Bind::Scalar { fresh: true, .. }, Val::Bound(new)) => {
                let (more, bound) = self.nested(|this| this.hold(new, true, at))?;
                pre.extend(more);
                self.binds.insert(key, bound.clone());
                Ok(V { pre, val: Val::Bound(bound) })
            }
            (Bind::Array(arr), Val::Bound(Bind::Array(source))) => {
                let roots = self.program.arrs[source.0 as usize].roots.clone();
                if self.program.arrs[arr.0 as usize].element != self.program.arrs[source.0 as usize].element {
                    return fault(
                        Reason::Type,
                        at,
                        "the variable held an array of another element type",
                        "use two variables",
                    );
                }
                let info = &mut self.program.arrs[arr.0 as usize];
                info.roots = union(std::mem::take(&mut info.roots), &roots);
                pre.push(Stmt::SetArr(arr, Source::Arr(source)));
                Ok(V { pre, val: Val::Bound(Bind::Array(arr)) })
            }
            (Bind::Tuple(old), Val::Bound(Bind::Tuple(new))) => {
                if old.items.len() != new.items.len() || old.names != new.names {
                    return fault(
                        Reason::Type,
                        at,
                        "the variable held an array of another length",
                        "use two variables",
                    );
                }
                if !new.fresh.get() {
                    let hint = "copy it: `[...other]`";
                    return fault(Reason::Unsupported, at, "two variables would share one array that changes", hint);
                }
                for (old, new) in old.items.iter().zip(&new.items) {
                    let Bind::Scalar { local, .. } = old else {
                        return fault(
                            Reason::Unsupported,
                            at,
                            "nested arrays cannot be reassigned",
                            "assign their elements",
                        );
                    };
                    let value = self.read(new, at)?;
                    let set = self.program.add(Kind::Set(*local, value), at);
                    pre.push(Stmt::Expr(set));
                }
                Ok(V { pre, val: Val::Bound(Bind::Tuple(old)) })
            }
            (Bind::Function(_) | Bind::Builtin(_), _) | (_, Val::Bound(Bind::Function(_) | Bind::Builtin(_))) => fault(
                Reason::Unsupported,
                at,
                "a variable that holds a function is assigned again",
                "use `const` or a `switch`",
            ),
            _ => {
                let hint = "use a variable of its own for each kind of value";
                fault(Reason::Type, at, "the variable changes between a number and an array", hint)
            }
        }
    }

    /// What a variable keeps of a value that is not scalar. `changes`: the variable is assigned again.
    fn hold(&mut self, bind: Bind<'t, 'a>, changes: bool, at: At) -> Lowering<Bind<'t, 'a>> {
        Ok(match bind {
            Bind::Array(source) if changes || self.program.arrs[source.0 as usize].changes => {
                let ArrInfo { name, element, roots, .. } = self.program.arrs[source.0 as usize].clone();
                let arr = self.program.arr(ArrInfo { name, element, roots, changes, open: false });
                self.out.push(Stmt::SetArr(arr, Source::Arr(source)));
                Bind::Array(arr)
            }
            Bind::Tuple(tuple) => {
                if changes && !tuple.fresh.get() {
                    let hint = "copy it: `[...other]`, or do not assign the variable again";
                    return fault(Reason::Unsupported, at, "two variables would share one array that changes", hint);
                }
                tuple.fresh.set(false);
                Bind::Tuple(tuple)
            }
            Bind::Function(_) | Bind::Builtin(_) if changes => {
                return fault(
                    Reason::Unsupported,
                    at,
                    "a variable that holds a function is assigned again",
                    "use `const`",
                );
            }
            other => other,
        })
    }

    pub(super) fn update(&mut self, update: &'t UpdateExpression<'a>, used: bool) -> Lowering<E> {
        let at = self.at(update.span);
        let op = if update.operator == UpdateOperator::Increment { Op::Add } else { Op::Sub };
        let (mut pre, place) = self.place(&update.argument)?;
        let one = self.num(1.0, at);
        let old = used && !update.prefix;
        let e = match place {
            Place::Nowhere => self.program.add(Kind::Undef, at),
            Place::Element(arr, index) => self.program.add(Kind::Update { arr, index, op, value: one, old }, at),
            Place::Local(local) | Place::Name(_, Bind::Scalar { local, .. }) => {
                let before = self.get(local, at);
                if old {
                    let number = self.program.add(Kind::Plus(before), at);
                    let keep = self.program.local(" before", at);
                    let set = self.program.add(Kind::Set(keep, number), at);
                    pre.push(Stmt::Expr(set));
                    let kept = self.get(keep, at);
                    let sum = self.bin(op, kept, one, at);
                    let set = self.program.add(Kind::Set(local, sum), at);
                    pre.push(Stmt::Expr(set));
                    self.get(keep, at)
                } else {
                    let sum = self.bin(op, before, one, at);
                    self.program.add(Kind::Set(local, sum), at)
                }
            }
            Place::Put(locals, index) => {
                let keep = self.program.local(" before", at);
                let pick = self.program.add(Kind::Pick(locals.clone(), index), at);
                let set = self.program.add(Kind::Set(keep, pick), at);
                pre.push(Stmt::Expr(set));
                let kept = self.get(keep, at);
                let sum = self.bin(op, kept, one, at);
                let put = self.program.add(Kind::Put(locals, index, sum), at);
                if old {
                    pre.push(Stmt::Expr(put));
                    self.get(keep, at)
                } else {
                    put
                }
            }
            Place::Name(..) | Place::Truth(_) => {
                return fault(Reason::Type, at, "only numbers can be incremented", "");
            }
        };
        Ok(if pre.is_empty() { e } else { self.program.add(Kind::Block(pre, e), at) })
    }

    fn assign_array(&mut self, target: &'t ArrayAssignmentTarget<'a>, from: &Bind<'t, 'a>, at: At) -> Lowering<()> {
        if target.rest.is_some() {
            return fault(Reason::Unsupported, at, "a rest element", "name the elements");
        }
        for (position, element) in target.elements.iter().enumerate() {
            let Some(element) = element else { continue };
            let v = self.part(from, position, at)?;
            self.assign_maybe(element, v, at)?;
        }
        Ok(())
    }

    fn assign_object(&mut self, target: &'t ObjectAssignmentTarget<'a>, from: &Bind<'t, 'a>, at: At) -> Lowering<()> {
        if target.rest.is_some() {
            return fault(Reason::Unsupported, at, "a rest member", "name the members");
        }
        for property in &target.properties {
            match property {
                AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(property) => {
                    let name = property.binding.name.as_str();
                    let v = self.member(V::bound(from.clone()), name, at)?;
                    let v = self.defaulted(v, property.init.as_ref(), at)?;
                    let place = self.place_of_name(&property.binding)?;
                    let done = self.assign(place, None, v, at)?;
                    self.finish(done);
                }
                AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                    let Some(name) = property.name.static_name() else {
                        return fault(Reason::Unsupported, at, "a computed name", "write the name");
                    };
                    let v = self.member(V::bound(from.clone()), &name, at)?;
                    self.assign_maybe(&property.binding, v, at)?;
                }
            }
        }
        Ok(())
    }

    fn assign_maybe(&mut self, target: &'t AssignmentTargetMaybeDefault<'a>, v: V<'t, 'a>, at: At) -> Lowering<()> {
        let (target, v) = match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(with) => {
                (&with.binding, self.defaulted(v, Some(&with.init), at)?)
            }
            other => match other.as_assignment_target() {
                Some(target) => (target, v),
                None => return fault(Reason::Unsupported, at, "this pattern", ""),
            },
        };
        match target {
            AssignmentTarget::ArrayAssignmentTarget(inner) => {
                let bind = self.own(v, " value", at);
                self.assign_array(inner, &bind, at)
            }
            AssignmentTarget::ObjectAssignmentTarget(inner) => {
                let bind = self.own(v, " value", at);
                self.assign_object(inner, &bind, at)
            }
            other => {
                let Some(simple) = other.as_simple_assignment_target() else {
                    return fault(Reason::Unsupported, at, "this pattern", "");
                };
                let (pre, place) = self.place(simple)?;
                self.out.extend(pre);
                let done = self.assign(place, None, v, at)?;
                self.finish(done);
                Ok(())
            }
        }
    }

    fn finish(&mut self, V { pre, val }: V<'t, 'a>) {
        self.out.extend(pre);
        if let Val::Scalar(e) = val {
            self.out.push(Stmt::Expr(e));
        }
    }

    /// Element `position` of what is taken apart.
    fn part(&mut self, from: &Bind<'t, 'a>, position: usize, at: At) -> Lowering<V<'t, 'a>> {
        if let Bind::Tuple(tuple) = from
            && position >= tuple.items.len()
        {
            return Ok(V::bound(Bind::Undefined));
        }
        if !matches!(from, Bind::Tuple(_) | Bind::Array(_)) {
            return fault(Reason::Type, at, "a number is taken apart like an array", "");
        }
        #[expect(clippy::cast_precision_loss, reason = "a position in a pattern")]
        let index = self.num(position as f64, at);
        self.element(V::bound(from.clone()), index, at)
    }

    /// The default applies when the value is undefined.
    fn defaulted(&mut self, v: V<'t, 'a>, default: Option<&'t Expression<'a>>, at: At) -> Lowering<V<'t, 'a>> {
        let Some(default) = default else { return Ok(v) };
        let undefined = match &v.val {
            Val::Bound(Bind::Undefined) => true,
            Val::Scalar(e) => matches!(self.program.kind(*e), Kind::Undef),
            Val::Bound(_) => false,
        };
        if undefined {
            let mut pre = v.pre;
            let given = self.value(default)?;
            pre.extend(given.pre);
            return Ok(V { pre, val: given.val });
        }
        let Val::Scalar(_) = v.val else { return Ok(v) };
        let value = self.to_scalar(v, at)?;
        if matches!(self.program.kind(value), Kind::Num(_) | Kind::Bool(_)) {
            return Ok(V::scalar(value));
        }
        let other = self.scalar(default)?;
        Ok(V::scalar(self.program.add(Kind::Coalesce(value, other), at)))
    }

    /// Binds the names of a pattern; effects go to the current statements.
    pub(super) fn bind(&mut self, pattern: &'t BindingPattern<'a>, v: V<'t, 'a>, at: At) -> Lowering<()> {
        match pattern {
            BindingPattern::BindingIdentifier(name) => self.bind_name(name, v),
            BindingPattern::AssignmentPattern(with) => {
                let v = self.defaulted(v, Some(&with.right), at)?;
                self.bind(&with.left, v, at)
            }
            BindingPattern::ArrayPattern(array) => {
                if array.rest.is_some() {
                    return fault(Reason::Unsupported, at, "a rest element", "name the elements");
                }
                let from = self.own(v, " value", at);
                for (position, element) in array.elements.iter().enumerate() {
                    let Some(element) = element else { continue };
                    let v = self.part(&from, position, at)?;
                    self.bind(element, v, at)?;
                }
                Ok(())
            }
            BindingPattern::ObjectPattern(object) => {
                if object.rest.is_some() {
                    return fault(Reason::Unsupported, at, "a rest member", "name the members");
                }
                let from = self.own(v, " value", at);
                for property in &object.properties {
                    let at = self.at(property.span);
                    let Some(name) = property.key.static_name() else {
                        return fault(Reason::Unsupported, at, "a computed name", "write the name");
                    };
                    let v = self.member(V::bound(from.clone()), &name, at)?;
                    self.bind(&property.value, v, at)?;
                }
                Ok(())
            }
        }
    }

    /// Whether a variable gets another value than its first.
    pub(super) fn changes(&self, symbol: SymbolId) -> bool {
        let scoping = &self.units[self.unit() as usize].scoping;
        scoping.symbol_is_mutated(symbol) || !scoping.symbol_redeclarations(symbol).is_empty()
    }

    fn bind_name(&mut self, name: &'t BindingIdentifier<'a>, v: V<'t, 'a>) -> Lowering<()> {
        let at = self.at(name.span);
        let Some(symbol) = name.symbol_id.get() else { return Ok(()) };
        let key = (self.unit(), symbol);
        self.out.extend(v.pre);
        let changes = self.changes(symbol);
        let bind = match v.val {
            Val::Scalar(e) => match self.program.kind(e) {
                Kind::Num(value) if !changes => Bind::Constant(*value),
                Kind::Bool(value) if !changes => Bind::Boolean(*value),
                Kind::Big(value) if !changes => Bind::Big(*value),
                Kind::Undef if !changes => Bind::Undefined,
                _ => {
                    let fresh = matches!(self.program.kind(e), Kind::Undef);
                    let local = self.program.local(name.name.as_str(), at);
                    self.emit_set(local, e, at);
                    Bind::Scalar { local, fresh }
                }
            },
            Val::Bound(
                bind @ (Bind::Scalar { .. } | Bind::Constant(_) | Bind::Boolean(_) | Bind::Big(_) | Bind::Undefined),
            ) => {
                if changes {
                    let e = self.read(&bind, at)?;
                    let fresh = matches!(bind, Bind::Undefined);
                    let local = self.program.local(name.name.as_str(), at);
                    self.emit_set(local, e, at);
                    Bind::Scalar { local, fresh }
                } else {
                    bind
                }
            }
            Val::Bound(other) => self.hold(other, changes, at)?,
        };
        self.binds.insert(key, bind);
        Ok(())
    }

    /// `var x = value` where `x` has a variable already, made when the function began.
    pub(super) fn assign_var(&mut self, name: &'t BindingIdentifier<'a>, v: V<'t, 'a>) -> Lowering<()> {
        let at = self.at(name.span);
        let known = name.symbol_id.get().and_then(|symbol| {
            let bind = self.binds.get(&(self.unit(), symbol)).cloned();
            bind.map(|bind| (symbol, bind))
        });
        match known {
            Some((symbol, bind)) if self.changes(symbol) => {
                let done = self.assign_name(symbol, bind, None, v, at)?;
                self.finish(done);
                Ok(())
            }
            _ => self.bind_name(name, v),
        }
    }
}

fn thawed(tuple: &Tuple<'_, '_>, at: At) -> Lowering<()> {
    if tuple.frozen {
        let hint = "pass a typed array as an argument to write to it";
        return fault(Reason::Unsupported, at, "it assigns an element of a captured array or object", hint);
    }
    Ok(())
}

fn scalar_item<'t, 'a>(item: &Bind<'t, 'a>, at: At) -> Lowering<Place<'t, 'a>> {
    match item {
        Bind::Scalar { local, .. } => Ok(Place::Local(*local)),
        _ => fault(Reason::Unsupported, at, "an element that is itself an array is assigned", "assign its elements"),
    }
}

/// A tuple of variables that nobody shares.
pub(super) fn tuple_of<'t, 'a>(items: Vec<Bind<'t, 'a>>) -> Bind<'t, 'a> {
    Bind::Tuple(Rc::new(Tuple { items, names: Vec::new(), frozen: false, fresh: true.into() }))
}
