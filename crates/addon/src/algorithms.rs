//! The parallel algorithms on typed arrays. Each function takes how it is run, and returns a status: see `background.rs`.

use napi::bindgen_prelude::{BigInt, Either, Unknown};
use napi::{Env, Result};
use sched::algorithms::{
    Bins, Elements, Kind, Number, Plain, Real, Shape, Sortable, Stopped, Team, Total, gather, histogram, mask, matmul,
    max, min, scan, select, sort,
};
use sched::with_element;

use crate::arrays::{ArrayMemory, memory_of};
use crate::background::{Algorithm, AlgorithmWay, Outcome, run, take_outcome};
use crate::error::failure;

/// Elements that take one thread some ten microseconds, and sorting ten times that: less than to call others.
const FEW: usize = 1 << 13;
/// Multiplications that take as long.
const FEW_PRODUCTS: f64 = 1e5;

type Ended = std::result::Result<Outcome, Stopped>;

/// The elements of an array of that type.
fn elements<T: Plain>(array: ArrayMemory) -> Elements<T> {
    // SAFETY: Node's address of a typed array, aligned to its elements; `T` is its element type, or one of that size, by the
    // callers here. It stays readable and writable until the algorithm has ended: see `arrays.rs`. No Rust reference to it
    // exists.
    unsafe { Elements::new(array.address as *mut T, array.length) }
}

fn kind_of(array: ArrayMemory) -> Result<Kind> {
    Kind::from_number(array.element.number()).ok_or_else(|| failure("unknown type of array"))
}

/// Two arrays of one type.
fn pair_of(env: Env, one: &Unknown<'_>, other: &Unknown<'_>) -> Result<(ArrayMemory, ArrayMemory)> {
    let (one, other) = (memory_of(env, one)?, memory_of(env, other)?);
    if one.element == other.element { Ok((one, other)) } else { Err(failure("expected arrays of one type")) }
}

/// For algorithms that only write.
fn nothing(result: std::result::Result<(), Stopped>) -> Ended {
    result.map(|()| Outcome::Values(Vec::new()))
}

fn length(number: f64) -> usize {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a length, at most 2^53")]
    let length = number as usize;
    length
}

/// Sorts an array.
#[napi_derive::napi]
pub(crate) fn algorithm_sort(env: Env, array: Unknown<'_>, way: AlgorithmWay) -> Result<i32> {
    fn prepare<T: Sortable>(array: ArrayMemory) -> Algorithm {
        let array = elements::<T>(array);
        Box::new(move |team| nothing(sort(team, &array)))
    }
    let array = memory_of(env, &array)?;
    let algorithm = with_element!(kind_of(array)?, T => prepare::<T>(array));
    run(env, way, array.length <= FEW, algorithm)
}

/// Running sums of an array, into another one of its type and length.
#[napi_derive::napi]
pub(crate) fn algorithm_scan(
    env: Env,
    array: Unknown<'_>,
    into: Unknown<'_>,
    exclusive: bool,
    way: AlgorithmWay,
) -> Result<i32> {
    fn prepare<T: Number>(array: ArrayMemory, into: ArrayMemory, exclusive: bool) -> Algorithm {
        let (array, into) = (elements::<T>(array), elements::<T>(into));
        Box::new(move |team| nothing(scan(team, &array, &into, exclusive)))
    }
    let (array, into) = pair_of(env, &array, &into)?;
    let algorithm = with_element!(kind_of(array)?, T => prepare::<T>(array, into, exclusive));
    run(env, way, array.length <= FEW, algorithm)
}

/// The least and the greatest element, as `Math.min` and `Math.max` find them: see `algorithmValues`. None of no elements.
#[napi_derive::napi]
pub(crate) fn algorithm_extent(env: Env, array: Unknown<'_>, way: AlgorithmWay) -> Result<i32> {
    fn prepare<T: Number>(array: ArrayMemory) -> Algorithm {
        let array = elements::<T>(array);
        Box::new(move |team| {
            let totals = [min(team, &array)?, max(team, &array)?];
            Ok(Outcome::Values(totals.into_iter().flatten().collect()))
        })
    }
    let array = memory_of(env, &array)?;
    let algorithm = with_element!(kind_of(array)?, T => prepare::<T>(array));
    run(env, way, array.length <= FEW, algorithm)
}

/// Notes which elements of a mask JavaScript takes for true, for the `algorithmGather` that has to come next; how many: see
/// `algorithmCount`.
#[napi_derive::napi]
pub(crate) fn algorithm_select(env: Env, answers: Unknown<'_>, way: AlgorithmWay) -> Result<i32> {
    fn prepare<T: Number>(answers: ArrayMemory) -> Algorithm {
        let answers = elements::<T>(answers);
        Box::new(move |team| Ok(Outcome::Selected(select(team, answers.len(), mask(&answers))?)))
    }
    let answers = memory_of(env, &answers)?;
    let algorithm = with_element!(kind_of(answers)?, T => prepare::<T>(answers));
    run(env, way, answers.length <= FEW, algorithm)
}

