//! Loom models of the deque: the last job between its owner and thieves, and a buffer that is reused.
#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use sched::{Deque, Steal};

fn steal(deque: &Deque) -> Option<u32> {
    match deque.steal_if(|_| true) {
        Steal::Job(job) => Some(job),
        _ => None,
    }
}

#[test]
fn owner_and_thief_never_get_the_same_job_and_lose_none() {
    loom::model(|| {
        let deque = Arc::new(Deque::new(2));
        deque.push(1).unwrap();
        deque.push(2).unwrap();
        let thief = {
            let deque = Arc::clone(&deque);
            thread::spawn(move || steal(&deque))
        };
        let mut got: Vec<u32> = [deque.pop_if(|_| true), deque.pop_if(|_| true)].into_iter().flatten().collect();
        got.extend(thief.join().unwrap());
        got.extend(deque.pop_if(|_| true));
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
    });
}

#[test]
fn two_thieves_take_different_jobs() {
    loom::model(|| {
        let deque = Arc::new(Deque::new(2));
        deque.push(1).unwrap();
        deque.push(2).unwrap();
        let thief = {
            let deque = Arc::clone(&deque);
            thread::spawn(move || steal(&deque))
        };
        let mut got: Vec<u32> = steal(&deque).into_iter().collect();
        got.extend(thief.join().unwrap());
        while let Some(job) = deque.pop_if(|_| true) {
            got.push(job);
        }
        got.sort_unstable();
        assert_eq!(got, [1, 2]);
    });
}

#[test]
fn a_reused_cell_is_never_stolen_with_its_old_job() {
    loom::model(|| {
        let deque = Arc::new(Deque::new(1));
        deque.push(1).unwrap();
        let thief = {
            let deque = Arc::clone(&deque);
            thread::spawn(move || steal(&deque))
        };
        let mut got: Vec<u32> = deque.pop_if(|_| true).into_iter().collect();
        let pushed = deque.push(2).is_ok();
        got.extend(thief.join().unwrap());
        got.extend(deque.pop_if(|_| true));
        got.sort_unstable();
        assert_eq!(got, if pushed { vec![1, 2] } else { vec![1] });
    });
}
