//! Globals and their members.

use super::{Bind, Builtin};
use crate::ir::MathFn;

/// What a global path (`NaN`, `Math`, `Math.sqrt`) stands for.
pub(super) fn global<'t, 'a>(path: &str) -> Option<Bind<'t, 'a>> {
    if let Some((object, name)) = path.split_once('.') {
        let Bind::Builtin(object) = global(object)? else { return None };
        return member(object, name);
    }
    Some(match path {
        "NaN" => Bind::Constant(f64::NAN),
        "Infinity" => Bind::Constant(f64::INFINITY),
        "undefined" => Bind::Undefined,
        "Math" => Bind::Builtin(Builtin::MathObject),
        "Number" => Bind::Builtin(Builtin::NumberObject),
        "BigInt" => Bind::Builtin(Builtin::BigIntObject),
        "Object" => Bind::Builtin(Builtin::ObjectObject),
        "Boolean" => Bind::Builtin(Builtin::BooleanFn),
        "isNaN" => Bind::Builtin(Builtin::IsNan),
        "isFinite" => Bind::Builtin(Builtin::IsFinite),
        "__name" => Bind::Builtin(Builtin::Identity),
        _ if is_coverage(path) => Bind::Builtin(Builtin::Coverage),
        _ => return None,
    })
}

/// Names that istanbul gives to its counters.
fn is_coverage(name: &str) -> bool {
    name.strip_prefix("cov_").is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// A member of a global object.
pub(super) fn member<'t, 'a>(object: Builtin, name: &str) -> Option<Bind<'t, 'a>> {
    match object {
        Builtin::MathObject => math(name),
        Builtin::NumberObject => number(name),
        Builtin::BigIntObject => match name {
            "asIntN" => Some(Bind::Builtin(Builtin::AsIntN)),
            "asUintN" => Some(Bind::Builtin(Builtin::AsUintN)),
            _ => None,
        },
        Builtin::ObjectObject if name == "is" => Some(Bind::Builtin(Builtin::ObjectIs)),
        _ => None,
    }
}

fn number<'t, 'a>(name: &str) -> Option<Bind<'t, 'a>> {
    Some(match name {
        "EPSILON" => Bind::Constant(f64::EPSILON),
        "MAX_SAFE_INTEGER" => Bind::Constant(9_007_199_254_740_991.0),
        "MIN_SAFE_INTEGER" => Bind::Constant(-9_007_199_254_740_991.0),
        "MAX_VALUE" => Bind::Constant(f64::MAX),
        "MIN_VALUE" => Bind::Constant(5e-324),
        "POSITIVE_INFINITY" => Bind::Constant(f64::INFINITY),
        "NEGATIVE_INFINITY" => Bind::Constant(f64::NEG_INFINITY),
        "NaN" => Bind::Constant(f64::NAN),
        "isNaN" => Bind::Builtin(Builtin::NumberIsNan),
        "isFinite" => Bind::Builtin(Builtin::NumberIsFinite),
        "isInteger" => Bind::Builtin(Builtin::NumberIsInteger),
        "isSafeInteger" => Bind::Builtin(Builtin::NumberIsSafeInteger),
        _ => return None,
    })
}

fn math<'t, 'a>(name: &str) -> Option<Bind<'t, 'a>> {
    let constant = match name {
        "E" => std::f64::consts::E,
        "LN10" => std::f64::consts::LN_10,
        "LN2" => std::f64::consts::LN_2,
        "LOG10E" => std::f64::consts::LOG10_E,
        "LOG2E" => std::f64::consts::LOG2_E,
        "PI" => std::f64::consts::PI,
        "SQRT1_2" => std::f64::consts::FRAC_1_SQRT_2,
        "SQRT2" => std::f64::consts::SQRT_2,
        "random" => return Some(Bind::Builtin(Builtin::Random)),
        _ => return math_function(name).map(|function| Bind::Builtin(Builtin::Math(function))),
    };
    Some(Bind::Constant(constant))
}

fn math_function(name: &str) -> Option<MathFn> {
    Some(match name {
        "abs" => MathFn::Abs,
        "acos" => MathFn::Acos,
        "acosh" => MathFn::Acosh,
        "asin" => MathFn::Asin,
        "asinh" => MathFn::Asinh,
        "atan" => MathFn::Atan,
        "atan2" => MathFn::Atan2,
        "atanh" => MathFn::Atanh,
        "cbrt" => MathFn::Cbrt,
        "ceil" => MathFn::Ceil,
        "clz32" => MathFn::Clz32,
        "cos" => MathFn::Cos,
        "cosh" => MathFn::Cosh,
        "exp" => MathFn::Exp,
        "expm1" => MathFn::Expm1,
        "f16round" => MathFn::F16round,
        "floor" => MathFn::Floor,
        "fround" => MathFn::Fround,
        "hypot" => MathFn::Hypot,
        "imul" => MathFn::Imul,
        "log" => MathFn::Log,
        "log10" => MathFn::Log10,
        "log1p" => MathFn::Log1p,
        "log2" => MathFn::Log2,
        "max" => MathFn::Max,
        "min" => MathFn::Min,
        "pow" => MathFn::Pow,
        "round" => MathFn::Round,
        "sign" => MathFn::Sign,
        "sin" => MathFn::Sin,
        "sinh" => MathFn::Sinh,
        "sqrt" => MathFn::Sqrt,
        "tan" => MathFn::Tan,
        "tanh" => MathFn::Tanh,
        "trunc" => MathFn::Trunc,
        _ => return None,
    })
}
