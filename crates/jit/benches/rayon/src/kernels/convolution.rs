//! A 3×3 convolution over a grey image, one row per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::{Kernel, bytes_of_doubles};

const WIDTH: usize = 2000;

pub(crate) struct Convolution {
    source: Vec<f64>,
    weights: Vec<f64>,
    height: usize,
    out: Vec<f64>,
}

impl Convolution {
    pub(crate) fn new(size: f64) -> Self {
        let height = scaled(2000.0, size);
        Self { source: sequence(WIDTH * height, 1), weights: sequence(9, 5), height, out: vec![0.0; WIDTH * height] }
    }
}

impl Kernel for Convolution {
    fn run(&mut self) {
        let Self { source, weights, height, out } = self;
        out.par_chunks_exact_mut(WIDTH).enumerate().for_each(|(y, row)| {
            if y == 0 || y == *height - 1 {
                row.copy_from_slice(&source[y * WIDTH..(y + 1) * WIDTH]);
                return;
            }
            let around = &source[(y - 1) * WIDTH..(y + 2) * WIDTH];
            row[0] = around[WIDTH];
            row[WIDTH - 1] = around[2 * WIDTH - 1];
            for x in 1..WIDTH - 1 {
                let mut sum = 0.0;
                for dy in 0..3 {
                    for dx in 0..3 {
                        sum += around[dy * WIDTH + x + dx - 1] * weights[dy * 3 + dx];
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
