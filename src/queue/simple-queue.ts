/** `SimpleQueue`: Python's `queue.SimpleQueue` and `multiprocessing.SimpleQueue`. */

import { QUEUE } from '../runtime/kind.js';
import { registerObject } from '../runtime/shared-object.js';
import { objectOf, Queue } from './queue.js';
import { type Variety, variety } from './shape.js';

/** A `Queue` without limits. */
export class SimpleQueue<T = unknown> extends Queue<T> {
  /** No limits. @throws {RangeError} when all slots of shared memory are in use. */
  constructor() {
    super();
  }

  /** See `Queue`. */
  static override readonly [variety]: Variety = { name: 'SimpleQueue', kind: QUEUE };

  static {
    registerObject<SimpleQueue>('polycore.SimpleQueue', this, () => new this(), objectOf);
  }
}
