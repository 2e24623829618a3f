//! In which kind of register a value lives.

use std::collections::HashSet;

use crate::infer::Facts;
use crate::ir::{E, Kind, MathFn, Op, Program, Source, Stmt};
use crate::range::Type;

/// The form of a value in a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Rep {
    F64,
    /// An integer within ±2^53.
    I64,
    /// An integer of 32 bits with sign.
    I32,
    /// 0 or 1 in 8 bits.
    Bool,
    /// 64 bits of a bigint.
    Big,
}

impl Rep {
    /// For people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::F64 => "float64",
            Self::I64 => "int64",
            Self::I32 => "int32",
            Self::Bool => "boolean",
            Self::Big => "bigint",
        }
    }
}

/// The JavaScript type, of which a variable may take several in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    Number,
    Boolean,
    Big,
}

impl Class {
    pub(crate) fn of(ty: Type) -> Self {
        match ty {
            Type::Boolean => Self::Boolean,
            Type::BigInt => Self::Big,
            Type::Number | Type::Never | Type::Mixed => Self::Number,
        }
    }
}

/// The register class of each variable when it holds a number.
pub(crate) fn choose(program: &Program, facts: &Facts, body: &[Stmt]) -> Vec<Rep> {
    let mut votes = Votes { bits: HashSet::new(), index: HashSet::new() };
    {
        let mut visit = |e: E| votes.expr(program, e);
        program.walk_stmts(body, &mut visit, &mut |_| {});
    }
    let mut views = Vec::new();
    program.walk_stmts(body, &mut |_| {}, &mut |stmt| {
        if let Stmt::SetArr(_, Source::Subarray(_, begin, end)) = stmt {
            views.extend(std::iter::once(*begin).chain(*end));
        }
    });
    for e in views {
        votes.indexed(program, e);
    }
    (0..program.locals.len())
        .map(|local| {
            let num = facts.locals[local].num;
            let id = u32::try_from(local).unwrap_or(u32::MAX);
            if facts.undefined[local] || !num.is_exact() || num.lo > num.hi {
                Rep::F64
            } else if num.fits_i32() && votes.bits.contains(&id) && !votes.index.contains(&id) {
                Rep::I32
            } else {
                Rep::I64
            }
        })
        .collect()
}

/// How variables are used.
struct Votes {
    /// Assigned the result of a bitwise operator.
    bits: HashSet<u32>,
    /// Part of an index.
    index: HashSet<u32>,
}

impl Votes {
    fn expr(&mut self, program: &Program, e: E) {
        match program.kind(e) {
            Kind::Set(local, value) if is_bitwise(program, *value) => {
                self.bits.insert(local.0);
            }
            Kind::Load(_, index) | Kind::Store(_, index, _) | Kind::Update { index, .. } => {
                self.indexed(program, *index);
            }
            _ => {}
        }
    }

    fn indexed(&mut self, program: &Program, e: E) {
        match program.kind(e) {
            Kind::Get(local) | Kind::Set(local, _) => {
                self.index.insert(local.0);
            }
            Kind::Bin(Op::Add | Op::Sub | Op::Mul, a, b) => {
                self.indexed(program, *a);
                self.indexed(program, *b);
            }
            _ => {}
        }
    }
}

fn is_bitwise(program: &Program, e: E) -> bool {
    match program.kind(e) {
        Kind::Bin(op, ..) => op.is_bitwise() && *op != Op::Ushr,
        Kind::BitNot(_) | Kind::Math(MathFn::Imul | MathFn::Clz32, _) => true,
        _ => false,
    }
}
