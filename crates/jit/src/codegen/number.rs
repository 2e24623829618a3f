//! Conversions between register classes, with JavaScript's meaning.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Type, Value, types};

use super::{Gen, Rep};
use crate::range::Num;
use crate::runtime;

impl Gen<'_, '_> {
    /// A number or boolean as a double.
    pub(super) fn to_f64(&mut self, value: Value, rep: Rep) -> Value {
        match rep {
            Rep::F64 => value,
            Rep::I64 | Rep::Big | Rep::I32 => self.b.ins().fcvt_from_sint(types::F64, value),
            Rep::Bool => {
                let wide = self.b.ins().uextend(types::I32, value);
                self.b.ins().fcvt_from_sint(types::F64, wide)
            }
        }
    }

    /// A number that is known to be an integer within ±2^53 (the sign of zero is lost), or a boolean.
    pub(super) fn to_i64(&mut self, value: Value, rep: Rep) -> Value {
        match rep {
            Rep::F64 => self.b.ins().fcvt_to_sint_sat(types::I64, value),
            Rep::I64 | Rep::Big => value,
            Rep::I32 => self.b.ins().sextend(types::I64, value),
            Rep::Bool => self.b.ins().uextend(types::I64, value),
        }
    }

    /// `ToInt32`. `num` is what is known of the value.
    pub(super) fn to_i32(&mut self, value: Value, rep: Rep, num: Num) -> Value {
        match rep {
            Rep::I32 => value,
            Rep::I64 | Rep::Big => self.b.ins().ireduce(types::I32, value),
            Rep::Bool => self.b.ins().uextend(types::I32, value),
            Rep::F64 => {
                if num.within(-2_147_483_648.0, 2_147_483_647.0) {
                    return self.b.ins().fcvt_to_sint_sat(types::I32, value);
                }
                let wide = self.b.ins().fcvt_to_sint_sat(types::I64, value);
                let low = self.b.ins().ireduce(types::I32, wide);
                if num.within(-9.2e18, 9.2e18) {
                    return low;
                }
                self.to_i32_slow(value, wide, low)
            }
        }
    }

    /// Where the conversion to 64 bits has saturated, the remainder modulo 2^32 is computed by a call.
    fn to_i32_slow(&mut self, value: Value, wide: Value, low: Value) -> Value {
        // Both ends of the range are the two smallest numbers after adding one.
        let next = self.b.ins().iadd_imm_s(wide, 1);
        let saturated = self.b.ins().icmp_imm_s(IntCC::SignedLessThanOrEqual, next, i64::MIN + 1);
        let [slow, done] = [(); 2].map(|()| self.b.create_block());
        let result = self.b.append_block_param(done, types::I32);
        self.b.set_cold_block(slow);
        self.b.ins().brif(saturated, slow, &[], done, &[low.into()]);
        self.enter(slow);
        let routine: extern "C" fn(f64) -> i32 = runtime::to_int32;
        let exact = self.call(routine as usize, &[types::F64], types::I32, &[value]);
        self.b.ins().jump(done, &[exact.into()]);
        self.enter(done);
        result
    }

    /// Truthiness of a number.
    pub(super) fn is_truthy(&mut self, value: Value, rep: Rep) -> Value {
        match rep {
            Rep::F64 => {
                let zero = self.b.ins().f64const(0.0);
                self.b.ins().fcmp(FloatCC::OrderedNotEqual, value, zero)
            }
            Rep::I64 | Rep::Big | Rep::I32 => self.b.ins().icmp_imm_s(IntCC::NotEqual, value, 0),
            Rep::Bool => value,
        }
    }

    /// Calls a C function by its address.
    pub(super) fn call(&mut self, address: usize, params: &[Type], result: Type, args: &[Value]) -> Value {
        let mut signature = Signature::new(self.b.func.signature.call_conv);
        signature.params.extend(params.iter().map(|ty| AbiParam::new(*ty)));
        signature.returns.push(AbiParam::new(result));
        let signature = self.b.import_signature(signature);
        let target = self.b.ins().iconst(types::I64, i64::try_from(address).unwrap_or(0));
        let call = self.b.ins().call_indirect(signature, target, args);
        self.b.inst_results(call)[0]
    }
}
