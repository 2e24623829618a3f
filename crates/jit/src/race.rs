//! Whether iterations of a parallel loop can write to the same element.
//!
//! An index is written as a polynomial `i*S + rest` over the loop index `i` and values that are the same for all iterations;
//! variables of counted loops inside are replaced by their bounds. Iterations are apart if, for all accesses of an array that
//! is written, `S` is the same and the largest `rest` is less than `S` above the smallest one. A view made by `subarray` may
//! be accessed anywhere in its range.

use std::collections::{BTreeMap, HashMap};

use crate::affine::{Affine, Changes, Counted, Definitions, definitions};
use crate::error::{At, Fault, Reason, fault};
use crate::infer::Facts;
use crate::ir::{Arr, E, Kind, Local, Op, Program, Source, Stmt};
use crate::lower::Lowered;

/// For each array of the arguments: it is written.
pub(crate) fn writes(lowered: &Lowered) -> Vec<bool> {
    let program = &lowered.program;
    let count = program.arrs.iter().flat_map(|info| &info.roots).max().map_or(0, |last| *last as usize + 1);
    let mut written = vec![false; count];
    for access in accesses(program, &lowered.body).into_iter().filter(|access| access.writes) {
        for root in &program.arrs[access.arr.0 as usize].roots {
            written[*root as usize] = true;
        }
    }
    written
}

/// One place that reads or writes elements.
struct Access {
    arr: Arr,
    /// Absent where a whole range is written (`set`).
    index: Option<E>,
    writes: bool,
    at: At,
}

fn accesses(program: &Program, body: &[Stmt]) -> Vec<Access> {
    let mut found = Vec::new();
    let mut copies = Vec::new();
    program.walk_stmts(
        body,
        &mut |e| {
            let (arr, index, writes) = match program.kind(e) {
                Kind::Load(arr, index) => (arr, index, false),
                Kind::Store(arr, index, _) | Kind::Update { arr, index, .. } => (arr, index, true),
                // `Kind::Atomic` is in one step, whatever other iterations do.
                _ => return,
            };
            found.push(Access { arr: *arr, index: Some(*index), writes, at: program.at(e) });
        },
        &mut |stmt| {
            if let Stmt::Copy { target, source, at, .. } = stmt {
                copies.push(Access { arr: *target, index: None, writes: true, at: *at });
                copies.push(Access { arr: *source, index: None, writes: false, at: *at });
            }
        },
    );
    found.extend(copies);
    found
}

/// A value that a polynomial is built of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Symbol {
    /// The index of the parallel loop.
    Index,
    Local(u32),
    Length(u32),
    /// Any position of the view made by that statement.
    Within(u32),
}

/// A sum of products with integer factors.
#[derive(Debug, Clone, Default, PartialEq)]
struct Poly(BTreeMap<Vec<Symbol>, i128>);

/// Terms beyond which a proof is given up.
const TERMS: usize = 64;

impl Poly {
    fn constant(value: i128) -> Self {
        let mut poly = Self::default();
        poly.add_term(Vec::new(), value);
        poly
    }

    fn symbol(symbol: Symbol) -> Self {
        let mut poly = Self::default();
        poly.add_term(vec![symbol], 1);
        poly
    }

    fn add_term(&mut self, term: Vec<Symbol>, factor: i128) {
        let entry = self.0.entry(term).or_insert(0);
        *entry = entry.saturating_add(factor);
        self.0.retain(|_, factor| *factor != 0);
    }

    fn plus(&self, other: &Self, times: i128) -> Self {
        let mut sum = self.clone();
        for (term, factor) in &other.0 {
            sum.add_term(term.clone(), factor.saturating_mul(times));
        }
        sum
    }

    fn times(&self, other: &Self) -> Option<Self> {
        let mut product = Self::default();
        for (a, x) in &self.0 {
            for (b, y) in &other.0 {
                let mut term = [a.as_slice(), b.as_slice()].concat();
                term.sort_unstable();
                product.add_term(term, x.checked_mul(*y)?);
            }
        }
        (product.0.len() <= TERMS).then_some(product)
    }

    fn mentions(&self, symbol: Symbol) -> bool {
        self.0.keys().any(|term| term.contains(&symbol))
    }

