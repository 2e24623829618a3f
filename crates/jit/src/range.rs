//! What is known about a value: its type, and of a number the interval it lies in, whether it is an integer, and whether it
//! can be NaN or -0. A lattice for abstract interpretation.

use crate::ir::Op;

/// Integers below this magnitude are exact as doubles and as 64-bit integers alike; one that rounds to it may not be.
pub(crate) const EXACT: f64 = 9_007_199_254_740_992.0;
/// What counters of small steps do not reach.
const COUNTER: f64 = 4_503_599_627_370_496.0;
/// Where they may have begun.
const SMALL_COUNTER: f64 = 1_099_511_627_776.0;
const I32_MIN: f64 = -2_147_483_648.0;
const I32_MAX: f64 = 2_147_483_647.0;
const U32_MAX: f64 = 4_294_967_295.0;

/// A set of doubles.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties of a set, not a state")]
pub(crate) struct Num {
    /// Bounds of what is not NaN; `lo > hi` if it is nothing else.
    pub(crate) lo: f64,
    pub(crate) hi: f64,
    /// All are integers between -2^53 and 2^53 (NaN and -0 apart).
    pub(crate) int: bool,
    pub(crate) nan: bool,
    /// -0 is among them.
    pub(crate) negative_zero: bool,
    /// All are exact in single precision.
    pub(crate) single: bool,
    /// The bounds are those that a counter of small steps does not reach, see [`Num::widen`].
    pub(crate) counter: bool,
}

impl Num {
    pub(crate) const ANY: Self = Self {
        lo: f64::NEG_INFINITY,
        hi: f64::INFINITY,
        int: false,
        nan: true,
        negative_zero: true,
        single: false,
        counter: false,
    };
    pub(crate) const NAN: Self = Self {
        lo: f64::INFINITY,
        hi: f64::NEG_INFINITY,
        int: true,
        nan: true,
        negative_zero: false,
        single: true,
        counter: false,
    };
    pub(crate) const I32: Self = Self::ints(I32_MIN, I32_MAX);
    pub(crate) const U32: Self = Self::ints(0.0, U32_MAX);

    pub(crate) const fn ints(lo: f64, hi: f64) -> Self {
        Self { lo, hi, int: true, nan: false, negative_zero: false, single: false, counter: false }
    }

    /// Reals of an interval, -0 included, without NaN.
    pub(crate) const fn reals(lo: f64, hi: f64) -> Self {
        Self { lo, hi, int: false, nan: false, negative_zero: true, single: false, counter: false }
    }

    pub(crate) fn constant(value: f64) -> Self {
        if value.is_nan() {
            return Self::NAN;
        }
        let negative_zero = value == 0.0 && value.is_sign_negative();
        let int = value.trunc() == value && value.abs() < EXACT;
        #[expect(clippy::cast_possible_truncation, reason = "that is the question")]
        let single = f64::from(value as f32) == value;
        Self { lo: value + 0.0, hi: value + 0.0, int, nan: false, negative_zero, single, counter: false }
    }

    pub(crate) fn has_zero(self) -> bool {
        self.lo <= 0.0 && 0.0 <= self.hi
    }

    fn has_infinity(self) -> bool {
        self.lo == f64::NEG_INFINITY || self.hi == f64::INFINITY
    }

    fn may_be_negative(self) -> bool {
        self.lo < 0.0 || self.negative_zero
    }

    /// Every value is an integer that a 64-bit register holds as well; the sign of zero apart.
    pub(crate) fn is_int(self) -> bool {
        self.int && !self.nan
    }

    /// Every value is the same in a 64-bit register: no NaN, no -0.
    pub(crate) fn is_exact(self) -> bool {
        self.is_int() && !self.negative_zero
    }

    pub(crate) fn within(self, lo: f64, hi: f64) -> bool {
        self.lo >= lo && self.hi <= hi
    }

    pub(crate) fn fits_i32(self) -> bool {
        self.is_int() && self.within(I32_MIN, I32_MAX)
    }

