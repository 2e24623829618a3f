//! Elements of typed arrays: checks, loads and stores.

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::{Gen, Rep, Report, SiteKind, plain};
use crate::element::Element;
use crate::ir::{Arr, E, Kind, Op, Source};
use crate::range::{Fact, Num, Type};
use crate::runtime;

/// Elements whose distance is added to an address by the instruction that uses it.
pub(super) const NEAR: i32 = 1 << 24;

/// An index: `moving + fixed`, 0 for what is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) moving: Option<Value>,
    pub(super) fixed: i64,
}

/// A place in memory: `start + offset` bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address {
    pub(super) start: Value,
    pub(super) offset: i32,
}

impl Gen<'_, '_> {
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

    /// An index; the run fails if it is not whole.
    pub(super) fn index(&mut self, e: E, index: E, what: SiteKind, array: &str) -> Position {
        if self.is_int(index) {
            return self.position(index);
        }
        if self.fact(index).ty == Type::Boolean {
            return Position { moving: Some(self.int(index)), fixed: 0 };
        }
        let x = self.f64(index);
        let whole = self.b.ins().fcvt_to_sint_sat(types::I64, x);
        let back = self.b.ins().fcvt_from_sint(types::F64, whole);
        let ok = self.b.ins().fcmp(FloatCC::Equal, back, x);
        let at = self.program.at(e);
        self.require(ok, (x, Rep::F64), at, what, array);
        Position { moving: Some(whole), fixed: 0 }
    }

    /// An integer with what is constant of it apart, so that neighbouring elements share an address.
    fn position(&mut self, e: E) -> Position {
        match self.kind(e) {
            #[expect(clippy::cast_possible_truncation, reason = "an integer within 2^53, by inference")]
            Kind::Num(value) => Position { moving: None, fixed: *value as i64 },
            Kind::Bin(op @ (Op::Add | Op::Sub), a, b) if self.is_int(e) && self.both_int(*a, *b) => {
                let x = self.position(*a);
                let y = self.position(*b);
                let is_sum = *op == Op::Add;
                let moving = match (x.moving, y.moving) {
                    (x, None) => x,
                    (None, Some(y)) if is_sum => Some(y),
                    (None, Some(y)) => Some(self.b.ins().ineg(y)),
                    (Some(x), Some(y)) if is_sum => Some(self.b.ins().iadd(x, y)),
                    (Some(x), Some(y)) => Some(self.b.ins().isub(x, y)),
                };
                let (x, y) = (x.fixed, y.fixed);
                Position { moving, fixed: if is_sum { x.wrapping_add(y) } else { x.wrapping_sub(y) } }
            }
            Kind::Plus(a) if self.is_int(*a) => self.position(*a),
            _ => Position { moving: Some(self.int(e)), fixed: 0 },
        }
    }

    pub(super) fn whole(&mut self, position: Position) -> Value {
        match position {
            Position { moving: Some(value), fixed: 0 } => value,
            Position { moving: Some(value), fixed } => self.b.ins().iadd_imm_s(value, fixed),
            Position { moving: None, fixed } => self.b.ins().iconst(types::I64, fixed),
        }
    }

    /// Where the element is.
    pub(super) fn locate(&mut self, arr: Arr, position: Position) -> Address {
        let (base, _) = self.array(arr);
        let shift = i64::from(self.element_of(arr).shift());
        let (moving, offset) = match i32::try_from(position.fixed) {
            Ok(fixed) if fixed.abs() < NEAR => (position.moving, fixed << shift),
            _ => (Some(self.whole(position)), 0),
        };
        Address { start: self.beyond(base, moving, shift), offset }
    }

    /// The address of an element `1 << shift` bytes long, that many elements after `base`.
    pub(super) fn beyond(&mut self, base: Value, elements: Option<Value>, shift: i64) -> Value {
        match elements {
            None => base,
            Some(value) if shift == 0 => self.b.ins().iadd(base, value),
            Some(value) => {
                let bytes = self.b.ins().ishl_imm_s(value, shift);
                self.b.ins().iadd(base, bytes)
            }
        }
    }

