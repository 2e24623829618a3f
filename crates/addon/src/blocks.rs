//! Payloads that do not fit into a slot: one block of the region per payload, written once and read once.
//!
//! A block holds the main part and, each at a multiple of 16, the parts; before them the handles of the shared objects that
//! the payload names, if there are any.

use napi::bindgen_prelude::{Uint8Array, Uint32Array, Unknown};
use napi::{Env, Result};
use sched::Runtime;

use crate::error::failure;
use crate::objects::handles_of;
use crate::view::external;

fn align(n: usize) -> usize {
    n.next_multiple_of(16)
}

/// Copies `main` and `parts` into a new block and names it in the slot, which owns it from then on, as it does a reference
/// to each object in `handles` (slots and generations by turns).
#[napi_derive::napi]
pub(crate) fn write_block(slot: u32, main: &[u8], parts: Vec<Uint8Array>, handles: Option<Uint32Array>) -> Result<()> {
    let slots = Runtime::get().slots();
    let len = align(main.len()) + parts.iter().map(|part| align(part.len())).sum::<usize>();
    let block = slots.load(slot, len, &handles_of(handles.as_deref())).map_err(failure)?;
    let mut at = block.offset;
    for piece in std::iter::once(main).chain(parts.iter().map(|part| &**part)) {
        // SAFETY: the block is ours alone and long enough for all pieces; JavaScript of this isolate does not run now.
        // Another thread may write into a piece that is a view of a SharedArrayBuffer: bytes may then be torn, which
        // copying by raw pointer tolerates.
        unsafe { std::ptr::copy_nonoverlapping(piece.as_ptr(), slots.region().at(at), piece.len()) };
        at += align(piece.len()) as u64;
    }
    Ok(())
}

/// Gives the slot a new block of `len` bytes, contents unspecified, instead of the one it has. Returns its offset.
#[napi_derive::napi]
pub(crate) fn alloc_block(slot: u32, len: u32) -> Result<f64> {
    let slots = Runtime::get().slots();
    slots.drop_block(slot);
    let block = slots.region().alloc(len as usize).map_err(failure)?;
    slots.set_block(slot, block);
    #[expect(clippy::cast_precision_loss, reason = "offsets lie below 2^53")]
    Ok(block.offset as f64)
}

/// An `ArrayBuffer` over `len` bytes of the region from `offset` on. Whoever uses it has to own the block that lies there.
#[napi_derive::napi]
pub(crate) fn block_view(env: Env, offset: f64, len: u32) -> Result<Unknown<'static>> {
    let region = Runtime::get().slots().region();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, then checked")]
    let offset = offset as u64;
    if offset.saturating_add(u64::from(len)) > region.reserved() as u64 {
        return Err(failure("a view past the end of the region"));
    }
    external(env, region.at(offset), len as usize)
}

/// Copies bytes of the slot's block, from `offset` on, into the whole of `into`.
#[napi_derive::napi]
pub(crate) fn read_block(slot: u32, offset: f64, mut into: Uint8Array) -> Result<()> {
    let slots = Runtime::get().slots();
    let block = slots.message(slot).ok_or_else(|| failure("the slot has no block"))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, then checked")]
    let offset = offset as usize;
    if offset.checked_add(into.len()).is_none_or(|end| end > block.len) {
        return Err(failure("read past the end of a block"));
    }
    let from = slots.region().at(block.offset + offset as u64);
    // SAFETY: the range lies in the block (checked), which the slot's holder owns; `into` is JavaScript memory of this
    // isolate, whose JavaScript does not run now.
    unsafe { std::ptr::copy_nonoverlapping(from, into.as_mut().as_mut_ptr(), into.len()) };
    Ok(())
}

/// Frees the slot's block and releases the objects it names.
#[napi_derive::napi]
pub(crate) fn drop_block(slot: u32) {
    Runtime::get().slots().drop_block(slot);
}
