/** Files and folders that cannot be read: no example stops for them. */

/** What could not be read, and why: `EACCES: permission denied`. */
export interface Unreadable {
  readonly path: string;
  readonly error: string;
}

/** The system's words without the path, which is known. */
export function reason(error: unknown): string {
  return error instanceof Error ? (error.message.split(', ')[0] ?? error.message) : String(error);
}