    /// Notes how an access is checked; not of the copies of loops that hardly ever run.
    pub(super) fn count(&mut self, note: impl FnOnce(&mut Report)) {
        if !self.is_fallback {
            note(&mut self.report);
        }
    }

    /// The address of an element, whose index has been evaluated, after the check that `e` needs.
    fn address(&mut self, e: E, arr: Arr, position: Option<Position>, what: SiteKind) -> Address {
        let Some(position) = position else { return self.at_anchor(e) };
        if self.safe.contains(&e) {
            // Proven.
        } else if self.checked.contains(&(arr, position)) {
            self.count(|report| report.unchecked += 1);
        } else {
            self.count(|report| report.checks += 1);
            let (_, len) = self.array(arr);
            let index = self.whole(position);
            let ok = self.b.ins().icmp(IntCC::UnsignedLessThan, index, len);
            let at = self.program.at(e);
            let name = self.program.arrs[arr.0 as usize].name.clone();
            self.require(ok, (index, Rep::I64), at, what, &name);
            if self.arrs[arr.0 as usize].is_some() {
                self.checked.push((arr, position));
            }
        }
        self.locate(arr, position)
    }

    pub(super) fn load(&mut self, e: E, arr: Arr, index: E) -> (Value, Rep) {
        if let Some(held) = self.held.get(&e) {
            return (self.b.use_var(*held), Rep::F64);
        }
        let address = self.readable(e, arr, index);
        self.load_at(self.element_of(arr), address)
    }

    fn readable(&mut self, e: E, arr: Arr, index: E) -> Address {
        let position = self.index_of(e, arr, index, SiteKind::Read);
        self.address(e, arr, position, SiteKind::Read)
    }

    /// The index of an access; nothing if that is anchored.
    fn index_of(&mut self, e: E, arr: Arr, index: E, what: SiteKind) -> Option<Position> {
        if self.anchors.contains_key(&e) {
            return None;
        }
        let name = self.program.arrs[arr.0 as usize].name.clone();
        Some(self.index(e, index, what, &name))
    }

