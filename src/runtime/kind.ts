/** Kinds of shared objects; `crates/sched/src/kind.rs` has the same list. */

export const LOCK = 1;
export const RLOCK = 2;
export const SEMAPHORE = 3;
export const BOUNDED_SEMAPHORE = 4;
export const EVENT = 5;
export const CONDITION = 6;
export const BARRIER = 7;
export const RW_LOCK = 8;
export const QUEUE = 9;
export const LIFO_QUEUE = 10;
export const PRIORITY_QUEUE = 11;
export const CONNECTION = 12;
export const VALUE = 13;
export const ARRAY = 14;
export const SHARED_MEMORY = 15;
export const THREAD = 16;
export const BUFFER = 17;
