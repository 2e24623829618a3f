//! Named segments as their users see them.
#![cfg(all(target_os = "linux", not(miri)))]

use shm::segment::{Segment, unlink};
use std::io::ErrorKind;

fn name(what: &str) -> String {
    format!("polycore-test-{}-{what}", std::process::id())
}

#[test]
fn segment_is_the_same_memory_for_all_who_open_it() {
    let name = name("same");
    let first = Segment::create(&name, 5000).expect("a segment");
    let second = Segment::open(&name).expect("the same segment");
    assert_eq!((first.len(), second.len()), (5000, 5000));
    assert_eq!(first.inode(), second.inode());
    // SAFETY: both mappings are 5000 bytes long, and this thread alone uses them.
    let (fresh, seen) = unsafe {
        let fresh = first.base().add(4999).read();
        first.base().add(4999).write(7);
        (fresh, second.base().add(4999).read())
    };
    assert_eq!((fresh, seen), (0, 7));
    unlink(&name).expect("it has a name");
    // SAFETY: the mapping outlives the name.
    assert_eq!(unsafe { second.base().add(4999).read() }, 7);
    assert_eq!(Segment::open(&name).expect_err("no name any more").kind(), ErrorKind::NotFound);
}

#[test]
fn segment_names_are_taken_once_and_removed_once() {
    let name = name("once");
    let _segment = Segment::create(&name, 1).expect("a segment");
    assert_eq!(Segment::create(&name, 1).expect_err("taken").kind(), ErrorKind::AlreadyExists);
    unlink(&name).expect("it has a name");
    assert_eq!(unlink(&name).expect_err("removed").kind(), ErrorKind::NotFound);
}

#[test]
fn segment_that_does_not_fit_is_refused_and_leaves_no_name() {
    let name = name("huge");
    Segment::create(&name, 1 << 50).expect_err("nobody has a petabyte");
    assert_eq!(Segment::open(&name).expect_err("no name").kind(), ErrorKind::NotFound);
}
