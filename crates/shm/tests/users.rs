//! Users of the region: who lives, as seen by another process.
#![cfg(all(target_os = "linux", not(miri)))]

use std::io::Read;
use std::os::fd::FromRawFd;

use shm::{Region, User};

fn region() -> Region {
    Region::new(|_| 4096).expect("a region")
}

/// A forked child that enrolls and sleeps until it is killed; its process and its entry.
fn child(region: &Region) -> (libc::pid_t, u32) {
    let mut ends = [0; 2];
    // SAFETY: two descriptors are written into `ends`.
    assert_eq!(unsafe { libc::pipe(ends.as_mut_ptr()) }, 0);
    // SAFETY: the child only uses memory of its own, files and the region, and never returns.
    let process = unsafe { libc::fork() };
    if process == 0 {
        let index = region.enroll().map_or(u32::MAX, |user| {
            let index = user.index;
            std::mem::forget(user);
            index
        });
        let bytes = index.to_le_bytes();
        // SAFETY: the bytes outlive the call.
        unsafe { libc::write(ends[1], bytes.as_ptr().cast(), bytes.len()) };
        loop {
            // SAFETY: sleeps until a signal comes.
            unsafe { libc::pause() };
        }
    }
    // SAFETY: both ends are ours; the child has its own copies.
    let mut reader = unsafe {
        libc::close(ends[1]);
        std::fs::File::from_raw_fd(ends[0])
    };
    let mut bytes = [0; 4];
    reader.read_exact(&mut bytes).expect("the child enrolls");
    (process, u32::from_le_bytes(bytes))
}

fn signal(process: libc::pid_t, signal: libc::c_int) {
    // SAFETY: the process is a child of ours that has not been waited for.
    assert_eq!(unsafe { libc::kill(process, signal) }, 0);
}

fn wait_for(process: libc::pid_t) {
    let mut status = 0;
    // SAFETY: the child is ours; its status is written into `status`.
    assert_eq!(unsafe { libc::waitpid(process, &raw mut status, 0) }, process);
}

#[test]
fn a_user_sees_itself_and_its_neighbours() {
    let region = region();
    let me: User = region.enroll().expect("an entry");
    assert!(region.is_alive(&me, me.index));
    assert!(!region.is_alive(&me, me.index + 1), "nobody");
    assert_eq!(region.users().collect::<Vec<_>>(), [me.index]);
}

#[test]
fn a_killed_process_is_dead_at_once_and_a_stopped_one_lives() {
    let region = region();
    let me = region.enroll().expect("an entry");
    let (first, entry) = child(&region);
    let (second, other) = child(&region);
    assert_ne!(entry, other);
    signal(first, libc::SIGSTOP);
    assert!(region.is_alive(&me, entry) && region.is_alive(&me, other));
    signal(first, libc::SIGKILL);
    wait_for(first);
    assert!(!region.is_alive(&me, entry));
    assert!(region.is_alive(&me, other), "the other one lives on");
    assert_eq!(region.users().count(), 3, "its entry stays until somebody has cleaned up");
    region.forget(entry);
    assert_eq!(region.users().count(), 2);
    let (third, again) = child(&region);
    assert_eq!(again, entry, "a free entry is used again");
    assert!(region.is_alive(&me, again));
    for process in [second, third] {
        signal(process, libc::SIGKILL);
        wait_for(process);
    }
    assert!(!region.is_alive(&me, other) && !region.is_alive(&me, again));
}

#[test]
fn entries_run_out_and_come_back() {
    let region = region();
    let users: Vec<User> = std::iter::from_fn(|| region.enroll().ok()).collect();
    assert_eq!(users.len(), 1024);
    assert!(region.enroll().is_err());
    region.forget(users[7].index);
    assert_eq!(region.enroll().expect("a free entry").index, 7);
}
