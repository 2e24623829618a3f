//! The processes that use the region: one entry each, in the first page, so that anybody who maps the region can ask whether
//! another one still lives.
//!
//! An entry holds the process' number and when it started. What proves that it lives is a lock on the entry's byte of the
//! region's file (`F_OFD_SETLK`): the kernel releases it with the process, however that ends, and it cannot be
//! inherited by mistake, because each user opens the file anew. Where the system has no such locks, a process with that
//! number and that start time is taken for the user.
//!
//! An entry stays until somebody who has cleaned up after its user frees it; entries are taken and freed by one
//! compare-and-swap.

use std::fmt;
use std::fs::File;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::mapping::Mapping;

/// Where the entries begin.
const OFFSET: usize = 4096;
/// Entries there are.
pub(crate) const USERS: u32 = 1024;

/// An entry of the table.
#[repr(C)]
struct Entry {
    /// Number of the process, or 0 for a free entry.
    process: AtomicU32,
    _unused: AtomicU32,
    /// When the process was started, in the system's own unit; 0 if unknown.
    started: AtomicU64,
}

/// This process as a user. Dropping it does not free its entry.
#[derive(Debug)]
pub struct User {
    /// Number of its entry.
    pub index: u32,
    /// The region's file, opened for this process alone; the lock is bound to it.
    file: Option<File>,
}

/// There is no free entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyUsers;

impl fmt::Display for TooManyUsers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {USERS} processes use the shared region")
    }
}

impl std::error::Error for TooManyUsers {}

#[expect(clippy::cast_ptr_alignment, reason = "entries start at multiples of 16 of a page-aligned mapping")]
fn entry(mapping: &Mapping, index: u32) -> &Entry {
    assert!(index < USERS, "no such user");
    let at = mapping.base.wrapping_add(OFFSET + index as usize * size_of::<Entry>());
    // SAFETY: inside the first page (1024 entries of 16 bytes behind 4096), which nothing else uses; zeroed memory is a
    // valid entry, all accesses are atomic, and the mapping lives as long as the process.
    unsafe { &*at.cast::<Entry>() }
}

/// Takes an entry for this process.
pub(crate) fn enroll(mapping: &Mapping) -> Result<User, TooManyUsers> {
    let process = std::process::id();
    let file = mapping.reopen();
    for index in 0..USERS {
        let entry = entry(mapping, index);
        if entry.process.compare_exchange(0, process, Ordering::AcqRel, Ordering::Relaxed).is_err() {
            continue;
        }
        entry.started.store(start_of(process).unwrap_or(0), Ordering::Release);
        let file = file.filter(|file| imp::lock(file, OFFSET + index as usize * size_of::<Entry>()));
        return Ok(User { index, file });
    }
    Err(TooManyUsers)
}

/// Whether the user of an entry lives.
pub(crate) fn is_alive(mapping: &Mapping, me: &User, index: u32) -> bool {
    let entry = entry(mapping, index);
    let process = entry.process.load(Ordering::Acquire);
    if process == 0 || index == me.index {
        return process != 0;
    }
    let at = OFFSET + index as usize * size_of::<Entry>();
    match me.file.as_ref().and_then(|file| imp::is_locked(file, at)) {
        Some(true) => true,
        // A user without a file of its own has no lock either.
        Some(false) | None => entry.started.load(Ordering::Acquire) != 0 && unlocked_lives(me, entry, process),
    }
}

/// Of a user that holds no lock: it lives only where there are no locks, if its process is still the same.
fn unlocked_lives(me: &User, entry: &Entry, process: u32) -> bool {
    me.file.is_none() && start_of(process) == Some(entry.started.load(Ordering::Acquire))
}

/// Entries that are not free.
pub(crate) fn enrolled(mapping: &Mapping) -> impl Iterator<Item = u32> + '_ {
    (0..USERS).filter(|&index| entry(mapping, index).process.load(Ordering::Acquire) != 0)
}

/// Frees the entry of a user that is gone, when what it held has been released.
pub(crate) fn forget(mapping: &Mapping, index: u32) {
    let entry = entry(mapping, index);
    entry.started.store(0, Ordering::Relaxed);
    entry.process.store(0, Ordering::Release);
}

#[cfg(target_os = "linux")]
fn start_of(process: u32) -> Option<u64> {
    // Field 22 of `stat`; the name before it is in parentheses and may contain anything.
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// Elsewhere it is only known whether there is a process of that number.
#[cfg(all(unix, not(target_os = "linux")))]
fn start_of(process: u32) -> Option<u64> {
    let process = libc::pid_t::try_from(process).ok()?;
    // SAFETY: signal 0 is not delivered; it only asks.
    let asked = unsafe { libc::kill(process, 0) };
    let lives = asked == 0 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM);
    lives.then_some(1)
}

/// On Windows the region is that of one process.
#[cfg(windows)]
fn start_of(process: u32) -> Option<u64> {
    (process == std::process::id()).then_some(1)
}

#[cfg(target_os = "linux")]
mod imp {
    use std::fs::File;
    use std::os::fd::AsRawFd;

    #[expect(clippy::cast_possible_truncation, reason = "these constants are small on every system")]
    fn request(at: usize) -> libc::flock {
        libc::flock {
            l_type: libc::F_WRLCK as libc::c_short,
            l_whence: libc::SEEK_SET as libc::c_short,
            l_start: libc::off_t::try_from(at).unwrap_or(0),
            l_len: 1,
            l_pid: 0,
        }
    }

    /// Locks a byte; whether it could.
    pub(super) fn lock(file: &File, at: usize) -> bool {
        let wanted = request(at);
        // SAFETY: the descriptor is open, and the kernel only reads the request.
        unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &raw const wanted) == 0 }
    }

    /// Whether somebody else has locked the byte; `None` if the system does not say.
    pub(super) fn is_locked(file: &File, at: usize) -> Option<bool> {
        let mut wanted = request(at);
        // SAFETY: the descriptor is open, and the kernel writes its answer into the request.
        let answered = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_GETLK, &raw mut wanted) == 0 };
        answered.then(|| libc::c_int::from(wanted.l_type) != libc::F_UNLCK)
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::fs::File;

    pub(super) fn lock(_file: &File, _at: usize) -> bool {
        false
    }

    pub(super) fn is_locked(_file: &File, _at: usize) -> Option<bool> {
        None
    }
}
