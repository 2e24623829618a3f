//! Elements of typed arrays: checks, loads, stores, and the proof that a whole loop stays in range.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::{Gen, Plan, Rep, SiteKind, plain};
use crate::affine::{Affine, Changes, Counted};
use crate::element::Element;
use crate::ir::{Arr, E, Kind, Local, Loop, Op, Source, Stmt};
use crate::range::{Fact, Num, Type};
use crate::runtime;

impl<'x> Gen<'x, '_> {
    /// Address and length of an array.
    pub(super) fn array(&mut self, arr: Arr) -> (Value, Value) {
        if let Some(known) = self.arrs[arr.0 as usize] {
            return known;
        }
        let (base, len) = self.arr_vars(arr);
        (self.b.use_var(base), self.b.use_var(len))
    }

    fn arr_vars(&mut self, arr: Arr) -> (cranelift_frontend::Variable, cranelift_frontend::Variable) {
        let b = &mut self.b;
        *self.arr_vars.entry(arr.0).or_insert_with(|| (b.declare_var(types::I64), b.declare_var(types::I64)))
    }

    pub(super) fn element_of(&self, arr: Arr) -> Element {
        self.program.arrs[arr.0 as usize].element
    }

    /// An index as a 64-bit integer; the run fails if it is not whole.
    pub(super) fn index(&mut self, e: E, index: E, what: SiteKind, array: &str) -> Value {
        if self.is_int(index) || self.fact(index).ty == Type::Boolean {
            return self.int(index);
        }
        let x = self.f64(index);
        let whole = self.b.ins().fcvt_to_sint_sat(types::I64, x);
        let back = self.b.ins().fcvt_from_sint(types::F64, whole);
        let ok = self.b.ins().fcmp(FloatCC::Equal, back, x);
        let at = self.program.at(e);
        self.require(ok, (x, Rep::F64), at, what, array);
        whole
    }

    /// The address of element `index`, which has been evaluated, after the check that `e` needs.
    fn address(&mut self, e: E, arr: Arr, index: Value, what: SiteKind) -> Value {
        let (base, len) = self.array(arr);
        if self.safe.contains(&e) {
            // Proven.
        } else if self.checked.contains(&(arr, index)) {
            self.report.unchecked += 1;
        } else {
            self.report.checks += 1;
            let ok = self.b.ins().icmp(IntCC::UnsignedLessThan, index, len);
            let at = self.program.at(e);
            let name = self.program.arrs[arr.0 as usize].name.clone();
            self.require(ok, (index, Rep::I64), at, what, &name);
            if self.arrs[arr.0 as usize].is_some() {
                self.checked.push((arr, index));
            }
        }
        let shift = i64::from(self.element_of(arr).shift());
        let offset = if shift == 0 { index } else { self.b.ins().ishl_imm_s(index, shift) };
        self.b.ins().iadd(base, offset)
    }

    pub(super) fn load(&mut self, e: E, arr: Arr, index: E) -> (Value, Rep) {
        let name = self.program.arrs[arr.0 as usize].name.clone();
        let index = self.index(e, index, SiteKind::Read, &name);
        let address = self.address(e, arr, index, SiteKind::Read);
        self.load_at(self.element_of(arr), address)
    }

    pub(super) fn load_at(&mut self, element: Element, address: Value) -> (Value, Rep) {
        let flags = plain();
        match element {
            Element::I8 => (self.b.ins().sload8(types::I64, flags, address, 0), Rep::I64),
            Element::U8 | Element::U8Clamped => (self.b.ins().uload8(types::I64, flags, address, 0), Rep::I64),
            Element::I16 => (self.b.ins().sload16(types::I64, flags, address, 0), Rep::I64),
            Element::U16 => (self.b.ins().uload16(types::I64, flags, address, 0), Rep::I64),
            Element::I32 => (self.b.ins().sload32(flags, address, 0), Rep::I64),
            Element::U32 => (self.b.ins().uload32(flags, address, 0), Rep::I64),
            Element::F32 => {
                let single = self.b.ins().load(types::F32, flags, address, 0);
                (self.b.ins().fpromote(types::F64, single), Rep::F64)
            }
            Element::F64 => (self.b.ins().load(types::F64, flags, address, 0), Rep::F64),
            Element::I64 | Element::U64 => (self.b.ins().load(types::I64, flags, address, 0), Rep::Big),
            Element::F16 => {
                let bits = self.b.ins().uload16(types::I32, flags, address, 0);
                let routine: extern "C" fn(u32) -> f64 = runtime::from_half;
                (self.call(routine as usize, &[types::I32], types::F64, &[bits]), Rep::F64)
            }
        }
    }

    /// An element through `ToInt32`, without the detour over 64 bits.
    pub(super) fn load_i32(&mut self, e: E, arr: Arr, index: E) -> Value {
        let element = self.element_of(arr);
        if element.is_float() || element.is_big() {
            let (value, rep) = self.load(e, arr, index);
            return self.to_i32(value, rep, Num::ANY);
        }
        let name = self.program.arrs[arr.0 as usize].name.clone();
        let index = self.index(e, index, SiteKind::Read, &name);
        let address = self.address(e, arr, index, SiteKind::Read);
        let flags = plain();
        match element {
            Element::I8 => self.b.ins().sload8(types::I32, flags, address, 0),
            Element::U8 | Element::U8Clamped => self.b.ins().uload8(types::I32, flags, address, 0),
            Element::I16 => self.b.ins().sload16(types::I32, flags, address, 0),
            Element::U16 => self.b.ins().uload16(types::I32, flags, address, 0),
            _ => self.b.ins().load(types::I32, flags, address, 0),
        }
    }

    /// `a[i] = v` and `a[i] op= v`. The value of the expression, if it is wanted.
    pub(super) fn write(&mut self, e: E, wanted: bool) -> Option<(Value, Rep)> {
        match self.kind(e) {
            Kind::Store(arr, index, a) => {
                let name = self.program.arrs[arr.0 as usize].name.clone();
                let index = self.index(e, *index, SiteKind::Write, &name);
                let element = self.element_of(*arr);
                let (value, rep) = if wanted { self.any(*a) } else { self.for_element(element, *a) };
                let address = self.address(e, *arr, index, SiteKind::Write);
                let num = self.num(*a);
                self.store_at(element, address, (value, rep), num);
                wanted.then_some((value, rep))
            }
            Kind::Update { arr, index, op, value: a, old } => {
                let name = self.program.arrs[arr.0 as usize].name.clone();
                let index = self.index(e, *index, SiteKind::Write, &name);
                let element = self.element_of(*arr);
                let address = self.address(e, *arr, index, SiteKind::Write);
                let (before, rep) = self.load_at(element, address);
                let (after, num) = self.combine(e, *op, element, (before, rep), *a);
                self.store_at(element, address, after, num);
                Some(if *old { (before, rep) } else { after })
            }
            _ => None,
        }
    }

    /// A value in the class in which it is stored.
    fn for_element(&mut self, element: Element, a: E) -> (Value, Rep) {
        match element {
            Element::I64 | Element::U64 => (self.big(a), Rep::Big),
            Element::F16 | Element::F32 | Element::F64 => (self.f64(a), Rep::F64),
            Element::U8Clamped => self.any(a),
            _ => (self.i32(a), Rep::I32),
        }
    }

    /// `before op a`, where `before` is an element.
    fn combine(&mut self, e: E, op: Op, element: Element, (before, rep): (Value, Rep), a: E) -> ((Value, Rep), Num) {
        let element_fact: Fact = crate::infer::element_fact(element);
        if rep == Rep::Big {
            let value = self.big(a);
            let kind = self.fact(a).big;
            let at = self.program.at(e);
            let result = self.big_binary(op, (before, element_fact.big), (value, kind), at);
            return ((result, Rep::Big), Num::ANY);
        }
        let num = self.num(a);
        let (x, y) = (element_fact.num, num);
        let result_num = if op == Op::Pow { Num::ANY } else { x.combine(op, y) };
        if op.is_bitwise() {
            let x = self.to_i32(before, rep, element_fact.num);
            let y = self.i32(a);
            let bits = self.bitwise(op, x, y);
            if op == Op::Ushr {
                return ((self.b.ins().uextend(types::I64, bits), Rep::I64), result_num);
            }
            return ((bits, Rep::I32), result_num);
        }
        let ints = rep != Rep::F64 && self.is_int(a) && result_num.is_exact();
        if ints && matches!(op, Op::Add | Op::Sub | Op::Mul) {
            let x = self.to_i64(before, rep);
            let y = self.int(a);
            let value = match op {
                Op::Add => self.b.ins().iadd(x, y),
                Op::Sub => self.b.ins().isub(x, y),
                _ => self.b.ins().imul(x, y),
            };
            return ((value, Rep::I64), result_num);
        }
        let x = self.to_f64(before, rep);
        let y = self.f64(a);
        let value = match op {
            Op::Add => self.b.ins().fadd(x, y),
            Op::Sub => self.b.ins().fsub(x, y),
            Op::Mul => self.b.ins().fmul(x, y),
            Op::Div => self.b.ins().fdiv(x, y),
            Op::Rem => {
                let routine: extern "C" fn(f64, f64) -> f64 = runtime::fmod;
                self.call(routine as usize, &[types::F64, types::F64], types::F64, &[x, y])
            }
            _ => self.power_of(x, y),
        };
        ((value, Rep::F64), result_num)
    }

    /// Writes a value after the element type's conversion.
    pub(super) fn store_at(&mut self, element: Element, address: Value, (value, rep): (Value, Rep), num: Num) {
        let flags = plain();
        match element {
            Element::I64 | Element::U64 => {
                self.b.ins().store(flags, value, address, 0);
            }
            Element::F64 => {
                let value = self.to_f64(value, rep);
                self.b.ins().store(flags, value, address, 0);
            }
            Element::F32 => {
                let value = self.to_f64(value, rep);
                let single = self.b.ins().fdemote(types::F32, value);
                self.b.ins().store(flags, single, address, 0);
            }
            Element::F16 => {
                let value = self.to_f64(value, rep);
                let routine: extern "C" fn(f64) -> u32 = runtime::to_half;
                let bits = self.call(routine as usize, &[types::F64], types::I32, &[value]);
                self.b.ins().istore16(flags, bits, address, 0);
            }
            Element::U8Clamped => {
                let byte = self.clamped(value, rep);
                self.b.ins().istore8(flags, byte, address, 0);
            }
            Element::I8 | Element::U8 => {
                let value = self.to_i32(value, rep, num);
                self.b.ins().istore8(flags, value, address, 0);
            }
            Element::I16 | Element::U16 => {
                let value = self.to_i32(value, rep, num);
                self.b.ins().istore16(flags, value, address, 0);
            }
            Element::I32 | Element::U32 => {
                let value = self.to_i32(value, rep, num);
                self.b.ins().store(flags, value, address, 0);
            }
        }
    }

    /// `ToUint8Clamp`.
    fn clamped(&mut self, value: Value, rep: Rep) -> Value {
        if rep == Rep::F64 {
            let (zero, top) = (self.b.ins().f64const(0.0), self.b.ins().f64const(255.0));
            // Both comparisons are false of NaN, which becomes 0.
            let positive = self.b.ins().fcmp(FloatCC::GreaterThan, value, zero);
            let low = self.b.ins().select(positive, value, zero);
            let below = self.b.ins().fcmp(FloatCC::LessThan, low, top);
            let held = self.b.ins().select(below, low, top);
            let whole = self.b.ins().nearest(held);
            return self.b.ins().fcvt_to_sint_sat(types::I32, whole);
        }
        let wide = self.to_i64(value, rep);
        let (zero, top) = (self.b.ins().iconst(types::I64, 0), self.b.ins().iconst(types::I64, 255));
        let low = self.b.ins().smax(wide, zero);
        let held = self.b.ins().smin(low, top);
        self.b.ins().ireduce(types::I32, held)
    }

    // --- array variables ---

    pub(super) fn set_arr(&mut self, arr: Arr, source: &Source) {
        let (base, len) = match source {
            Source::Arr(other) => self.array(*other),
            Source::Subarray(other, begin, end) => {
                let (base, len) = self.array(*other);
                let begin = self.relative(*begin, len);
                let end = end.map_or(len, |end| self.relative(end, len));
                let span = self.b.ins().isub(end, begin);
                let zero = self.b.ins().iconst(types::I64, 0);
                let count = self.b.ins().smax(span, zero);
                let shift = i64::from(self.element_of(*other).shift());
                let offset = self.b.ins().ishl_imm_s(begin, shift);
                (self.b.ins().iadd(base, offset), count)
            }
        };
        let (base_var, len_var) = self.arr_vars(arr);
        self.b.def_var(base_var, base);
        self.b.def_var(len_var, len);
    }

    /// A position relative to the end if negative, held within 0 and `len`.
    fn relative(&mut self, e: E, len: Value) -> Value {
        // An undefined end means the length.
        if self.fact(e).ty == Type::Never {
            return len;
        }
        let position = if self.is_int(e) {
            self.int(e)
        } else {
            let x = self.f64(e);
            self.b.ins().fcvt_to_sint_sat(types::I64, x)
        };
        let zero = self.b.ins().iconst(types::I64, 0);
        let negative = self.b.ins().icmp(IntCC::SignedLessThan, position, zero);
        // Saturated ends cannot overflow: `len` is far from them.
        let lowest = self.b.ins().iconst(types::I64, -(1 << 60));
        let held = self.b.ins().smax(position, lowest);
        let from_end = self.b.ins().iadd(held, len);
        let from_end = self.b.ins().smax(from_end, zero);
        let from_start = self.b.ins().smin(position, len);
        self.b.ins().select(negative, from_end, from_start)
    }

    /// `target.set(source, offset)`.
    pub(super) fn copy(&mut self, target: Arr, source: Arr, offset: E, at: crate::error::At) {
        let offset = if self.is_int(offset) {
            self.int(offset)
        } else {
            let x = self.f64(offset);
            self.b.ins().fcvt_to_sint_sat(types::I64, x)
        };
        let (to, room) = self.array(target);
        let (from, count) = self.array(source);
        let left = self.b.ins().isub(room, offset);
        let not_negative = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, offset, 0);
        let fits = self.b.ins().icmp(IntCC::SignedLessThanOrEqual, count, left);
        let ok = self.b.ins().band(not_negative, fits);
        let name = self.program.arrs[target.0 as usize].name.clone();
        self.require(ok, (offset, Rep::I64), at, SiteKind::Copy, &name);
        let (a, b) = (self.element_of(target), self.element_of(source));
        let begin = self.b.ins().ishl_imm_s(offset, i64::from(a.shift()));
        let to = self.b.ins().iadd(to, begin);
        let same_bits = a == b
            || (a.bytes() == b.bytes()
                && !a.is_float()
                && !b.is_float()
                && (a != Element::U8Clamped || b == Element::U8));
        if same_bits {
            let bytes = self.b.ins().ishl_imm_s(count, i64::from(a.shift()));
            let routine: extern "C" fn(*mut u8, *const u8, usize) -> i64 = runtime::move_bytes;
            let ptr = types::I64;
            self.call(routine as usize, &[ptr, ptr, ptr], types::I64, &[to, from, bytes]);
            return;
        }
        self.convert_all((a, to), (b, from), count);
    }

    /// Element by element, from the side on which overlapping memory is read before it is written.
    fn convert_all(&mut self, (a, to): (Element, Value), (b, from): (Element, Value), count: Value) {
        let index = self.b.declare_var(types::I64);
        let zero = self.b.ins().iconst(types::I64, 0);
        self.b.def_var(index, zero);
        let [head, done] = [(); 2].map(|()| self.b.create_block());
        let any = self.b.ins().icmp(IntCC::SignedGreaterThan, count, zero);
        self.b.ins().brif(any, head, &[], done, &[]);
        self.b.switch_to_block(head);
        let i = self.b.use_var(index);
        let read_offset = self.b.ins().ishl_imm_s(i, i64::from(b.shift()));
        let source = self.b.ins().iadd(from, read_offset);
        let value = self.load_at(b, source);
        let write_offset = self.b.ins().ishl_imm_s(i, i64::from(a.shift()));
        let target = self.b.ins().iadd(to, write_offset);
        let num = crate::infer::element_fact(b).num;
        self.store_at(a, target, value, num);
        let next = self.b.ins().iadd_imm_s(i, 1);
        self.b.def_var(index, next);
        self.poll();
        let more = self.b.ins().icmp(IntCC::SignedLessThan, next, count);
        self.b.ins().brif(more, head, &[], done, &[]);
        self.b.seal_block(head);
        self.enter(done);
    }

    // --- whole loops ---

    pub(super) fn affine<'p>(&'p self, changes: &'p Changes) -> Affine<'p>
    where
        'x: 'p,
    {
        Affine { program: self.program, facts: self.facts, definitions: &self.definitions, changes }
    }

    /// Accesses of one iteration whose index is linear in the running index.
    pub(super) fn hoistable_at_entry(&mut self, plan: &Plan<'x>, index: Local, body: &[Stmt]) -> Linear {
        let changes = Changes::of(self.program, body, &[]);
        if changes.loops == 0 {
            return Linear { accesses: self.linear_accesses(index, body, &changes), changes, refused: None };
        }
        // With loops, it is worth the second copy of the body only if the first goes over vector registers.
        let mut accesses = Vec::new();
        let mut refused = None;
        if plan.vectorize.is_ok() && self.loops_in_step(body) {
            accesses = self.linear_accesses(index, body, &changes);
            self.safe.extend(accesses.iter().copied());
            refused = self.vectorizable(index, body, &changes).err();
            if refused.is_some() {
                for e in accesses.drain(..) {
                    self.safe.remove(&e);
                }
            }
        }
        Linear { accesses, changes, refused }
    }

    /// The loop as a counted one, and its accesses that can be checked before it begins.
    pub(super) fn hoistable(&self, inner: &Loop) -> Option<(Counted, Linear)> {
        let more: Vec<E> = inner.test.into_iter().chain(inner.update).collect();
        let changes = Changes::of(self.program, &inner.body, &more);
        if changes.loops > 0 {
            return None;
        }
        let counted = self.affine(&changes).counted(inner)?;
        let accesses = self.linear_accesses(counted.variable, &inner.body, &changes);
        (!accesses.is_empty()).then_some((counted, Linear { accesses, changes, refused: None }))
    }

    fn linear_accesses(&self, variable: Local, body: &[Stmt], changes: &Changes) -> Vec<E> {
        let affine = self.affine(changes);
        let mut found = Vec::new();
        self.program.walk_stmts(
            body,
            &mut |e| {
                if let Kind::Load(arr, index) | Kind::Store(arr, index, _) | Kind::Update { arr, index, .. } =
                    self.program.kind(e)
                    && !self.safe.contains(&e)
                    && !changes.arrs.contains(&arr.0)
                    && self.fact(*index).ty != Type::Never
                    && affine.linear(*index, variable).is_some()
                    && affine.choices(*index, variable) <= 2
                {
                    found.push(e);
                }
            },
            &mut |_| {},
        );
        found
    }

    /// Whether all accesses are in range when `variable` is `first` and when it is `last`.
    pub(super) fn ends_in_range(&mut self, linear: &Linear, variable: Local, first: Value, last: Value) -> Value {
        let mut ok: Option<Value> = None;
        let mut done: Vec<(Value, Value)> = Vec::new();
        for &e in &linear.accesses {
            let (Kind::Load(arr, index) | Kind::Store(arr, index, _) | Kind::Update { arr, index, .. }) = self.kind(e)
            else {
                continue;
            };
            let (_, len) = self.array(*arr);
            let forms = 1_u32 << self.affine(&linear.changes).choices(*index, variable).min(2);
            for (end, form) in [first, last].into_iter().flat_map(|end| (0..forms).map(move |form| (end, form))) {
                let position = self.linear_value(*index, (variable, end), &linear.changes, &mut form.clone());
                if done.contains(&(position, len)) {
                    continue;
                }
                done.push((position, len));
                let inside = self.b.ins().icmp(IntCC::UnsignedLessThan, position, len);
                ok = Some(match ok {
                    None => inside,
                    Some(before) => self.b.ins().band(before, inside),
                });
            }
        }
        match ok {
            Some(ok) => ok,
            None => self.b.ins().iconst(types::I8, 1),
        }
    }

    /// A linear expression with `value` in place of the loop's variable; the bits of `form` make the choices.
    pub(super) fn linear_value(
        &mut self,
        e: E,
        (variable, value): (Local, Value),
        changes: &Changes,
        form: &mut u32,
    ) -> Value {
        let at = (variable, value);
        match self.kind(e) {
            Kind::Get(local) if *local == variable => value,
            Kind::Get(local) if changes.locals.contains(&local.0) => {
                match self.definitions.get(&local.0).copied().flatten() {
                    Some(definition) => self.linear_value(definition, at, changes, form),
                    None => self.int(e),
                }
            }
            // Also `x | 0` of what fits.
            Kind::Set(_, a) | Kind::Plus(a) | Kind::Bin(Op::Or | Op::Shr, a, _) => {
                self.linear_value(*a, at, changes, form)
            }
            Kind::Bin(op @ (Op::Add | Op::Sub | Op::Mul), a, b) => {
                let x = self.linear_value(*a, at, changes, form);
                let y = self.linear_value(*b, at, changes, form);
                match op {
                    Op::Add => self.b.ins().iadd(x, y),
                    Op::Sub => self.b.ins().isub(x, y),
                    _ => self.b.ins().imul(x, y),
                }
            }
            Kind::Cond(_, a, b) => {
                let chosen = if *form & 1 == 0 { *a } else { *b };
                *form >>= 1;
                self.linear_value(chosen, at, changes, form)
            }
            _ => self.int(e),
        }
    }
}

/// Accesses of a loop whose indices are linear, and what the loop changes.
pub(super) struct Linear {
    pub(super) accesses: Vec<E>,
    pub(super) changes: Changes,
    /// Why several iterations at once are out of the question, if that is known already.
    pub(super) refused: Option<&'static str>,
}
