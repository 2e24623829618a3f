//! Calls: functions are inlined, builtins become nodes, methods of typed arrays become loops.

use oxc_ast::ast::{Argument, CallExpression, Expression};

use super::assign::tuple_of;
use super::{Bind, Builtin, Closure, DEPTH, Frame, Lowerer, Lowering, V, Val};
use crate::error::{At, Reason, fault};
use crate::ir::{Arr, ArrInfo, Cmp, E, Kind, Loop, MathFn, Op, Source, Stmt, Test};

impl<'t, 'a> Lowerer<'t, 'a> {
    pub(super) fn call(&mut self, call: &'t CallExpression<'a>) -> Lowering<V<'t, 'a>> {
        let at = self.at(call.span);
        if call.optional {
            return fault(Reason::Unsupported, at, "`?.` is not available in compiled code", "use a plain call");
        }
        if let Expression::StaticMemberExpression(member) = call.callee.without_parentheses() {
            let object = self.value(&member.object)?;
            if let Val::Bound(Bind::Array(arr)) = object.val {
                return self.method(object.pre, arr, member.property.name.as_str(), &call.arguments, at);
            }
            if let Val::Bound(Bind::Cell(arr, truth)) = object.val {
                return self.cell_method(object.pre, (arr, truth), member.property.name.as_str(), &call.arguments, at);
            }
            let callee = self.member(object, member.property.name.as_str(), at)?;
            return self.call_value(callee, &call.arguments, at);
        }
        let callee = self.value(&call.callee)?;
        self.call_value(callee, &call.arguments, at)
    }

