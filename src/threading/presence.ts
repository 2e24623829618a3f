/** How this isolate is inside an `RwLock`, whichever JavaScript object stands for the lock. */

import type { SharedObject } from '../runtime/shared-object.js';

export class Presence {
  /** Readers of this isolate. */
  readers = 0;
  isWriting = false;
  /** Number of its stay as a writer: the guards of other stays are void. */
  stay = 0;
  /** Made here, where nothing refers to the lock itself, which is to be collected. */
  readonly #isEntered = (): boolean => this.isWriting || this.readers > 0;

  static in(object: SharedObject): Presence {
    const presence = (object.local ??= new Presence()) as Presence;
    object.isInside = presence.#isEntered;
    return presence;
  }
}
