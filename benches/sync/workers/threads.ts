/** What polycore's threads do; exported, so that they travel by reference. */
import type { Connection, Lock, Queue, Value } from 'polycore';

/** Takes `counts[i]` numbers, then answers with their sum; for each i. */
export function sumNumbers(queue: Queue<number>, answers: Queue<number>, counts: readonly number[]): void {
  answers.putSync(0);
  for (const count of counts) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += queue.getSync();
    answers.putSync(sum);
  }
}

/** Takes `counts[i]` buffers, then answers with the sum of their first bytes; for each i. */
export function sumBuffers(queue: Queue<Uint8Array>, answers: Queue<number>, counts: readonly number[]): void {
  answers.putSync(0);
  for (const count of counts) {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += queue.getSync()[0];
    answers.putSync(sum);
  }
}

/** Sends back what comes, until the other end is closed. */
export function echoAll(connection: Connection, count: number): void {
  for (let i = 0; i < count; i++) connection.sendSync(connection.recvSync());
}

/** Acquires and releases. */
export function lockAndUnlock(lock: Lock, said: Queue<number>, go: Queue<number>, counts: readonly number[]): void {
  for (const count of counts) {
    said.putSync(1);
    go.getSync();
    for (let i = 0; i < count; i++) {
      lock.acquireSync();
      lock.release();
    }
    said.putSync(2);
  }
}

/** Adds 1 under the lock of the value. */
export function addLocked(value: Value<'i'>, said: Queue<number>, go: Queue<number>, counts: readonly number[]): void {
  const lock = value.getLock();
  for (const count of counts) {
    said.putSync(1);
    go.getSync();
    for (let i = 0; i < count; i++) {
      lock.acquireSync();
      value.value += 1;
      lock.release();
    }
    said.putSync(2);
  }
}

/** Adds 1 atomically. */
export function addAtomically(value: Value<'i'>, said: Queue<number>, go: Queue<number>, counts: readonly number[]): void {
  for (const count of counts) {
    said.putSync(1);
    go.getSync();
    for (let i = 0; i < count; i++) value.add(1);
    said.putSync(2);
  }
}
