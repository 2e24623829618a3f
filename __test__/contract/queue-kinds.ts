/** One maker for each kind of queue. */

import { LifoQueue, PriorityQueue, Queue, type QueueOptions, SimpleQueue } from '../../index.js';

/** Those that take a limit. */
export const LIMITED = { Queue, LifoQueue, PriorityQueue } as const;

/** A maker of queues of numbers, with a limit or without. */
export type MakeQueue = (maxsize?: number, options?: QueueOptions) => Queue<number>;

export const LIMITED_MAKERS: readonly (readonly [string, MakeQueue])[] = Object.entries(LIMITED).map(
  ([name, Kind]) => [name, (maxsize, options) => new Kind<number>(maxsize, options)] as const,
);

/** All of them, without limits. */
export const MAKERS: readonly (readonly [string, () => Queue<number>])[] = [
  ...LIMITED_MAKERS.map(([name, make]) => [name, () => make()] as const),
  ['SimpleQueue', () => new SimpleQueue<number>()],
];
