//! Whether an isolate is being stopped, asked between the slices of a blocking call.

use std::ptr;

use napi::{Env, Result, sys};

/// A question to Node that fails once `worker.terminate()` or `process.exit()` has begun.
pub(crate) struct Alive {
    env: sys::napi_env,
    object: sys::napi_value,
    key: sys::napi_value,
}

impl Alive {
    /// Prepares the question; valid inside the native call that made it.
    pub(crate) fn new(env: Env) -> Result<Self> {
        let (mut object, mut key) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: a live environment on its own thread, valid out-pointers.
        let status = unsafe {
            sys::napi_get_global(env.raw(), &raw mut object);
            sys::napi_create_string_utf8(env.raw(), c"Object".as_ptr(), 6, &raw mut key)
        };
        if status == sys::Status::napi_ok {
            Ok(Self { env: env.raw(), object, key })
        } else {
            Err(crate::error::failure("the isolate is being stopped"))
        }
    }

    /// Whether JavaScript can still run here.
    pub(crate) fn ask(&self) -> bool {
        let mut has = false;
        // SAFETY: the handles live as long as the native call; same thread.
        unsafe { sys::napi_has_property(self.env, self.object, self.key, &raw mut has) == sys::Status::napi_ok }
    }
}
