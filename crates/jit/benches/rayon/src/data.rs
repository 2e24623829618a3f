//! The data of `examples/kernels/case.ts`.

/// Numbers in [0, 1) that are the same on every run: the linear congruential generator of Numerical Recipes.
pub(crate) fn sequence(length: usize, seed: u32) -> Vec<f64> {
    let mut state = seed;
    (0..length)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state) / 4_294_967_296.0
        })
        .collect()
}

/// `count` times `size`, rounded up.
pub(crate) fn scaled(count: f64, size: f64) -> usize {
    (count * size).ceil() as usize
}
