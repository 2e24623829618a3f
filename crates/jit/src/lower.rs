//! From syntax tree to [`Program`]: names are resolved, calls inlined, sugar removed.
//!
//! Each activation of a function binds its variables anew; since no function can be active twice (recursion is refused), one
//! table of bindings by symbol serves closures too. Small arrays and objects exist only here: their elements become
//! variables.

mod assign;
mod builtin;
mod call;
mod cell;
mod expr;
mod stmt;

use std::collections::HashMap;
use std::rc::Rc;

use oxc_semantic::{Scoping, SymbolId};
use oxc_span::{GetSpan, Span};

use crate::error::{At, Fault, Reason, fault};
use crate::ir::{Arr, ArrInfo, E, Kind, Label, Local, MathFn, Op, Outcome, Program, Stmt};
use crate::parse::Code;
use crate::request::{Capture, Entry, Param, Request, Shape};

/// Nodes after inlining that are accepted.
const LIMIT: usize = 60_000;
/// Calls within calls that are accepted.
const DEPTH: usize = 64;

pub(crate) type Lowering<T> = Result<T, Fault>;

/// A parsed unit.
pub(crate) struct Parsed<'t, 'a> {
    pub(crate) code: Code<'t, 'a>,
    pub(crate) scoping: Scoping,
}

/// A global that has a meaning here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Builtin {
    MathObject,
    NumberObject,
    BigIntObject,
    ObjectObject,
    Math(MathFn),
    Random,
    IsNan,
    IsFinite,
    NumberIsNan,
    NumberIsFinite,
    NumberIsInteger,
    NumberIsSafeInteger,
    ObjectIs,
    AsIntN,
    AsUintN,
    BooleanFn,
    Identity,
    Coverage,
}

/// What a name or an expression stands for.
#[derive(Clone)]
pub(crate) enum Val<'t, 'a> {
    Scalar(E),
    Bound(Bind<'t, 'a>),
}

/// What a variable holds.
#[derive(Clone)]
pub(crate) enum Bind<'t, 'a> {
    /// `fresh`: nothing but `undefined` has been assigned yet.
    Scalar {
        local: Local,
        fresh: bool,
    },
    Constant(f64),
    Boolean(bool),
    Big(i128),
    Undefined,
    Array(Arr),
    /// A shared number, or (`true`) boolean: the only element of the array.
    Cell(Arr, bool),
    Tuple(Rc<Tuple<'t, 'a>>),
    Function(Closure<'t, 'a>),
    Builtin(Builtin),
    Refused(Rc<str>),
}

/// A small array or an object: its elements by position or by name.
pub(crate) struct Tuple<'t, 'a> {
    pub(crate) items: Vec<Bind<'t, 'a>>,
    /// Names of the members of an object; empty for an array.
    pub(crate) names: Vec<String>,
    /// Its elements cannot change (captured).
    pub(crate) frozen: bool,
    /// Nobody else knows it: it may be bound to a variable that changes.
    pub(crate) fresh: std::cell::Cell<bool>,
}

#[derive(Clone, Copy)]
pub(crate) struct Closure<'t, 'a> {
    pub(crate) unit: u32,
    pub(crate) code: Code<'t, 'a>,
}

/// A value and what has to be done before it is used.
pub(crate) struct V<'t, 'a> {
    pub(crate) pre: Vec<Stmt>,
    pub(crate) val: Val<'t, 'a>,
}

/// The function being inlined.
struct Frame<'t, 'a> {
    unit: u32,
    start: u32,
    exit: Label,
    result: Option<Bind<'t, 'a>>,
    /// Statements that run when the function begins: `var` variables are undefined.
    prologue: Vec<Stmt>,
    jumps: usize,
    breaks: Vec<Target>,
}

/// What `break` and `continue` can mean.
struct Target {
    names: Vec<String>,
    exit: Label,
    next: Option<Label>,
    /// A block with a label: only `break name` reaches it.
    block: bool,
}

/// A program and how its entry feeds it.
pub(crate) struct Lowered {
    pub(crate) program: Program,
    pub(crate) body: Vec<Stmt>,
    pub(crate) outcome: Outcome,
    /// One for each parameter of the request, then one for each captured array.
    pub(crate) inputs: Vec<Input>,
    /// The running index.
    pub(crate) index: Option<Local>,
    /// The accumulator of a reduction.
    pub(crate) acc: Option<Local>,
    /// The output of a map.
    pub(crate) output: Option<Arr>,
    /// Accesses that are in bounds by the way the entry is called.
    pub(crate) trusted: Vec<E>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Input {
    Scalar(Local),
    Array(Arr),
}

pub(crate) struct Lowerer<'t, 'a> {
    pub(crate) program: Program,
    units: &'t [Parsed<'t, 'a>],
    request: &'t Request<'t>,
    binds: HashMap<(u32, SymbolId), Bind<'t, 'a>>,
    captured: Vec<Bind<'t, 'a>>,
    frames: Vec<Frame<'t, 'a>>,
    out: Vec<Stmt>,
}

impl<'t, 'a> Lowerer<'t, 'a> {
    pub(crate) fn new(units: &'t [Parsed<'t, 'a>], request: &'t Request<'t>) -> Self {
        Self {
            program: Program::default(),
            units,
            request,
            binds: HashMap::new(),
            captured: Vec::new(),
            frames: Vec::new(),
            out: Vec::new(),
        }
    }

