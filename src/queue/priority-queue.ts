/** `PriorityQueue`: Python's `queue.PriorityQueue`. */

import { PRIORITY_QUEUE } from '../runtime/kind.js';
import { registerObject } from '../runtime/shared-object.js';
import { objectOf, Queue } from './queue.js';
import { type Variety, variety } from './shape.js';

/**
 * As `Queue`, but the smallest item comes first, and of equal ones the one that was put first.
 *
 * Items are numbers, bigints, strings, or arrays that begin with one, compared element by element: `[priority, task]`. Numbers
 * come before strings and these before arrays. Elements without an order (objects, say) are equal to each other and come
 * after all others. Anything else is a `TypeError`.
 *
 * @example
 * const queue = new PriorityQueue<[number, string]>();
 * queue.putNowait([2, 'later']);
 * queue.putNowait([1, 'first']);
 * queue.getNowait(); // [1, 'first']
 */
export class PriorityQueue<T = unknown> extends Queue<T> {
  /** See `Queue`. */
  static override readonly [variety]: Variety = { name: 'PriorityQueue', kind: PRIORITY_QUEUE };

  static {
    registerObject<PriorityQueue>('polycore.PriorityQueue', this, () => new this(), objectOf);
  }
}
