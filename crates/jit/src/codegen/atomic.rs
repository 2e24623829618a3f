//! Changes of shared numbers in one step.

use cranelift_codegen::ir::{AtomicRmwOp, InstBuilder, Value, types};

use super::{Gen, Rep, plain};
use crate::element::Element;
use crate::ir::{Arr, AtomicOp, E};
use crate::runtime;

impl Gen<'_, '_> {
    /// Changes the only element of an array; has the value before.
    pub(super) fn atomic(&mut self, op: AtomicOp, arr: Arr, value: E) -> (Value, Rep) {
        let element = self.element_of(arr);
        let expected = match op {
            AtomicOp::CompareExchange { expected } => Some(self.operand(element, expected)),
            _ => None,
        };
        let value = self.operand(element, value);
        let (address, _) = self.array(arr);
        if element.is_float() {
            return self.atomic_float(op, element, address, (value, expected));
        }
        let flags = plain();
        let ty = match element.bytes() {
            1 => types::I8,
            2 => types::I16,
            4 => types::I32,
            _ => types::I64,
        };
        let narrow = |this: &mut Self, value| match ty {
            types::I32 | types::I64 => value,
            _ => this.b.ins().ireduce(ty, value),
        };
        let value = narrow(self, value);
        let before = match (op, expected) {
            (_, Some(expected)) => {
                let expected = narrow(self, expected);
                self.b.ins().atomic_cas(flags, address, expected, value)
            }
            (AtomicOp::Add, _) => self.b.ins().atomic_rmw(ty, flags, AtomicRmwOp::Add, address, value),
            (AtomicOp::Sub, _) => self.b.ins().atomic_rmw(ty, flags, AtomicRmwOp::Sub, address, value),
            _ => self.b.ins().atomic_rmw(ty, flags, AtomicRmwOp::Xchg, address, value),
        };
        if element.is_big() {
            return (before, Rep::Big);
        }
        let wide = if matches!(element, Element::I8 | Element::I16 | Element::I32) {
            self.b.ins().sextend(types::I64, before)
        } else {
            self.b.ins().uextend(types::I64, before)
        };
        (wide, Rep::I64)
    }

    fn operand(&mut self, element: Element, e: E) -> Value {
        if element.is_big() {
            self.big(e)
        } else if element.is_float() {
            self.f64(e)
        } else {
            self.i32(e)
        }
    }

    fn atomic_float(
        &mut self,
        op: AtomicOp,
        element: Element,
        address: Value,
        (value, expected): (Value, Option<Value>),
    ) -> (Value, Rep) {
        let single = element == Element::F32;
        let (value, expected) = match op {
            AtomicOp::Sub => (self.b.ins().fneg(value), value),
            _ => (value, expected.unwrap_or(value)),
        };
        let routine = if single {
            let routine: extern "C" fn(*mut u32, f64, f64) -> f64 = match op {
                AtomicOp::Add | AtomicOp::Sub => runtime::add_f32,
                AtomicOp::Exchange => runtime::exchange_f32,
                AtomicOp::CompareExchange { .. } => runtime::compare_exchange_f32,
            };
            routine as usize
        } else {
            let routine: extern "C" fn(*mut u64, f64, f64) -> f64 = match op {
                AtomicOp::Add | AtomicOp::Sub => runtime::add_f64,
                AtomicOp::Exchange => runtime::exchange_f64,
                AtomicOp::CompareExchange { .. } => runtime::compare_exchange_f64,
            };
            routine as usize
        };
        let params = [types::I64, types::F64, types::F64];
        (self.call(routine, &params, types::F64, &[address, value, expected]), Rep::F64)
    }
}
