//! Shared numbers (`Value`): an object whose `value` is the only element of an array, changed in one step by its methods.

use oxc_ast::ast::Argument;

use super::{Lowerer, Lowering, V};
use crate::error::{At, Reason, fault};
use crate::ir::{Arr, AtomicOp, Cmp, E, Kind, Stmt};

impl<'t, 'a> Lowerer<'t, 'a> {
    /// `cell.value`.
    pub(super) fn cell_value(&mut self, arr: Arr, truth: bool, at: At) -> E {
        let first = self.num(0.0, at);
        let e = self.program.add(Kind::Load(arr, first), at);
        if truth { self.not_zero(e, at) } else { e }
    }

    /// What is stored of a value: a boolean as 0 or 1.
    pub(super) fn cell_content(&mut self, value: E, truth: bool, at: At) -> E {
        if !truth {
            return value;
        }
        let not = self.program.add(Kind::Not(value), at);
        self.program.add(Kind::Not(not), at)
    }

    fn not_zero(&mut self, e: E, at: At) -> E {
        let zero = self.num(0.0, at);
        self.program.add(Kind::Cmp { op: Cmp::Ne, strict: false, a: e, b: zero }, at)
    }

    /// `cell.add(amount)` and its like.
    pub(super) fn cell_method(
        &mut self,
        pre: Vec<Stmt>,
        (arr, truth): (Arr, bool),
        name: &str,
        arguments: &'t [Argument<'a>],
        at: At,
    ) -> Lowering<V<'t, 'a>> {
        let known = match name {
            "add" | "sub" => !truth && arguments.len() == 1,
            "exchange" => arguments.len() == 1,
            "compareExchange" => arguments.len() == 2,
            _ => false,
        };
        if !known {
            let reason = format!("`.{name}()` of a shared value is not available in compiled code");
            let hint =
                "`value`, `add`, `sub`, `exchange` and `compareExchange` are available; booleans cannot be added";
            return fault(Reason::Unsupported, at, reason, hint);
        }
        let mut values = Vec::new();
        for v in self.arguments(arguments)? {
            let e = self.to_scalar(v, at)?;
            let content = self.cell_content(e, truth, at);
            values.push(if truth { self.program.add(Kind::Number(content), at) } else { content });
        }
        let op = match name {
            "add" => AtomicOp::Add,
            "sub" => AtomicOp::Sub,
            "exchange" => AtomicOp::Exchange,
            _ => AtomicOp::CompareExchange { expected: values[0] },
        };
        let value = values[values.len() - 1];
        let e = self.program.add(Kind::Atomic { op, arr, value }, at);
        let e = if truth { self.not_zero(e, at) } else { e };
        let v = V::scalar(e);
        Ok(V { pre, val: v.val })
    }
}
