//! Loom model of a share: its owner and a thief get each unit once and lose none.
#![cfg(loom)]

use loom::sync::Arc;
use loom::thread;
use sched::Share;

#[test]
fn owner_and_thief_never_get_the_same_unit_and_lose_none() {
    loom::model(|| {
        let share = Arc::new(Share::new(0, 3));
        let thief = {
            let share = Arc::clone(&share);
            thread::spawn(move || share.steal())
        };
        let mut got: Vec<u32> = Vec::new();
        while let Some((begin, end)) = share.take(1) {
            got.extend(begin..end);
        }
        got.extend(thief.join().unwrap().map(|(begin, end)| begin..end).into_iter().flatten());
        while let Some((begin, end)) = share.take(2) {
            got.extend(begin..end);
        }
        got.sort_unstable();
        assert_eq!(got, [0, 1, 2]);
    });
}
