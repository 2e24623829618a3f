//! Isolates and the objects they hold. An isolate holds an object once, however many JavaScript objects stand for it there;
//! what it holds is let go one by one, or all at once when it ends.

use crate::cargo::LoadError;
use crate::holdings::Holdings;
use crate::kind::{Kind, nature};
use crate::object::{Handle, Stale, object_word};
use crate::port::Port;
use crate::runtime::Runtime;
use shm::AllocError;

impl Runtime {
    fn holdings(&self, port: &Port) -> Holdings<'_> {
        Holdings::of(self.slots(), port.record)
    }

    /// Makes an object of a slot that the isolate of `port` holds, with a zeroed block of `bytes` bytes unless that is 0.
    /// The isolate holds the object.
    ///
    /// # Errors
    /// When there is no room; the slot stays the caller's.
    pub fn create(&self, port: &Port, slot: u32, kind: Kind, bytes: usize) -> Result<Handle, AllocError> {
        let slots = self.slots();
        slots.drop_block(slot);
        if bytes > 0 {
            slots.set_block(slot, slots.region().alloc_zeroed(bytes)?);
        }
        if let Err(error) = self.holdings(port).insert(slot) {
            slots.drop_block(slot);
            return Err(error);
        }
        let handle = slots.make_object(slot, kind);
        // A new object has room for the isolate in itself, so this allocates nothing.
        self.enter(port, slot, kind)?;
        Ok(handle)
    }

    /// The isolate of `port` holds the object from now on, if it did not before.
    ///
    /// # Errors
    /// When the object is gone, or there is no room to note it.
    pub fn hold(&self, port: &Port, handle: Handle) -> Result<(), LoadError> {
        let kind = self.slots().kind(handle).map_err(LoadError::Stale)?;
        if !self.holdings(port).insert(handle.slot).map_err(LoadError::Alloc)? {
            return Ok(());
        }
        if let Err(stale) = self.slots().retain(handle) {
            self.holdings(port).remove(handle.slot);
            return Err(LoadError::Stale(stale));
        }
        self.enter(port, handle.slot, kind).map_err(|error| {
            self.holdings(port).remove(handle.slot);
            self.slots().unref(handle);
            LoadError::Alloc(error)
        })
    }

    /// The kind of an object that the isolate of `port` holds.
    ///
    /// # Errors
    /// When it does not hold it, or the object is gone.
    pub fn held(&self, port: &Port, handle: Handle) -> Result<Kind, Stale> {
        let kind = self.slots().kind(handle)?;
        if self.holdings(port).contains(handle.slot) { Ok(kind) } else { Err(Stale(handle)) }
    }

    /// The isolate of `port` holds the object no longer; `false` if it did not. What it owned of it is abandoned.
    pub fn let_go(&self, port: &Port, handle: Handle) -> bool {
        if self.held(port, handle).is_err() || !self.holdings(port).remove(handle.slot) {
            return false;
        }
        self.leave(port, handle.slot);
        self.slots().unref(handle);
        true
    }

    /// The isolate of `port` ends: it holds nothing any more.
    pub(crate) fn let_go_of_all(&self, port: &Port) {
        self.holdings(port).drain(|slot| {
            let generation = self.slots().get(slot, object_word::GENERATION);
            self.leave(port, slot);
            self.slots().unref(Handle { slot, generation });
        });
    }

    fn leave(&self, port: &Port, slot: u32) {
        if let Some(kind) = Kind::from_number(self.slots().get(slot, object_word::KIND)) {
            (nature(kind).leave)(self, port, slot);
        }
    }
}
