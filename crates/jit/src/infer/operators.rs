//! What operators and functions make of what is known of their operands.

use super::{Infer, Inferred};
use crate::element::Element;
use crate::error::{At, Reason, fault};
use crate::ir::{Cmp, E, Kind, MathFn, Op};
use crate::range::{BigKind, Fact, Num, Type};

impl Infer<'_> {
    /// A value as `ToNumber` makes it.
    pub(super) fn number(&self, e: E, fact: Fact) -> Inferred<Num> {
        let at = self.program.at(e);
        Ok(match fact.ty {
            Type::Number if fact.undefined => Num { nan: true, ..fact.num },
            Type::Never if fact.undefined => Num::NAN,
            Type::Number | Type::Never => fact.num,
            Type::Boolean if fact.undefined => {
                let reason = "a boolean that may be undefined is used as a number";
                return fault(Reason::Type, at, reason, "give the variable a value on every path");
            }
            Type::Boolean => {
                let lo = if fact.may_be_false { 0.0 } else { 1.0 };
                Num::ints(lo, if fact.may_be_true { 1.0 } else { 0.0 })
            }
            Type::BigInt => {
                return fault(Reason::Type, at, "a bigint is used as a number", "convert it: `Number(x)`");
            }
            Type::Mixed => {
                let allowed = matches!(self.program.kind(e), Kind::And(..) | Kind::Or(..) | Kind::Cond(..));
                if !allowed || fact.undefined {
                    return fault(Reason::Type, at, "this is sometimes a number, sometimes not", "use one type");
                }
                fact.num.join(Num::ints(0.0, 1.0))
            }
        })
    }

    pub(super) fn storable(&self, element: Element, e: E, fact: Fact) -> Inferred<()> {
        if !element.is_big() {
            return self.number(e, fact).map(|_| ());
        }
        if fact.ty == Type::BigInt || fact.ty == Type::Never && !fact.undefined {
            return Ok(());
        }
        let reason = format!("a number is written to a {}", element.class());
        fault(Reason::Type, self.program.at(e), reason, "convert it: `BigInt(x)`")
    }

    /// A bigint of which all bits are known.
    pub(super) fn exact(&self, e: E, fact: Fact) -> Inferred<()> {
        if fact.big == BigKind::Modular {
            let reason = "this bigint may exceed 64 bits";
            return fault(Reason::Type, self.program.at(e), reason, "wrap it: `BigInt.asIntN(64, x)`");
        }
        Ok(())
    }

    pub(super) fn binary(&self, op: Op, a: E, x: Fact, b: E, y: Fact, at: At) -> Inferred<Fact> {
        if x.ty == Type::BigInt || y.ty == Type::BigInt {
            if x.ty == Type::Never || y.ty == Type::Never {
                return Ok(Fact::big(BigKind::Modular));
            }
            if x.ty != y.ty {
                return fault(
                    Reason::Type,
                    at,
                    "bigints and numbers cannot be mixed",
                    "convert one: `BigInt(x)`, `1n`",
                );
            }
            return self.big_binary(op, a, x, b, y, at);
        }
        let (x, y) = (self.number(a, x)?, self.number(b, y)?);
        Ok(Fact::number(match op {
            Op::Pow if !self.square_is_exact => {
                Num { lo: if x.lo < 0.0 || x.negative_zero { f64::NEG_INFINITY } else { 0.0 }, ..Num::ANY }
            }
            _ => x.combine(op, y),
        }))
    }

    pub(super) fn big_binary(&self, op: Op, a: E, x: Fact, b: E, y: Fact, at: At) -> Inferred<Fact> {
        let exact = |this: &Self| {
            this.exact(a, x)?;
            this.exact(b, y)
        };
        let same = |kind: BigKind| Ok(Fact::big(kind));
        match op {
            Op::Add | Op::Sub | Op::Mul => same(BigKind::Modular),
            Op::And | Op::Or | Op::Xor => {
                let joined = x.big.join(y.big);
                same(joined)
            }
            Op::Div | Op::Rem => {
                exact(self)?;
                match x.big.join(y.big) {
                    BigKind::Modular => fault(
                        Reason::Type,
                        at,
                        "signed and unsigned bigints are divided",
                        "wrap both with `BigInt.asIntN(64, …)`",
                    ),
                    // -2^63 / -1 is 2^63.
                    BigKind::Signed if op == Op::Div => same(BigKind::Modular),
                    kind => same(kind),
                }
            }
            Op::Shl | Op::Shr => {
                let constant = matches!(self.program.kind(b), Kind::Big(0..=63));
                if !constant {
                    return fault(
                        Reason::Unsupported,
                        at,
                        "a bigint is shifted by a variable amount",
                        "shift by 0n to 63n",
                    );
                }
                if op == Op::Shr {
                    self.exact(a, x)?;
                    return same(if x.big == BigKind::Unsigned && !matches!(self.program.kind(b), Kind::Big(0)) {
                        BigKind::Both
                    } else {
                        x.big
                    });
                }
                same(BigKind::Modular)
            }
            Op::Ushr => fault(Reason::Type, at, "`>>>` does not exist for bigints", "use `BigInt.asUintN(64, x) >> n`"),
            Op::Pow => fault(Reason::Unsupported, at, "`**` of bigints is not available in compiled code", "multiply"),
        }
    }

    pub(super) fn compare(
        &self,
        op: Cmp,
        strict: bool,
        (a, x): (E, Fact),
        (b, y): (E, Fact),
        at: At,
    ) -> Inferred<Fact> {
        let equality = matches!(op, Cmp::Eq | Cmp::Ne);
        let known = |equal: bool| {
            let truth = equal == (op == Cmp::Eq);
            Ok(Fact::boolean(truth, !truth))
        };
        if equality && (x.undefined || y.undefined) {
            let only = |fact: Fact| fact.undefined && fact.ty == Type::Never;
            if only(x) && only(y) {
                return known(true);
            }
            if (only(x) && !y.undefined) || (only(y) && !x.undefined) {
                return known(false);
            }
            let reason = "a value that is undefined on some paths is compared";
            return fault(Reason::Type, at, reason, "give the variable a value on every path");
        }
        if x.ty == Type::Never || y.ty == Type::Never {
            return Ok(Fact::boolean(true, true));
        }
        if x.ty == Type::BigInt || y.ty == Type::BigInt {
            if x.ty != y.ty {
                return fault(Reason::Type, at, "a bigint is compared with a number", "convert one of them");
            }
            self.exact(a, x)?;
            self.exact(b, y)?;
            return Ok(Fact::boolean(true, true));
        }
        if equality && x.ty == Type::Boolean && y.ty == Type::Boolean {
            return Ok(Fact::boolean(true, true));
        }
        if equality && strict && x.ty != y.ty && x.ty != Type::Mixed && y.ty != Type::Mixed {
            return known(false);
        }
        let (x, y) = (self.number(a, x)?, self.number(b, y)?);
        let (always, never) = match op {
            Cmp::Lt => (x.hi < y.lo, x.lo >= y.hi),
            Cmp::Le => (x.hi <= y.lo, x.lo > y.hi),
            Cmp::Gt => (x.lo > y.hi, x.hi <= y.lo),
            Cmp::Ge => (x.lo >= y.hi, x.hi < y.lo),
            Cmp::Eq => (x.lo == x.hi && y.lo == y.hi && x.lo == y.lo, x.hi < y.lo || x.lo > y.hi),
            Cmp::Ne => (x.hi < y.lo || x.lo > y.hi, x.lo == x.hi && y.lo == y.hi && x.lo == y.lo),
        };
        let ordered = !x.nan && !y.nan && x.lo <= x.hi && y.lo <= y.hi;
        Ok(match (ordered, always, never) {
            (true, true, _) => Fact::boolean(true, false),
            (true, _, true) => Fact::boolean(false, true),
            _ => Fact::boolean(true, true),
        })
    }
}