    pub(crate) fn join(self, other: Self) -> Self {
        Self {
            lo: self.lo.min(other.lo),
            hi: self.hi.max(other.hi),
            int: self.int && other.int,
            nan: self.nan || other.nan,
            negative_zero: self.negative_zero || other.negative_zero,
            single: self.single && other.single,
            counter: self.counter || other.counter,
        }
    }

    /// Jumps to the next of a few bounds, so that loops come to an end soon.
    ///
    /// What is still small is taken for a counter: if it only moves by steps of at most 256 it takes hours, at one step a
    /// nanosecond, to get from 2^40 to 2^52, so [`Num::add`] may let it stay there.
    pub(crate) fn widen(self, new: Self) -> Self {
        const UP: [f64; 6] = [0.0, 1.0, 255.0, 65_535.0, I32_MAX, U32_MAX];
        const DOWN: [f64; 5] = [0.0, -1.0, -128.0, -32_768.0, I32_MIN];
        let far = |bound: f64| match bound.abs() {
            ..=SMALL_COUNTER => (COUNTER, true),
            ..=EXACT => (EXACT, false),
            _ => (f64::INFINITY, false),
        };
        let mut wide = new;
        if new.hi > self.hi {
            let (bound, counter) = far(new.hi);
            let near = UP.into_iter().find(|&bound| bound >= new.hi);
            wide.hi = near.unwrap_or(bound);
            wide.counter |= near.is_none() && counter;
        }
        if new.lo < self.lo {
            let (bound, counter) = far(new.lo);
            let near = DOWN.into_iter().find(|&bound| bound <= new.lo);
            wide.lo = near.unwrap_or(-bound);
            wide.counter |= near.is_none() && counter;
        }
        wide.counter &= wide.within(-COUNTER, COUNTER);
        wide.checked()
    }

    /// Restores the invariants after bounds have changed.
    fn checked(mut self) -> Self {
        if self.lo.is_nan() {
            self.lo = f64::NEG_INFINITY;
        }
        if self.hi.is_nan() {
            self.hi = f64::INFINITY;
        }
        if self.lo <= -EXACT || self.hi >= EXACT {
            self.int = false;
        }
        self
    }

    /// Steps of a counter, see [`Num::widen`].
    fn steps(self) -> bool {
        self.is_int() && self.within(-256.0, 256.0)
    }

    pub(crate) fn add(self, b: Self) -> Self {
        let nan = self.nan
            || b.nan
            || (self.hi == f64::INFINITY && b.lo == f64::NEG_INFINITY)
            || (self.lo == f64::NEG_INFINITY && b.hi == f64::INFINITY);
        let mut sum = Self {
            lo: self.lo + b.lo,
            hi: self.hi + b.hi,
            int: self.int && b.int,
            nan,
            negative_zero: self.negative_zero && b.negative_zero,
            single: false,
            counter: false,
        };
        let counts = |x: Self, step: Self| x.counter && x.within(-COUNTER, COUNTER) && step.steps();
        if self.is_int() && b.is_int() && (counts(self, b) || counts(b, self)) {
            sum.lo = sum.lo.max(-COUNTER);
            sum.hi = sum.hi.min(COUNTER);
            sum.counter = true;
        }
        sum.checked()
    }

    pub(crate) fn neg(self) -> Self {
        let negative_zero = self.has_zero();
        Self { lo: -self.hi, hi: -self.lo, negative_zero, ..self }
    }

    pub(crate) fn sub(self, b: Self) -> Self {
        // -0 - 0 is -0; 0 - 0 is 0.
        let negative_zero = self.negative_zero && b.has_zero();
        let mut difference = self.add(Self { negative_zero: false, ..b.neg() });
        difference.negative_zero = negative_zero;
        difference
    }

