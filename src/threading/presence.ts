/** How this isolate is inside an `RwLock`, whichever JavaScript object stands for the lock. */

import type { SharedObject } from '../runtime/shared-object.js';

export class Presence {
  /** Readers of this isolate. */
  readers = 0;
  isWriting = false;
  /** Number of its stay as a writer: the guards of other stays are void. */
  stay = 0;

  static in(object: SharedObject): Presence {
    return (object.local ??= new Presence()) as Presence;
  }
}
