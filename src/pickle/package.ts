/** What this package exports travels as a name: every isolate that decodes has the package, under no URL that matters. */

import { provide } from './modules.js';
import { remember } from './reference.js';

/** The package's key among the modules. */
const PACKAGE = 'package:polycore';

/** Makes the exports of the package known, once in every isolate. */
export function publish(namespace: object): void {
  provide(PACKAGE, namespace);
  for (const [name, value] of Object.entries(namespace)) {
    if (typeof value !== 'function') continue;
    remember(value, { url: PACKAGE, name });
    // Bundled, it may have become `_Queue` or `wait2`.
    if (value.name !== name && value.name.replace(/^_|\d+$/g, '') === name) Object.defineProperty(value, 'name', { value: name });
  }
}
