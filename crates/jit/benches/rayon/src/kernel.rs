//! What every kernel can do.

/// A kernel with data to run it on.
pub(crate) trait Kernel: Send {
    /// Brings the data back to what it was before the first run, where a run changes what it reads.
    fn reset(&mut self) {}

    /// One run over all of the data, on the threads of the current rayon pool.
    fn run(&mut self);

    /// The arrays that the kernel writes, one after the other, as bytes in the machine's order.
    fn output(&self) -> Vec<u8>;
}

/// The bytes of doubles.
pub(crate) fn bytes_of_doubles(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_ne_bytes()).collect()
}

/// The bytes of integers.
pub(crate) fn bytes_of_ints(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_ne_bytes()).collect()
}
