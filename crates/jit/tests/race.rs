//! Which loop bodies are proven to keep their iterations apart.

mod support;

use jit::{Element, Entry, Param};

fn verdict(source: &str, params: &[Param]) -> Option<String> {
    match support::build(source, Entry::For { bits: 12 }, params.to_vec(), &[]) {
        Ok(_) => None,
        Err(error) => Some(error.name().to_owned()),
    }
}

const A: Param = Param::Array(Element::F64);
const N: Param = Param::Natural(12);

#[test]
fn iterations_that_stay_apart_are_accepted() {
    for (source, params) in [
        ("(i, a, out) => { out[i] = a[i] }", vec![A, A]),
        ("(i, a) => { a[i] *= 2 }", vec![A]),
        ("(i, a) => { a[i + 7] = 1 }", vec![A]),
        ("(i, a) => { const o = i * 4; a[o] = 1; a[o + 1] = 2; a[o + 3] = a[o + 2] }", vec![A]),
        ("(y, a, w) => { for (let x = 0; x < w; x++) a[y * w + x] = x }", vec![A, N]),
        ("(y, a, w) => { for (let x = w - 1; x >= 0; x--) a[y * w + x] = x }", vec![A, N]),
        (
            "(z, a, w, h) => { for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) a[(z * h + y) * w + x] = 1 }",
            vec![A, N, N],
        ),
        ("(i, a, w) => { const row = a.subarray(i * w, (i + 1) * w); row.fill(0); row[i % 3] = 1 }", vec![A, N]),
        ("(i, a, b) => { b[i] = a[i - 1] + a[i + 1] }", vec![A, A]),
        ("(i, a, w) => { a[i * w] = 1 }", vec![A, N]),
        ("i => {}", vec![]),
    ] {
        assert_eq!(verdict(source, &params), None, "{source}");
    }
}

#[test]
fn iterations_that_may_meet_are_refused() {
    for (source, params) in [
        ("(i, a) => { a[0] += 1 }", vec![A]),
        ("(i, a) => { a[i] = a[i - 1] }", vec![A]),
        ("(i, a) => { a[i] = 1; a[i + 1] = 2 }", vec![A]),
        ("(i, a) => { a[i >> 1] = 1 }", vec![A]),
        ("(i, a) => { a[i & 7] = 1 }", vec![A]),
        ("(y, a, w) => { for (let x = 0; x <= w; x++) a[y * w + x] = x }", vec![A, N]),
        ("(i, a, b) => { a[b[i]] = 1 }", vec![A, Param::Array(Element::I32)]),
        ("(i, a, n) => { for (let j = 0; j < n; j++) a[j] += i }", vec![A, N]),
        ("(i, a, w) => { const row = a.subarray(i * w); row[0] = 1 }", vec![A, N]),
        ("(i, a) => { a[i * i] = 1 }", vec![A]),
        // After its loop a counter is beyond the bound, and before it may have been moved.
        ("(i, a) => { let k = 0; for (; k < 5; k++) a[i * 5 + k] = 1; a[i * 5 + k] = 2 }", vec![A]),
        ("(i, a) => { let k = 0; k = k - 3; for (; k < 5; k++) a[i * 5 + k] = 1 }", vec![A]),
        ("(i, a) => { const t = [0, 9]; t[i & 1] = 7; for (; t[0] < 5; t[0]++) a[i * 5 + t[0]] = 1 }", vec![A]),
    ] {
        assert_eq!(verdict(source, &params).as_deref(), Some("race"), "{source}");
    }
}

#[test]
fn systems_of_bodies_stay_apart() {
    let text = "(i, state) => { const base = i * 35; for (let a = 0; a < 5; a++) { const p = base + a * 7; for (let b = a + 1; b < 5; b++) { const q = base + b * 7; state[p + 3] -= state[q + 6] } } }";
    let long = text.replace("state[p + 3]", &format!("{}state[p + 3]", "state[p + 3] -= state[q + 6]; ".repeat(30)));
    for source in [text, &long] {
        match support::build(source, Entry::For { bits: 8 }, vec![A], &[]) {
            Ok(_) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
