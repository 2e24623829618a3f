//! The kernels by name.

mod black_scholes;
mod convolution;
mod floyd_warshall;
mod hash;
mod k_means;
mod life;
mod lyapunov;
mod mandelbrot;
mod matmul;
mod monte_carlo_pi;
mod n_body;
mod spectral_norm;

use crate::kernel::Kernel;

/// The kernel with data of a size, or nothing when there is none of that name.
pub(crate) fn make(name: &str, size: f64) -> Option<Box<dyn Kernel>> {
    Some(match name {
        "mandelbrot" => Box::new(mandelbrot::Mandelbrot::new(size)),
        "n-body" => Box::new(n_body::NBody::new(size)),
        "black-scholes" => Box::new(black_scholes::BlackScholes::new(size)),
        "spectral-norm" => Box::new(spectral_norm::SpectralNorm::new(size)),
        "k-means" => Box::new(k_means::KMeans::new(size)),
        "monte-carlo-pi" => Box::new(monte_carlo_pi::MonteCarloPi::new(size)),
        "convolution" => Box::new(convolution::Convolution::new(size)),
        "matmul" => Box::new(matmul::Matmul::new(size)),
        "floyd-warshall" => Box::new(floyd_warshall::FloydWarshall::new(size)),
        "life" => Box::new(life::Life::new(size)),
        "hash" => Box::new(hash::Hash::new(size)),
        "lyapunov" => Box::new(lyapunov::Lyapunov::new(size)),
        _ => return None,
    })
}