/// Copies the elements that the last `algorithmSelect` has noted into an array of their type and number.
#[napi_derive::napi]
pub(crate) fn algorithm_gather(env: Env, array: Unknown<'_>, into: Unknown<'_>, way: AlgorithmWay) -> Result<i32> {
    let (array, into) = pair_of(env, &array, &into)?;
    let Some(Outcome::Selected(selection)) = take_outcome() else { return Err(failure("nothing is selected")) };
    macro_rules! of_size {
        ($T:ty) => {{
            let (array, into) = (elements::<$T>(array), elements::<$T>(into));
            Box::new(move |team: &Team<'_>| nothing(gather(team, &selection, &array, &into)))
        }};
    }
    let algorithm: Algorithm = match kind_of(array)?.size() {
        1 => of_size!(u8),
        2 => of_size!(u16),
        4 => of_size!(u32),
        _ => of_size!(u64),
    };
    run(env, way, array.length <= FEW, algorithm)
}

/// Counts the elements between each two neighbouring `edges`, ascending doubles; see `Bins` for `are_equal`.
#[napi_derive::napi]
pub(crate) fn algorithm_histogram(
    env: Env,
    array: Unknown<'_>,
    edges: &[f64],
    are_equal: bool,
    counts: Unknown<'_>,
    way: AlgorithmWay,
) -> Result<i32> {
    fn prepare<T: Number>(array: ArrayMemory, bins: Bins, counts: Elements<u32>) -> Algorithm {
        let array = elements::<T>(array);
        Box::new(move |team| nothing(histogram(team, &array, &bins, &counts)))
    }
    let (array, counts) = (memory_of(env, &array)?, memory_of(env, &counts)?);
    if kind_of(counts)? != Kind::U32 || edges.len() < 2 || counts.length != edges.len() - 1 {
        return Err(failure("expected a count of 32 bits for each bin"));
    }
    let bins = Bins::new(edges.to_vec(), are_equal);
    let algorithm = with_element!(kind_of(array)?, T => prepare::<T>(array, bins, elements(counts)));
    run(env, way, array.length.max(counts.length) <= FEW, algorithm)
}

/// The product of two matrices, into an array that nobody else knows.
#[napi_derive::napi]
pub(crate) fn algorithm_matmul(
    env: Env,
    a: Unknown<'_>,
    b: Unknown<'_>,
    into: Unknown<'_>,
    rows: f64,
    inner: f64,
    columns: f64,
    way: AlgorithmWay,
) -> Result<i32> {
    fn prepare<T: Real>(a: ArrayMemory, b: ArrayMemory, into: ArrayMemory, shape: Shape) -> Algorithm {
        let (a, b) = (elements::<T>(a), elements::<T>(b));
        Box::new(move |team| {
            // SAFETY: a fresh array, which no other JavaScript has seen, is exclusively ours until the algorithm has ended.
            let product = unsafe { std::slice::from_raw_parts_mut(into.address as *mut T, into.length) };
            nothing(matmul(team, shape, [&a, &b], product))
        })
    }
    let ((a, b), into) = (pair_of(env, &a, &b)?, memory_of(env, &into)?);
    let shape = Shape { rows: length(rows), inner: length(inner), columns: length(columns) };
    let algorithm = match (kind_of(a)?, kind_of(into)?) {
        (Kind::F64, Kind::F64) => prepare::<f64>(a, b, into, shape),
        (Kind::F32, Kind::F32) => prepare::<f32>(a, b, into, shape),
        _ => return Err(failure("expected arrays of one type, Float32Array or Float64Array")),
    };
    run(env, way, rows * inner * columns <= FEW_PRODUCTS, algorithm)
}

/// How many elements the last `algorithmSelect` that ended has noted.
#[napi_derive::napi]
pub(crate) fn algorithm_count() -> Result<f64> {
    crate::background::selected().ok_or_else(|| failure("nothing is selected"))
}

/// The values of the last `algorithmExtent` that ended.
#[napi_derive::napi]
#[must_use]
pub(crate) fn algorithm_values() -> Vec<Either<f64, BigInt>> {
    let Some(Outcome::Values(totals)) = take_outcome() else { return Vec::new() };
    let value = |total| match total {
        Total::Number(number) => Either::A(number),
        Total::Integer(wide) => {
            let (sign_bit, words) = wide.words();
            Either::B(BigInt { sign_bit, words: words.to_vec() })
        }
    };
    totals.into_iter().map(value).collect()
}
