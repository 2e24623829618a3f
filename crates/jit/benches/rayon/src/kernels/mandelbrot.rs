//! The Mandelbrot set, one pixel per iteration.

use rayon::prelude::*;

use crate::data::scaled;
use crate::kernel::{Kernel, bytes_of_ints};

const WIDTH: usize = 300;
const LIMIT: i32 = 1000;

pub(crate) struct Mandelbrot {
    height: usize,
    out: Vec<i32>,
}

impl Mandelbrot {
    pub(crate) fn new(size: f64) -> Self {
        let height = scaled(300.0, size);
        Self { height, out: vec![0; WIDTH * height] }
    }
}

impl Kernel for Mandelbrot {
    fn run(&mut self) {
        let height = self.height as f64;
        self.out.par_iter_mut().enumerate().for_each(|(i, out)| {
            let cx = (i % WIDTH) as f64 / WIDTH as f64 * 3.0 - 2.0;
            let cy = (i / WIDTH) as f64 / height * 2.0 - 1.0;
            let (mut x, mut y, mut n) = (0.0, 0.0, 0);
            while n < LIMIT && x * x + y * y <= 4.0 {
                let next = x * x - y * y + cx;
                y = 2.0 * x * y + cy;
                x = next;
                n += 1;
            }
            *out = n;
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_ints(&self.out)
    }
}
