//! The Mandelbrot set, one pixel per iteration.

use rayon::prelude::*;

use crate::data::scaled;
use crate::kernel::{Kernel, bytes_of_ints};

pub(crate) struct Mandelbrot {
    width: usize,
    height: usize,
    limit: i32,
    out: Vec<i32>,
}

impl Mandelbrot {
    pub(crate) fn new(size: f64) -> Self {
        let (width, height) = (300, scaled(300.0, size));
        Self { width, height, limit: 1000, out: vec![0; width * height] }
    }
}

impl Kernel for Mandelbrot {
    fn run(&mut self) {
        let (width, height, limit) = (self.width, self.height as f64, self.limit);
        self.out.par_iter_mut().enumerate().for_each(|(i, out)| {
            let cx = (i % width) as f64 / width as f64 * 3.0 - 2.0;
            let cy = (i / width) as f64 / height * 2.0 - 1.0;
            let (mut x, mut y, mut n) = (0.0, 0.0, 0);
            while n < limit && x * x + y * y <= 4.0 {
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
