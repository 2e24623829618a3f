/** The type of a value in messages: what `typeof` says, but `null` of `null`. */
export function typeName(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