    /// Lowers the entry.
    pub(crate) fn run(mut self) -> Result<Lowered, Fault> {
        let request = self.request;
        let start = At { unit: 0, byte: self.units[0].code.start };
        let (mut inputs, mut args, mut trusted) = (Vec::new(), Vec::new(), Vec::new());
        let mut arrays = 0;
        let feeds = matches!(request.entry, Entry::Map | Entry::Reduce);
        let looped = !matches!(request.entry, Entry::Call);
        let index = looped.then(|| self.program.local("i", start));
        let acc = matches!(request.entry, Entry::Reduce).then(|| self.program.local("acc", start));
        if let (Some(index), Entry::For { .. }) = (index, request.entry) {
            args.push(V::bound(Bind::Scalar { local: index, fresh: false }));
        }
        if let Some(acc) = acc {
            args.push(V::bound(Bind::Scalar { local: acc, fresh: false }));
        }
        for (position, &param) in request.params.iter().enumerate() {
            let name = format!("argument {}", position + 1);
            if let Param::Array(element) = param {
                let arr = self.program.arr(ArrInfo { name, element, roots: vec![arrays], changes: false, open: false });
                let bind = self.shaped(arr, arrays);
                arrays += 1;
                inputs.push(Input::Array(arr));
                if let (true, Some(index)) = (feeds, index) {
                    let at = self.get(index, start);
                    let load = self.program.add(Kind::Load(arr, at), start);
                    trusted.push(load);
                    args.push(V { pre: Vec::new(), val: Val::Scalar(load) });
                } else {
                    args.push(V::bound(bind));
                }
            } else {
                let local = self.program.local(&name, start);
                inputs.push(Input::Scalar(local));
                args.push(V::bound(Bind::Scalar { local, fresh: false }));
            }
        }
        for (position, &element) in request.captured.iter().enumerate() {
            let name = format!("captured array {position}");
            let arr = self.program.arr(ArrInfo { name, element, roots: vec![arrays], changes: false, open: false });
            let bind = self.shaped(arr, arrays);
            arrays += 1;
            self.captured.push(bind);
            inputs.push(Input::Array(arr));
        }
        let closure = Closure { unit: 0, code: self.units[0].code };
        let V { pre, val } = self.inline(closure, args, start)?;
        self.out.extend(pre);
        let mut output = None;
        let outcome = match (request.entry, val) {
            (Entry::For { .. }, Val::Scalar(e)) => {
                self.out.push(Stmt::Expr(e));
                Outcome::Nothing
            }
            (Entry::For { .. }, Val::Bound(_)) => Outcome::Nothing,
            (Entry::Map, val) => {
                let e = self.to_scalar(V { pre: Vec::new(), val }, start)?;
                let info = ArrInfo {
                    name: "the result".to_owned(),
                    element: request.output.unwrap_or(crate::element::Element::F64),
                    roots: vec![arrays],
                    changes: false,
                    open: request.output.is_none(),
                };
                let arr = self.program.arr(info);
                output = Some(arr);
                let at = self.get(index.unwrap_or(Local(0)), start);
                let store = self.program.add(Kind::Store(arr, at, e), start);
                trusted.push(store);
                self.out.push(Stmt::Expr(store));
                Outcome::Scalar(e)
            }
            (Entry::Reduce, val) => {
                let e = self.to_scalar(V { pre: Vec::new(), val }, start)?;
                let set = self.program.add(Kind::Set(acc.unwrap_or(Local(0)), e), start);
                self.out.push(Stmt::Expr(set));
                Outcome::Scalar(e)
            }
            (Entry::Call, Val::Bound(Bind::Tuple(tuple))) => {
                let locals = tuple.items.iter().map(|item| match item {
                    Bind::Scalar { local, .. } => Ok(*local),
                    _ => fault(
                        Reason::Unsupported,
                        start,
                        "it returns nested arrays",
                        "return one small array of numbers",
                    ),
                });
                Outcome::Tuple(locals.collect::<Result<_, _>>()?)
            }
            (Entry::Call, val) => Outcome::Scalar(self.to_scalar(V { pre: Vec::new(), val }, start)?),
        };
        let body = std::mem::take(&mut self.out);
        Ok(Lowered { program: self.program, body, outcome, inputs, index, acc, output, trusted })
    }

