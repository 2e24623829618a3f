//! Bitwise operators over lanes: two integers of 32 bits in the lower half of a register, converted at both ends.
//!
//! Doubles within the range of the integers are converted by the processor. Another one that is an integer within ±2^51 has
//! `ToInt32` of it in its lowest bits once 2^52 + 2^51 is added. From anything else the fraction and the multiples of 2^32 are
//! taken before, which is exact: scaling by a power of two is, and so is the difference of a double and its own upper bits. NaN
//! and the infinities become NaN on the way, then 0.
//!
//! Operands that are in integer registers when iterations go one by one gain nothing by that, and count as single lanes.

use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{ConstantData, InstBuilder, Value, types};

use super::vector::{Cost, Lanes, Verdict};
use super::{Gen, Rep, plain};
use crate::affine::Changes;
use crate::element::Element;
use crate::ir::{Arr, E, Kind, Local, MathFn, Op};
use crate::range::{Num, Type};

/// 2^51; up to here integers need no reduction.
const NEAR: f64 = 2_251_799_813_685_248.0;
/// Moves the lowest bit of an integer to the lowest bit of a double.
const MAGIC: f64 = 3.0 * NEAR;
const WORD: f64 = 4_294_967_296.0;
/// What it costs to have an integer as a double first, or to reduce a double.
const DETOUR: u32 = 2;
/// Bytes of the lower halves of both lanes, twice.
const LOWER_HALVES: [u8; 16] = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27];

/// Whether the processor converts it, NaN to 0.
fn fits(num: Num) -> bool {
    num.within(-2_147_483_648.0, 2_147_483_647.0)
}

impl Gen<'_, '_> {
    /// Whether the expression is computed here.
    pub(super) fn is_bits(&self, e: E) -> bool {
        match self.kind(e) {
            Kind::Bin(op, ..) => op.is_bitwise(),
            Kind::BitNot(_) | Kind::Math(MathFn::Imul, _) => true,
            _ => false,
        }
    }

    /// Adds what such an expression costs.
    pub(super) fn bits_cost(&self, e: E, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        match self.kind(e) {
            Kind::Bin(Op::Shl | Op::Shr | Op::Ushr, a, b) => {
                if !matches!(self.kind(*b), Kind::Num(_)) {
                    return Err("it shifts by a number of bits that is no constant");
                }
                cost.whole += 1;
                self.operand_cost(*a, at, cost)
            }
            Kind::Bin(op, a, b) => {
                // Only the conversion is left of that.
                let is_plain = *op == Op::Or && matches!(self.kind(*b), Kind::Num(zero) if *zero == 0.0);
                cost.whole += u32::from(!is_plain);
                self.operand_cost(*a, at, cost)?;
                self.operand_cost(*b, at, cost)
            }
            Kind::BitNot(a) => {
                cost.whole += 1;
                self.operand_cost(*a, at, cost)
            }
            // Not faster than two multiplications.
            Kind::Math(_, args) => args.iter().try_for_each(|arg| self.operand_cost(*arg, at, cost)),
            _ => Err("it uses something that has no vector form"),
        }
    }

    fn operand_cost(&self, e: E, at: (Local, &Changes), cost: &mut Cost) -> Verdict {
        if !self.is_bits(e) && !matches!(self.kind(e), Kind::Num(_)) {
            if self.natively_int(e) {
                cost.single += DETOUR;
            } else {
                cost.slow += if fits(self.num(e)) { 1 } else { DETOUR };
            }
        }
        self.cost(e, at, cost)
    }

    /// The value of such an expression as a number for each lane.
    pub(super) fn pair_of_bits(&mut self, e: E, lanes: &mut Lanes<'_>) -> Value {
        let bits = self.words(e, lanes);
        if matches!(self.kind(e), Kind::Bin(Op::Ushr, ..)) {
            let wide = self.b.ins().uwiden_low(bits);
            return self.b.ins().fcvt_from_uint(types::F64X2, wide);
        }
        let wide = self.b.ins().swiden_low(bits);
        self.b.ins().fcvt_from_sint(types::F64X2, wide)
    }

    /// Whether the elements that get this value are better stored as integers: with conversions that are cheap.
    pub(super) fn stores_words(&self, element: Element, value: E) -> bool {
        let stores =
            matches!(element, Element::I8 | Element::U8 | Element::I16 | Element::U16 | Element::I32 | Element::U32);
        stores && self.fact(value).ty == Type::Number && (self.is_bits(value) || fits(self.num(value)))
    }

