//! Compiling and calling from tests.

#![expect(dead_code, reason = "each test uses a part of this")]
#![expect(clippy::float_cmp, clippy::cast_possible_truncation, reason = "integers are told from other numbers exactly")]

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;

use jit::{Capture, CompileError, Compiled, Control, Element, Engine, Entry, Param, Request, Status, Unit, compile};

/// Arguments of one call: numbers, and arrays as bytes of their elements.
pub(crate) enum Arg<'a> {
    Number(f64),
    Boolean(bool),
    F64(&'a mut [f64]),
    I32(&'a mut [i32]),
    U8(&'a mut [u8]),
    U8Clamped(&'a mut [u8]),
    I64(&'a mut [i64]),
    F32(&'a mut [f32]),
}

impl Arg<'_> {
    fn param(&self) -> Param {
        match self {
            Self::Number(x) if *x == x.trunc() && (1.0..=2_147_483_647.0).contains(x) && x.is_sign_positive() => {
                Param::Natural(31)
            }
            Self::Number(x) if *x == x.trunc() && x.abs() < 2_147_483_648.0 && *x != 0.0 => Param::Integer,
            Self::Number(_) => Param::Number,
            Self::Boolean(_) => Param::Boolean,
            Self::F64(_) => Param::Array(Element::F64),
            Self::I32(_) => Param::Array(Element::I32),
            Self::U8(_) => Param::Array(Element::U8),
            Self::U8Clamped(_) => Param::Array(Element::U8Clamped),
            Self::I64(_) => Param::Array(Element::I64),
            Self::F32(_) => Param::Array(Element::F32),
        }
    }

    fn words(&mut self, out: &mut Vec<u64>) {
        let param = self.param();
        match self {
            Self::Number(x) if param == Param::Number => out.push(x.to_bits()),
            Self::Number(x) => out.push((*x as i64).cast_unsigned()),
            Self::Boolean(x) => out.push(u64::from(*x)),
            Self::F64(x) => out.extend([x.as_mut_ptr() as u64, x.len() as u64]),
            Self::I32(x) => out.extend([x.as_mut_ptr() as u64, x.len() as u64]),
            Self::U8(x) | Self::U8Clamped(x) => out.extend([x.as_mut_ptr() as u64, x.len() as u64]),
            Self::I64(x) => out.extend([x.as_mut_ptr() as u64, x.len() as u64]),
            Self::F32(x) => out.extend([x.as_mut_ptr() as u64, x.len() as u64]),
        }
    }
}

pub(crate) fn build(
    source: &str,
    entry: Entry,
    params: Vec<Param>,
    captures: &[(&str, Capture)],
) -> Result<Compiled, CompileError> {
    build_with(source, entry, params, captures, true)
}

/// With or without vector registers.
pub(crate) fn build_with(
    source: &str,
    entry: Entry,
    params: Vec<Param>,
    captures: &[(&str, Capture)],
    vectorize: bool,
) -> Result<Compiled, CompileError> {
    let engine = Engine::new();
    let captures: HashMap<_, _> = captures.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let arrays = params.iter().filter(|param| matches!(param, Param::Array(_))).count();
    compile(&Request {
        units: vec![Unit { text: source.to_owned(), captures }],
        entry,
        params,
        captured: vec![],
        same: (0..u32::try_from(arrays).unwrap()).collect(),
        shapes: vec![],
        output: None,
        unchecked_races: false,
        vectorize,
        engine: &engine,
    })
}

/// What a call gave, or the failing site and index.
pub(crate) fn call(source: &str, mut args: Vec<Arg<'_>>) -> Result<f64, String> {
    let params = args.iter().map(Arg::param).collect();
    let compiled = build(source, Entry::Call, params, &[]).map_err(|error| format!("{}: {error}", error.name()))?;
    let mut words = Vec::new();
    for arg in &mut args {
        arg.words(&mut words);
    }
    let mut result = [0.0_f64; 8];
    words.push(result.as_mut_ptr() as u64);
    let flag = AtomicU32::new(0);
    let mut control = Control::new(&flag, 1);
    // SAFETY: the words are those of the parameters, then the address of room for the result.
    match unsafe { compiled.kernel.run(&words, 0, 0, &mut control) } {
        Status::Done => Ok(result[0]),
        Status::Cancelled => Err("cancelled".to_owned()),
        Status::Failed => {
            let (site, index) = control.failure();
            let site = &compiled.sites[site as usize];
            Err(format!("{:?} {index} at {}:{}", site.kind, site.line, site.column))
        }
    }
}

/// Runs over a range.
pub(crate) fn run(source: &str, entry: Entry, args: Vec<Arg<'_>>, n: i64, out: Option<*mut f64>) -> Result<(), String> {
    let params = args.iter().map(Arg::param).collect();
    let compiled = build(source, entry, params, &[]).map_err(|error| format!("{}: {error}", error.name()))?;
    run_compiled(&compiled, args, n, out)
}

/// The same of what is compiled already, for arguments of these types.
pub(crate) fn run_compiled(
    compiled: &Compiled,
    mut args: Vec<Arg<'_>>,
    n: i64,
    out: Option<*mut f64>,
) -> Result<(), String> {
    let mut words = Vec::new();
    for arg in &mut args {
        arg.words(&mut words);
    }
    if let Some(out) = out {
        words.extend([out as u64, n.cast_unsigned()]);
    }
    let flag = AtomicU32::new(0);
    let mut control = Control::new(&flag, 1);
    // SAFETY: the words are those of the parameters, then address and length of the output; callers keep `n` in range.
    match unsafe { compiled.kernel.run(&words, 0, n, &mut control) } {
        Status::Done => Ok(()),
        other => Err(format!("{other:?} {:?}", control.failure())),
    }
}
