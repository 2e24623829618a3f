//! The JavaScript engine's own mathematical routines, found in the running process and verified against it.
//!
//! `Math.sin` and its like have no prescribed last bits, so equal results need the same code. The executable exports V8's
//! port of fdlibm (`v8::base::ieee754`). A routine counts as exact once [`Engine::probe`] has seen it agree with results that
//! JavaScript computed; until then, and where none agrees, Rust's implementation stands in and is reported as inexact.

use std::collections::HashMap;

use crate::ir::MathFn;

/// Address of a routine and whether it is known to give the engine's bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Routine {
    pub(crate) address: usize,
    pub(crate) exact: bool,
}

/// See the module's description.
#[derive(Debug, Clone)]
pub struct Engine {
    routines: HashMap<MathFn, Routine>,
    square_is_exact: bool,
}

type Unary = extern "C" fn(f64) -> f64;
type Binary = extern "C" fn(f64, f64) -> f64;

macro_rules! stand_in {
    ($($name:ident = $method:expr;)*) => {
        $(extern "C" fn $name(x: f64) -> f64 { let method: fn(f64) -> f64 = $method; method(x) })*
    };
}

stand_in! {
    acos = f64::acos; acosh = f64::acosh; asin = f64::asin; asinh = f64::asinh; atan = f64::atan; atanh = f64::atanh;
    cbrt = f64::cbrt; cos = f64::cos; cosh = f64::cosh; exp = f64::exp; expm1 = f64::exp_m1; log = f64::ln;
    log10 = f64::log10; log1p = f64::ln_1p; log2 = f64::log2; sin = f64::sin; sinh = f64::sinh; tan = f64::tan;
    tanh = f64::tanh;
}

extern "C" fn atan2(y: f64, x: f64) -> f64 {
    y.atan2(x)
}

/// The platform's power under JavaScript's rules for NaN and for ±1 to an infinity.
extern "C" fn platform_pow(x: f64, y: f64) -> f64 {
    // C libraries tell signaling NaN, which the engine's `acosh` gives, from others; JavaScript does not.
    if y == 0.0 {
        return 1.0;
    }
    if x.is_nan() || y.is_nan() || (y.is_infinite() && x.abs() == 1.0) {
        return f64::NAN;
    }
    x.powf(y)
}

/// The same with the short cuts of newer engines.
extern "C" fn shortcut_pow(x: f64, y: f64) -> f64 {
    #[expect(clippy::float_cmp, reason = "the exact exponents")]
    if y == 2.0 {
        return x * x;
    }
    #[expect(clippy::float_cmp, reason = "the exact exponents")]
    if y == 0.5 {
        return if x == f64::NEG_INFINITY { f64::INFINITY } else { (x + 0.0).sqrt() };
    }
    platform_pow(x, y)
}

/// All that [`Engine::probe`] verifies, by their names in `Math`.
pub const ROUTINES: [(&str, MathFn); 21] = [
    ("acos", MathFn::Acos),
    ("acosh", MathFn::Acosh),
    ("asin", MathFn::Asin),
    ("asinh", MathFn::Asinh),
    ("atan", MathFn::Atan),
    ("atan2", MathFn::Atan2),
    ("atanh", MathFn::Atanh),
    ("cbrt", MathFn::Cbrt),
    ("cos", MathFn::Cos),
    ("cosh", MathFn::Cosh),
    ("exp", MathFn::Exp),
    ("expm1", MathFn::Expm1),
    ("log", MathFn::Log),
    ("log10", MathFn::Log10),
    ("log1p", MathFn::Log1p),
    ("log2", MathFn::Log2),
    ("pow", MathFn::Pow),
    ("sin", MathFn::Sin),
    ("sinh", MathFn::Sinh),
    ("tan", MathFn::Tan),
    ("tanh", MathFn::Tanh),
];

impl MathFn {
    /// It takes two numbers.
    #[must_use]
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Atan2 | Self::Pow | Self::Min | Self::Max | Self::Imul)
    }
}