    /// `symbol * first + second`; nothing if it occurs squared.
    fn split(&self, symbol: Symbol) -> Option<(Self, Self)> {
        let (mut factor, mut rest) = (Self::default(), Self::default());
        for (term, &times) in &self.0 {
            match term.iter().filter(|other| **other == symbol).count() {
                0 => rest.add_term(term.clone(), times),
                1 => factor.add_term(term.iter().copied().filter(|other| *other != symbol).collect(), times),
                _ => return None,
            }
        }
        Some((factor, rest))
    }
}

/// A variable of a loop inside, or a position in a view: its bounds, both included.
struct Bounds {
    low: Poly,
    high: Poly,
}

struct Prover<'p> {
    program: &'p Program,
    facts: &'p Facts,
    definitions: Definitions,
    changes: Changes,
    index: Local,
    /// All values each variable is assigned.
    sets: HashMap<u32, Vec<E>>,
    counted: HashMap<u32, Counted>,
    /// The only view of each array variable.
    views: HashMap<u32, (Arr, E, Option<E>)>,
}

/// Refuses a body of which two iterations might write to one element, or one might read what another writes.
pub(crate) fn check(lowered: &Lowered, facts: &Facts, same: &[u32]) -> Result<(), Fault> {
    let program = &lowered.program;
    let Some(index) = lowered.index else { return Ok(()) };
    let all = accesses(program, &lowered.body);
    let class = |root: &u32| same.get(*root as usize).copied().unwrap_or(*root);
    let classes = |arr: Arr| program.arrs[arr.0 as usize].roots.iter().map(class).collect::<Vec<_>>();
    let mut written: Vec<u32> =
        all.iter().filter(|access| access.writes).flat_map(|access| classes(access.arr)).collect();
    written.sort_unstable();
    written.dedup();
    if written.is_empty() {
        return Ok(());
    }
    let prover = Prover::new(lowered, facts, index);
    for root in written {
        let here: Vec<&Access> = all.iter().filter(|access| classes(access.arr).contains(&root)).collect();
        prover.apart(&here)?;
    }
    Ok(())
}

impl<'p> Prover<'p> {
    fn new(lowered: &'p Lowered, facts: &'p Facts, index: Local) -> Self {
        let program = &lowered.program;
        let mut sets: HashMap<u32, Vec<E>> = HashMap::new();
        let mut loops = Vec::new();
        let mut views: HashMap<u32, Option<(Arr, E, Option<E>)>> = HashMap::new();
        program.walk_stmts(
            &lowered.body,
            &mut |e| {
                if let Kind::Set(local, value) = program.kind(e) {
                    sets.entry(local.0).or_default().push(*value);
                }
            },
            &mut |stmt| match stmt {
                Stmt::Loop(inner) => loops.push(inner.clone()),
                Stmt::SetArr(arr, source) => {
                    let view = match source {
                        Source::Subarray(of, begin, end) => Some((*of, *begin, *end)),
                        Source::Arr(of) => views.get(&of.0).copied().flatten(),
                    };
                    views.entry(arr.0).and_modify(|known| *known = None).or_insert(view);
                }
                _ => {}
            },
        );
        let definitions = definitions(program, &lowered.body);
        let mut counted = HashMap::new();
        for inner in &loops {
            let more: Vec<E> = inner.test.into_iter().chain(inner.update).collect();
            let changes = Changes::of(program, &inner.body, &more);
            let affine = Affine { program, facts, definitions: &definitions, changes: &changes };
            if let Some(found) = affine.counted(inner) {
                // A variable of two loops has the bounds of neither.
                counted.entry(found.variable.0).and_modify(|known| *known = None).or_insert(Some(found));
            }
        }
        Self {
            program,
            facts,
            changes: Changes::of(program, &lowered.body, &[]),
            definitions,
            index,
            sets,
            counted: counted.into_iter().filter_map(|(local, found)| Some((local, found?))).collect(),
            views: views.into_iter().filter_map(|(arr, view)| Some((arr, view?))).collect(),
        }
    }

