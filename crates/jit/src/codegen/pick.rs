//! Elements of small arrays at an index that is not constant: the elements are variables, one of which is selected.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

use super::{Class, Gen, Rep, SiteKind};
use crate::ir::{E, Kind, Local};
use crate::range::Num;

impl Gen<'_, '_> {
    /// The index as an integer that is in range, or the run fails.
    pub(super) fn small_index(&mut self, e: E, index: E, len: usize, what: SiteKind) -> Value {
        let position = self.index(e, index, what, "a local array");
        let value = self.whole(position);
        let num = self.num(index);
        #[expect(clippy::cast_precision_loss, reason = "small")]
        let inside = self.is_int(index) && num.lo >= 0.0 && num.hi < len as f64;
        if !inside {
            let limit = i64::try_from(len).unwrap_or(0);
            let ok = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, value, limit);
            let at = self.program.at(e);
            self.require(ok, (value, Rep::I64), at, what, "a local array");
        }
        value
    }

    pub(super) fn pick(&mut self, e: E, locals: &[Local], index: E, rep: Rep) -> Value {
        let position = self.small_index(e, index, locals.len(), SiteKind::Read);
        let mut result = None;
        for (i, local) in locals.iter().enumerate() {
            let class = if rep == Rep::Bool {
                Class::Boolean
            } else if rep == Rep::Big {
                Class::Big
            } else {
                Class::Number
            };
            let (value, own) = self.read(*local, class);
            let value = match rep {
                Rep::F64 => self.to_f64(value, own),
                Rep::I64 => self.to_i64(value, own),
                _ => value,
            };
            result = Some(match result {
                None => value,
                Some(before) => {
                    let here = self.b.ins().icmp_imm_s(IntCC::Equal, position, i64::try_from(i).unwrap_or(0));
                    self.b.ins().select(here, value, before)
                }
            });
        }
        result.unwrap_or(position)
    }

    pub(super) fn put(&mut self, e: E) -> (Value, Rep) {
        let Kind::Put(locals, index, a) = self.kind(e) else { unreachable!("asked of `Put` only") };
        let position = self.small_index(e, *index, locals.len(), SiteKind::Write);
        let (value, rep) = self.any(*a);
        let class = Class::of(self.fact(*a).ty);
        for (i, local) in locals.iter().enumerate() {
            let own = self.rep_of(*local, class);
            let new = match own {
                Rep::F64 => self.to_f64(value, rep),
                Rep::I64 => self.to_i64(value, rep),
                Rep::I32 => self.to_i32(value, rep, Num::I32),
                _ => value,
            };
            let var = self.var(*local, class);
            let before = self.b.use_var(var);
            let here = self.b.ins().icmp_imm_s(IntCC::Equal, position, i64::try_from(i).unwrap_or(0));
            let after = self.b.ins().select(here, new, before);
            self.b.def_var(var, after);
        }
        (value, rep)
    }
}
