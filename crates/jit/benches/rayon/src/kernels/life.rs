//! One generation of the game of life on a torus, one row per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::Kernel;

pub(crate) struct Life {
    cells: Vec<u8>,
    width: usize,
    height: usize,
    out: Vec<u8>,
}

impl Life {
    pub(crate) fn new(size: f64) -> Self {
        let (width, height) = (4000, scaled(4000.0, size));
        let cells = sequence(width * height, 1).iter().map(|&noise| u8::from(noise < 0.3)).collect();
        Self { cells, width, height, out: vec![0; width * height] }
    }
}

impl Kernel for Life {
    fn run(&mut self) {
        let Self { cells, out, .. } = self;
        let (width, height) = (self.width, self.height);
        out.par_chunks_exact_mut(width).enumerate().for_each(|(y, out)| {
            let row = |y: usize| &cells[y % height * width..][..width];
            let (above, here, below) = (row(y + height - 1), row(y), row(y + 1));
            for x in 0..width {
                let left = if x == 0 { width - 1 } else { x - 1 };
                let right = if x == width - 1 { 0 } else { x + 1 };
                let neighbours = above[left]
                    + above[x]
                    + above[right]
                    + here[left]
                    + here[right]
                    + below[left]
                    + below[x]
                    + below[right];
                out[x] = u8::from(neighbours == 3 || (neighbours == 2 && here[x] == 1));
            }
        });
    }

    fn output(&self) -> Vec<u8> {
        self.out.clone()
    }
}
