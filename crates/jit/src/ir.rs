//! The compiler's own program form: one function with everything inlined, structured control flow, and variables.
//!
//! Expressions live in an arena and are named by [`E`], so that analyses keep their findings in plain vectors. A node has
//! JavaScript's meaning (all numbers are doubles); how its value is held in a register is decided by `infer` and `codegen`.

use crate::element::Element;
use crate::error::At;

/// An expression of the arena.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct E(pub(crate) u32);

/// A scalar variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Local(pub(crate) u32);

/// An array variable: base address and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Arr(pub(crate) u32);

/// What `Jump` leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Label(pub(crate) u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Pow,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    Ushr,
}

impl Op {
    /// Both operands go through `ToInt32`.
    pub(crate) fn is_bitwise(self) -> bool {
        matches!(self, Self::And | Self::Or | Self::Xor | Self::Shl | Self::Shr | Self::Ushr)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cmp {
    Lt,
    Le,
    Gt,
    Ge,
    Eq,
    Ne,
}

/// Functions of one or two numbers. Those from `Acos` on are routines of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MathFn {
    Abs,
    Ceil,
    Floor,
    Fround,
    F16round,
    Round,
    Sign,
    Sqrt,
    Trunc,
    Min,
    Max,
    Imul,
    Clz32,
    Hypot,
    Acos,
    Acosh,
    Asin,
    Asinh,
    Atan,
    Atan2,
    Atanh,
    Cbrt,
    Cos,
    Cosh,
    Exp,
    Expm1,
    Log,
    Log10,
    Log1p,
    Log2,
    Pow,
    Sin,
    Sinh,
    Tan,
    Tanh,
}

/// What is done to a shared number in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AtomicOp {
    Add,
    Sub,
    Exchange,
    /// `expected` is compared as `Object.is` does.
    CompareExchange {
        expected: E,
    },
}

/// Questions about one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Test {
    Nan,
    Finite,
    Integer,
    SafeInteger,
}

#[derive(Debug, Clone)]
pub(crate) enum Kind {
    Num(f64),
    Bool(bool),
    Big(i128),
    Undef,
    Get(Local),
    /// Assigns, and has the value assigned.
    Set(Local, E),
    Load(Arr, E),
    /// Index, then value; has the value before conversion to the element type.
    Store(Arr, E, E),
    /// `a[i] op= v`; `old`: has the value before (of `a[i]++`).
    Update {
        arr: Arr,
        index: E,
        op: Op,
        value: E,
        old: bool,
    },
    /// Changes the only element of an array in one step; has the value before.
    Atomic {
        op: AtomicOp,
        arr: Arr,
        value: E,
    },
    Len(Arr),
    Bin(Op, E, E),
    Neg(E),
    /// `ToNumber` that refuses bigints: unary plus.
    Plus(E),
    BitNot(E),
    Not(E),
    Cmp {
        op: Cmp,
        strict: bool,
        a: E,
        b: E,
    },
    And(E, E),
    Or(E, E),
    /// `a ?? b`: `a` is kept unless it is undefined.
    Coalesce(E, E),
    Cond(E, E, E),
    Math(MathFn, Vec<E>),
    Random,
    Test(Test, E),
    /// `Object.is(a, b)`.
    Same(E, E),
    /// `Number(x)`.
    Number(E),
    /// `BigInt(x)` of an integer.
    BigInt(E),
    /// `BigInt.asIntN(bits, x)`, `asUintN`.
    Wrap {
        signed: bool,
        bits: u32,
        value: E,
    },
    /// All are evaluated; the last is the value.
    Seq(Vec<E>),
    /// Statements, then a value.
    Block(Vec<Stmt>, E),
    /// One of some variables, by index.
    Pick(Vec<Local>, E),
    /// Assigns to one of some variables.
    Put(Vec<Local>, E, E),
}

#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub(crate) kind: Kind,
    pub(crate) at: At,
}

/// Where an array variable's value comes from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Arr(Arr),
    Subarray(Arr, E, Option<E>),
}

#[derive(Debug, Clone)]
pub(crate) struct Loop {
    pub(crate) number: u32,
    pub(crate) exit: Label,
    pub(crate) next: Label,
    pub(crate) test: Option<E>,
    /// `while` and `for`; not `do`.
    pub(crate) test_first: bool,
    pub(crate) update: Option<E>,
    pub(crate) body: Vec<Stmt>,
}

#[derive(Debug, Clone)]
pub(crate) enum Stmt {
    Expr(E),
    If(E, Vec<Stmt>, Vec<Stmt>),
    Loop(Box<Loop>),
    /// `Jump` to the label ends it.
    Labeled(Label, Vec<Stmt>),
    Jump(Label),
    /// Cases in order: the test (`None`: default) and the statements, which fall through.
    Switch {
        on: Local,
        exit: Label,
        cases: Vec<(Option<E>, Vec<Stmt>)>,
    },
    SetArr(Arr, Source),
    /// `target.set(source, offset)`.
    Copy {
        target: Arr,
        source: Arr,
        offset: E,
        at: At,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct LocalInfo {
    /// As in the source; of the compiler's own variables it begins with a space.
    pub(crate) name: String,
    pub(crate) at: At,
}

impl LocalInfo {
    /// Whether the source does not have it.
    pub(crate) fn is_own(&self) -> bool {
        self.name.starts_with(' ')
    }
}

#[derive(Debug, Clone)]
pub(crate) struct ArrInfo {
    pub(crate) name: String,
    pub(crate) element: Element,
    /// Positions in the argument list of the arrays it can be (a part of).
    pub(crate) roots: Vec<u32>,
    /// Assigned more than once.
    pub(crate) changes: bool,
    /// The element type is chosen after the types of what is stored are known.
    pub(crate) open: bool,
}

/// What the entry does with the result of the function.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Nothing,
    Scalar(E),
    Tuple(Vec<Local>),
}

/// A whole program.
#[derive(Debug, Default)]
pub(crate) struct Program {
    pub(crate) exprs: Vec<Expr>,
    pub(crate) locals: Vec<LocalInfo>,
    pub(crate) arrs: Vec<ArrInfo>,
    pub(crate) labels: u32,
    pub(crate) loops: u32,
    pub(crate) uses_random: bool,
}

impl Program {
    pub(crate) fn kind(&self, e: E) -> &Kind {
        &self.exprs[e.0 as usize].kind
    }

