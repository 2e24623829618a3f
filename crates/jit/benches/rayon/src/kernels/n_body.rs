//! Many systems of five bodies each, one system per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::{Kernel, bytes_of_doubles};

const BODIES: usize = 5;
/// Numbers of a body: position, velocity, mass.
const FIELDS: usize = 7;

type Body = [f64; FIELDS];
type System = [Body; BODIES];

pub(crate) struct NBody {
    steps: usize,
    dt: f64,
    initial: Vec<System>,
    state: Vec<System>,
}

impl NBody {
    pub(crate) fn new(size: f64) -> Self {
        let numbers: Vec<f64> =
            sequence(scaled(200.0, size) * BODIES * FIELDS, 1).iter().map(|x| x * 10.0 - 5.0).collect();
        let (bodies, _) = numbers.as_chunks::<FIELDS>();
        let (systems, _) = bodies.as_chunks::<BODIES>();
        Self { steps: 2500, dt: 0.001, initial: systems.to_vec(), state: systems.to_vec() }
    }
}

fn step(bodies: &mut System, dt: f64) {
    for a in 0..BODIES {
        let (before, after) = bodies.split_at_mut(a + 1);
        let p = &mut before[a];
        for q in after {
            let dx = p[0] - q[0];
            let dy = p[1] - q[1];
            let dz = p[2] - q[2];
            let distance2 = dx * dx + dy * dy + dz * dz;
            let magnitude = dt / (distance2 * distance2.sqrt());
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
        body[0] += dt * body[3];
        body[1] += dt * body[4];
        body[2] += dt * body[5];
    }
}

impl Kernel for NBody {
    fn reset(&mut self) {
        self.state.copy_from_slice(&self.initial);
    }

    fn run(&mut self) {
        let (steps, dt) = (self.steps, self.dt);
        self.state.par_iter_mut().for_each(|bodies| (0..steps).for_each(|_| step(bodies, dt)));
    }

    fn output(&self) -> Vec<u8> {
        bytes_of_doubles(self.state.as_flattened().as_flattened())
    }
}