/// The result of a mathematical function.
pub(super) fn math(function: MathFn, args: &[Num]) -> Num {
    let x = args.first().copied().unwrap_or(Num::NAN);
    let y = args.get(1).copied().unwrap_or(Num::NAN);
    let within = |lo: f64, hi: f64| Num { lo, hi, ..Num::ANY };
    match function {
        MathFn::Abs => x.abs(),
        MathFn::Ceil => x.rounded(f64::ceil, true),
        MathFn::Floor => x.rounded(f64::floor, false),
        MathFn::Trunc => x.rounded(f64::trunc, true),
        MathFn::Round => x.rounded(|v| (v + 0.5).floor(), true),
        MathFn::Fround => x.fround(),
        MathFn::F16round => Num { single: true, ..Num::ANY },
        MathFn::Sign => Num { nan: x.nan, negative_zero: x.negative_zero, ..Num::ints(-1.0, 1.0) },
        MathFn::Sqrt => x.sqrt(),
        MathFn::Min => x.min(y),
        MathFn::Max => x.max(y),
        MathFn::Imul => Num::I32,
        MathFn::Clz32 => Num::ints(0.0, 32.0),
        MathFn::Hypot => Num { lo: 0.0, negative_zero: false, ..Num::ANY },
        MathFn::Sin | MathFn::Cos | MathFn::Tanh => within(-1.0, 1.0),
        MathFn::Atan => within(-1.6, 1.6),
        MathFn::Asin | MathFn::Atan2 | MathFn::Acos => within(-3.2, 3.2),
        MathFn::Exp | MathFn::Cosh | MathFn::Acosh => Num { lo: 0.0, ..Num::ANY },
        _ => Num::ANY,
    }
}