    pub(super) fn load_at(&mut self, element: Element, address: Address) -> (Value, Rep) {
        let (flags, Address { start, offset }) = (plain(), address);
        match element {
            Element::I8 => (self.b.ins().sload8(types::I64, flags, start, offset), Rep::I64),
            Element::U8 | Element::U8Clamped => (self.b.ins().uload8(types::I64, flags, start, offset), Rep::I64),
            Element::I16 => (self.b.ins().sload16(types::I64, flags, start, offset), Rep::I64),
            Element::U16 => (self.b.ins().uload16(types::I64, flags, start, offset), Rep::I64),
            Element::I32 => (self.b.ins().sload32(flags, start, offset), Rep::I64),
            Element::U32 => (self.b.ins().uload32(flags, start, offset), Rep::I64),
            Element::F32 => {
                let single = self.b.ins().load(types::F32, flags, start, offset);
                (self.b.ins().fpromote(types::F64, single), Rep::F64)
            }
            Element::F64 => (self.b.ins().load(types::F64, flags, start, offset), Rep::F64),
            Element::I64 | Element::U64 => (self.b.ins().load(types::I64, flags, start, offset), Rep::Big),
            Element::F16 => {
                let bits = self.b.ins().uload16(types::I32, flags, start, offset);
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
        let Address { start, offset } = self.readable(e, arr, index);
        let flags = plain();
        match element {
            Element::I8 => self.b.ins().sload8(types::I32, flags, start, offset),
            Element::U8 | Element::U8Clamped => self.b.ins().uload8(types::I32, flags, start, offset),
            Element::I16 => self.b.ins().sload16(types::I32, flags, start, offset),
            Element::U16 => self.b.ins().uload16(types::I32, flags, start, offset),
            _ => self.b.ins().load(types::I32, flags, start, offset),
        }
    }

    /// `a[i] = v` and `a[i] op= v`. The value of the expression, if it is wanted.
    pub(super) fn write(&mut self, e: E, wanted: bool) -> Option<(Value, Rep)> {
        match self.kind(e) {
            Kind::Store(_, _, a) if self.held.contains_key(&e) => {
                let value = self.f64(*a);
                self.b.def_var(self.held[&e], value);
                wanted.then_some((value, Rep::F64))
            }
            Kind::Update { op, value: a, old, .. } if self.held.contains_key(&e) => {
                let before = (self.b.use_var(self.held[&e]), Rep::F64);
                let ((after, rep), _) = self.combine(e, *op, Element::F64, before, *a);
                let after = self.to_f64(after, rep);
                self.b.def_var(self.held[&e], after);
                Some(if *old { before } else { (after, Rep::F64) })
            }
            Kind::Store(arr, index, a) => {
                let position = self.index_of(e, *arr, *index, SiteKind::Write);
                let element = self.element_of(*arr);
                let (value, rep) = if wanted { self.any(*a) } else { self.for_element(element, *a) };
                let address = self.address(e, *arr, position, SiteKind::Write);
                let num = self.num(*a);
                self.store_at(element, address, (value, rep), num);
                wanted.then_some((value, rep))
            }
            Kind::Update { arr, index, op, value: a, old } => {
                let position = self.index_of(e, *arr, *index, SiteKind::Write);
                let element = self.element_of(*arr);
                let address = self.address(e, *arr, position, SiteKind::Write);
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
    pub(super) fn store_at(&mut self, element: Element, address: Address, (value, rep): (Value, Rep), num: Num) {
        let (flags, Address { start, offset }) = (plain(), address);
        match element {
            Element::I64 | Element::U64 => {
                self.b.ins().store(flags, value, start, offset);
            }
            Element::F64 => {
                let value = self.to_f64(value, rep);
                self.b.ins().store(flags, value, start, offset);
            }
            Element::F32 => {
                let value = self.to_f64(value, rep);
                let single = self.b.ins().fdemote(types::F32, value);
                self.b.ins().store(flags, single, start, offset);
            }
            Element::F16 => {
                let value = self.to_f64(value, rep);
                let routine: extern "C" fn(f64) -> u32 = runtime::to_half;
                let bits = self.call(routine as usize, &[types::F64], types::I32, &[value]);
                self.b.ins().istore16(flags, bits, start, offset);
            }
            Element::U8Clamped => {
                let byte = self.clamped(value, rep);
                self.b.ins().istore8(flags, byte, start, offset);
            }
            Element::I8 | Element::U8 => {
                let value = self.to_i32(value, rep, num);
                self.b.ins().istore8(flags, value, start, offset);
            }
            Element::I16 | Element::U16 => {
                let value = self.to_i32(value, rep, num);
                self.b.ins().istore16(flags, value, start, offset);
            }
            Element::I32 | Element::U32 => {
                let value = self.to_i32(value, rep, num);
                self.b.ins().store(flags, value, start, offset);
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
        let value = self.load_at(b, Address { start: source, offset: 0 });
        let write_offset = self.b.ins().ishl_imm_s(i, i64::from(a.shift()));
        let target = self.b.ins().iadd(to, write_offset);
        let num = crate::infer::element_fact(b).num;
        self.store_at(a, Address { start: target, offset: 0 }, value, num);
        let next = self.b.ins().iadd_imm_s(i, 1);
        self.b.def_var(index, next);
        self.poll();
        let more = self.b.ins().icmp(IntCC::SignedLessThan, next, count);
        self.b.ins().brif(more, head, &[], done, &[]);
        self.b.seal_block(head);
        self.enter(done);
    }
}
