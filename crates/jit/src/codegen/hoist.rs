//! Checks that are made once before a loop instead of in it.
//!
//! An index is a polynomial over what the loop does not change, over its own variable, and over the variables of the loops
//! inside. Each of these lies between two ends; so does the index, and it is in range if its ends are. What cannot be written
//! so but lies in a small interval, as `x & 255` does, is taken to be anywhere in that.

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::access::Position;
use super::uniform::Uniform;
use super::vector::Verdict;
use super::{Gen, Plan};
use crate::affine::{Affine, Changes, Counted};
use crate::ir::{Arr, E, Kind, Local, Loop, Op, Stmt};
use crate::poly::{Bounds, Poly, Symbol, Symbols, Values};
use crate::range::Type;

/// An interval beyond that is no reason to believe that an index is in range.
const SMALL: f64 = 1_048_576.0;
/// Integers of 64 bits, with some room.
const FITS: f64 = 4_611_686_018_427_387_904.0;
/// Larger polynomials are not worth their instructions.
const TERMS: usize = 8;
const FACTORS: usize = 4;

/// Accesses that can be checked before a loop.
pub(super) struct Hoisted {
    pub(super) accesses: Vec<E>,
    /// Those whose index is in range whatever the conditions around it are.
    free: Vec<E>,
    /// Arrays and the ends between which they are accessed.
    spans: Vec<(Arr, Poly, Poly)>,
    /// Whether the body can go over vector registers, if that is known already.
    pub(super) verdict: Option<Verdict>,
}

/// A loop and its surroundings.
struct Within<'g> {
    affine: Affine<'g>,
    counters: &'g crate::affine::Counters,
    variable: Local,
}

impl Within<'_> {
    fn atom(&self, e: E) -> Option<Symbol> {
        match self.affine.program.kind(e) {
            Kind::Get(local) if *local == self.variable => Some(Symbol::Local(local.0)),
            Kind::Get(local) if !self.affine.changes.locals.contains(&local.0) => None,
            Kind::Get(local) if self.affine.definitions.get(&local.0).is_some_and(Option::is_some) => None,
            Kind::Get(local) => {
                let counter = self.counters.get(&local.0).filter(|counter| counter.is_read_at(e))?;
                let bounds = self.affine.within(counter, &|e| self.atom(e));
                bounds.is_some().then_some(Symbol::Local(local.0))
            }
            Kind::Bin(Op::And | Op::Rem | Op::Ushr, _, by) if matches!(self.affine.program.kind(*by), Kind::Num(_)) => {
                self.small(e)
            }
            _ => None,
        }
    }

    fn small(&self, e: E) -> Option<Symbol> {
        let fact = self.affine.facts.of(e);
        let is_small =
            fact.ty == Type::Number && !fact.undefined && fact.num.is_int() && fact.num.within(-SMALL, SMALL);
        is_small.then_some(Symbol::Part(e))
    }

    /// Whether a variable is the same in the whole loop, or a counter of it, or made of such by sums and products alone: what
    /// `infer` concludes from conditions around it plays no part then.
    fn is_steady(&self, e: E) -> bool {
        match self.affine.program.kind(e) {
            Kind::Num(_) | Kind::Len(_) => true,
            Kind::Get(local) if *local == self.variable || !self.affine.changes.locals.contains(&local.0) => true,
            Kind::Get(local) => match self.affine.definitions.get(&local.0) {
                Some(Some(value)) => self.is_steady(*value),
                _ => self.counters.get(&local.0).is_some_and(|counter| counter.is_read_at(e)),
            },
            Kind::Bin(Op::Add | Op::Sub | Op::Mul, a, b) => self.is_steady(*a) && self.is_steady(*b),
            Kind::Plus(a) => self.is_steady(*a),
            _ => false,
        }
    }

    /// The ends of an index, for each choice within it.
    fn spans(&self, index: E) -> Option<Vec<(Poly, Poly)>> {
        let ends = |poly: &Poly| Some((poly.bound(false, self)?, poly.bound(true, self)?));
        let spans: Vec<_> = self.affine.polys(index, &|e| self.atom(e))?.iter().map(ends).collect::<Option<_>>()?;
        spans.iter().all(|(low, high)| self.is_simple(low) && self.is_simple(high)).then_some(spans)
    }

    /// Whether it is computed in few instructions, and fits into 64 bits whatever its variables are: the index is known to do so
    /// only where it is used, which may be under a condition.
    fn is_simple(&self, poly: &Poly) -> bool {
        let (low, high) = poly.range(self);
        low > -FITS
            && high < FITS
            && poly.terms().count() <= TERMS
            && poly.terms().all(|(term, factor)| term.len() <= FACTORS && i64::try_from(factor).is_ok())
    }
}

