/** JPEG and PNG files as pictures: other depths, grey and palettes become red, green and blue of 8 bits; transparency is dropped. */

import { readFileSync } from 'node:fs';
import { convertIndexedToRgb, decode as decodePng, type DecodedPng, hasPngSignature } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import { reason } from '../files/unreadable.ts';
import { UsageError } from '../terminal/program.ts';
import type { Picture } from './png.ts';

/** @throws {UsageError} when the file cannot be read or is no such picture. */
export function readPicture(path: string): Picture {
  try {
    const file = readFileSync(path);
    if (hasPngSignature(file)) return fromPng(decodePng(file, { checkCrc: true }));
    if (file[0] !== 0xff || file[1] !== 0xd8) throw new Error('neither JPEG nor PNG');
    const { width, height, data } = decodeJpeg(file, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false });
    return { width, height, pixels: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  } catch (error) {
    throw new UsageError(`cannot read the picture ${JSON.stringify(path)}: ${reason(error)}`);
  }
}

function fromPng(png: DecodedPng): Picture {
  const { width, height, depth } = png;
  const indexed = png.palette !== undefined;
  if (!indexed && depth < 8) throw new Error(`grey of ${depth} bits`);
  const data = indexed ? convertIndexedToRgb(png) : png.data;
  const channels = indexed ? data.length / (width * height) : png.channels;
  const shift = indexed || depth === 8 ? 0 : 8;
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[i * 3 + c] = (data[i * channels + (channels > 2 ? c : 0)] ?? 0) >> shift;
  }
  return { width, height, pixels };
}

/** How many different colours there are. */
export function countColours({ pixels }: Picture): number {
  const colours = new Set<number>();
  for (let i = 0; i < pixels.length; i += 3) colours.add((pixels[i]! << 16) | (pixels[i + 1]! << 8) | pixels[i + 2]!);
  return colours.size;
}
