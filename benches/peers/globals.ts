/** What multithreading expects of Node >= 22, for Node 20: `Promise.withResolvers` and `navigator.hardwareConcurrency`. */
import { availableParallelism } from 'node:os';

interface Resolvers {
  promise: Promise<unknown>;
  resolve: (value: unknown) => void;
  reject: (reason: unknown) => void;
}

function withResolvers(): Resolvers {
  let resolve: Resolvers['resolve'] = () => undefined;
  let reject: Resolvers['reject'] = () => undefined;
  const promise = new Promise<unknown>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function define(target: object, name: string, value: unknown): void {
  if (!(name in target)) Object.defineProperty(target, name, { value, configurable: true, writable: true });
}

define(Promise, 'withResolvers', withResolvers);
define(globalThis, 'navigator', { hardwareConcurrency: availableParallelism() });
