/** Objects that can only be made when their data have been read; until then nothing refers to them. */

import { readArrayBuffer, readBuffer, readResizable, readView } from './binary.js';
import { readBoxed, readRegExp, readUrl } from './boxes.js';
import type { Decoder } from './decoder.js';
import { damaged } from './reader.js';
import { sharedBlocks, sharedBuffers, sharedClassNamed } from './shared.js';
import * as tags from './tags.js';

export function readLate(dec: Decoder, tag: number): object {
  switch (tag) {
    case tags.REGEXP:
      return readRegExp(dec);
    case tags.BOXED:
      return readBoxed(dec);
    case tags.URL_HREF:
      return readUrl(dec);
    case tags.URL_PARAMS:
      return new URLSearchParams(dec.string());
    case tags.ARRAY_BUFFER:
    case tags.ARRAY_BUFFER_PART:
      return readArrayBuffer(dec, tag);
    case tags.RESIZABLE:
      return readResizable(dec);
    case tags.VIEW:
      return readView(dec);
    case tags.BUFFER:
    case tags.BUFFER_PART:
      return readBuffer(dec, tag);
    case tags.SHARED_BUFFER:
      return sharedBuffers().import(dec.uint());
    case tags.SHARED_BLOCK:
      return sharedBlock(dec.value());
    case tags.SHARED:
      return sharedClassNamed(dec.string()).revive(dec.value());
    default:
      throw damaged(`${tag} is no tag`);
  }
}

function sharedBlock(data: unknown): ArrayBuffer {
  const blocks = sharedBlocks();
  if (blocks === undefined) throw damaged('shared memory before the runtime has started');
  return blocks.import(data);
}
