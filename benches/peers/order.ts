/**
 * What the runner and a contestant's process say to each other: one JSON object a line on stdin and stdout. Each order is answered by
 * one number, which the contestant measured itself around the work; so a contestant can be written in any language.
 */
export type Order =
  /** Import the library; milliseconds. */
  | { readonly do: 'load' }
  /** Construct the pool, start all its workers and warm it up; milliseconds. */
  | { readonly do: 'open'; readonly workers: number }
  /** From just before constructing the pool to its first result; milliseconds. */
  | { readonly do: 'start'; readonly workers: number }
  /** Memory one idle, warm worker takes: what the process grew by, divided by `workers`; MiB. */
  | { readonly do: 'rss'; readonly workers: number }
  /** Single jobs submitted at once; jobs per second. */
  | { readonly do: 'burst'; readonly jobs: number }
  /** Single jobs, each awaited before the next; median, microseconds. */
  | { readonly do: 'round-trip'; readonly jobs: number }
  /** `x * 2` over an array of `length` numbers; milliseconds. */
  | { readonly do: 'map'; readonly length: number; readonly chunks: number }
  /** 1 MiB there and back, `times` times; median, microseconds. */
  | { readonly do: 'mebibyte'; readonly times: number }
  /** `items` prime counts in the pool; milliseconds. */
  | { readonly do: 'primes'; readonly items: number; readonly limit: number }
  /** The same on the calling thread alone; milliseconds. */
  | { readonly do: 'alone'; readonly items: number; readonly limit: number }
  /** Submit `tasks` that take `each` ms, block the thread for `block` ms: how many have finished at the end of the block. */
  | { readonly do: 'blocked-main'; readonly tasks: number; readonly each: number; readonly block: number }
  /** Close the pool and exit. */
  | { readonly do: 'quit' };

/** The answer to one order. */
export type Reply = { readonly value: number } | { readonly error: string };

export const MEBIBYTE = 1024 * 1024;
