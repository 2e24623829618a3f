//! Whether iterations of a parallel loop can write to the same element.
//!
//! An index is written as a polynomial `i*S + rest` over the loop index `i` and values that are the same for all iterations;
//! variables of counted loops inside are replaced by their bounds. Iterations are apart if, for all accesses of an array that
//! is written, `S` is the same and the largest `rest` is less than `S` above the smallest one. A view made by `subarray` may
//! be accessed anywhere in its range.

use std::collections::HashMap;

use crate::affine::{Affine, Changes, Counters, Definitions, counters, definitions};
use crate::error::{At, Fault, Reason, fault};
use crate::infer::Facts;
use crate::ir::{Arr, E, Kind, Local, Program, Source, Stmt};
use crate::lower::Lowered;
use crate::poly::{Bounds, Poly, Symbol, Symbols, Values};

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
            // `Kind::Atomic` is in one step, whatever other iterations do.
            let Some((arr, index)) = program.accessed(e) else { return };
            let writes = !matches!(program.kind(e), Kind::Load(..));
            found.push(Access { arr, index: Some(index), writes, at: program.at(e) });
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

struct Prover<'p> {
    program: &'p Program,
    facts: &'p Facts,
    definitions: Definitions,
    changes: Changes,
    index: Local,
    counters: Counters,
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
        let mut views: HashMap<u32, Option<(Arr, E, Option<E>)>> = HashMap::new();
        program.walk_stmts(&lowered.body, &mut |_| {}, &mut |stmt| {
            if let Stmt::SetArr(arr, source) = stmt {
                let view = match source {
                    Source::Subarray(of, begin, end) => Some((*of, *begin, *end)),
                    Source::Arr(of) => views.get(&of.0).copied().flatten(),
                };
                views.entry(arr.0).and_modify(|known| *known = None).or_insert(view);
            }
        });
        let definitions = definitions(program, &lowered.body);
        Self {
            program,
            facts,
            changes: Changes::of(program, &lowered.body, &[]),
            counters: counters(program, facts, &definitions, &lowered.body),
            definitions,
            index,
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
                let (low, high) = (rest.bound(false, self)?, rest.bound(true, self)?);
                Some((factor, low, high))
            });
            let Some((factor, low, high)) = span else {
                let reason = "it cannot be proven that iterations stay apart here";
                return self.refuse(access, reason);
            };
            if factor.is_zero() || self.varies(&factor) {
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
        let negative = stride.range(self).1 < 0.0;
        let size = if negative { Poly::default().plus(&stride, -1) } else { stride };
        for (_, high, a) in &spans {
            for (low, _, b) in &spans {
                let gap = high.plus(low, -1).plus(&size, -1);
                if gap.range(self).1 > -1.0 {
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
        self.affine().poly(e, &|e| self.atom(e))
    }

    fn atom(&self, e: E) -> Option<Symbol> {
        match self.program.kind(e) {
            Kind::Get(local) if *local == self.index => Some(Symbol::Index),
            Kind::Get(local) => self.counters.get(&local.0)?.is_read_at(e).then_some(Symbol::Local(local.0)),
            _ => None,
        }
    }

    /// What a position in a view is between.
    fn positions(&self, arr: u32) -> Option<Bounds> {
        let (of, begin, end) = self.views.get(&arr)?;
        let end = match end {
            Some(end) => self.poly(*end)?,
            None => Poly::symbol(Symbol::Length(of.0)),
        };
        let high = end.plus(&self.poly(*begin)?, -1).plus(&Poly::constant(1), -1);
        Some(Bounds { low: Poly::default(), high })
    }

    /// Whether its value changes within an iteration.
    fn varies(&self, poly: &Poly) -> bool {
        poly.symbols().any(|symbol| !matches!(self.values(symbol), Values::One))
    }
}

impl Symbols for Prover<'_> {
    fn values(&self, symbol: Symbol) -> Values {
        let bounds = match symbol {
            Symbol::Local(local) => match self.counters.get(&local) {
                Some(counter) => self.affine().within(counter, &|e| self.atom(e)),
                None => return Values::One,
            },
            Symbol::Within(arr) => self.positions(arr),
            _ => return Values::One,
        };
        bounds.map_or(Values::Unknown, Values::Between)
    }

    fn span(&self, symbol: Symbol) -> (f64, f64) {
        match symbol {
            Symbol::Index => (0.0, 9.1e15),
            Symbol::Within(_) => (0.0, f64::INFINITY),
            _ => self.facts.span(symbol),
        }
    }
}