    pub(crate) fn mul(self, b: Self) -> Self {
        let nan = self.nan || b.nan || (self.has_zero() && b.has_infinity()) || (b.has_zero() && self.has_infinity());
        let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
        for x in [self.lo, self.hi] {
            for y in [b.lo, b.hi] {
                let product = if x == 0.0 || y == 0.0 { 0.0 } else { x * y };
                lo = lo.min(product);
                hi = hi.max(product);
            }
        }
        let int = self.int && b.int;
        // Integers give -0 only from a zero and a negative; others by underflow too.
        let negative_zero = if int {
            self.negative_zero || b.negative_zero || (self.has_zero() && b.lo < 0.0) || (b.has_zero() && self.lo < 0.0)
        } else {
            self.may_be_negative() || b.may_be_negative()
        };
        Self { lo, hi, int, nan, negative_zero, single: false, counter: false }.checked()
    }

    pub(crate) fn div(self, b: Self) -> Self {
        let negative_zero = self.may_be_negative() || b.may_be_negative();
        let nan = self.nan || b.nan || (self.has_zero() && b.has_zero()) || (self.has_infinity() && b.has_infinity());
        let (mut lo, mut hi) = (f64::NEG_INFINITY, f64::INFINITY);
        if b.lo > 0.0 || b.hi < 0.0 {
            (lo, hi) = (f64::INFINITY, f64::NEG_INFINITY);
            for x in [self.lo, self.hi] {
                for y in [b.lo, b.hi] {
                    let quotient = x / y;
                    if quotient.is_nan() {
                        (lo, hi) = (f64::NEG_INFINITY, f64::INFINITY);
                    } else {
                        lo = lo.min(quotient);
                        hi = hi.max(quotient);
                    }
                }
            }
        } else if !negative_zero {
            lo = 0.0;
        }
        Self { lo, hi, int: false, nan, negative_zero, single: false, counter: false }.checked()
    }

    pub(crate) fn rem(self, b: Self) -> Self {
        let nan = self.nan || b.nan || b.has_zero() || self.has_infinity();
        let mut largest = b.lo.abs().max(b.hi.abs());
        let int = self.int && b.int;
        if int {
            largest -= 1.0;
        }
        let hi = if self.hi > 0.0 { self.hi.min(largest) } else { 0.0 };
        let lo = if self.lo < 0.0 { self.lo.max(-largest) } else { 0.0 };
        let negative_zero = self.may_be_negative();
        Self { lo, hi: hi.max(0.0), int, nan, negative_zero, single: false, counter: false }.checked()
    }

    /// What `op` makes of these and those.
    pub(crate) fn combine(self, op: Op, b: Self) -> Self {
        match op {
            Op::Add => self.add(b),
            Op::Sub => self.sub(b),
            Op::Mul => self.mul(b),
            Op::Div => self.div(b),
            Op::Rem => self.rem(b),
            Op::Pow => self.pow(b),
            Op::And => self.and(b),
            Op::Or => self.or(b),
            Op::Xor => self.xor(b),
            Op::Shl => self.shl(b),
            Op::Shr => self.shr(b),
            Op::Ushr => self.ushr(b),
        }
    }

    pub(crate) fn pow(self, b: Self) -> Self {
        if b.lo == 2.0 && b.hi == 2.0 && !b.nan {
            let mut square = self.mul(self);
            square.negative_zero = false;
            square.lo = square.lo.max(0.0);
            square.int &= self.int;
            return square;
        }
        let lo = if self.may_be_negative() { f64::NEG_INFINITY } else { 0.0 };
        Self { lo, ..Self::ANY }
    }

    /// As an operand of a bitwise operator.
    pub(crate) fn to_i32(self) -> Self {
        if self.within(I32_MIN, I32_MAX) && !self.nan {
            Self::ints(self.lo.ceil().min(self.lo.trunc()) + 0.0, self.hi.floor().max(self.hi.trunc()) + 0.0)
        } else if self.within(I32_MIN, I32_MAX) && self.lo <= self.hi {
            Self::ints(self.lo.trunc().min(0.0) + 0.0, self.hi.trunc().max(0.0) + 0.0)
        } else {
            Self::I32
        }
    }

