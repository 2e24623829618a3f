//! One round of all shortest paths, one row per iteration.

use rayon::prelude::*;

use crate::data::sequence;
use crate::kernel::{Kernel, bytes_of_doubles};

pub(crate) struct FloydWarshall {
    distances: Vec<f64>,
    /// The intermediate node of the round.
    k: usize,
    n: usize,
    out: Vec<f64>,
}

impl FloydWarshall {
    pub(crate) fn new(size: f64) -> Self {
        let n = (4000.0 * size.sqrt()).ceil() as usize;
        Self { distances: sequence(n * n, 1), k: 17, n, out: vec![0.0; n * n] }
    }
}

impl Kernel for FloydWarshall {
    fn run(&mut self) {
        let Self { distances, out, .. } = self;
        let (k, n) = (self.k, self.n);
        let via = &distances[k * n..(k + 1) * n];
        out.par_chunks_exact_mut(n).zip(distances.par_chunks_exact(n)).for_each(|(out, row)| {
            let first = row[k];
            for ((out, &direct), second) in out.iter_mut().zip(row).zip(via) {
                let through = first + second;
                *out = if through < direct { through } else { direct };
            }
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_doubles(&self.out)
    }
}