    pub(crate) fn at(&self, e: E) -> At {
        self.exprs[e.0 as usize].at
    }

    pub(crate) fn add(&mut self, kind: Kind, at: At) -> E {
        let e = E(u32::try_from(self.exprs.len()).unwrap_or(u32::MAX));
        self.exprs.push(Expr { kind, at });
        e
    }

    pub(crate) fn local(&mut self, name: &str, at: At) -> Local {
        let local = Local(u32::try_from(self.locals.len()).unwrap_or(u32::MAX));
        self.locals.push(LocalInfo { name: name.to_owned(), at });
        local
    }

    pub(crate) fn arr(&mut self, info: ArrInfo) -> Arr {
        let arr = Arr(u32::try_from(self.arrs.len()).unwrap_or(u32::MAX));
        self.arrs.push(info);
        arr
    }

    pub(crate) fn label(&mut self) -> Label {
        self.labels += 1;
        Label(self.labels - 1)
    }

    pub(crate) fn loop_number(&mut self) -> u32 {
        self.loops += 1;
        self.loops - 1
    }

    /// The array and the index of a read or a write of an element.
    pub(crate) fn accessed(&self, e: E) -> Option<(Arr, E)> {
        match self.kind(e) {
            Kind::Load(arr, index) | Kind::Store(arr, index, _) | Kind::Update { arr, index, .. } => {
                Some((*arr, *index))
            }
            _ => None,
        }
    }

    /// The direct operands of an expression, in order of evaluation; not those inside of statements.
    pub(crate) fn operands(&self, e: E) -> Vec<E> {
        match self.kind(e) {
            Kind::Num(_) | Kind::Bool(_) | Kind::Big(_) | Kind::Undef | Kind::Get(_) | Kind::Len(_) | Kind::Random => {
                vec![]
            }
            Kind::Set(_, a)
            | Kind::Load(_, a)
            | Kind::Neg(a)
            | Kind::Plus(a)
            | Kind::BitNot(a)
            | Kind::Not(a)
            | Kind::Test(_, a)
            | Kind::Number(a)
            | Kind::BigInt(a)
            | Kind::Wrap { value: a, .. }
            | Kind::Pick(_, a)
            | Kind::Block(_, a) => vec![*a],
            Kind::Store(_, a, b)
            | Kind::Update { index: a, value: b, .. }
            | Kind::Bin(_, a, b)
            | Kind::Cmp { a, b, .. }
            | Kind::And(a, b)
            | Kind::Or(a, b)
            | Kind::Coalesce(a, b)
            | Kind::Same(a, b)
            | Kind::Put(_, a, b) => vec![*a, *b],
            Kind::Atomic { op: AtomicOp::CompareExchange { expected }, value, .. } => vec![*expected, *value],
            Kind::Atomic { value, .. } => vec![*value],
            Kind::Cond(a, b, c) => vec![*a, *b, *c],
            Kind::Math(_, list) | Kind::Seq(list) => list.clone(),
        }
    }

    /// Calls `visit` for every expression and `each` for every statement below `stmts`.
    pub(crate) fn walk_stmts(&self, stmts: &[Stmt], visit: &mut dyn FnMut(E), each: &mut dyn FnMut(&Stmt)) {
        for stmt in stmts {
            each(stmt);
            match stmt {
                Stmt::Expr(e) => self.walk_deep(*e, visit, each),
                Stmt::If(c, a, b) => {
                    self.walk_deep(*c, visit, each);
                    self.walk_stmts(a, visit, each);
                    self.walk_stmts(b, visit, each);
                }
                Stmt::Loop(l) => {
                    for e in l.test.iter().chain(l.update.iter()) {
                        self.walk_deep(*e, visit, each);
                    }
                    self.walk_stmts(&l.body, visit, each);
                }
                Stmt::Labeled(_, body) => self.walk_stmts(body, visit, each),
                Stmt::Switch { cases, .. } => {
                    for (test, body) in cases {
                        if let Some(test) = test {
                            self.walk_deep(*test, visit, each);
                        }
                        self.walk_stmts(body, visit, each);
                    }
                }
                Stmt::SetArr(_, Source::Subarray(_, a, b)) => {
                    self.walk_deep(*a, visit, each);
                    if let Some(b) = b {
                        self.walk_deep(*b, visit, each);
                    }
                }
                Stmt::Jump(_) | Stmt::SetArr(_, Source::Arr(_)) => {}
                Stmt::Copy { offset, .. } => self.walk_deep(*offset, visit, each),
            }
        }
    }

    fn walk_deep(&self, e: E, visit: &mut dyn FnMut(E), each: &mut dyn FnMut(&Stmt)) {
        visit(e);
        if let Kind::Block(stmts, _) = self.kind(e) {
            self.walk_stmts(stmts, visit, each);
        }
        for operand in self.operands(e) {
            self.walk_deep(operand, visit, each);
        }
    }
}