    pub(crate) fn and(self, b: Self) -> Self {
        let (x, y) = (self.to_i32(), b.to_i32());
        match (x.lo >= 0.0, y.lo >= 0.0) {
            (true, true) => Self::ints(0.0, x.hi.min(y.hi)),
            (true, false) => Self::ints(0.0, x.hi),
            (false, true) => Self::ints(0.0, y.hi),
            (false, false) => Self::I32,
        }
    }

    pub(crate) fn or(self, b: Self) -> Self {
        let (x, y) = (self.to_i32(), b.to_i32());
        if y.lo == 0.0 && y.hi == 0.0 {
            return x;
        }
        if x.lo >= 0.0 && y.lo >= 0.0 {
            return Self::ints(0.0, below_power(x.hi.max(y.hi)));
        }
        Self::I32
    }

    pub(crate) fn xor(self, b: Self) -> Self {
        let (x, y) = (self.to_i32(), b.to_i32());
        if x.lo >= 0.0 && y.lo >= 0.0 { Self::ints(0.0, below_power(x.hi.max(y.hi))) } else { Self::I32 }
    }

    fn shift_count(self) -> Option<f64> {
        (self.lo == self.hi && self.is_int()).then(|| self.lo.rem_euclid(32.0))
    }

    pub(crate) fn shl(self, b: Self) -> Self {
        let x = self.to_i32();
        match b.shift_count() {
            Some(count) => {
                let factor = count.exp2();
                let shifted = Self::ints(x.lo * factor, x.hi * factor);
                if shifted.within(I32_MIN, I32_MAX) { shifted } else { Self::I32 }
            }
            None => Self::I32,
        }
    }

    pub(crate) fn shr(self, b: Self) -> Self {
        let x = self.to_i32();
        match b.shift_count() {
            Some(count) => Self::ints((x.lo / count.exp2()).floor(), (x.hi / count.exp2()).floor()),
            None => Self::ints(x.lo.min(0.0), x.hi.max(0.0)),
        }
    }

    pub(crate) fn ushr(self, b: Self) -> Self {
        let x = self.to_i32();
        match (b.shift_count(), x.lo >= 0.0) {
            (Some(count), true) => Self::ints((x.lo / count.exp2()).floor(), (x.hi / count.exp2()).floor()),
            (None, true) => Self::ints(0.0, x.hi),
            (Some(count), false) => Self::ints(0.0, ((U32_MAX + 1.0) / count.exp2() - 1.0).floor()),
            (None, false) => Self::U32,
        }
    }

    /// The result of a rounding function: `floor` … of the bounds; integer when it cannot be infinite.
    pub(crate) fn rounded(self, round: fn(f64) -> f64, zero_from_negative: bool) -> Self {
        let (lo, hi) = (round(self.lo) + 0.0, round(self.hi) + 0.0);
        let int = lo > -EXACT && hi < EXACT || self.lo > self.hi;
        let negative_zero = self.negative_zero || (zero_from_negative && self.lo < 0.0 && !self.int);
        Self { lo, hi, int, nan: self.nan, negative_zero, single: false, counter: false }
    }

    pub(crate) fn abs(self) -> Self {
        let hi = self.lo.abs().max(self.hi.abs());
        let lo = if self.has_zero() { 0.0 } else { self.lo.abs().min(self.hi.abs()) };
        if self.lo > self.hi { self } else { Self { lo, hi, negative_zero: false, ..self } }
    }

    pub(crate) fn min(self, b: Self) -> Self {
        let join = self.join(b);
        Self { lo: self.lo.min(b.lo), hi: self.hi.min(b.hi), ..join }.checked()
    }

    pub(crate) fn max(self, b: Self) -> Self {
        let join = self.join(b);
        Self { lo: self.lo.max(b.lo), hi: self.hi.max(b.hi), ..join }.checked()
    }

    pub(crate) fn sqrt(self) -> Self {
        let nan = self.nan || self.lo < 0.0;
        let negative_zero = self.negative_zero;
        Self {
            lo: self.lo.max(0.0).sqrt(),
            hi: self.hi.max(0.0).sqrt(),
            int: false,
            nan,
            negative_zero,
            single: false,
            counter: false,
        }
    }

