//! Bigints, of which the lowest 64 bits are held.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::{Class, Gen, Rep, SiteKind};
use crate::ir::{E, Kind, Op};
use crate::range::{BigKind, Type};

impl Gen<'_, '_> {
    /// The lowest 64 bits of a bigint.
    pub(super) fn big(&mut self, e: E) -> Value {
        if !self.reachable {
            return self.b.ins().iconst(types::I64, 0);
        }
        let fact = self.fact(e);
        match self.kind(e) {
            #[expect(clippy::cast_possible_truncation, reason = "the lowest 64 bits are meant")]
            Kind::Big(value) => self.b.ins().iconst(types::I64, *value as i64),
            Kind::Get(local) if fact.ty == Type::BigInt => self.read(*local, Class::Big).0,
            Kind::Set(local, a) if fact.ty == Type::BigInt => self.assign(*local, *a).0,
            Kind::Load(arr, index) => self.load(e, *arr, *index).0,
            Kind::Atomic { op, arr, value } => self.atomic(*op, *arr, *value).0,
            Kind::Store(..) | Kind::Update { .. } => match self.write(e, true) {
                Some((value, _)) => value,
                None => self.b.ins().iconst(types::I64, 0),
            },
            Kind::Bin(op, a, b) => {
                let x = self.big(*a);
                let y = self.big(*b);
                let (ka, kb) = (self.fact(*a).big, self.fact(*b).big);
                let at = self.program.at(e);
                self.big_binary(*op, (x, ka), (y, kb), at)
            }
            Kind::Neg(a) => {
                let x = self.big(*a);
                self.b.ins().ineg(x)
            }
            Kind::BitNot(a) => {
                let x = self.big(*a);
                self.b.ins().bnot(x)
            }
            Kind::BigInt(a) if self.fact(*a).ty == Type::BigInt => self.big(*a),
            Kind::BigInt(a) => self.int(*a),
            Kind::Wrap { signed, bits, value } => {
                let x = self.big(*value);
                if *bits == 64 {
                    return x;
                }
                let gap = i64::from(64 - bits);
                let up = self.b.ins().ishl_imm_s(x, gap);
                if *signed { self.b.ins().sshr_imm_s(up, gap) } else { self.b.ins().ushr_imm_s(up, gap) }
            }
            Kind::Cond(c, a, b) => self.choose(*c, *a, *b, types::I64, super::Gen::big),
            Kind::And(a, b) | Kind::Or(a, b) => {
                let and = matches!(self.kind(e), Kind::And(..));
                self.either(*a, *b, and, types::I64, super::Gen::big)
            }
            Kind::Coalesce(a, b) => {
                if self.fact(*a).undefined {
                    self.big(*b)
                } else {
                    self.big(*a)
                }
            }
            Kind::Seq(parts) => self.sequence(parts, super::Gen::big),
            Kind::Block(stmts, value) => self.block(stmts, *value, super::Gen::big),
            Kind::Pick(locals, index) => self.pick(e, locals, *index, Rep::Big),
            Kind::Put(..) => self.put(e).0,
            _ => {
                self.effect(e);
                self.b.ins().iconst(types::I64, 0)
            }
        }
    }

    pub(super) fn big_binary(
        &mut self,
        op: Op,
        (x, ka): (Value, BigKind),
        (y, kb): (Value, BigKind),
        at: crate::error::At,
    ) -> Value {
        match op {
            Op::Add => self.b.ins().iadd(x, y),
            Op::Sub => self.b.ins().isub(x, y),
            Op::Mul => self.b.ins().imul(x, y),
            Op::And => self.b.ins().band(x, y),
            Op::Or => self.b.ins().bor(x, y),
            Op::Xor => self.b.ins().bxor(x, y),
            Op::Shl => self.b.ins().ishl(x, y),
            Op::Shr if ka == BigKind::Unsigned => self.b.ins().ushr(x, y),
            Op::Shr => self.b.ins().sshr(x, y),
            _ => {
                let nonzero = self.b.ins().icmp_imm_s(IntCC::NotEqual, y, 0);
                self.require(nonzero, (x, Rep::Big), at, SiteKind::BigDivision, "");
                let rem = op == Op::Rem;
                if ka.join(kb) == BigKind::Unsigned {
                    return if rem { self.b.ins().urem(x, y) } else { self.b.ins().udiv(x, y) };
                }
                // The quotient by -1 is the negative, which wraps where a division would trap.
                let minus_one = self.b.ins().icmp_imm_s(IntCC::Equal, y, -1);
                let one = self.b.ins().iconst(types::I64, 1);
                let divisor = self.b.ins().select(minus_one, one, y);
                if rem {
                    return self.b.ins().srem(x, divisor);
                }
                let quotient = self.b.ins().sdiv(x, divisor);
                let negative = self.b.ins().ineg(x);
                self.b.ins().select(minus_one, negative, quotient)
            }
        }
    }
}