    /// What the array at that place of the argument list is in the text.
    fn shaped(&self, arr: Arr, place: u32) -> Bind<'t, 'a> {
        match self.request.shapes.get(place as usize).copied().unwrap_or_default() {
            Shape::Array => Bind::Array(arr),
            Shape::Value => Bind::Cell(arr, false),
            Shape::Truth => Bind::Cell(arr, true),
        }
    }

    fn unit(&self) -> u32 {
        self.frames.last().map_or(0, |frame| frame.unit)
    }

    fn at(&self, span: Span) -> At {
        At { unit: self.unit(), byte: span.start }
    }

    fn at_of(&self, node: &impl GetSpan) -> At {
        self.at(node.span())
    }

    fn get(&mut self, local: Local, at: At) -> E {
        self.program.add(Kind::Get(local), at)
    }

    fn num(&mut self, value: f64, at: At) -> E {
        self.program.add(Kind::Num(value), at)
    }

    fn emit_set(&mut self, local: Local, value: E, at: At) {
        let set = self.program.add(Kind::Set(local, value), at);
        self.out.push(Stmt::Expr(set));
    }

    fn check_size(&self, at: At) -> Lowering<()> {
        if self.program.exprs.len() <= LIMIT {
            return Ok(());
        }
        let hint = "split the work into several kernels, or call a helper in a loop instead of writing it out";
        fault(Reason::TooLarge, at, "the function is too large once everything it calls is inlined", hint)
    }

    /// Collects what `work` emits instead of appending it to the statements around it.
    fn nested<T>(&mut self, work: impl FnOnce(&mut Self) -> Lowering<T>) -> Lowering<(Vec<Stmt>, T)> {
        let outer = std::mem::take(&mut self.out);
        let result = work(self);
        let inner = std::mem::replace(&mut self.out, outer);
        Ok((inner, result?))
    }

    /// A value as a number, boolean or bigint; what has to happen before becomes part of the expression.
    fn to_scalar(&mut self, v: V<'t, 'a>, at: At) -> Lowering<E> {
        let e = match v.val {
            Val::Scalar(e) => e,
            Val::Bound(bind) => self.read(&bind, at)?,
        };
        Ok(if v.pre.is_empty() { e } else { self.program.add(Kind::Block(v.pre, e), at) })
    }

    fn read(&mut self, bind: &Bind<'t, 'a>, at: At) -> Lowering<E> {
        let kind = match bind {
            Bind::Scalar { local, .. } => Kind::Get(*local),
            Bind::Constant(value) => Kind::Num(*value),
            Bind::Boolean(value) => Kind::Bool(*value),
            Bind::Big(value) => Kind::Big(*value),
            Bind::Undefined => Kind::Undef,
            Bind::Array(_) => {
                return fault(
                    Reason::Type,
                    at,
                    "a typed array is used as a number",
                    "read one of its elements: `a[i]`",
                );
            }
            Bind::Cell(..) => {
                return fault(Reason::Type, at, "a shared value is used as a number", "read it: `counter.value`");
            }
            Bind::Tuple(_) => {
                return fault(Reason::Type, at, "an array or object is used as a number", "read one of its elements");
            }
            Bind::Function(_) | Bind::Builtin(_) => {
                return fault(Reason::Type, at, "a function is used as a number", "call it");
            }
            Bind::Refused(what) => {
                let reason = format!("{what} cannot be used in compiled code");
                return fault(Reason::Type, at, reason, "capture numbers, booleans, typed arrays and functions only");
            }
        };
        Ok(self.program.add(kind, at))
    }

    /// What a captured value is here.
    fn capture(&self, capture: &'t Capture) -> Bind<'t, 'a> {
        match capture {
            Capture::Number(value) => Bind::Constant(*value),
            Capture::Boolean(value) => Bind::Boolean(*value),
            Capture::BigInt(value) => Bind::Big(*value),
            Capture::Undefined => Bind::Undefined,
            Capture::Array(number) => self.captured[*number as usize].clone(),
            Capture::Function(unit) => Bind::Function(Closure { unit: *unit, code: self.units[*unit as usize].code }),
            Capture::Global(path) => builtin::global(path).unwrap_or_else(|| Bind::Refused(format!("`{path}`").into())),
            Capture::Tuple(items) => {
                let items = items.iter().map(|item| self.capture(item)).collect();
                Bind::Tuple(Rc::new(Tuple { items, names: Vec::new(), frozen: true, fresh: false.into() }))
            }
            Capture::Object(members) => {
                let (names, items) = members.iter().map(|(name, item)| (name.clone(), self.capture(item))).unzip();
                Bind::Tuple(Rc::new(Tuple { items, names, frozen: true, fresh: false.into() }))
            }
            Capture::Coverage => Bind::Builtin(Builtin::Coverage),
            Capture::Identity => Bind::Builtin(Builtin::Identity),
            Capture::Other(what) => Bind::Refused(what.as_str().into()),
        }
    }

    fn bin(&mut self, op: Op, a: E, b: E, at: At) -> E {
        self.program.add(Kind::Bin(op, a, b), at)
    }
}
