//! Segments: memory with a name, which any process of the same user can map (POSIX shared memory).
//!
//! On Linux a segment is a file of `/dev/shm`, as `shm_open` of every C library has it, so programs in other languages
//! reach it under the same name. Its memory is reserved when it is created: where `/dev/shm` is too small that is an error,
//! while memory that is missing at the first touch would end the process (`SIGBUS`).
//!
//! A segment lives until its name is removed and the last mapping is gone. The name's removal is up to
//! [`unlink`], and to the [tracker](crate::tracker) when its creator ends without it.

use std::io;

/// A mapping of a named segment; unmapped when dropped, so nobody may use its memory then.
#[derive(Debug)]
pub struct Segment {
    base: *mut u8,
    len: usize,
    inode: u64,
}

// SAFETY: the mapping does not move; every access to it goes through raw pointers whose users keep the segment alive.
unsafe impl Send for Segment {}
// SAFETY: as above; the fields never change.
unsafe impl Sync for Segment {}

impl Segment {
    /// Address of the first byte.
    #[must_use]
    pub fn base(&self) -> *mut u8 {
        self.base
    }

    /// Bytes, as the file has them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it has no bytes; the system maps none such.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Tells this segment from a later one of the same name.
    #[must_use]
    pub fn inode(&self) -> u64 {
        self.inode
    }

    /// Makes a segment of `len` zero bytes, readable and writable for this user only.
    ///
    /// # Errors
    /// `AlreadyExists` when the name is taken, `StorageFull` when there is not that much memory, `Unsupported` where the
    /// system has no such memory.
    pub fn create(name: &str, len: usize) -> io::Result<Self> {
        imp::create(name, len)
    }

    /// Maps the whole of a segment that exists.
    ///
    /// # Errors
    /// `NotFound` when there is none of that name, `Unsupported` where the system has no such memory.
    pub fn open(name: &str) -> io::Result<Self> {
        imp::open(name)
    }
}

/// Removes a name. The memory stays with those who have mapped it.
///
/// # Errors
/// `NotFound` when there is none of that name, `Unsupported` where the system has no such memory.
pub fn unlink(name: &str) -> io::Result<()> {
    imp::unlink(name)
}

#[cfg(target_os = "linux")]
mod imp {
    use std::fs::{File, OpenOptions, remove_file};
    use std::io;
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
    use std::path::PathBuf;

    use super::Segment;

    fn path(name: &str) -> PathBuf {
        PathBuf::from("/dev/shm").join(name)
    }

    fn options() -> OpenOptions {
        let mut options = OpenOptions::new();
        options.read(true).write(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
        options
    }

    pub(super) fn create(name: &str, len: usize) -> io::Result<Segment> {
        let file = options().create_new(true).open(path(name))?;
        reserve(&file, len).and_then(|()| map(&file)).inspect_err(|_| {
            // A name without its memory is of no use; the error to report is the first one.
            let _ = unlink(name);
        })
    }

    pub(super) fn open(name: &str) -> io::Result<Segment> {
        map(&options().open(path(name))?)
    }

    pub(super) fn unlink(name: &str) -> io::Result<()> {
        remove_file(path(name))
    }

    fn reserve(file: &File, len: usize) -> io::Result<()> {
        let len = libc::off_t::try_from(len).map_err(|_| io::Error::from_raw_os_error(libc::ENOSPC))?;
        // SAFETY: the descriptor is open for the length of the call, which touches no memory of ours.
        match unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, len) } {
            0 => Ok(()),
            error => Err(io::Error::from_raw_os_error(error)),
        }
    }

    fn map(file: &File) -> io::Result<Segment> {
        let meta = file.metadata()?;
        let len = usize::try_from(meta.len()).map_err(io::Error::other)?;
        // SAFETY: a fresh mapping at an address of the kernel's choice aliases nothing; the descriptor is open.
        let base = unsafe {
            let [read_write, shared] = [libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED];
            libc::mmap(std::ptr::null_mut(), len, read_write, shared, file.as_raw_fd(), 0)
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Segment { base: base.cast(), len, inode: meta.ino() })
    }

    impl Drop for Segment {
        fn drop(&mut self) {
            // SAFETY: the mapping is ours, and whoever drops the segment uses its memory no more.
            unsafe { libc::munmap(self.base.cast(), self.len) };
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::io;

    use super::Segment;

    pub(super) fn create(_name: &str, _len: usize) -> io::Result<Segment> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn open(_name: &str) -> io::Result<Segment> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn unlink(_name: &str) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