    pub(crate) fn fround(self) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "that is what it does")]
        let round = |x: f64| f64::from(x as f32);
        let (lo, hi) = (round(self.lo), round(self.hi));
        let negative_zero = self.negative_zero || (self.lo < 0.0 && !self.int);
        Self { lo, hi, int: self.int, nan: self.nan, negative_zero, single: true, counter: false }.checked()
    }
}

/// The largest number with as many bits as `x`.
fn below_power(x: f64) -> f64 {
    let mut bound = 1.0;
    while bound <= x {
        bound *= 2.0;
    }
    bound - 1.0
}

/// How a bigint relates to the 64 bits that hold it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BigKind {
    /// It is that signed integer.
    Signed,
    /// It is that unsigned integer.
    Unsigned,
    /// It is both: not negative and below 2^63.
    Both,
    /// Only its lowest 64 bits are known.
    Modular,
}

impl BigKind {
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Both, a) | (a, Self::Both) => a,
            _ => Self::Modular,
        }
    }
}

/// The JavaScript type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// No value reaches this place.
    Never,
    Number,
    Boolean,
    BigInt,
    /// Not always the same one of these.
    Mixed,
}

/// What is known about a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Fact {
    pub(crate) ty: Type,
    /// It may be `undefined`.
    pub(crate) undefined: bool,
    /// Of a number.
    pub(crate) num: Num,
    /// Of a boolean.
    pub(crate) may_be_true: bool,
    pub(crate) may_be_false: bool,
    /// Of a bigint.
    pub(crate) big: BigKind,
}

const EMPTY: Num = Num {
    lo: f64::INFINITY,
    hi: f64::NEG_INFINITY,
    int: true,
    nan: false,
    negative_zero: false,
    single: true,
    counter: false,
};

impl Fact {
    pub(crate) const NEVER: Self = Self {
        ty: Type::Never,
        undefined: false,
        num: EMPTY,
        may_be_true: false,
        may_be_false: false,
        big: BigKind::Both,
    };
    pub(crate) const UNDEFINED: Self = Self { undefined: true, ..Self::NEVER };

    pub(crate) const fn number(num: Num) -> Self {
        Self { ty: Type::Number, num, ..Self::NEVER }
    }

    pub(crate) const fn boolean(may_be_true: bool, may_be_false: bool) -> Self {
        Self { ty: Type::Boolean, may_be_true, may_be_false, ..Self::NEVER }
    }

    pub(crate) const fn big(big: BigKind) -> Self {
        Self { ty: Type::BigInt, big, ..Self::NEVER }
    }

    pub(crate) fn join(self, other: Self) -> Self {
        let ty = match (self.ty, other.ty) {
            (a, b) if a == b => a,
            (Type::Never, a) | (a, Type::Never) => a,
            _ => Type::Mixed,
        };
        Self {
            ty,
            undefined: self.undefined || other.undefined,
            num: self.num.join(other.num),
            may_be_true: self.may_be_true || other.may_be_true,
            may_be_false: self.may_be_false || other.may_be_false,
            big: if self.ty == Type::BigInt && other.ty == Type::BigInt {
                self.big.join(other.big)
            } else if other.ty == Type::BigInt {
                other.big
            } else {
                self.big
            },
        }
    }

    /// Whether `other` adds nothing. That something counts is no value, only leave to assume.
    pub(crate) fn includes(self, other: Self) -> bool {
        let mut joined = self.join(other);
        joined.num.counter = self.num.counter;
        joined == self
    }

    pub(crate) fn widen(self, new: Self) -> Self {
        Self { num: self.num.widen(new.num), ..new }
    }

    /// The only value that a condition can have.
    pub(crate) fn known_bool(self) -> Option<bool> {
        match (self.ty, self.may_be_true, self.may_be_false) {
            (Type::Boolean, true, false) if !self.undefined => Some(true),
            (Type::Boolean, false, true) => Some(false),
            _ => None,
        }
    }
}
