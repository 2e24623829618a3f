//! The Node-API addon: converts arguments, keeps handles, wakes event loops; the logic is in the other crates.
//!
//! `unsafe` is limited to `waker.rs`, `view.rs`, `alive.rs` and `arrays.rs`, which call Node-API functions that napi-rs does not
//! wrap, `loops.rs`, which runs compiled code, and `algorithms.rs`, which names the memory of arrays.

#[expect(clippy::too_many_arguments, reason = "plain values cross the language border")]
mod algorithms;
mod alive;
mod arrays;
mod background;
mod births;
#[expect(clippy::needless_pass_by_value, reason = "the napi macro hands over owned values")]
mod blocks;
mod buffers;
#[expect(
    clippy::needless_pass_by_value,
    clippy::struct_excessive_bools,
    reason = "the napi macro hands over owned values; a report is plain facts for JavaScript"
)]
mod closure;
mod error;
#[expect(clippy::needless_pass_by_value, reason = "the napi macro hands over owned values")]
mod functions;
mod isolate;
mod jobs;
#[expect(clippy::needless_pass_by_value, reason = "the napi macro hands over owned values")]
mod kernels;
#[expect(
    clippy::needless_pass_by_value,
    clippy::too_many_arguments,
    reason = "the napi macro hands over owned values; plain values cross the language border"
)]
mod loops;
mod objects;
mod pools;
mod queues;
#[expect(clippy::needless_pass_by_value, reason = "the napi macro hands over owned values")]
mod segments;
mod threads;
mod view;
mod waits;
mod waker;
