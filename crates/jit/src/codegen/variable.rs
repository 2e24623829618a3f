//! Variables: each has one register for each type it takes.

use cranelift_codegen::ir::Value;

use super::value::type_of;
use super::{Class, Gen, Rep};
use crate::ir::Local;
use crate::range::Num;

impl Gen<'_, '_> {
    pub(super) fn rep_of(&self, local: Local, class: Class) -> Rep {
        match class {
            Class::Number => self.reps[local.0 as usize],
            Class::Boolean => Rep::Bool,
            Class::Big => Rep::Big,
        }
    }

    pub(super) fn var(&mut self, local: Local, class: Class) -> cranelift_frontend::Variable {
        let rep = self.rep_of(local, class);
        let b = &mut self.b;
        *self.vars.entry((local.0, class)).or_insert_with(|| b.declare_var(type_of(rep)))
    }

    pub(super) fn read(&mut self, local: Local, class: Class) -> (Value, Rep) {
        let rep = self.rep_of(local, class);
        let var = self.var(local, class);
        (self.b.use_var(var), rep)
    }

    /// A variable that is an integer, in 64 bits.
    pub(super) fn integer(&mut self, local: Local) -> Value {
        let (value, rep) = self.read(local, Class::Number);
        self.to_i64(value, rep)
    }

    /// Assigns a value of any class of the same type.
    pub(super) fn define(&mut self, local: Local, value: Value, rep: Rep) {
        let class = match rep {
            Rep::Bool => Class::Boolean,
            Rep::Big => Class::Big,
            _ => Class::Number,
        };
        let wanted = self.rep_of(local, class);
        let value = match wanted {
            Rep::F64 => self.to_f64(value, rep),
            Rep::I64 => self.to_i64(value, rep),
            Rep::I32 => self.to_i32(value, rep, Num::I32),
            Rep::Bool | Rep::Big => value,
        };
        let var = self.var(local, class);
        self.b.def_var(var, value);
    }
}
