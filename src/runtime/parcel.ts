/**
 * An encoded value as a list of byte pieces, and back: the form in which values travel that do not fit into a slot, and
 * in which functions are kept.
 *
 * Pieces: a header of doubles (bytes of the main part, bytes of the module list, and of each part its bytes, slot and
 * generation), the main part, the module URLs as JSON, the parts. Each piece starts at a multiple of 16. A part with a
 * generation other than 0 is no piece: its bytes are in that shared object, which is lent to the receiver.
 */

import type { Encoded } from '../pickle/index.js';
import { decode, loadModules } from '../pickle/index.js';
import { borrow, type Loan } from './loan.js';
import { isBlocking } from './port.js';

const ALIGN = 16;
/** Doubles of the header before the parts, and of each part. */
const FIRST_PART = 2;
const PART = 3;
const NO_MODULES = new Uint8Array(0);

function aligned(length: number): number {
  return (length + ALIGN - 1) & -ALIGN;
}

/** A parcel being read: `modules` have to be loaded before `value` is called. */
export interface Parcel {
  readonly modules: readonly string[];
  value(): unknown;
}

/**
 * The pieces of an encoded value; the first is the header. They stay valid until the next `encode`.
 *
 * @param loans of its parts, where they are lent.
 */
export function toPieces(encoded: Encoded, loans: readonly (Loan | undefined)[] = []): Uint8Array[] {
  const modules = encoded.modules.length === 0 ? NO_MODULES : Buffer.from(JSON.stringify(encoded.modules));
  const header = Float64Array.of(
    encoded.bytes.length,
    modules.length,
    ...encoded.parts.flatMap((part, i) => [part.length, loans[i]?.slot ?? 0, loans[i]?.generation ?? 0]),
  );
  return [new Uint8Array(header.buffer), encoded.bytes, modules, ...encoded.parts.filter((_, i) => loans[i] === undefined)];
}

/** The pieces of an encoded value in one array of its own. */
export function toBytes(encoded: Encoded): { bytes: Uint8Array; headerLength: number } {
  const pieces = toPieces(encoded);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + aligned(piece.length), 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += aligned(piece.length);
  }
  return { bytes, headerLength: (pieces[0] as Uint8Array).length };
}

/** The handles of an encoded value and its loans as the addon takes them; none is `undefined`. */
export function handlesOf({ handles }: Encoded, loans: readonly (Loan | undefined)[] = []): Uint32Array | undefined {
  const all = [...handles];
  for (const loan of loans) if (loan !== undefined) all.push(loan.slot, loan.generation);
  return all.length === 0 ? undefined : Uint32Array.from(all);
}

/** Opens a parcel whose header is `headerLength` bytes long; `read` copies bytes from an offset on into an array. */
export function openParcel(headerLength: number, read: (offset: number, into: Uint8Array) => void): Parcel {
  const header = new Float64Array(headerLength / 8);
  read(0, new Uint8Array(header.buffer));
  const [mainLength, modulesLength] = header as unknown as [number, number];
  const main = aligned(headerLength);
  const modules = main + aligned(mainLength);
  let urls: readonly string[] = [];
  if (modulesLength > 0) {
    const text = Buffer.allocUnsafe(modulesLength);
    read(modules, text);
    urls = JSON.parse(text.toString()) as string[];
  }
  const part = (index: number): ArrayBuffer => {
    const [length, slot, generation] = header.subarray(FIRST_PART + index * PART) as unknown as [number, number, number];
    if (generation !== 0) return borrow({ slot, generation }, length);
    let at = modules + aligned(modulesLength);
    for (let i = FIRST_PART; i < FIRST_PART + index * PART; i += PART) {
      if (header[i + 2] === 0) at += aligned(header[i] as number);
    }
    const bytes = Buffer.allocUnsafeSlow(length);
    read(at, bytes);
    return bytes.buffer as ArrayBuffer;
  };
  return {
    modules: urls,
    value() {
      const bytes = Buffer.allocUnsafe(mainLength);
      read(main, bytes);
      return decode(bytes, part);
    },
  };
}

/** Opens a parcel made by `toBytes`. */
export function openBytes(bytes: Uint8Array, headerLength: number): Parcel {
  return openParcel(headerLength, (offset, into) => into.set(bytes.subarray(offset, offset + into.length)));
}

/**
 * The value of a parcel: at once if its modules are loaded or the thread is blocking (then they are required instead of
 * imported), else later.
 */
export function valueOf(parcel: Parcel): unknown {
  if (parcel.modules.length === 0 || isBlocking()) return parcel.value();
  const loading = loadModules(parcel.modules);
  return loading === undefined ? parcel.value() : new Later(loading.then(() => parcel.value()));
}

/** A value that is not there yet. A class of its own, so that a promise that is the value itself is never awaited. */
export class Later {
  readonly promise: Promise<unknown>;
  constructor(promise: Promise<unknown>) {
    this.promise = promise;
  }
}
