//! Named segments behind shared objects.
#![cfg(all(target_os = "linux", not(any(loom, miri))))]

use std::io::ErrorKind;

use sched::segments::{self, Opening};
use sched::{Handle, Kind, Port, Runtime};

fn runtime() -> &'static Runtime {
    Runtime::start().expect("a region")
}

fn object(port: &Port) -> Handle {
    let mut slot = [0];
    assert_eq!(runtime().reserve(port, &mut slot), 1);
    runtime().create(port, slot[0], Kind::SharedMemory, 0).expect("an object")
}

#[test]
fn segments_are_mapped_as_long_as_somebody_holds_their_object() {
    let name = format!("polycore-test-{}-held", std::process::id());
    let [port, other] = [0; 2].map(|_| runtime().attach(Box::new(|| {})).expect("an isolate"));
    let (memory, attached) = (object(port), object(port));
    assert_eq!(segments::place(memory), None);
    let missing = segments::open(memory, &name, Opening::Attach).expect_err("there is none");
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    segments::open(memory, &name, Opening::Create(100)).expect("memory");
    segments::open(attached, &name, Opening::Attach).expect("the same");
    let [first, second] = [memory, attached].map(|object| segments::place(object).expect("a place"));
    assert_eq!((first.1, second.1), (100, 100));
    assert_eq!(segments::inode(memory), segments::inode(attached));
    // SAFETY: both are mapped, 100 bytes long, and used by this thread alone.
    let seen = unsafe {
        first.0.add(99).write(7);
        second.0.add(99).read()
    };
    assert_eq!(seen, 7);
    runtime().hold(other, memory).expect("it lives");
    assert!(runtime().let_go(port, memory));
    assert_eq!(segments::place(memory), Some(first), "another isolate has it");
    runtime().detach(other, sync::NONE, None);
    assert_eq!(segments::place(memory), None);
    runtime().detach(port, sync::NONE, None);
    assert_eq!(segments::place(attached), None);
    shm::segment::unlink(&name).expect("it has a name");
}
