//! The system's threads of this process: which there are, and whether one of them still is. Neither needs a file descriptor
//! at the time it is asked: threads that cannot start for want of descriptors are just those that are asked about.
//!
//! Linux lists them in `/proc/self/task`. A listing ends early when the thread dies at which it has arrived, so it counts only if
//! it has as many entries as the process had threads before and after: new threads are listed last, hence those that were
//! there before are all in it. Other systems do not list them here.

pub(crate) use imp::{all, current, lives, prepare};

/// Listings that are begun before it is given up.
#[cfg(all(target_os = "linux", not(miri)))]
const TRIES: usize = 64;

#[cfg(all(target_os = "linux", not(miri)))]
mod imp {
    use std::ffi::CStr;
    use std::io::Error;
    use std::mem::MaybeUninit;
    use std::sync::{LazyLock, Mutex, PoisonError};

    use super::TRIES;

    /// Links of a folder without subfolders.
    const OWN_LINKS: usize = 2;

    /// `/proc/self/task`, opened once and kept.
    struct Folder(*mut libc::DIR);

    // SAFETY: a stream of a folder may be used by any thread, by one at a time; the mutex sees to that.
    unsafe impl Send for Folder {}

    static FOLDER: LazyLock<Mutex<Folder>> = LazyLock::new(|| {
        // SAFETY: a path that ends in 0; NULL is checked before each use.
        Mutex::new(Folder(unsafe { libc::opendir(c"/proc/self/task".as_ptr()) }))
    });

    impl Folder {
        /// How many threads the process has now: a folder has a link from each of its subfolders.
        fn count(&self) -> Option<usize> {
            let mut about = MaybeUninit::<libc::stat>::uninit();
            // SAFETY: an open folder, and room for what is known of it.
            let is_known = unsafe { libc::fstat(libc::dirfd(self.0), about.as_mut_ptr()) } == 0;
            // SAFETY: filled, as the answer says.
            let links = is_known.then(|| unsafe { about.assume_init() }.st_nlink)?;
            usize::try_from(links).ok()?.checked_sub(OWN_LINKS)
        }

        fn list(&self) -> Vec<u32> {
            let mut threads = Vec::new();
            // SAFETY: an open folder.
            unsafe { libc::rewinddir(self.0) };
            loop {
                // SAFETY: an open folder; the lock lets nobody else read it meanwhile.
                let entry = unsafe { libc::readdir(self.0) };
                if entry.is_null() {
                    return threads;
                }
                // SAFETY: an entry is valid until the next one is read; its name ends in 0.
                let name = unsafe { CStr::from_ptr((&raw const (*entry).d_name).cast()) };
                threads.extend(name.to_str().ok().and_then(|name| name.parse::<u32>().ok()));
            }
        }
    }

    /// Opens what the list is read from.
    pub(crate) fn prepare() {
        LazyLock::force(&FOLDER);
    }

    /// The numbers of all threads that there were during the whole call, and maybe of others; `None` if they cannot be told.
    pub(crate) fn all() -> Option<Vec<u32>> {
        let folder = FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
        if folder.0.is_null() {
            return None;
        }
        (0..TRIES).find_map(|_| {
            let before = folder.count()?;
            let threads = folder.list();
            let is_whole = threads.len() == before && folder.count() == Some(before);
            is_whole.then_some(threads)
        })
    }

    /// The number of the calling thread.
    pub(crate) fn current() -> Option<u32> {
        // SAFETY: it only asks.
        u32::try_from(unsafe { libc::gettid() }).ok()
    }

    /// Whether there is a thread of that number in this process, for all that can be told.
    pub(crate) fn lives(thread: u32) -> bool {
        // SAFETY: signal 0 is not delivered; it only asks.
        let asked = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, 0) };
        asked == 0 || Error::last_os_error().raw_os_error() != Some(libc::ESRCH)
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
mod imp {
    pub(crate) fn prepare() {}

    pub(crate) fn all() -> Option<Vec<u32>> {
        None
    }

    pub(crate) fn current() -> Option<u32> {
        None
    }

    pub(crate) fn lives(_thread: u32) -> bool {
        true
    }
}
