//! Address space from the operating system: `memfd` on Linux, an unlinked `shm_open` object on other Unixes, plain
//! committed memory on Windows (threads of one process only).
//!
//! The memory is zeroed, sparse until touched, and freed by the kernel with its last user, however that one ends.

use std::fs::File;
use std::io;

/// A mapping of `len` bytes at `base`, kept for the life of the process.
pub(crate) struct Mapping {
    pub(crate) base: *mut u8,
    pub(crate) len: usize,
    #[cfg(unix)]
    fd: libc::c_int,
}

#[cfg(target_os = "linux")]
fn shared_file() -> io::Result<libc::c_int> {
    // SAFETY: the name is a NUL-terminated literal; the call touches no other memory of ours.
    let fd = unsafe { libc::memfd_create(c"polycore".as_ptr(), libc::MFD_CLOEXEC) };
    if fd < 0 { Err(io::Error::last_os_error()) } else { Ok(fd) }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn shared_file() -> io::Result<libc::c_int> {
    use std::ffi::CString;
    let name = CString::new(format!("/polycore.{}", std::process::id())).map_err(io::Error::other)?;
    // SAFETY: the name is NUL-terminated and outlives both calls, which touch no other memory of ours.
    let fd = unsafe {
        let fd = libc::shm_open(name.as_ptr(), libc::O_RDWR | libc::O_CREAT | libc::O_EXCL, 0o600);
        libc::shm_unlink(name.as_ptr());
        fd
    };
    if fd < 0 { Err(io::Error::last_os_error()) } else { Ok(fd) }
}

#[cfg(unix)]
impl Mapping {
    /// Reserves `len` bytes of zeroed shared memory.
    pub(crate) fn new(len: usize) -> io::Result<Self> {
        let fd = shared_file()?;
        let size = libc::off_t::try_from(len).map_err(io::Error::other)?;
        // SAFETY: `fd` is ours; a fresh mapping at an address of the kernel's choice aliases nothing.
        let base = unsafe {
            if libc::ftruncate(fd, size) != 0 {
                let error = io::Error::last_os_error();
                libc::close(fd);
                return Err(error);
            }
            libc::mmap(
                std::ptr::null_mut(),
                len,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED | libc::MAP_NORESERVE,
                fd,
                0,
            )
        };
        if base == libc::MAP_FAILED {
            let error = io::Error::last_os_error();
            // SAFETY: `fd` is ours and used nowhere else.
            unsafe { libc::close(fd) };
            return Err(error);
        }
        Ok(Self { base: base.cast(), len, fd })
    }

    /// The same file, opened anew; `None` where the system cannot do that.
    pub(crate) fn reopen(&self) -> Option<File> {
        #[cfg(target_os = "linux")]
        return File::options().read(true).write(true).open(format!("/proc/self/fd/{}", self.fd)).ok();
        #[cfg(not(target_os = "linux"))]
        return None;
    }

    /// Gives the pages of `offset .. offset + len` back to the system; `true` if they read as zero from now on, else
    /// they are as they were.
    pub(crate) fn discard(&self, offset: usize, len: usize) -> bool {
        #[cfg(target_os = "linux")]
        if let (Ok(offset), Ok(len)) = (libc::off_t::try_from(offset), libc::off_t::try_from(len)) {
            // SAFETY: the descriptor is ours; the range is of a block that the caller has and nobody reads or writes.
            return unsafe {
                libc::fallocate(self.fd, libc::FALLOC_FL_PUNCH_HOLE | libc::FALLOC_FL_KEEP_SIZE, offset, len) == 0
            };
        }
        let _ = (offset, len, self.fd);
        false
    }
}

#[cfg(windows)]
unsafe extern "system" {
    fn VirtualAlloc(address: *mut u8, size: usize, kind: u32, protect: u32) -> *mut u8;
}

#[cfg(windows)]
impl Mapping {
    /// Reserves and commits `len` bytes of zeroed memory.
    pub(crate) fn new(len: usize) -> io::Result<Self> {
        const MEM_COMMIT_RESERVE: u32 = 0x3000;
        const PAGE_READWRITE: u32 = 4;
        // SAFETY: a fresh allocation at an address of the kernel's choice aliases nothing.
        let base = unsafe { VirtualAlloc(std::ptr::null_mut(), len, MEM_COMMIT_RESERVE, PAGE_READWRITE) };
        if base.is_null() { Err(io::Error::last_os_error()) } else { Ok(Self { base, len }) }
    }

    /// There is no file on Windows.
    pub(crate) fn reopen(&self) -> Option<File> {
        None
    }

    /// Pages stay committed on Windows.
    pub(crate) fn discard(&self, _offset: usize, _len: usize) -> bool {
        false
    }
}
