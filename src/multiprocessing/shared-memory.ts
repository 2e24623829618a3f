/**
 * `SharedMemory`: memory with a name, for programs that have nothing else in common (Python's
 * `multiprocessing.shared_memory`). On Linux the names are those of `shm_open`, so programs in other languages, Python among
 * them, reach the same memory by the same name.
 */

import { getSystemErrorMap, inspect } from 'node:util';
import { binding } from '../native/binding.js';
import { registerShared } from '../pickle/index.js';
import { SHARED_MEMORY } from '../runtime/kind.js';
import { closeBlock, createView } from '../runtime/shared-block.js';
import type { SharedObject } from '../runtime/shared-object.js';
import { checkCount, describe, NotSupported } from './options.js';

/** What memory is meant. */
export interface SharedMemoryOptions {
  /** Without `/`, at most 200 bytes; default when creating: a new one. */
  name?: string;
  /** Make it, and fail if the name is taken; default `false`: attach to one that exists. */
  create?: boolean;
  /** Bytes, > 0; needed when creating, ignored when attaching: memory has the size it was made with. */
  size?: number;
  /**
   * Whether the name is removed when this process ends without `unlink`, be it by `kill -9`; with a message on stderr. Default
   * `true`; only for the process that creates it.
   */
  track?: boolean;
}

const NAME_BYTES = 200;
/** What the addon returns where there is no such memory. */
const UNSUPPORTED = -(2 ** 31);

const memories = new WeakMap<ArrayBuffer, SharedMemory>();

/** Set while one is made for memory that has arrived. */
let arrived: ArrayBuffer | undefined;

/**
 * A piece of named memory.
 *
 * It can be passed to other threads; other processes attach by its name. The memory lives until its name is removed, by
 * `unlink` in one process, and everybody has closed it.
 *
 * @example
 * using memory = new SharedMemory({ name: 'samples', create: true, size: 8000 });
 * new Float64Array(memory.buffer).fill(1);
 * // elsewhere: new SharedMemory({ name: 'samples' })
 * memory.unlink();
 */
export class SharedMemory {
  readonly #name: string;
  readonly #buffer: ArrayBuffer;

  /**
   * @throws {RangeError} when creating without a size > 0, or attaching without a name; an error with Node's code when the
   * system refuses: `EEXIST` the name is taken, `ENOENT` there is none, `ENOSPC` no room; {NotSupported} where the system has
   * no such memory.
   */
  constructor(options: SharedMemoryOptions) {
    if (arrived !== undefined) {
      this.#name = options.name as string;
      this.#buffer = arrived;
    } else {
      const { create, name: given, size, track } = checkOptions(options);
      let name = given ?? '';
      this.#buffer = createView(SHARED_MEMORY, (object) => {
        if (given === undefined) name = openNew(object, size);
        else check(given, binding.openSegment(object.slot, object.generation, given, size));
        if (create && track) watch(object, name);
      });
      this.#name = name;
    }
    memories.set(this.#buffer, this);
  }

  static {
    registerShared<SharedMemory>(
      'polycore.SharedMemory',
      this,
      (memory) => [memory.#buffer, memory.#name],
      (data) => {
        const [buffer, name] = data as [ArrayBuffer, string];
        const known = memories.get(buffer);
        if (known !== undefined) return known;
        arrived = buffer;
        try {
          return new this({ name });
        } finally {
          arrived = undefined;
        }
      },
    );
  }

  /** The memory. Zeros at first; of length 0 once closed here. */
  get buffer(): ArrayBuffer {
    return this.#buffer;
  }

  /** By which other processes attach to it. */
  get name(): string {
    return this.#name;
  }

  /** Bytes; 0 once closed here. */
  get size(): number {
    return this.#buffer.byteLength;
  }

  /** Ends this thread's use of it: its buffer and all views of it have length 0 from now on. Further calls do nothing. */
  close(): void {
    closeBlock(this.#buffer);
  }

  /**
   * Removes the name: nobody else can attach, and the memory goes with the last who has it.
   *
   * @throws an error with the code `ENOENT` when the name is removed already.
   */
  unlink(): void {
    check(this.#name, binding.unlinkSegment(this.#name));
  }

  /** `[SharedMemory samples, 8000 bytes]`, for messages. */
  toString(): string {
    return `[SharedMemory ${this.#name}, ${this.size} bytes]`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  /** `using` closes; who created it also has to `unlink` it. */
  [Symbol.dispose](): void {
    this.close();
  }
}

interface Checked {
  readonly name: string | undefined;
  readonly create: boolean;
  readonly track: boolean;
  /** 0 attaches. */
  readonly size: number;
}

function checkOptions(options: SharedMemoryOptions): Checked {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`Expected \`options\` to be an object, got ${describe(options)}`);
  }
  const { name, create = false, track = true } = options;
  if (typeof create !== 'boolean') throw new TypeError(`Expected \`create\` to be a boolean, got ${describe(create)}`);
  if (typeof track !== 'boolean') throw new TypeError(`Expected \`track\` to be a boolean, got ${describe(track)}`);
  if (name !== undefined) checkName(name);
  else if (!create) throw new RangeError('Expected `name` to be given, unless `create` is true');
  if (!create) return { name, create, track, size: 0 };
  if (options.size === undefined) throw new RangeError('Expected `size` to be given when `create` is true');
  return { name, create, track, size: checkCount('size', options.size, 1) };
}

function checkName(name: unknown): void {
  if (typeof name !== 'string') throw new TypeError(`Expected \`name\` to be a string, got ${describe(name)}`);
  const isGood = name !== '' && name !== '.' && name !== '..' && !/[/\0\n]/.test(name) && Buffer.byteLength(name) <= NAME_BYTES;
  if (!isGood) {
    throw new RangeError(`Expected \`name\` to be 1 to ${NAME_BYTES} bytes without slash and line break, got ${describe(name)}`);
  }
}

/** Makes memory under a name that nobody uses, and returns that. */
function openNew({ slot, generation }: SharedObject, size: number): string {
  for (;;) {
    const name = `polycore_${process.getBuiltinModule('node:crypto').randomBytes(4).toString('hex')}`;
    const code = binding.openSegment(slot, generation, name, size);
    if (code === 0 || systemError(code)[0] !== 'EEXIST') {
      check(name, code);
      return name;
    }
  }
}

function watch({ slot, generation }: SharedObject, name: string): void {
  if (binding.trackSegment(slot, generation, name)) return;
  process.emitWarning(`Nothing removes the shared memory ${JSON.stringify(name)} if this process is killed: no /bin/sh to watch it`);
}

function systemError(code: number): readonly [name: string, text: string] {
  return getSystemErrorMap().get(code) ?? ['UNKNOWN', 'unknown error'];
}

/** @throws what a code of the addon stands for, unless it is 0. */
function check(name: string, code: number): void {
  if (code === 0) return;
  if (code === UNSUPPORTED) throw new NotSupported('Named shared memory is not available on this system');
  const [error, text] = systemError(code);
  const message = `${error}: ${text}, shared memory ${JSON.stringify(name)}`;
  throw Object.assign(new Error(message), { code: error, errno: code, syscall: 'shm_open', path: name });
}
