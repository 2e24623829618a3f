//! Elements that stay where they are while an innermost loop runs, `out[i]` in a sum over `k`, are held in registers: read before
//! it, and written after it. Only doubles, where no other access of the loop can be of the same element, and if the loop
//! writes the element in each iteration or not at all: nothing is written that the function would not write.

use cranelift_codegen::ir::{InstBuilder, types};
use cranelift_frontend::Variable;

use super::Gen;
use super::access::Address;
use super::anchor::Access;
use super::leaving::outward;
use crate::affine::{Changes, Counted};
use crate::element::Element;
use crate::ir::{Arr, E, Kind, Loop, Stmt};
use crate::poly::{Bounds, Poly, Symbol};
use crate::range::Type;

/// Elements of one loop: there are not many more registers.
const HELD: usize = 8;

/// One of them.
#[derive(Debug)]
pub(super) struct Held {
    variable: Variable,
    address: Address,
    is_written: bool,
}

/// An element, and all accesses of it.
pub(super) struct Place<'a> {
    first: &'a Access,
    all: Vec<E>,
}

impl Gen<'_, '_> {
    /// The elements that the loop lets stay, as accesses of each; those that are written first.
    pub(super) fn places<'a>(&self, inner: &Loop, at: (Counted, &Changes), accesses: &'a [Access]) -> Vec<Place<'a>> {
        let Some(same) = self.same else { return Vec::new() };
        if !outward(&inner.body).is_empty() || !self.is_calm(inner) {
            return Vec::new();
        }
        let variable = Symbol::Local(at.0.variable.0);
        let classes = |arr: Arr| {
            let roots = &self.program.arrs[arr.0 as usize].roots;
            roots.iter().map(|root| same.get(*root as usize).copied().unwrap_or(*root)).collect::<Vec<_>>()
        };
        let may_share = |a: Arr, b: Arr| {
            let (a, b) = (classes(a), classes(b));
            a.is_empty() || b.is_empty() || a.iter().any(|class| b.contains(class))
        };
        let writes = |e: E| !matches!(self.kind(e), Kind::Load(..));
        let mut places: Vec<Place<'a>> = Vec::new();
        for access in accesses.iter().filter(|access| !access.index.mentions(variable)) {
            match places.iter_mut().find(|place| place.first.arr == access.arr && place.first.index == access.index) {
                Some(place) => place.all.push(access.e),
                None if self.element_of(access.arr) == Element::F64 => {
                    places.push(Place { first: access, all: vec![access.e] });
                }
                None => {}
            }
        }
        places.retain(|place| {
            let is_written = place.all.iter().any(|e| writes(*e));
            let is_always =
                inner.body.iter().any(|stmt| matches!(stmt, Stmt::Expr(e) if writes(*e) && place.all.contains(e)));
            (is_always || !is_written)
                && (accesses.iter())
                    .filter(|other| !place.all.contains(&other.e) && (is_written || writes(other.e)))
                    .filter(|other| may_share(other.arr, place.first.arr))
                    .all(|other| other.arr == place.first.arr && self.apart(&other.index, &place.first.index, at))
        });
        places.sort_by_key(|place| !place.all.iter().any(|e| writes(*e)));
        places.truncate(HELD);
        places
    }

    /// Whether two indices differ in every iteration.
    fn apart(&self, a: &Poly, b: &Poly, (counted, changes): (Counted, &Changes)) -> bool {
        let difference = a.plus(b, -1);
        let affine = self.affine(changes);
        let Some((factor, rest)) = difference.split(Symbol::Local(counted.variable.0)) else { return false };
        let ends = if factor.is_zero() {
            Some((rest.clone(), rest))
        } else {
            let within = |counter| affine.within(counter, &|_| None);
            self.counters.get(&counted.variable.0).and_then(within).and_then(|Bounds { low, high }| {
                let (low, high) = (factor.times(&low)?.plus(&rest, 1), factor.times(&high)?.plus(&rest, 1));
                match factor.known()? {
                    0.. => Some((low, high)),
                    _ => Some((high, low)),
                }
            })
        };
        ends.is_some_and(|(low, high)| low.range(self.facts).0 >= 1.0 || high.range(self.facts).1 <= -1.0)
    }

    /// Whether nothing in the loop can fail, or reach memory in another way than by an access.
    fn is_calm(&self, inner: &Loop) -> bool {
        let (mut is_calm, mut is_plain) = (true, true);
        self.program.walk_stmts(
            &inner.body,
            &mut |e| {
                let is_other = matches!(self.kind(e), Kind::Atomic { .. } | Kind::Pick(..) | Kind::Put(..));
                is_calm &= !is_other && self.fact(e).ty != Type::BigInt;
            },
            &mut |stmt| is_plain &= !matches!(stmt, Stmt::Copy { .. } | Stmt::SetArr(..)),
        );
        is_calm && is_plain
    }

    /// Reads the elements before a loop that is run at least once.
    pub(super) fn hold(&mut self, places: Vec<Place<'_>>) -> Vec<Held> {
        let mut held = Vec::new();
        for Place { first, all } in places {
            let position = self.position_of(&first.index, &[]);
            let address = self.locate(first.arr, position);
            let (value, _) = self.load_at(Element::F64, address);
            let variable = self.b.declare_var(types::F64);
            self.b.def_var(variable, value);
            let is_written = all.iter().any(|e| !matches!(self.kind(*e), Kind::Load(..)));
            self.held.extend(all.into_iter().map(|e| (e, variable)));
            held.push(Held { variable, address, is_written });
        }
        held
    }

    /// Writes them after it.
    pub(super) fn put_back(&mut self, held: &[Held]) {
        for Held { variable, address, .. } in held.iter().filter(|held| held.is_written) {
            let value = self.b.use_var(*variable);
            self.b.ins().store(super::plain(), value, address.start, address.offset);
        }
    }
}
