//! The Lyapunov exponent of the logistic map, one parameter per iteration.

use rayon::prelude::*;

use crate::data::scaled;
use crate::kernel::{Kernel, bytes_of_doubles};

pub(crate) struct Lyapunov {
    from: f64,
    step: f64,
    rounds: usize,
    out: Vec<f64>,
}

impl Lyapunov {
    pub(crate) fn new(size: f64) -> Self {
        let n = scaled(2000.0, size);
        Self { from: 2.5, step: 1.5 / n as f64, rounds: 2000, out: vec![0.0; n] }
    }
}

impl Kernel for Lyapunov {
    fn run(&mut self) {
        let (from, step, rounds) = (self.from, self.step, self.rounds);
        self.out.par_iter_mut().enumerate().for_each(|(i, out)| {
            let r = from + i as f64 * step;
            let (mut x, mut sum) = (0.5, 0.0);
            for _ in 0..rounds {
                x = r * x * (1.0 - x);
                sum += (r - 2.0 * r * x).abs().ln();
            }
            *out = sum / rounds as f64;
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_doubles(&self.out)
    }
}
