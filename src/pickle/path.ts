/**
 * The place of a value, as an expression a reader of the message can follow: `args[0].items.get("k")[3]`.
 */

/** An index, a property name, or something else that knows its text. */
export type PathSegment = number | string | Verbatim | MapEntry;

/** A text that is used as it is. */
export class Verbatim {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `.get("k")`: key or value of a Map's entry. */
export class MapEntry {
  readonly key: unknown;
  constructor(key: unknown) {
    this.key = key;
  }
  get text(): string {
    return `.get(${describeKey(this.key)})`;
  }
}

/** Segments above those of a value whose content was deferred. */
export interface PathBase {
  readonly above: PathBase | undefined;
  readonly segments: readonly PathSegment[];
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
/** Longer paths keep their ends. */
const LONGEST = 40;
const KEPT = 15;

/** The whole path. */
export function formatPath(root: string, base: PathBase | undefined, segments: readonly PathSegment[]): string {
  const chain = [segments];
  for (let above = base; above !== undefined; above = above.above) chain.push(above.segments);
  const texts = chain.reverse().flat().map(formatSegment);
  if (texts.length > LONGEST) texts.splice(KEPT, texts.length - 2 * KEPT, '…');
  return root + texts.join('');
}

function describeKey(key: unknown): string {
  if (typeof key === 'string') return JSON.stringify(key.length > 40 ? `${key.slice(0, 40)}…` : key);
  if (typeof key === 'bigint') return `${key}n`;
  if (typeof key === 'object' && key !== null) return '{…}';
  return typeof key === 'function' ? 'function' : String(key);
}

function formatSegment(segment: PathSegment): string {
  if (typeof segment === 'number') return `[${segment}]`;
  if (typeof segment !== 'string') return segment.text;
  if (IDENTIFIER.test(segment)) return `.${segment}`;
  return `[${JSON.stringify(segment.length > 40 ? `${segment.slice(0, 40)}…` : segment)}]`;
}
