//! The naive product of two square matrices, one row per iteration.

use rayon::prelude::*;

use crate::data::sequence;
use crate::kernel::{Kernel, bytes_of_doubles};

pub(crate) struct Matmul {
    a: Vec<f64>,
    b: Vec<f64>,
    n: usize,
    out: Vec<f64>,
}

impl Matmul {
    pub(crate) fn new(size: f64) -> Self {
        let n = (400.0 * size.cbrt()).ceil() as usize;
        Self { a: sequence(n * n, 1), b: sequence(n * n, 2), n, out: vec![0.0; n * n] }
    }
}

impl Kernel for Matmul {
    fn run(&mut self) {
        let Self { a, b, n, out } = self;
        out.par_chunks_exact_mut(*n).zip(a.par_chunks_exact(*n)).for_each(|(out, a)| {
            for (j, out) in out.iter_mut().enumerate() {
                *out = a.iter().zip(b[j..].iter().step_by(*n)).fold(0.0, |sum, (x, y)| sum + x * y);
            }
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_doubles(&self.out)
    }
}
