//! The tracker at work: it outlives the process that started it, so each test is about a process of its own.
#![cfg(all(target_os = "linux", not(miri)))]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use shm::segment::{Segment, unlink};
use shm::tracker::{track, untrack};

/// Set for the process that plays the owner of segments: what it is to do.
const ROLE: &str = "POLYCORE_TEST_ROLE";

/// Starts this program again as an owner, with `role`, kills it once it says that it is ready, and waits until it and its
/// tracker are gone. Returns the name it used and what the tracker wrote.
fn kill_owner(role: &str) -> (String, String) {
    let program = std::env::current_exe().expect("this program");
    let mut owner = Command::new(program)
        .args(["--exact", "owner", "--nocapture"])
        .env(ROLE, role)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("an owner");
    let mut lines = BufReader::new(owner.stdout.take().expect("its output")).lines();
    let name = lines
        .find_map(|line| line.expect("text").strip_prefix("ready ").map(str::to_owned))
        .expect("it is ready before it ends");
    owner.kill().expect("it waits to be killed");
    owner.wait().expect("it was killed");
    let mut text = String::new();
    // The tracker has the same stderr: its end is the tracker's.
    owner.stderr.take().expect("its errors").read_to_string(&mut text).expect("text");
    (name, text)
}

/// Not a test of its own: does what the role says and waits to be killed.
#[test]
fn owner() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let name = format!("polycore test $HOME *{}", std::process::id());
    for other in ["a", "b"] {
        let other = format!("{name}-{other}");
        let segment = Segment::create(&other, 1).expect("a segment");
        track(&other, segment.inode()).expect("a tracker");
    }
    let segment = Segment::create(&name, 100).expect("a segment");
    track(&name, segment.inode()).expect("a tracker");
    for other in ["b", "a"] {
        let other = format!("{name}-{other}");
        unlink(&other).expect("it has a name");
        untrack(&other).expect("a tracker");
    }
    match role.as_str() {
        "kept" => untrack(&name).expect("a tracker"),
        "replaced" => {
            unlink(&name).expect("it has a name");
            Segment::create(&name, 100).expect("another segment");
        }
        _ => {}
    }
    println!("\nready {name}");
    loop {
        std::thread::park();
    }
}

#[test]
fn tracker_removes_what_a_killed_process_has_left() {
    let (name, text) = kill_owner("left");
    assert!(Segment::open(&name).is_err(), "the segment is still there");
    assert_eq!(text.matches("polycore: ").count(), 1, "{text}");
    assert!(text.contains(&name), "{text}");
}

#[test]
fn tracker_leaves_what_it_was_told_to_forget() {
    let (name, text) = kill_owner("kept");
    unlink(&name).expect("the segment is still there");
    assert_eq!(text, "");
}

#[test]
fn tracker_leaves_another_segment_of_the_same_name() {
    let (name, text) = kill_owner("replaced");
    unlink(&name).expect("the segment is still there");
    assert_eq!(text, "");
}