    fn affine(&self) -> Affine<'_> {
        Affine { program: self.program, facts: self.facts, definitions: &self.definitions, changes: &self.changes }
    }

    /// All accesses of one array.
    fn apart(&self, accesses: &[&Access]) -> Result<(), Fault> {
        let mut stride: Option<(Poly, &Access)> = None;
        let mut spans = Vec::new();
        for access in accesses {
            if access.index.is_some_and(|index| self.facts.of(index).ty == crate::range::Type::Never) {
                continue; // Never reached.
            }
            let span = self.position(access).and_then(|poly| {
                let (factor, rest) = poly.split(Symbol::Index)?;
                let (low, high) = (self.bound(&rest, false)?, self.bound(&rest, true)?);
                Some((factor, low, high))
            });
            let Some((factor, low, high)) = span else {
                let reason = "it cannot be proven that iterations stay apart here";
                return self.refuse(access, reason);
            };
            if factor.0.is_empty() || self.has_variables(&factor) {
                let reason = "the index does not move with the loop index, so iterations meet here";
                return self.refuse(access, reason);
            }
            match &stride {
                Some((known, _)) if *known != factor => {
                    let reason = "this index moves differently from the others of this array, so iterations may meet";
                    return self.refuse(access, reason);
                }
                Some(_) => {}
                None => stride = Some((factor, access)),
            }
            spans.push((low, high, *access));
        }
        let Some((stride, _)) = stride else { return Ok(()) };
        let negative = self.range(&stride).1 < 0.0;
        let size = if negative { Poly::default().plus(&stride, -1) } else { stride };
        for (_, high, a) in &spans {
            for (low, _, b) in &spans {
                let gap = high.plus(low, -1).plus(&size, -1);
                if self.range(&gap).1 > -1.0 {
                    let access = if a.writes { a } else { b };
                    return self.refuse(access, "neighbouring iterations may meet here");
                }
            }
        }
        Ok(())
    }

    fn refuse(&self, access: &Access, reason: &str) -> Result<(), Fault> {
        let name = &self.program.arrs[access.arr.0 as usize].name;
        let what = if access.writes { "written" } else { "read, and other iterations write it" };
        let reason = format!("{name} is {what}: {reason}");
        let hint = "write at an index that belongs to one iteration alone (`out[i]`, `out[i * width + x]` with x < width), read \
                    from another array than the one written, use parallelReduce for sums, or give `{ unsafe: true }`";
        fault(Reason::Race, access.at, reason, hint)
    }

    /// The index of an access in the array of the arguments.
    fn position(&self, access: &Access) -> Option<Poly> {
        if let Some((of, begin, _)) = self.views.get(&access.arr.0) {
            if self.views.contains_key(&of.0) || self.changes.arrs.contains(&of.0) || self.facts.of(*begin).num.lo < 0.0
            {
                return None;
            }
            return Some(self.poly(*begin)?.plus(&Poly::symbol(Symbol::Within(access.arr.0)), 1));
        }
        if self.changes.arrs.contains(&access.arr.0) {
            return None;
        }
        self.poly(access.index?)
    }

    fn poly(&self, e: E) -> Option<Poly> {
        let fact = self.facts.of(e);
        if fact.ty != crate::range::Type::Number || fact.undefined || !fact.num.is_int() {
            return None;
        }
        match self.program.kind(e) {
            #[expect(clippy::cast_possible_truncation, reason = "an integer within 2^53")]
            Kind::Num(value) => Some(Poly::constant(*value as i128)),
            Kind::Get(local) if *local == self.index => Some(Poly::symbol(Symbol::Index)),
            Kind::Get(local) => match self.affine().definition(*local) {
                Some(value) => self.poly(value),
                None if !self.changes.locals.contains(&local.0) || self.counted.contains_key(&local.0) => {
                    Some(Poly::symbol(Symbol::Local(local.0)))
                }
                None => None,
            },
            Kind::Set(_, value) | Kind::Plus(value) => self.poly(*value),
            Kind::Len(arr) if !self.changes.arrs.contains(&arr.0) => Some(Poly::symbol(Symbol::Length(arr.0))),
            Kind::Bin(Op::Add, a, b) => Some(self.poly(*a)?.plus(&self.poly(*b)?, 1)),
            Kind::Bin(Op::Sub, a, b) => Some(self.poly(*a)?.plus(&self.poly(*b)?, -1)),
            Kind::Bin(Op::Mul, a, b) => self.poly(*a)?.times(&self.poly(*b)?),
            // A shift that loses no bits is a product.
            Kind::Bin(Op::Shl, a, by) => {
                let Kind::Num(by @ 0.0..=30.0) = self.program.kind(*by) else { return None };
                let num = self.facts.of(*a).num;
                let fits = num.lo * by.exp2() >= -2_147_483_648.0 && num.hi * by.exp2() <= 2_147_483_647.0;
                #[expect(clippy::cast_possible_truncation, reason = "a power of two below 2^31")]
                let factor = by.exp2() as i128;
                fits.then(|| self.poly(*a)?.times(&Poly::constant(factor))).flatten()
            }
            _ => self.poly(self.affine().same_as(e)?),
        }
    }

    /// Bounds of a symbol that takes several values within one iteration.
    fn bounds(&self, symbol: Symbol) -> Option<Bounds> {
        match symbol {
            Symbol::Local(local) => {
                let counted = self.counted.get(&local)?;
                let starts: Vec<&E> =
                    (self.sets.get(&local)?.iter()).filter(|value| !self.steps(**value, local)).collect();
                let [start] = starts.as_slice() else { return None };
                let (start, bound) = (self.poly(**start)?, self.poly(counted.bound)?);
                let end = bound.plus(&Poly::constant(i128::from(counted.to_last)), 1);
                Some(if counted.step > 0.0 {
                    Bounds { low: start, high: end }
                } else {
                    Bounds { low: end, high: start }
                })
            }
            Symbol::Within(arr) => {
                let (of, begin, end) = self.views.get(&arr)?;
                let end = match end {
                    Some(end) => self.poly(*end)?,
                    None => Poly::symbol(Symbol::Length(of.0)),
                };
                let high = end.plus(&self.poly(*begin)?, -1).plus(&Poly::constant(1), -1);
                Some(Bounds { low: Poly::default(), high })
            }
            Symbol::Index | Symbol::Length(_) => None,
        }
    }

    /// `x + constant` assigned to `x`.
    fn steps(&self, value: E, local: u32) -> bool {
        match self.program.kind(value) {
            Kind::Bin(Op::Add | Op::Sub, a, b) => {
                matches!(self.program.kind(*a), Kind::Get(other) if other.0 == local)
                    && matches!(self.program.kind(*b), Kind::Num(_))
            }
            _ => false,
        }
    }

    fn varies(&self, symbol: Symbol) -> bool {
        match symbol {
            Symbol::Local(local) => self.counted.contains_key(&local),
            Symbol::Within(_) => true,
            Symbol::Index | Symbol::Length(_) => false,
        }
    }

    fn has_variables(&self, poly: &Poly) -> bool {
        poly.0.keys().flatten().any(|symbol| self.varies(*symbol))
    }

    /// The largest (`high`) or smallest value, with no variables of loops inside.
    fn bound(&self, poly: &Poly, high: bool) -> Option<Poly> {
        let mut poly = poly.clone();
        for _ in 0..16 {
            let Some(symbol) = poly.0.keys().flatten().copied().find(|symbol| self.varies(*symbol)) else {
                return Some(poly);
            };
            let (factor, rest) = poly.split(symbol)?;
            let (low, top) = self.range(&factor);
            let up = if low >= 0.0 {
                high
            } else if top <= 0.0 {
                !high
            } else {
                return None;
            };
            let bounds = self.bounds(symbol)?;
            let value = if up { bounds.high } else { bounds.low };
            if value.mentions(symbol) || value.mentions(Symbol::Index) {
                return None;
            }
            poly = rest.plus(&factor.times(&value)?, 1);
        }
        None
    }

    /// An interval that holds the value.
    fn range(&self, poly: &Poly) -> (f64, f64) {
        let (mut low, mut high) = (0.0, 0.0);
        for (term, &factor) in &poly.0 {
            #[expect(clippy::cast_precision_loss, reason = "a bound")]
            let mut span = (factor as f64, factor as f64);
            for symbol in term {
                let (a, b) = match symbol {
                    Symbol::Index => (0.0, 9.1e15),
                    Symbol::Length(_) => (0.0, 1.2e12),
                    Symbol::Local(local) => {
                        let num = self.facts.locals[*local as usize].num;
                        (num.lo, num.hi)
                    }
                    Symbol::Within(_) => (0.0, f64::INFINITY),
                };
                let corners =
                    [span.0 * a, span.0 * b, span.1 * a, span.1 * b].map(|x| if x.is_nan() { 0.0 } else { x });
                span = (
                    corners.iter().copied().fold(f64::INFINITY, f64::min),
                    corners.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                );
            }
            low += span.0;
            high += span.1;
        }
        (low, high)
    }
}
