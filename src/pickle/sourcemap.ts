/**
 * From a place in compiled code to the place in the code its author wrote, by the source map the script names.
 */

import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import type { TextPosition } from './frame.js';

/** A text and an offset in it. */
export interface OriginalPlace {
  readonly file: string;
  readonly text: string;
  readonly offset: number;
}

const COMMENT = /^\/\/[#@] sourceMappingURL=(\S+)\s*$/gm;

/** The place in the original, `undefined` if there is no source map or no such place. */
export function originalPlace(
  compiled: string,
  url: string,
  { line, column }: Omit<TextPosition, 'file'>,
): OriginalPlace | undefined {
  try {
    const payload = payloadOf(compiled, url);
    if (payload === undefined) return undefined;
    const found = new SourceMap(payload).findEntry(line, column);
    if (!('originalSource' in found)) return undefined;
    const index = payload.sources.indexOf(found.originalSource);
    const file = new URL(found.originalSource, url).href;
    const text = payload.sourcesContent?.[index] ?? readFileSync(new URL(file), 'utf8');
    const lines = text.split('\n');
    const before = lines.slice(0, found.originalLine).reduce((length, each) => length + each.length + 1, 0);
    return { file, text, offset: before + found.originalColumn };
  } catch {
    return undefined; // A map that cannot be read: the compiled code is shown.
  }
}

function payloadOf(compiled: string, url: string): SourceMapPayload | undefined {
  const address = [...compiled.matchAll(COMMENT)].at(-1)?.[1];
  if (address === undefined) return undefined;
  const data = /^data:[^,]*?(;base64)?,/.exec(address);
  if (data === null) return JSON.parse(readFileSync(new URL(address, url), 'utf8')) as SourceMapPayload;
  const body = address.slice(data[0].length);
  const text = data[1] === undefined ? decodeURIComponent(body) : Buffer.from(body, 'base64').toString();
  return JSON.parse(text) as SourceMapPayload;
}
