//! FNV-1a with the finalizer of `MurmurHash3`, one row of a table per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::{Kernel, bytes_of_ints};

pub(crate) struct Hash {
    length: usize,
    table: Vec<u8>,
    out: Vec<i32>,
}

impl Hash {
    pub(crate) fn new(size: f64) -> Self {
        let n = scaled(200_000.0, size);
        let length = 256;
        let table = sequence(n * length, 1).iter().map(|x| (x * 256.0) as u8).collect();
        Self { length, table, out: vec![0; n] }
    }
}

impl Kernel for Hash {
    fn run(&mut self) {
        self.out.par_iter_mut().zip(self.table.par_chunks_exact(self.length)).for_each(|(out, row)| {
            let mut h: u32 = 0x811c_9dc5;
            for &byte in row {
                h = (h ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
            h = (h ^ (h >> 16)).wrapping_mul(0x85eb_ca6b);
            h = (h ^ (h >> 13)).wrapping_mul(0xc2b2_ae35);
            *out = (h ^ (h >> 16)) as i32;
        });
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_ints(&self.out)
    }
}
