/** The other thread of message-channel.ts: told how many messages follow, it answers with a sum over them. */
import { parentPort } from 'node:worker_threads';

let left = 0;
let sum = 0;
parentPort?.on('message', (message: { expect: number } | number | Uint8Array) => {
  if (typeof message === 'number' || message instanceof Uint8Array) {
    sum += typeof message === 'number' ? message : (message[0] as number);
    if (--left === 0) parentPort?.postMessage(sum);
  } else {
    left = message.expect;
    sum = 0;
  }
});
parentPort?.postMessage('ready');