impl Symbols for Within<'_> {
    fn values(&self, symbol: Symbol) -> Values {
        let bounds = match symbol {
            Symbol::Local(local) if local == self.variable.0 => {
                Some(Bounds { low: Poly::symbol(Symbol::Least), high: Poly::symbol(Symbol::Most) })
            }
            Symbol::Local(local) if self.affine.changes.locals.contains(&local) => {
                self.counters.get(&local).and_then(|counter| self.affine.within(counter, &|e| self.atom(e)))
            }
            Symbol::Part(_) => {
                let (low, high) = self.span(symbol);
                #[expect(clippy::cast_possible_truncation, reason = "small integers")]
                let end = |end: f64| Poly::constant(end as i128);
                Some(Bounds { low: end(low), high: end(high) })
            }
            _ => return Values::One,
        };
        bounds.map_or(Values::Unknown, Values::Between)
    }

    fn span(&self, symbol: Symbol) -> (f64, f64) {
        self.affine.facts.span(match symbol {
            Symbol::Least | Symbol::Most => Symbol::Local(self.variable.0),
            _ => symbol,
        })
    }
}

impl<'x> Gen<'x, '_> {
    pub(super) fn affine<'p>(&'p self, changes: &'p Changes) -> Affine<'p>
    where
        'x: 'p,
    {
        Affine { program: self.program, facts: self.facts, definitions: &self.definitions, changes }
    }

    /// Accesses of all iterations, where it is worth a second copy of the body to check them at once.
    pub(super) fn hoistable_at_entry(
        &mut self,
        plan: &Plan<'x>,
        index: Local,
        body: &[Stmt],
        changes: &Changes,
    ) -> Hoisted {
        let (mut hoisted, is_all) = self.hoisted(index, body, changes);
        if changes.loops > 0 {
            if plan.vectorize.is_ok() && self.loops_in_step(body) {
                self.trust(&hoisted);
                self.find_uniform(index, body, changes);
                let verdict = self.vectorizable(index, body, changes);
                if verdict.is_err() {
                    self.distrust(&hoisted);
                    self.uniform = Uniform::default();
                }
                hoisted.verdict = Some(verdict);
            }
            if !is_all && hoisted.verdict != Some(Ok(())) {
                hoisted.accesses.clear();
            }
        }
        hoisted
    }

    /// The accesses of a loop that are to be checked before it begins. Around other loops that is done only if nothing is left
    /// to be checked inside.
    pub(super) fn hoistable(&self, inner: &Loop, counted: Counted, changes: &Changes) -> Option<Hoisted> {
        let is_innermost = changes.loops == 0;
        if !is_innermost && self.is_fallback {
            return None;
        }
        let (hoisted, is_all) = self.hoisted(counted.variable, &inner.body, changes);
        (!hoisted.accesses.is_empty() && (is_innermost || is_all)).then_some(hoisted)
    }

    /// The accesses whose ends are known, and whether these are all.
    fn hoisted(&self, variable: Local, body: &[Stmt], changes: &Changes) -> (Hoisted, bool) {
        let within = Within { affine: self.affine(changes), counters: &self.counters, variable };
        let (mut accesses, mut free, mut spans, mut is_all) = (Vec::new(), Vec::new(), Vec::new(), true);
        self.program.walk_stmts(
            body,
            &mut |e| {
                let Some((arr, index)) = self.program.accessed(e) else { return };
                if self.safe.contains(&e) || self.fact(index).ty == Type::Never {
                    return;
                }
                match within.spans(index).filter(|_| !changes.arrs.contains(&arr.0)) {
                    Some(found) => {
                        accesses.push(e);
                        free.extend(within.is_steady(index).then_some(e));
                        spans.extend(found.into_iter().map(|(low, high)| (arr, low, high)));
                    }
                    None => is_all = false,
                }
            },
            &mut |_| {},
        );
        (Hoisted { accesses, free, spans, verdict: None }, is_all)
    }

    /// From here on the accesses are in range.
    pub(super) fn trust(&mut self, hoisted: &Hoisted) {
        self.safe.extend(&hoisted.accesses);
        self.free.extend(&hoisted.free);
    }

    /// From here on they need not be.
    pub(super) fn distrust(&mut self, hoisted: &Hoisted) {
        self.safe.retain(|e| !hoisted.accesses.contains(e));
        self.free.retain(|e| !hoisted.free.contains(e));
    }

    /// Whether all accesses are in range while the variable is between `low` and `high`.
    pub(super) fn ends_in_range(&mut self, hoisted: &Hoisted, low: Value, high: Value) -> Value {
        self.count(|report| report.hoisted += u32::try_from(hoisted.accesses.len()).unwrap_or(0));
        // Ends that differ by a constant are in range if the outermost are.
        let mut groups: Vec<(Value, Poly, i128, i128)> = Vec::new();
        for (arr, first, last) in &hoisted.spans {
            let (_, len) = self.array(*arr);
            for end in [first, last] {
                let (moving, fixed) = end.split_constant();
                match groups.iter_mut().find(|(of, other, ..)| *of == len && *other == moving) {
                    Some((.., least, most)) => (*least, *most) = (fixed.min(*least), fixed.max(*most)),
                    None => groups.push((len, moving, fixed, fixed)),
                }
            }
        }
        let mut ok = None;
        let known = [(Symbol::Least, low), (Symbol::Most, high)];
        for (len, moving, least, most) in groups {
            let moving = self.sum(&moving, &known);
            for fixed in if least == most { vec![least] } else { vec![least, most] } {
                let fixed = i64::try_from(fixed).unwrap_or(i64::MIN);
                let end = self.whole(Position { moving, fixed });
                let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, end, len);
                ok = Some(match ok {
                    None => inside,
                    Some(before) => self.b.ins().band(before, inside),
                });
            }
        }
        ok.unwrap_or_else(|| self.b.ins().iconst(types::I8, 1))
    }

    /// What a bound of a counted loop is before it.
    pub(super) fn invariant(&mut self, bound: E, changes: &Changes) -> Value {
        let poly = self.affine(changes).poly(bound, &|_| None).unwrap_or_default();
        self.evaluate(&poly)
    }

    /// The value of a polynomial, here.
    pub(super) fn evaluate(&mut self, poly: &Poly) -> Value {
        let position = self.position_of(poly, &[]);
        self.whole(position)
    }

    /// The same with its constant apart.
    pub(super) fn position_of(&mut self, poly: &Poly, known: &[(Symbol, Value)]) -> Position {
        let (moving, fixed) = poly.split_constant();
        Position { moving: self.sum(&moving, known), fixed: i64::try_from(fixed).unwrap_or(0) }
    }

    /// The value of a polynomial without a constant, here; nothing if it is 0.
    pub(super) fn sum(&mut self, poly: &Poly, known: &[(Symbol, Value)]) -> Option<Value> {
        let mut sum: Option<Value> = None;
        for (term, factor) in poly.terms() {
            let mut product: Option<Value> = None;
            for &symbol in term {
                let value = match (known.iter().find(|(other, _)| *other == symbol), symbol) {
                    (Some((_, value)), _) => *value,
                    (None, Symbol::Local(local)) => self.integer(Local(local)),
                    (None, Symbol::Length(arr)) => self.array(Arr(arr)).1,
                    _ => unreachable!("bounds have replaced it"),
                };
                product = Some(product.map_or(value, |product| self.b.ins().imul(product, value)));
            }
            let Some(product) = product else { continue };
            let factor = i64::try_from(factor).unwrap_or(0);
            sum = Some(match (sum, factor) {
                (None, 1) => product,
                (Some(sum), 1) => self.b.ins().iadd(sum, product),
                (Some(sum), -1) => self.b.ins().isub(sum, product),
                (sum, factor) => {
                    let scaled = self.b.ins().imul_imm_s(product, factor);
                    sum.map_or(scaled, |sum| self.b.ins().iadd(sum, scaled))
                }
            });
        }
        sum
    }
}
