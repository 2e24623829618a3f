//! The kernels of `examples/kernels`, written by hand in Rust on rayon. Reads orders from stdin, one a line, and answers each with a line:
//!
//! - `run KERNEL SIZE THREADS`: one run on the data of that size; the milliseconds it took, making and resetting data not included.
//! - `output FILE`: writes the arrays that the last run wrote, one after the other, as bytes; `ok`. The caller compares them with its own.
//!
//! An answer that begins with `error` says what went wrong. Progress: plain loops; rayon splits and steals. Memory: owned by the kernel.

mod data;
mod kernel;
mod kernels;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{BufRead, Write};
use std::time::Instant;

use kernel::Kernel;
use rayon::{ThreadPool, ThreadPoolBuilder};

/// What stays between orders: the kernel of the last run, and a pool for each number of threads.
#[derive(Default)]
struct Session {
    current: Option<(String, Box<dyn Kernel>)>,
    pools: HashMap<usize, ThreadPool>,
}

impl Session {
    fn answer(&mut self, order: &str) -> Result<String, String> {
        let words: Vec<&str> = order.split(' ').collect();
        match words.as_slice() {
            ["run", name, size, threads] => {
                let size = size.parse().map_err(|_| format!("no size: {size}"))?;
                let threads = threads.parse().map_err(|_| format!("no number of threads: {threads}"))?;
                self.run(name, size, threads)
            }
            ["output", ..] => self.output(&order["output ".len()..]),
            _ => Err(format!("no such order: {order}")),
        }
    }

    fn run(&mut self, name: &str, size: f64, threads: usize) -> Result<String, String> {
        let key = format!("{name} {size}");
        if self.current.as_ref().is_none_or(|(current, _)| *current != key) {
            let made = kernels::make(name, size).ok_or_else(|| format!("no such kernel: {name}"))?;
            self.current = Some((key, made));
        }
        let pool = match self.pools.entry(threads) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                let builder = ThreadPoolBuilder::new().num_threads(threads);
                entry.insert(builder.build().map_err(|error| error.to_string())?)
            }
        };
        let Some((_, kernel)) = self.current.as_mut() else { return Err("no kernel".to_owned()) };
        kernel.reset();
        let start = Instant::now();
        pool.install(|| kernel.run());
        Ok(format!("{}", start.elapsed().as_secs_f64() * 1000.0))
    }

    fn output(&self, path: &str) -> Result<String, String> {
        let (_, kernel) = self.current.as_ref().ok_or("output before run")?;
        std::fs::write(path, kernel.output()).map_err(|error| error.to_string())?;
        Ok("ok".to_owned())
    }
}

fn main() -> std::io::Result<()> {
    let mut session = Session::default();
    let mut stdout = std::io::stdout().lock();
    for order in std::io::stdin().lock().lines() {
        let answer = session.answer(&order?).unwrap_or_else(|error| format!("error: {error}"));
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
    Ok(())
}
