//! Indices as sums of products of integers, and the bounds of such sums.

use std::collections::BTreeMap;

use crate::ir::E;

/// A value that a polynomial is built of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Symbol {
    /// The index of the parallel loop.
    Index,
    /// A variable.
    Local(u32),
    /// The length of an array.
    Length(u32),
    /// Any position of the view that the array variable is.
    Within(u32),
    /// An expression of which nothing but an interval is known.
    Part(E),
    /// The first and the last value that the variable of a loop has, in the order of their size.
    Least,
    Most,
}

/// The ends of an interval, both included.
pub(crate) struct Bounds {
    pub(crate) low: Poly,
    pub(crate) high: Poly,
}

/// What a symbol can be.
pub(crate) enum Values {
    /// The same all the time.
    One,
    Between(Bounds),
    Unknown,
}

/// What is known about symbols.
pub(crate) trait Symbols {
    fn values(&self, symbol: Symbol) -> Values;
    /// An interval that holds all its values.
    fn span(&self, symbol: Symbol) -> (f64, f64);
}

/// A sum of products with integer factors.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Poly(BTreeMap<Vec<Symbol>, i128>);

/// Terms beyond which a proof is given up.
const TERMS: usize = 64;
/// Replacements after which it is given up: bounds may name each other in a circle.
const REPLACED: usize = 16;

impl Poly {
    pub(crate) fn constant(value: i128) -> Self {
        let mut poly = Self::default();
        poly.add_term(Vec::new(), value);
        poly
    }

    pub(crate) fn symbol(symbol: Symbol) -> Self {
        let mut poly = Self::default();
        poly.add_term(vec![symbol], 1);
        poly
    }

    fn add_term(&mut self, term: Vec<Symbol>, factor: i128) {
        let entry = self.0.entry(term).or_insert(0);
        *entry = entry.saturating_add(factor);
        self.0.retain(|_, factor| *factor != 0);
    }

    /// `self + other * times`.
    pub(crate) fn plus(&self, other: &Self, times: i128) -> Self {
        let mut sum = self.clone();
        for (term, factor) in &other.0 {
            sum.add_term(term.clone(), factor.saturating_mul(times));
        }
        sum
    }

    pub(crate) fn times(&self, other: &Self) -> Option<Self> {
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

    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// The terms, each a list of symbols and a factor.
    pub(crate) fn terms(&self) -> impl Iterator<Item = (&[Symbol], i128)> {
        self.0.iter().map(|(term, factor)| (term.as_slice(), *factor))
    }

    pub(crate) fn symbols(&self) -> impl Iterator<Item = Symbol> {
        self.0.keys().flatten().copied()
    }

    pub(crate) fn mentions(&self, symbol: Symbol) -> bool {
        self.symbols().any(|other| other == symbol)
    }

    /// Its value, if it has no symbols.
    pub(crate) fn known(&self) -> Option<i128> {
        match self.split_constant() {
            (rest, constant) if rest.is_zero() => Some(constant),
            _ => None,
        }
    }

    /// What has symbols, and what has none.
    pub(crate) fn split_constant(&self) -> (Self, i128) {
        let mut rest = self.clone();
        let constant = rest.0.remove(&Vec::new()).unwrap_or(0);
        (rest, constant)
    }

    /// `symbol * first + second`; nothing if it occurs squared.
    pub(crate) fn split(&self, symbol: Symbol) -> Option<(Self, Self)> {
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

    /// The largest (`high`) or smallest value, in terms of symbols that take one value only.
    pub(crate) fn bound(&self, high: bool, symbols: &dyn Symbols) -> Option<Self> {
        let mut poly = self.clone();
        for _ in 0..REPLACED {
            let several = |symbol| match symbols.values(symbol) {
                Values::One => None,
                Values::Between(bounds) => Some((symbol, Some(bounds))),
                Values::Unknown => Some((symbol, None)),
            };
            let Some((symbol, bounds)) = poly.symbols().find_map(several) else { return Some(poly) };
            let (factor, rest) = poly.split(symbol)?;
            let (low, top) = factor.range(symbols);
            let up = if low >= 0.0 {
                high
            } else if top <= 0.0 {
                !high
            } else {
                return None;
            };
            let bounds = bounds?;
            let value = if up { bounds.high } else { bounds.low };
            if value.mentions(symbol) || value.mentions(Symbol::Index) {
                return None;
            }
            poly = rest.plus(&factor.times(&value)?, 1);
        }
        None
    }

    /// An interval that holds the value.
    pub(crate) fn range(&self, symbols: &dyn Symbols) -> (f64, f64) {
        let (mut low, mut high) = (0.0, 0.0);
        for (term, factor) in self.terms() {
            #[expect(clippy::cast_precision_loss, reason = "a bound")]
            let mut span = (factor as f64, factor as f64);
            for symbol in term {
                let (a, b) = symbols.span(*symbol);
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
