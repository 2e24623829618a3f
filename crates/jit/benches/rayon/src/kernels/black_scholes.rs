//! Prices of European options, one call and put per iteration.

use rayon::prelude::*;

use crate::data::{scaled, sequence};
use crate::kernel::{Kernel, bytes_of_doubles};

pub(crate) struct BlackScholes {
    rate: f64,
    volatility: f64,
    spot: Vec<f64>,
    strike: Vec<f64>,
    years: Vec<f64>,
    call: Vec<f64>,
    put: Vec<f64>,
}

impl BlackScholes {
    pub(crate) fn new(size: f64) -> Self {
        let n = scaled(1e6, size);
        Self {
            rate: 0.02,
            volatility: 0.3,
            spot: sequence(n, 1).iter().map(|x| 5.0 + x * 25.0).collect(),
            strike: sequence(n, 2).iter().map(|x| 1.0 + x * 99.0).collect(),
            years: sequence(n, 3).iter().map(|x| 0.25 + x * 9.75).collect(),
            call: vec![0.0; n],
            put: vec![0.0; n],
        }
    }
}

/// The normal distribution (Abramowitz and Stegun 26.2.17).
fn normal(x: f64) -> f64 {
    let k = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let series =
        k * (0.319_381_53 + k * (-0.356_563_782 + k * (1.781_477_937 + k * (-1.821_255_978 + k * 1.330_274_429))));
    let tail = 0.398_942_280_401_432_7 * (-0.5 * x * x).exp() * series;
    if x < 0.0 { tail } else { 1.0 - tail }
}

impl Kernel for BlackScholes {
    fn run(&mut self) {
        let (rate, volatility) = (self.rate, self.volatility);
        let inputs = self.spot.par_iter().zip(&self.strike).zip(&self.years);
        self.call.par_iter_mut().zip(&mut self.put).zip(inputs).for_each(|((call, put), ((&s, &k), &t))| {
            let root = volatility * t.sqrt();
            let d1 = ((s / k).ln() + (rate + 0.5 * volatility * volatility) * t) / root;
            let d2 = d1 - root;
            let discounted = k * (-rate * t).exp();
            let price = s * normal(d1) - discounted * normal(d2);
            *call = price;
            *put = price + discounted - s;
        });
    }

    fn output(&self) -> Vec<u8> {
        [bytes_of_doubles(&self.call), bytes_of_doubles(&self.put)].concat()
    }
}
