//! Loops over units on several native threads, one after the other, under one cancel flag.
//!
//! The calling thread takes part in each loop and returns when all of it is done, so what a loop needs can be borrowed. It may
//! be a native thread itself (see [`super::Job`]): whoever waits here has nothing left to take of its own loop, and those it
//! waits for run units, which never wait; so nobody waits for ever, whatever the number of loops under way.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::PoisonError;

use super::error::Stopped;
use crate::native::{Native, Task};
use crate::primitive::{AtomicU32, Mutex, Ordering};

/// See the module's description.
#[derive(Debug, Clone, Copy)]
pub struct Team<'c> {
    cancel: &'c AtomicU32,
    threads: usize,
}

/// A loop's closure without its type and lifetime.
#[derive(Clone, Copy)]
struct Borrowed {
    closure: *const (),
    call: unsafe fn(*const (), u32, u32),
}

// SAFETY: made of `Sync` closures alone, which are only called through shared references.
unsafe impl Send for Borrowed {}
// SAFETY: as above.
unsafe impl Sync for Borrowed {}

impl Borrowed {
    fn new<F: Fn(u32, u32) + Sync>(closure: &F) -> Self {
        /// # Safety
        /// `closure` is the address of an `F` that still exists.
        unsafe fn call<F: Fn(u32, u32)>(closure: *const (), begin: u32, end: u32) {
            // SAFETY: the caller's promise.
            unsafe { (*closure.cast::<F>())(begin, end) }
        }
        Self { closure: std::ptr::from_ref(closure).cast(), call: call::<F> }
    }

    /// # Safety
    /// The closure still exists.
    unsafe fn run(&self, begin: u32, end: u32) {
        // SAFETY: `call` was made for the type of `closure`; the rest is the caller's promise.
        unsafe { (self.call)(self.closure, begin, end) }
    }
}

/// Where the units of [`Team::map`] put their results.
struct Places<R>(*mut R);

// SAFETY: each unit writes a place of its own.
unsafe impl<R: Send> Sync for Places<R> {}

impl<R> Places<R> {
    /// # Safety
    /// `unit` is in bounds, and nobody else uses that place meanwhile.
    unsafe fn put(&self, unit: usize, result: R) {
        // SAFETY: the caller's promise.
        unsafe { self.0.add(unit).write(result) }
    }
}

impl<'c> Team<'c> {
    /// At most `threads` threads, the calling one among them; `cancel` ends the work soon after it is not zero.
    #[must_use]
    pub fn new(threads: usize, cancel: &'c AtomicU32) -> Self {
        Self { cancel, threads: threads.max(1) }
    }

    /// How many threads may take part.
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    /// Whether the work is to end soon. To be asked at least every few milliseconds.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancel.load(Ordering::Relaxed) != 0
    }

    /// # Errors
    /// [`Stopped::Cancelled`] when the work is to end.
    pub fn check(&self) -> Result<(), Stopped> {
        if self.is_cancelled() { Err(Stopped::Cancelled) } else { Ok(()) }
    }

    /// Runs `work` for each of `0..units`, in any order; those that have not begun when the flag is set are left out.
    ///
    /// # Errors
    /// [`Stopped::Cancelled`] when the flag was set before the end.
    pub fn each(&self, units: usize, work: impl Fn(usize) + Sync) -> Result<(), Stopped> {
        self.all(units, |unit| {
            if !self.is_cancelled() {
                work(unit);
            }
        });
        self.check()
    }

    /// Runs `work` for each of `0..units`, in any order, and keeps the results in theirs.
    ///
    /// # Errors
    /// [`Stopped::Cancelled`], or [`Stopped::NoMemory`] for the results.
    pub fn map<R: Copy + Send>(&self, units: usize, work: impl Fn(usize) -> R + Sync) -> Result<Vec<R>, Stopped> {
        let mut results = Vec::new();
        results.try_reserve_exact(units)?;
        let places = Places(results.as_mut_ptr());
        self.each(units, |unit| {
            // SAFETY: room for `units` results, and each unit runs once.
            unsafe { places.put(unit, work(unit)) }
        })?;
        // SAFETY: there is room for as many, and without a cancellation each unit has written its result.
        unsafe { results.set_len(units) };
        Ok(results)
    }

    /// Runs `work` for each of `0..units`, in any order, whatever the flag says: for what must not be left half done.
    ///
    /// # Panics
    /// When a unit does; and with 2^32 units.
    pub fn all(&self, units: usize, work: impl Fn(usize) + Sync) {
        if self.threads == 1 || units <= 1 {
            return (0..units).for_each(work);
        }
        let panic = Mutex::new(None);
        let run = |begin: u32, end: u32| {
            let range = begin as usize..end as usize;
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| range.for_each(&work))) {
                panic.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(payload);
            }
        };
        self.fork(u32::try_from(units).expect("fewer than 2^32 units"), &run);
        if let Some(payload) = panic.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let payload: Box<dyn Any + Send> = payload;
            resume_unwind(payload);
        }
    }

    /// `run` must not unwind.
    fn fork(&self, units: u32, run: &(impl Fn(u32, u32) + Sync)) {
        let borrowed = Borrowed::new(run);
        let work = move |_: &Task, begin: u32, end: u32| {
            // SAFETY: the call below to `join`, which nothing can unwind past, returns when no thread is in the loop any more.
            unsafe { borrowed.run(begin, end) }
        };
        let native = Native::get();
        let task = native.start(units, self.threads, true, Box::new(work), None);
        native.join(&task);
    }
}
