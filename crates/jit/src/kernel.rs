//! Executable code: how it is made, called, and freed.
//!
//! Each kernel is a module of its own whose pages are written, then made executable and never writable again. They are
//! unmapped when the last [`Kernel`] that names them is dropped; whoever runs the code holds one.

use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use cranelift_codegen::Context;
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{FuncId, Linkage, Module, default_libcall_names};

use crate::codegen::{self, Gen, Plan, Report};
use crate::error::Reason;

/// Offsets in [`Control`].
pub(crate) const CANCEL: i32 = 0;
pub(crate) const SITE: i32 = 8;
pub(crate) const INDEX: i32 = 16;
pub(crate) const SEED: i32 = 24;
/// Spreads the first index of a chunk over the seed of its random numbers.
pub(crate) const CHUNK_FACTOR: i64 = 0x2545_f491_4f6c_dd1d;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Status {
    /// All of the range is done.
    Done = 0,
    /// The cancel flag was seen.
    Cancelled = 1,
    /// Something was out of range; [`Control`] says where.
    Failed = 2,
}

/// What a run shares with whoever started it. One for each thread that runs.
#[derive(Debug)]
#[repr(C)]
pub struct Control {
    cancel: *const AtomicU32,
    site: u32,
    index: f64,
    seed: u64,
}

impl Control {
    /// `cancel` ends the run soon after it is not zero; `seed` starts the random numbers.
    ///
    /// The flag has to outlive every run with this control.
    #[must_use]
    pub fn new(cancel: &AtomicU32, seed: u64) -> Self {
        Self { cancel, site: 0, index: 0.0, seed }
    }

    /// After a failure: the number of the site, and the index.
    #[must_use]
    pub fn failure(&self) -> (u32, f64) {
        (self.site, self.index)
    }

    /// Whether the flag is set.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        // SAFETY: the flag outlives the control by the contract of `new`.
        unsafe { (*self.cancel).load(Ordering::Relaxed) != 0 }
    }
}

/// The C signature of all compiled code: arguments, range, control; the status.
type EntryPoint = unsafe extern "C" fn(*const u64, i64, i64, *mut Control) -> i32;

struct Code {
    module: ManuallyDrop<JITModule>,
    entry: EntryPoint,
}

// SAFETY: after it is finished, the module is only read (its code) and, once, freed.
unsafe impl Send for Code {}
// SAFETY: as above.
unsafe impl Sync for Code {}

impl Drop for Code {
    fn drop(&mut self) {
        // SAFETY: taken once, here; nobody runs the code any more: who does holds a `Kernel`.
        unsafe { ManuallyDrop::take(&mut self.module).free_memory() }
    }
}

/// Compiled code. Clones share it.
#[derive(Clone)]
pub struct Kernel(Arc<Code>);

impl Kernel {
    /// Runs the code over `lo..hi`.
    ///
    /// # Safety
    /// - `args` has the words that the request's parameters, captured arrays and result ask for;
    /// - every array among them is readable and writable memory of that many elements for the whole run, and only racing
    ///   writes of numbers may change it meanwhile;
    /// - for [`crate::Entry::Map`] and [`crate::Entry::Reduce`], `hi` does not exceed the length of any array;
    /// - `control` belongs to this thread alone.
    #[must_use]
    pub unsafe fn run(&self, args: &[u64], lo: i64, hi: i64, control: &mut Control) -> Status {
        // SAFETY: the code was generated for this signature; the rest is the caller's promise.
        match unsafe { (self.0.entry)(args.as_ptr(), lo, hi, control) } {
            0 => Status::Done,
            1 => Status::Cancelled,
            _ => Status::Failed,
        }
    }
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Kernel").field(&(self.0.entry as *const ())).finish()
    }
}

/// This machine as a target.
fn isa() -> Result<OwnedTargetIsa, String> {
    static ISA: OnceLock<Result<OwnedTargetIsa, String>> = OnceLock::new();
    ISA.get_or_init(|| {
        let mut flags = settings::builder();
        let verify = if cfg!(debug_assertions) { "true" } else { "false" };
        let wanted = [
            ("opt_level", "speed"),
            ("enable_verifier", verify),
            ("use_colocated_libcalls", "false"),
            ("is_pic", "false"),
            ("unwind_info", "false"),
        ];
        for (name, value) in wanted {
            flags.set(name, value).map_err(|error| error.to_string())?;
        }
        let builder = cranelift_native::builder()?;
        builder.finish(settings::Flags::new(flags)).map_err(|error| error.to_string())
    })
    .clone()
}

fn define(module: &mut JITModule, context: &mut Context) -> Result<FuncId, String> {
    let signature = context.func.signature.clone();
    let id = module.declare_function("kernel", Linkage::Export, &signature).map_err(|error| format!("{error:?}"))?;
    module.define_function(id, context).map_err(|error| format!("{error:?}"))?;
    Ok(id)
}

/// Generates, assembles and publishes the code.
pub(crate) fn build(plan: &Plan<'_>, dump: bool) -> Result<(Kernel, Report), (Reason, String)> {
    let internal = |error: String| (Reason::Internal, error);
    let isa = isa().map_err(internal)?;
    let mut module = JITModule::new(JITBuilder::with_isa(isa, default_libcall_names()));
    let mut context = module.make_context();
    let mut functions = FunctionBuilderContext::new();
    context.func.signature = codegen::signature(module.target_config().default_call_conv);
    let builder = FunctionBuilder::new(&mut context.func, &mut functions);
    let (builder, report) = Gen::new(plan, builder).run(plan);
    builder.finalize(module.target_config());
    if dump {
        eprintln!("{}", context.func.display());
        context.want_disasm = true;
    }
    let made = define(&mut module, &mut context);
    let id = match made {
        Ok(id) => id,
        Err(error) => {
            // SAFETY: nothing of the module has been given out.
            unsafe { module.free_memory() };
            return Err(internal(error));
        }
    };
    if dump && let Some(text) = context.compiled_code().and_then(|code| code.vcode.as_ref()) {
        eprintln!("{text}");
    }
    if let Err(error) = module.finalize_definitions() {
        // SAFETY: as above.
        unsafe { module.free_memory() };
        return Err((Reason::Denied, error.to_string()));
    }
    let address = module.get_finalized_function(id);
    // SAFETY: the function was declared with exactly this signature.
    let entry = unsafe { std::mem::transmute::<*const u8, EntryPoint>(address) };
    Ok((Kernel(Arc::new(Code { module: ManuallyDrop::new(module), entry })), report))
}
