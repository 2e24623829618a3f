//! One unref'd thread-safe function per isolate: how other threads make its event loop look at its port.
//!
//! Calls go through the port's gate, which the isolate's clean-up hook closes before Node frees the function, so no
//! thread ever calls a dead one (that aborts Node 20 and 22). `hold` keeps the event loop alive while work is pending.

use std::ffi::c_void;
use std::ptr;

use napi::bindgen_prelude::{Function, JsValue};
use napi::{Env, Result, sys};

use crate::error::failure;

/// See the module's description. Belongs to one isolate; `call` may come from any thread.
#[derive(Clone, Copy)]
pub(crate) struct Waker(sys::napi_threadsafe_function);

// SAFETY: a thread-safe function may be called from any thread; the port's gate ends that before it is freed.
unsafe impl Send for Waker {}
// SAFETY: as above.
unsafe impl Sync for Waker {}

fn check(status: sys::napi_status, what: &str) -> Result<()> {
    if status == sys::Status::napi_ok { Ok(()) } else { Err(failure(format!("{what} failed with status {status}"))) }
}

/// Runs on the isolate's thread for each wake-up.
unsafe extern "C" fn run(env: sys::napi_env, callback: sys::napi_value, _context: *mut c_void, _data: *mut c_void) {
    if env.is_null() || callback.is_null() {
        return;
    }
    // SAFETY: Node passes a live environment and the function given at creation, inside a handle scope. The callback
    // catches everything itself; a failure here means that the isolate is being stopped.
    unsafe {
        let mut this = ptr::null_mut();
        let mut result = ptr::null_mut();
        if sys::napi_get_undefined(env, &raw mut this) == sys::Status::napi_ok {
            sys::napi_call_function(env, this, callback, 0, ptr::null(), &raw mut result);
        }
    }
}

impl Waker {
    /// Wakes by calling `callback` in the event loop of `env`.
    pub(crate) fn new(env: Env, callback: &Function<'_, (), ()>) -> Result<Self> {
        napi::bindgen_prelude::retain_current_module_for_unload_safety();
        let mut name = ptr::null_mut();
        let mut function = ptr::null_mut();
        // SAFETY: all handles belong to this call's scope; the out-pointers are valid; `run` matches the signature.
        unsafe {
            let text = "polycore";
            let length = text.len().cast_signed();
            check(sys::napi_create_string_utf8(env.raw(), text.as_ptr().cast(), length, &raw mut name), "naming")?;
            check(
                sys::napi_create_threadsafe_function(
                    env.raw(),
                    callback.raw(),
                    ptr::null_mut(),
                    name,
                    0,
                    1,
                    ptr::null_mut(),
                    None,
                    ptr::null_mut(),
                    Some(run),
                    &raw mut function,
                ),
                "napi_create_threadsafe_function",
            )?;
            check(sys::napi_unref_threadsafe_function(env.raw(), function), "napi_unref_threadsafe_function")?;
        }
        Ok(Self(function))
    }

    /// Makes the event loop run the callback. Any thread, inside the port's gate.
    pub(crate) fn call(self) {
        // SAFETY: inside the gate the function is alive. The queue is unbounded, so non-blocking calls never fail but
        // for a closing function, which the gate excludes.
        unsafe {
            sys::napi_call_threadsafe_function(self.0, ptr::null_mut(), sys::ThreadsafeFunctionCallMode::nonblocking);
        }
    }

    /// Whether the pending wake-ups keep the event loop alive. The isolate's thread only.
    pub(crate) fn hold(self, env: Env, hold: bool) -> Result<()> {
        // SAFETY: called on the isolate's thread while it lives, so the function does too.
        let status = unsafe {
            if hold {
                sys::napi_ref_threadsafe_function(env.raw(), self.0)
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), self.0)
            }
        };
        check(status, "changing the hold")
    }
}
