//! Many systems of five bodies each, one system per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::{Kernel, bytes_of_doubles};

const BODIES: usize = 5;
/// Numbers of a body: position, velocity, mass.
const FIELDS: usize = 7;
const STEPS: usize = 2500;
const DT: f64 = 0.001;

type Body = [f64; FIELDS];
type System = [Body; BODIES];

pub(crate) struct NBody {
    initial: Vec<System>,
    state: Vec<System>,
}

impl NBody {
    pub(crate) fn new(size: f64) -> Self {
        let numbers: Vec<f64> =
            sequence(scaled(200.0, size) * BODIES * FIELDS, 1).iter().map(|x| x * 10.0 - 5.0).collect();
        let (bodies, _) = numbers.as_chunks::<FIELDS>();
        let (systems, _) = bodies.as_chunks::<BODIES>();
        Self { initial: systems.to_vec(), state: systems.to_vec() }
    }
}

fn step(bodies: &mut System) {
    for a in 0..BODIES {
        let (before, after) = bodies.split_at_mut(a + 1);
        let p = &mut before[a];
        for q in after {
            let dx = p[0] - q[0];
            let dy = p[1] - q[1];
            let dz = p[2] - q[2];
            let distance2 = dx * dx + dy * dy + dz * dz;
            let magnitude = DT / (distance2 * distance2.sqrt());
            let force_on_a = q[6] * magnitude;
            let force_on_b = p[6] * magnitude;
            p[3] -= dx * force_on_a;
            p[4] -= dy * force_on_a;
            p[5] -= dz * force_on_a;
            q[3] += dx * force_on_b;
            q[4] += dy * force_on_b;
            q[5] += dz * force_on_b;
        }
    }
    for body in bodies {
        body[0] += DT * body[3];
        body[1] += DT * body[4];
        body[2] += DT * body[5];
    }
}

impl Kernel for NBody {
    fn reset(&mut self) {
        self.state.copy_from_slice(&self.initial);
    }

    fn run(&mut self) {
        self.state.par_iter_mut().for_each(|bodies| (0..STEPS).for_each(|_| step(bodies)));
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_doubles(self.state.as_flattened().as_flattened())
    }
}
