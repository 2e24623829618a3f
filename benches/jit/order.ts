/** What the suite `jit` asks of its contestants. The answer is a number; `jit.ts` has the units. */
export interface Order {
  /** `one`, `parallel` and `cold` are of a kernel; the others are measures of their own (`JitPeer.measures`). */
  readonly do: string;
  /** Of examples/kernels. */
  readonly kernel: string;
  /** Of the kernel's data, where 1 takes V8 about a tenth of a second on one thread; numbers to sort. */
  readonly size: number;
  readonly threads: number;
  /** Runs to take the fastest of, or how often a measure of its own is repeated. */
  readonly times: number;
}

/** What one contestant can do. */
export interface JitPeer {
  /** Largest relative difference of a result from JavaScript's; 0 is bit by bit. */
  readonly tolerance?: (kernel: string) => number;
  /** One run over all of the data; milliseconds. */
  run(task: Task, threads: number): number | Promise<number>;
  /** Brings the results of the last run into `written`, the arrays among the arguments that are written; default: they are there. */
  readonly collect?: (written: readonly (Float64Array | Int32Array | Uint8Array)[]) => void | Promise<void>;
  /** Measures that are not of a kernel; each times itself and checks its result. */
  readonly measures?: Readonly<Record<string, (order: Order) => number | Promise<number>>>;
  /** Ends what it has started. */
  close?(): unknown;
}

/** A kernel with data of some size. */
export interface Task {
  readonly name: string;
  readonly size: number;
  readonly count: number;
  readonly kernel: Kernel;
  /** The kernel's arguments after the index. */
  readonly args: readonly Argument[];
}

/** A kernel of examples/kernels, whatever its parameters are. */
export type Kernel = (i: number, ...args: Argument[]) => unknown;
export type Argument = Float64Array | Int32Array | Uint8Array | number;
