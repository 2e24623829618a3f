//! One product of an infinite matrix with a vector, one element per iteration.

use rayon::prelude::*;

use crate::data::sequence;
use crate::kernel::{Kernel, bytes_of_doubles};

pub(crate) struct SpectralNorm {
    v: Vec<f64>,
    out: Vec<f64>,
}

impl SpectralNorm {
    pub(crate) fn new(size: f64) -> Self {
        let n = (5000.0 * size.sqrt()).ceil() as usize;
        Self { v: sequence(n, 1), out: vec![0.0; n] }
    }
}

impl Kernel for SpectralNorm {
    fn run(&mut self) {
        let v = &self.v;
        self.out.par_iter_mut().enumerate().for_each(|(i, out)| {
            let mut sum = 0.0;
            for (j, x) in v.iter().enumerate() {
                sum += x / ((i + j) * (i + j + 1) / 2 + i + 1) as f64;
            }
            *out = sum;
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_doubles(&self.out)
    }
}
