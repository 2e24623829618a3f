//! The nearest of some centres, one point per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::{Kernel, bytes_of_ints};

pub(crate) struct KMeans {
    dimensions: usize,
    points: Vec<f64>,
    centres: Vec<f64>,
    out: Vec<i32>,
}

impl KMeans {
    pub(crate) fn new(size: f64) -> Self {
        let n = scaled(500_000.0, size);
        let (centres, dimensions) = (32, 3);
        Self {
            dimensions,
            points: sequence(n * dimensions, 1),
            centres: sequence(centres * dimensions, 7),
            out: vec![0; n],
        }
    }
}

impl Kernel for KMeans {
    fn run(&mut self) {
        let (centres, dimensions) = (&self.centres, self.dimensions);
        self.out.par_iter_mut().zip(self.points.par_chunks_exact(dimensions)).for_each(|(out, point)| {
            let (mut best, mut least) = (0, f64::INFINITY);
            for (c, centre) in centres.chunks_exact(dimensions).enumerate() {
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
