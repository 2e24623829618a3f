//! The nearest of some centres, one point per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::{Kernel, bytes_of_ints};

const CENTRES: usize = 32;
const DIMENSIONS: usize = 3;

pub(crate) struct KMeans {
    points: Vec<f64>,
    centres: Vec<f64>,
    out: Vec<i32>,
}

impl KMeans {
    pub(crate) fn new(size: f64) -> Self {
        let n = scaled(500_000.0, size);
        Self { points: sequence(n * DIMENSIONS, 1), centres: sequence(CENTRES * DIMENSIONS, 7), out: vec![0; n] }
    }
}

impl Kernel for KMeans {
    fn run(&mut self) {
        let centres = &self.centres;
        self.out.par_iter_mut().zip(self.points.par_chunks_exact(DIMENSIONS)).for_each(|(out, point)| {
            let (mut best, mut least) = (0, f64::INFINITY);
            for (c, centre) in centres.chunks_exact(DIMENSIONS).enumerate() {
                let mut distance = 0.0;
                for (x, y) in point.iter().zip(centre) {
                    distance += (x - y) * (x - y);
                }
                if distance < least {
                    least = distance;
                    best = c as i32;
                }
            }
            *out = best;
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_ints(&self.out)
    }
}
