/**
 * What is found out about a function by looking at it: its text and script, what it captures, its name among the globals.
 * The codec and the compiler need it. The bundle has it in a file of its own, so that neither loads the other; so this
 * module exports functions only.
 */

export { isNative, textOf } from './analysis.js';
export { builtinOf } from './builtins.js';
export { frameIn } from './frame.js';
export { inspect } from './inspector.js';
export { scriptOf } from './script.js';
