/**
 * The wire format's tags: every value is one tag byte, then bytes that depend on the tag. docs/codec.md has the table.
 *
 * Tags below 0x40 name a kind. Above, the low bits are part of the value, so that what programs send most costs one byte:
 * short strings, small integers, objects of a shape seen before in the message, short arrays and back references.
 * Both ends run the same version of this package: the format is not for storage.
 */

export const UNDEFINED = 0x00;
export const NULL = 0x01;
export const TRUE = 0x02;
export const FALSE = 0x03;
/** Zigzag varint of an int32. */
export const INT = 0x04;
/** 8 bytes, little endian. */
export const DOUBLE = 0x05;
/** Varint length, then one byte a character. */
export const LATIN1 = 0x06;
/** Varint length in code units, then two bytes each, little endian; lone surrogates included. */
export const UTF16 = 0x07;
/** 8 bytes, for those that fit. */
export const BIGINT64 = 0x08;
/** Sign byte, then the magnitude as a hexadecimal string. */
export const BIGINT = 0x09;
/** Varint identity: the object has been in the message before. */
export const REF = 0x0a;
/** Varint number of keys, the keys, then the values in that order; the keys become a shape. */
export const OBJECT = 0x0b;
/** No property at this place: a hole of an array, a property that vanished while its object was read. */
export const HOLE = 0x0c;
/** Varint length, then the elements. */
export const ARRAY = 0x0d;
/** Varint length, varint number of properties, then key and value of each: holes, or properties beside the elements. */
export const SPARSE_ARRAY = 0x0e;
/** Varint length, then 4 bytes an element. */
export const INT32_ARRAY = 0x0f;
/** Varint length, then 8 bytes an element. */
export const DOUBLE_ARRAY = 0x10;
/** Varint size, then keys and values in turn. */
export const MAP = 0x11;
/** Varint size, then the elements. */
export const SET = 0x12;
/** 8 bytes: the time value, NaN for an invalid date. */
export const DATE = 0x13;
/** Source and flags. */
export const REGEXP = 0x14;
/** The primitive. */
export const BOXED = 0x15;
/** Varint length, then the bytes. */
export const ARRAY_BUFFER = 0x16;
/** Varint index of the part. */
export const ARRAY_BUFFER_PART = 0x17;
/** Varint greatest length, then an ARRAY_BUFFER or ARRAY_BUFFER_PART. */
export const RESIZABLE = 0x18;
/** Varint identity at the shared buffer port. */
export const SHARED_BUFFER = 0x19;
/** Kind, varint offset, varint length + 1 (0: follows the buffer's length), then the buffer. */
export const VIEW = 0x1a;
/** A `Buffer` without its neighbours: varint length, then the bytes. */
export const BUFFER = 0x1b;
/** A `Buffer` without its neighbours: varint index of the part. */
export const BUFFER_PART = 0x1c;
/** See error-codec.ts. */
export const ERROR = 0x1d;
/** `URL`: its href. */
export const URL_HREF = 0x1e;
/** `URLSearchParams`: the string. */
export const URL_PARAMS = 0x1f;
/** Name in `Symbol`. */
export const WELL_KNOWN_SYMBOL = 0x20;
/** Key of `Symbol.for`. */
export const REGISTERED_SYMBOL = 0x21;
/** See functions.ts. */
export const FUNCTION = 0x22;
/** The class, then the own properties as OBJECT or a shape; or a REF, if writing the class wrote the instance. */
export const INSTANCE = 0x23;
/** The class, the value its native ancestor would have been, then the own properties; or a REF. */
export const DERIVED = 0x24;
/** Callable, 1 if it is to be called with `new`, arguments. */
export const REDUCED = 0x25;
/** Name of `registerShared`, then the data. */
export const SHARED = 0x26;
/** An object, array, Map or Set too deep to be written here: its content follows after the root value, in this order. */
export const DEFERRED_OBJECT = 0x27;
export const DEFERRED_ARRAY = 0x28;
export const DEFERRED_MAP = 0x29;
export const DEFERRED_SET = 0x2a;

/** Varint length, then blocks: see strings.ts. */
export const STRING_ARRAY = 0x2b;
/** An `ArrayBuffer` over the memory of a shared object: what the shared block port made of it. */
export const SHARED_BLOCK = 0x2c;

/** 0x40 + length (0 to 63), then one byte a character. */
export const SHORT_LATIN1 = 0x40;
/** 0x80 + the integer (0 to 63). */
export const SMALL_INT = 0x80;
/** 0xc0 + number of the shape (0 to 31), then the values. */
export const SHAPE = 0xc0;
/** 0xe0 + length (0 to 15), then the elements. */
export const SHORT_ARRAY = 0xe0;
/** 0xf0 + identity (0 to 15). */
export const SHORT_REF = 0xf0;

/** Shapes remembered per message, and the longest that is. */
export const MAX_SHAPES = 32;
export const MAX_SHAPE_KEYS = 64;
/** Binary data from here on is not copied into the message but listed in `Encoded.parts`. */
export const PART_BYTES = 4096;
