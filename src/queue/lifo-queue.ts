/** `LifoQueue`: Python's `queue.LifoQueue`. */

import { LIFO_QUEUE } from '../runtime/kind.js';
import { registerObject } from '../runtime/shared-object.js';
import { objectOf, Queue } from './queue.js';
import { type Variety, variety } from './shape.js';

/** As `Queue`, but last in, first out. */
export class LifoQueue<T = unknown> extends Queue<T> {
  /** See `Queue`. */
  static override readonly [variety]: Variety = { name: 'LifoQueue', kind: LIFO_QUEUE };

  static {
    registerObject<LifoQueue>('polycore.LifoQueue', this, () => new this(), objectOf);
  }
}
