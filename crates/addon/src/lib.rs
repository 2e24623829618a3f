//! The Node-API addon: converts arguments, keeps handles, wakes event loops; the logic is in the other crates.
//!
//! `unsafe` is limited to `waker.rs`, `view.rs` and `alive.rs`, which call Node-API functions that napi-rs does not wrap.

mod alive;
mod blocks;
mod closure;
mod error;
mod functions;
mod isolate;
mod jobs;
mod pools;
mod view;
mod waker;
