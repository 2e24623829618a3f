/** Where an error comes from that has travelled. */

/** Marks the frames of an error's stack as those of another thread: they follow behind `[in where]`. Returns the error. */
export function withRemoteStack(error: unknown, where: string): unknown {
  if (!(error instanceof Error)) return error;
  const stack = typeof error.stack === 'string' ? error.stack : String(error);
  const frames = stack.search(/\n {4}at /);
  const head = frames < 0 ? stack : stack.slice(0, frames);
  const tail = frames < 0 ? '' : stack.slice(frames);
  try {
    Object.defineProperty(error, 'stack', {
      value: `${head}\n    [in ${where}]${tail}`,
      configurable: true,
      writable: true,
      enumerable: false,
    });
  } catch {
    // A frozen error keeps its stack.
  }
  return error;
}
