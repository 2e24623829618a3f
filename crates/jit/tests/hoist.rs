//! Where indices are checked: before the outermost loop for which all of them can be, in the code of random nests of which
//! `__test__/jit-bounds.spec.ts` looks at the outcome.

mod support;

use jit::{Element, Entry, Param};

const A: Param = Param::Array(Element::F64);
const B: Param = Param::Array(Element::U8);
const N: Param = Param::Natural(12);

/// Accesses that are checked in place, and before a loop.
fn checks(source: &str, params: &[Param]) -> (u32, u32) {
    let compiled = support::build(source, Entry::For { bits: 12 }, params.to_vec(), &[]);
    let explanation = compiled.unwrap_or_else(|error| panic!("{source}: {}", error.name())).explanation;
    (explanation.checked, explanation.hoisted)
}

#[test]
fn nests_are_checked_once() {
    for (source, params, hoisted) in [
        ("(i, a, out) => { out[i] = a[i] }", vec![A, A], 2),
        (
            "(i, a, n, out) => { let s = 0; for (let k = 0; k < n; k++) s += a[i * n + k]; out[i] = s }",
            vec![A, N, A],
            2,
        ),
        (
            "(i, a, b, n, out) => { for (let j = 0; j < n; j++) { let s = 0; for (let k = n - 1; k >= 0; k--) s += a[i * n + k] * b[k * n + j]; out[i * n + j] = s } }",
            vec![A, A, N, A],
            3,
        ),
        // Short loops of constants are written out.
        (
            "(i, a, out) => { let s = 0; for (let j = 0; j < 5; j++) for (let k = j + 1; k < 5; k++) s += a[i * 35 + j * 7 + k]; out[i] = s }",
            vec![A, A],
            11,
        ),
        (
            "(i, a, n, out) => { let s = 0; for (let j = 0; j < n; j++) for (let k = 0; k <= j; k++) s += a[j * n + k]; out[i] = s }",
            vec![A, N, A],
            2,
        ),
        (
            "(i, a, t, n, out) => { let s = 0; for (let k = 0; k < n; k++) s += t[a[i * n + k] & 255]; out[i] = s }",
            vec![B, A, N, A],
            3,
        ),
        (
            "(i, a, n, out) => { let s = 0; for (let k = 0; k < n; k++) s += a[k > 0 ? k - 1 : 0]; out[i] = s }",
            vec![A, N, A],
            2,
        ),
    ] {
        assert_eq!(checks(source, &params), (0, hoisted), "{source}");
    }
}

#[test]
fn what_depends_on_data_is_checked_in_place() {
    for (source, params, (checked, hoisted)) in [
        ("(i, a, t, out) => { out[i] = t[a[i]] }", vec![B, A, A], (1, 2)),
        // The nest is not checked as a whole, its innermost loop is.
        (
            "(i, a, t, n, out) => { let s = 0; for (let j = 0; j < n; j++) { s += t[a[j]]; for (let k = 0; k < n; k++) s += a[j * n + k] } out[i] = s }",
            vec![B, A, N, A],
            (3, 1),
        ),
        // The bound is another one each time.
        (
            "(i, a, n, out) => { let s = 0; for (let k = 0; k < (s > 9 ? 5 : 10); k++) s += a[k]; out[i] = s }",
            vec![A, N, A],
            (2, 0),
        ),
        // The end of the loop times 2^52 does not fit into 64 bits: it would wrap around to 0.
        (
            "(i, a, out) => { let s = 0; for (let k = 0; k < 4097; k++) if (k < 2) s += a[k * 4503599627370496]; out[i] = s }",
            vec![A, A],
            (2, 0),
        ),
        // Beyond the bound after the loop.
        ("(i, a, n, out) => { let k = 0; for (; k < n; k++) out[i] += 1; out[i] += a[k] }", vec![A, N, A], (2, 1)),
    ] {
        assert_eq!(checks(source, &params), (checked, hoisted), "{source}");
    }
}
