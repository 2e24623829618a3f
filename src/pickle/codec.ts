/**
 * The codec: what turns values and functions into bytes and back. An isolate that sends and receives nothing never needs it,
 * and it is the larger part of the package; the bundle keeps it in a file of its own, which is loaded when one of these
 * functions is called for the first time. So this module exports functions only.
 */

import { provide } from './modules.js';
import { whenPublished } from './package.js';
import { remember } from './reference.js';

export { decode } from './decoder.js';
export { encode } from './encoder.js';
export { isStable } from './functions.js';
export { importKey, loadModules, resolveReference } from './modules.js';
export { referenceOf } from './reference.js';
export { checkTransfer } from './transfer.js';

/** The package's key among the modules: every isolate that decodes has the package, under no URL that matters. */
const PACKAGE = 'package:polycore';

whenPublished((namespace) => {
  provide(PACKAGE, namespace);
  for (const [name, value] of Object.entries(namespace)) {
    if (typeof value === 'function') remember(value, { url: PACKAGE, name });
  }
});
