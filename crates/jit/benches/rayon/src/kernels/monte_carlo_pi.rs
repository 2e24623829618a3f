//! Points in the unit square that fall into the circle, one stream of random numbers per iteration.

use rayon::prelude::*;

use crate::data::scaled;
use crate::kernel::{Kernel, bytes_of_ints};

pub(crate) struct MonteCarloPi {
    samples: usize,
    out: Vec<i32>,
}

impl MonteCarloPi {
    pub(crate) fn new(size: f64) -> Self {
        Self { samples: 10_000, out: vec![0; scaled(1000.0, size)] }
    }
}

/// Marsaglia's xorshift.
fn next(state: &mut u32) -> f64 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    f64::from(*state) / 4_294_967_296.0
}

impl Kernel for MonteCarloPi {
    fn run(&mut self) {
        let samples = self.samples;
        self.out.par_iter_mut().enumerate().for_each(|(i, out)| {
            let mut state = ((i as u32 + 1).wrapping_mul(0x9e37_79b1) ^ 0x2545_f491) | 1;
            let mut hits = 0;
            for _ in 0..samples {
                let x = next(&mut state);
                let y = next(&mut state);
                if x * x + y * y < 1.0 {
                    hits += 1;
                }
            }
            *out = hits;
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_ints(&self.out)
    }
}
