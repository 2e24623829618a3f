//! A 3×3 convolution over a grey image, one row per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::{Kernel, bytes_of_doubles};

pub(crate) struct Convolution {
    source: Vec<f64>,
    weights: Vec<f64>,
    width: usize,
    height: usize,
    out: Vec<f64>,
}

impl Convolution {
    pub(crate) fn new(size: f64) -> Self {
        let (width, height) = (2000, scaled(2000.0, size));
        let source = sequence(width * height, 1);
        Self { source, weights: sequence(9, 5), width, height, out: vec![0.0; width * height] }
    }
}

impl Kernel for Convolution {
    fn run(&mut self) {
        let Self { source, weights, out, .. } = self;
        let (width, height) = (self.width, self.height);
        out.par_chunks_exact_mut(width).enumerate().for_each(|(y, row)| {
            if y == 0 || y == height - 1 {
                row.copy_from_slice(&source[y * width..(y + 1) * width]);
                return;
            }
            let around = &source[(y - 1) * width..(y + 2) * width];
            row[0] = around[width];
            row[width - 1] = around[2 * width - 1];
            for x in 1..width - 1 {
                let mut sum = 0.0;
                for dy in 0..3 {
                    for dx in 0..3 {
                        sum += around[dy * width + x + dx - 1] * weights[dy * 3 + dx];
                    }
                }
                row[x] = sum;
            }
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_doubles(&self.out)
    }
}