fn stand_in(function: MathFn) -> usize {
    let unary: Unary = match function {
        MathFn::Atan2 => return atan2 as Binary as usize,
        MathFn::Pow => return platform_pow as Binary as usize,
        MathFn::Acos => acos,
        MathFn::Acosh => acosh,
        MathFn::Asin => asin,
        MathFn::Asinh => asinh,
        MathFn::Atan => atan,
        MathFn::Atanh => atanh,
        MathFn::Cbrt => cbrt,
        MathFn::Cos => cos,
        MathFn::Cosh => cosh,
        MathFn::Exp => exp,
        MathFn::Expm1 => expm1,
        MathFn::Log => log,
        MathFn::Log10 => log10,
        MathFn::Log1p => log1p,
        MathFn::Log2 => log2,
        MathFn::Sin => sin,
        MathFn::Sinh => sinh,
        MathFn::Tan => tan,
        _ => tanh,
    };
    unary as usize
}

#[cfg(unix)]
fn symbol(name: &str) -> Option<usize> {
    let name = std::ffi::CString::new(name).ok()?;
    // SAFETY: a name that ends in zero; the handle searches everything the process has loaded.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then_some(address as usize)
}

#[cfg(not(unix))]
fn symbol(_: &str) -> Option<usize> {
    None
}

/// Routines that may be the engine's, most likely first; the stand-in is the last.
fn candidates(name: &str, function: MathFn) -> Vec<usize> {
    let mut list = Vec::new();
    if function == MathFn::Pow {
        list.extend([platform_pow as Binary as usize, shortcut_pow as Binary as usize]);
        list.extend(symbol("_ZN2v84base7ieee7543powEdd"));
        list.extend(symbol("_ZN2v84base7ieee7546legacy3powEdd"));
        list.push(list[0]);
        return list;
    }
    let arguments = if function.is_binary() { "dd" } else { "d" };
    list.extend(symbol(&format!("_ZN2v84base7ieee754{}{name}E{arguments}", name.len())));
    list.push(stand_in(function));
    list
}

/// Calls a routine.
fn call(function: MathFn, address: usize, x: f64, y: f64) -> f64 {
    if function.is_binary() {
        // SAFETY: every address of a binary function here is that of a C function of two doubles.
        let routine = unsafe { std::mem::transmute::<usize, Binary>(address) };
        routine(x, y)
    } else {
        // SAFETY: as above, of one double.
        let routine = unsafe { std::mem::transmute::<usize, Unary>(address) };
        routine(x)
    }
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl Engine {
    /// The stand-ins, unverified.
    #[must_use]
    pub fn new() -> Self {
        let routine = |function| Routine { address: stand_in(function), exact: false };
        let routines = ROUTINES.iter().map(|&(_, function)| (function, routine(function))).collect();
        Self { routines, square_is_exact: false }
    }

    /// Takes the routine that gives `results` for the arguments `x` (and `y`, of functions of two), bit for bit; whether there
    /// is one. NaNs are equal.
    pub fn probe(&mut self, name: &str, x: &[f64], y: &[f64], results: &[f64]) -> bool {
        let Some(&(_, function)) = ROUTINES.iter().find(|(other, _)| *other == name) else { return false };
        let agrees = |address: &usize| {
            x.iter().zip(results).enumerate().all(|(i, (&x, &expected))| {
                let got = call(function, *address, x, y.get(i).copied().unwrap_or(0.0));
                got.to_bits() == expected.to_bits() || (got.is_nan() && expected.is_nan())
            })
        };
        let list = candidates(name, function);
        let found = list.iter().copied().find(|address| agrees(address));
        let address = found.unwrap_or(list[list.len() - 1]);
        let exact = found.is_some() && !results.is_empty();
        self.routines.insert(function, Routine { address, exact });
        exact
    }

    /// The engine's `x ** 2` is `x * x`, as JavaScript has verified.
    pub fn set_square_is_exact(&mut self, exact: bool) {
        self.square_is_exact = exact;
    }

    pub(crate) fn square_is_exact(&self) -> bool {
        self.square_is_exact
    }

    pub(crate) fn routine(&self, function: MathFn) -> Routine {
        let missing = Routine { address: stand_in(function), exact: false };
        self.routines.get(&function).copied().unwrap_or(missing)
    }
}