    fn call_value(&mut self, callee: V<'t, 'a>, arguments: &'t [Argument<'a>], at: At) -> Lowering<V<'t, 'a>> {
        let V { mut pre, val } = callee;
        let v = match val {
            Val::Bound(Bind::Function(closure)) => {
                let args = self.arguments(arguments)?;
                self.inline(closure, args, at)?
            }
            Val::Bound(Bind::Builtin(builtin)) => self.builtin(builtin, arguments, at)?,
            Val::Bound(Bind::Refused(what)) => {
                let reason = format!("{what} cannot be called in compiled code");
                return fault(Reason::Unsupported, at, reason, "call functions that are themselves in the subset");
            }
            _ => return fault(Reason::Type, at, "this is not a function", ""),
        };
        pre.extend(v.pre);
        Ok(V { pre, val: v.val })
    }

    pub(super) fn arguments(&mut self, arguments: &'t [Argument<'a>]) -> Lowering<Vec<V<'t, 'a>>> {
        let mut values = Vec::new();
        for argument in arguments {
            match argument {
                Argument::SpreadElement(spread) => {
                    let at = self.at(spread.span);
                    let v = self.value(&spread.argument)?;
                    let Val::Bound(Bind::Tuple(tuple)) = v.val else {
                        return fault(
                            Reason::Unsupported,
                            at,
                            "only small arrays can be spread",
                            "write the arguments",
                        );
                    };
                    let mut pre = v.pre;
                    for item in &tuple.items {
                        values.push(V { pre: std::mem::take(&mut pre), val: Val::Bound(item.clone()) });
                    }
                }
                other => {
                    if let Some(expression) = other.as_expression() {
                        values.push(self.value(expression)?);
                    }
                }
            }
        }
        Ok(values)
    }

    /// The body of a function in place of a call of it.
    pub(super) fn inline(&mut self, closure: Closure<'t, 'a>, args: Vec<V<'t, 'a>>, at: At) -> Lowering<V<'t, 'a>> {
        let Closure { unit, code } = closure;
        let label = code.name.map_or_else(|| "the function".to_owned(), |name| format!("`{name}`"));
        if self.frames.iter().any(|frame| frame.unit == unit && frame.start == code.start) {
            let reason = format!("{label} calls itself");
            return fault(Reason::Recursion, at, reason, "use a loop: compiled code has no stack to recurse on");
        }
        if self.frames.len() >= DEPTH {
            return fault(Reason::TooLarge, at, "calls are nested too deeply", "");
        }
        if code.asynchronous || code.generator {
            let kind = if code.generator { "a generator" } else { "async" };
            let here = At { unit, byte: code.start };
            return fault(Reason::Unsupported, here, format!("{label} is {kind}"), "use a plain function");
        }
        let exit = self.program.label();
        let (given, args) = self.nested(|this| {
            let mut binds = Vec::new();
            for v in args {
                let constant = match &v.val {
                    Val::Scalar(e) if v.pre.is_empty() => match this.program.kind(*e) {
                        Kind::Num(value) => Some(Bind::Constant(*value)),
                        Kind::Bool(value) => Some(Bind::Boolean(*value)),
                        Kind::Big(value) => Some(Bind::Big(*value)),
                        Kind::Undef => Some(Bind::Undefined),
                        _ => None,
                    },
                    _ => None,
                };
                binds.push(match constant {
                    Some(bind) => bind,
                    None => this.own(v, " argument", at),
                });
            }
            Ok(binds)
        })?;
        self.frames.push(Frame {
            unit,
            start: code.start,
            exit,
            result: None,
            prologue: Vec::new(),
            jumps: 0,
            breaks: Vec::new(),
        });
        let body = self.nested(|this| this.body(closure, args));
        let frame = self.frames.pop();
        let (mut body, value) = body?;
        let Some(frame) = frame else { unreachable!("pushed above") };
        let mut pre = given;
        pre.extend(frame.prologue);
        // A jump at the very end needs no label.
        if let Some(Stmt::Jump(last)) = body.last()
            && *last == exit
            && frame.jumps == 1
        {
            body.pop();
            pre.extend(body);
        } else if frame.jumps == 0 {
            pre.extend(body);
        } else {
            pre.push(Stmt::Labeled(exit, body));
        }
        let val = match value {
            Some(val) => val,
            None => Val::Bound(frame.result.unwrap_or(Bind::Undefined)),
        };
        let val = match val {
            Val::Bound(bind @ (Bind::Scalar { .. } | Bind::Constant(_) | Bind::Boolean(_) | Bind::Undefined)) => {
                Val::Scalar(self.read(&bind, at)?)
            }
            other => other,
        };
        Ok(V { pre, val })
    }

    /// Binds parameters, then lowers the body; the value of an expression body.
    fn body(
        &mut self,
        Closure { unit, code }: Closure<'t, 'a>,
        args: Vec<Bind<'t, 'a>>,
    ) -> Lowering<Option<Val<'t, 'a>>> {
        let at = At { unit, byte: code.start };
        let mut args = args.into_iter();
        if let Some(own) = code.own {
            self.binds.insert((unit, own), Bind::Function(Closure { unit, code }));
        }
        for param in &code.params.items {
            let at = self.at(param.span);
            let given = args.next().unwrap_or(Bind::Undefined);
            let v = match (given, &param.initializer) {
                (Bind::Undefined, Some(default)) => self.value(default)?,
                (Bind::Scalar { local, .. }, Some(default)) => {
                    let value = self.get(local, at);
                    let other = self.scalar(default)?;
                    V::scalar(self.program.add(Kind::Coalesce(value, other), at))
                }
                (given, _) => V::bound(given),
            };
            self.bind(&param.pattern, v, at)?;
        }
        if let Some(rest) = &code.params.rest {
            let rest_at = self.at(rest.span);
            let items: Vec<_> = args.collect();
            self.bind(&rest.rest.argument, V::bound(tuple_of(items)), rest_at)?;
        }
        if code.expression
            && let [oxc_ast::ast::Statement::ExpressionStatement(statement)] = code.body.statements.as_slice()
        {
            let v = self.value(&statement.expression)?;
            self.out.extend(v.pre);
            return Ok(Some(v.val));
        }
        let _ = at;
        self.hoist_vars(code);
        self.statements(&code.body.statements)?;
        Ok(None)
    }

    fn builtin(&mut self, builtin: Builtin, arguments: &'t [Argument<'a>], at: At) -> Lowering<V<'t, 'a>> {
        if builtin == Builtin::Coverage {
            return Ok(V::bound(Bind::Builtin(Builtin::Coverage)));
        }
        if builtin == Builtin::Identity {
            // The others are names, for stack traces.
            let mut first = self.arguments(&arguments[..arguments.len().min(1)])?;
            return Ok(first.pop().unwrap_or_else(|| V::bound(Bind::Undefined)));
        }
        let values = self.arguments(arguments)?;
        let mut args = Vec::new();
        for v in values {
            args.push(self.to_scalar(v, at)?);
        }
        let undefined = self.program.add(Kind::Undef, at);
        let first = args.first().copied().unwrap_or(undefined);
        let kind = match builtin {
            Builtin::Math(function) => return Ok(V::scalar(self.math(function, args, at))),
            Builtin::Random => {
                self.program.uses_random = true;
                Kind::Random
            }
            Builtin::IsNan | Builtin::NumberIsNan => Kind::Test(Test::Nan, first),
            Builtin::IsFinite | Builtin::NumberIsFinite => Kind::Test(Test::Finite, first),
            Builtin::NumberIsInteger => Kind::Test(Test::Integer, first),
            Builtin::NumberIsSafeInteger => Kind::Test(Test::SafeInteger, first),
            Builtin::ObjectIs => Kind::Same(first, args.get(1).copied().unwrap_or(undefined)),
            Builtin::NumberObject => Kind::Number(if args.is_empty() { self.num(0.0, at) } else { first }),
            Builtin::BigIntObject => Kind::BigInt(first),
            Builtin::BooleanFn => {
                let not = self.program.add(Kind::Not(first), at);
                Kind::Not(not)
            }
            Builtin::AsIntN | Builtin::AsUintN => {
                let bits = match self.program.kind(first) {
                    Kind::Num(bits @ 1.0..=64.0) if bits.fract() == 0.0 => *bits,
                    _ => {
                        let hint = "write the number of bits: `BigInt.asIntN(64, x)`";
                        return fault(
                            Reason::Unsupported,
                            at,
                            "the number of bits must be a constant from 1 to 64",
                            hint,
                        );
                    }
                };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 64")]
                let bits = bits as u32;
                let value = args.get(1).copied().unwrap_or(undefined);
                Kind::Wrap { signed: builtin == Builtin::AsIntN, bits, value }
            }
            _ => return fault(Reason::Type, at, "this is not a function", ""),
        };
        Ok(V::scalar(self.program.add(kind, at)))
    }

    fn math(&mut self, function: MathFn, mut args: Vec<E>, at: At) -> E {
        let undefined = self.program.add(Kind::Undef, at);
        match function {
            MathFn::Min | MathFn::Max => {
                if args.is_empty() {
                    return self.num(if function == MathFn::Min { f64::INFINITY } else { f64::NEG_INFINITY }, at);
                }
                let mut result = args.remove(0);
                if args.is_empty() {
                    result = self.program.add(Kind::Plus(result), at);
                }
                for next in args {
                    result = self.program.add(Kind::Math(function, vec![result, next]), at);
                }
                return result;
            }
            MathFn::Hypot => {
                if args.is_empty() {
                    return self.num(0.0, at);
                }
            }
            MathFn::Pow => {
                args.resize(2, undefined);
                return self.bin(Op::Pow, args[0], args[1], at);
            }
            _ => {
                let arity = if matches!(function, MathFn::Imul | MathFn::Atan2) { 2 } else { 1 };
                // Arguments beyond those the function takes are evaluated and ignored.
                if args.len() > arity {
                    let extra = args.split_off(arity);
                    let last = args.pop().unwrap_or(undefined);
                    let keep = self.program.local(" argument", at);
                    let set = self.program.add(Kind::Set(keep, last), at);
                    let kept = self.get(keep, at);
                    let mut parts = vec![set];
                    parts.extend(extra);
                    parts.push(kept);
                    args.push(self.program.add(Kind::Seq(parts), at));
                }
                args.resize(arity, undefined);
            }
        }
        self.program.add(Kind::Math(function, args), at)
    }

    fn method(
        &mut self,
        pre: Vec<Stmt>,
        arr: Arr,
        name: &str,
        arguments: &'t [Argument<'a>],
        at: At,
    ) -> Lowering<V<'t, 'a>> {
        let mut args = self.arguments(arguments)?;
        let (more, val) = self.nested(|this| match name {
            "subarray" => {
                let mut bounds = Vec::new();
                for v in args {
                    bounds.push(this.to_scalar(v, at)?);
                }
                let begin = match bounds.first() {
                    Some(begin) => *begin,
                    None => this.num(0.0, at),
                };
                let info = this.program.arrs[arr.0 as usize].clone();
                let view = this.program.arr(ArrInfo { changes: false, ..info });
                this.out.push(Stmt::SetArr(view, Source::Subarray(arr, begin, bounds.get(1).copied())));
                Ok(Val::Bound(Bind::Array(view)))
            }
            "fill" => {
                let mut values = Vec::new();
                for v in args {
                    values.push(this.to_scalar(v, at)?);
                }
                this.fill(arr, &values, at)?;
                Ok(Val::Bound(Bind::Array(arr)))
            }
            "set" if !args.is_empty() => {
                let source = args.remove(0);
                this.out.extend(source.pre);
                let offset = match args.into_iter().next() {
                    Some(v) => this.to_scalar(v, at)?,
                    None => this.num(0.0, at),
                };
                match source.val {
                    Val::Bound(Bind::Array(source)) => {
                        let big = |arr: Arr| this.program.arrs[arr.0 as usize].element.is_big();
                        if big(arr) != big(source) {
                            return fault(
                                Reason::Type,
                                at,
                                "bigints and numbers cannot be mixed",
                                "use arrays of one kind",
                            );
                        }
                        this.out.push(Stmt::Copy { target: arr, source, offset, at });
                    }
                    Val::Bound(Bind::Tuple(tuple)) => {
                        let base = this.program.local(" offset", at);
                        this.emit_set(base, offset, at);
                        for (position, item) in tuple.items.iter().enumerate() {
                            let value = this.read(item, at)?;
                            #[expect(clippy::cast_precision_loss, reason = "small")]
                            let shift = this.num(position as f64, at);
                            let base = this.get(base, at);
                            let index = this.bin(Op::Add, base, shift, at);
                            let store = this.program.add(Kind::Store(arr, index, value), at);
                            this.out.push(Stmt::Expr(store));
                        }
                    }
                    _ => return fault(Reason::Type, at, "`set` takes an array", ""),
                }
                Ok(Val::Bound(Bind::Undefined))
            }
            _ => {
                let reason = format!("`.{name}()` of a typed array is not available in compiled code");
                fault(Reason::Unsupported, at, reason, "write a loop; `fill`, `set` and `subarray` are available")
            }
        })?;
        let mut pre = pre;
        pre.extend(more);
        Ok(V { pre, val })
    }

    /// `arr.fill(value, begin, end)` as a view and a loop over it.
    fn fill(&mut self, arr: Arr, values: &[E], at: At) -> Lowering<()> {
        let undefined = self.program.add(Kind::Undef, at);
        let value = self.program.local(" value", at);
        self.emit_set(value, values.first().copied().unwrap_or(undefined), at);
        let mut target = arr;
        if let Some(&begin) = values.get(1) {
            let info = self.program.arrs[arr.0 as usize].clone();
            target = self.program.arr(ArrInfo { changes: false, ..info });
            self.out.push(Stmt::SetArr(target, Source::Subarray(arr, begin, values.get(2).copied())));
        }
        let stored = self.get(value, at);
        self.each(target, at, |this, index| {
            let e = this.get(index, at);
            let store = this.program.add(Kind::Store(target, e, stored), at);
            this.out.push(Stmt::Expr(store));
            Ok(())
        })
    }

    /// A loop over the indices of an array.
    pub(super) fn each(
        &mut self,
        arr: Arr,
        at: At,
        body: impl FnOnce(&mut Self, crate::ir::Local) -> Lowering<()>,
    ) -> Lowering<()> {
        let index = self.program.local(" index", at);
        let zero = self.num(0.0, at);
        self.emit_set(index, zero, at);
        let (exit, next, number) = (self.program.label(), self.program.label(), self.program.loop_number());
        let here = self.get(index, at);
        let len = self.program.add(Kind::Len(arr), at);
        let test = self.program.add(Kind::Cmp { op: Cmp::Lt, strict: false, a: here, b: len }, at);
        let before = self.get(index, at);
        let one = self.num(1.0, at);
        let after = self.bin(Op::Add, before, one, at);
        let update = self.program.add(Kind::Set(index, after), at);
        if let Some(frame) = self.frames.last_mut() {
            frame.breaks.push(super::Target { names: Vec::new(), exit, next: Some(next), block: false });
        }
        let inner = self.nested(|this| body(this, index));
        if let Some(frame) = self.frames.last_mut() {
            frame.breaks.pop();
        }
        let (body, ()) = inner?;
        let (test, update) = (Some(test), Some(update));
        self.out.push(Stmt::Loop(Box::new(Loop { number, exit, next, test, test_first: true, update, body })));
        Ok(())
    }
}