    /// Writes `ToInt32` of the value to the elements, of which each takes the bits that it has.
    pub(super) fn store_words(&mut self, arr: Arr, index: E, value: E, lanes: &mut Lanes<'_>) {
        let words = self.words(value, lanes);
        let element = self.element_of(arr);
        let first = self.lane_address(arr, index, 0, lanes);
        if element.shift() == 2 && self.stride(index, lanes.place()) == Some(1) {
            let both = self.cast(types::I64X2, words);
            let low = self.b.ins().extractlane(both, 0);
            self.b.ins().store(plain(), low, first.start, first.offset);
            return;
        }
        let second = self.lane_address(arr, index, 1, lanes);
        for (lane, address) in [(0, first), (1, second)] {
            let word = self.b.ins().extractlane(words, lane);
            self.store_at(element, address, (word, Rep::I32), Num::I32);
        }
    }

    /// `ToInt32` of an expression for each lane.
    fn words(&mut self, e: E, lanes: &mut Lanes<'_>) -> Value {
        match self.kind(e) {
            Kind::Num(value) => {
                let scalar = self.b.ins().iconst(types::I32, i64::from(crate::runtime::to_int32(*value)));
                self.b.ins().splat(types::I32X4, scalar)
            }
            Kind::Bin(op @ (Op::Shl | Op::Shr | Op::Ushr), a, b) => {
                let Kind::Num(count) = self.kind(*b) else { unreachable!("refused by `bits_cost`") };
                let x = self.words(*a, lanes);
                let count = self.b.ins().iconst(types::I32, i64::from(crate::runtime::to_int32(*count) & 31));
                match op {
                    Op::Shl => self.b.ins().ishl(x, count),
                    Op::Shr => self.b.ins().sshr(x, count),
                    _ => self.b.ins().ushr(x, count),
                }
            }
            Kind::Bin(op @ (Op::And | Op::Or | Op::Xor), a, b) => {
                let x = self.words(*a, lanes);
                let y = self.words(*b, lanes);
                match op {
                    Op::And => self.b.ins().band(x, y),
                    Op::Or => self.b.ins().bor(x, y),
                    _ => self.b.ins().bxor(x, y),
                }
            }
            Kind::BitNot(a) => {
                let x = self.words(*a, lanes);
                self.b.ins().bnot(x)
            }
            Kind::Math(MathFn::Imul, args) => {
                let x = self.words(args[0], lanes);
                let y = self.words(args[1], lanes);
                self.b.ins().imul(x, y)
            }
            _ => {
                let pair = self.pair(e, lanes);
                let num = self.num(e);
                self.to_int32_lanes(pair, num)
            }
        }
    }

    /// `ToInt32` of doubles of which `num` is known.
    fn to_int32_lanes(&mut self, pair: Value, num: Num) -> Value {
        if fits(num) {
            // Together one conversion, which makes 0 of NaN.
            let wide = self.b.ins().fcvt_to_sint_sat(types::I64X2, pair);
            let zero = self.b.func.dfg.constants.insert(ConstantData::from(&[0; 16][..]));
            let zero = self.b.ins().vconst(types::I64X2, zero);
            return self.b.ins().snarrow(wide, zero);
        }
        let whole = if num.int { pair } else { self.b.ins().trunc(pair) };
        let near = if !num.within(-NEAR, NEAR - 1.0) {
            self.rest_of_word(whole)
        } else if num.nan {
            self.zero_of_nan(whole)
        } else {
            whole
        };
        let magic = self.splat(MAGIC);
        let sum = self.b.ins().fadd(near, magic);
        let bytes = self.cast(types::I8X16, sum);
        let halves = self.b.func.dfg.immediates.push(ConstantData::from(&LOWER_HALVES[..]));
        let low = self.b.ins().shuffle(bytes, bytes, halves);
        self.cast(types::I32X4, low)
    }

    fn zero_of_nan(&mut self, pair: Value) -> Value {
        let is_number = self.b.ins().fcmp(FloatCC::Equal, pair, pair);
        let bits = self.cast(types::I64X2, pair);
        let bits = self.b.ins().band(bits, is_number);
        self.cast(types::F64X2, bits)
    }

    /// Integers without their multiples of 2^32; 0 of what is no integer.
    fn rest_of_word(&mut self, whole: Value) -> Value {
        let (down, up) = (self.splat(1.0 / WORD), self.splat(WORD));
        let scaled = self.b.ins().fmul(whole, down);
        let words = self.b.ins().floor(scaled);
        let above = self.b.ins().fmul(words, up);
        let rest = self.b.ins().fsub(whole, above);
        self.zero_of_nan(rest)
    }
}
