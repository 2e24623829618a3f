/**
 * What V8 knows about a function and does not tell: its script, and the scopes it closes over with the very values.
 *
 * One `node:inspector` session per isolate, opened at the first question and kept. Its answers come synchronously, it does
 * not hold the process, and it shares nothing with a debugger that may be attached. Values do not go through the protocol:
 * the scope list is handed over by calling a function in the same isolate (`Runtime.callFunctionOn`).
 */

import type { Debugger, Profiler, Runtime, Session } from 'node:inspector';
import { PicklingError } from '../errors.js';

/** A place in a script; line and column count from 0. */
export interface Place {
  readonly scriptId: string;
  readonly line: number;
  readonly column: number;
}

/** One scope of a function, innermost first; `object` has its variables as properties. */
export interface Scope {
  /** `Closure (name)`, `Block`, `Catch`, `Module`, `Script`, `Global` … */
  readonly description: string;
  readonly object: Readonly<Record<string, unknown>>;
}

export interface Inspection {
  /** `null` for native functions. */
  readonly place: Place | null;
  readonly scopes: readonly Scope[];
}

/** A script as V8 compiled it. */
export interface ScriptText {
  readonly url: string;
  readonly isModule: boolean;
  readonly source: string;
}

/** Carries values between this module and the session. */
const box: { value: unknown } = { value: undefined };
const BOX = Symbol.for('polycore.inspector.box');
const GROUP = 'polycore';

let session: Session | undefined;
let boxId = '';
/** Texts that were asked for together with another and are not in use yet. */
const texts = new Map<string, ScriptText>();
const asked = new Set<string>();
const PRELOADED = 128;
const urls = new Map<string, string>();

/** Looks at a function. Costs about 0.1 ms. @throws {PicklingError} when Node was built without the inspector. */
export function inspect(fn: Function): Inspection {
  const opened = open();
  box.value = fn;
  const target = callOnBox(opened, 'function () { return this.value }', []);
  box.value = undefined;
  try {
    const internal = internals(opened, target.objectId ?? '');
    const place = internal.get('[[FunctionLocation]]')?.value as RawPlace | undefined;
    const scopeList = internal.get('[[Scopes]]')?.objectId;
    if (place === undefined || scopeList === undefined) return { place: null, scopes: [] };
    callOnBox(opened, 'function (scopes) { this.value = scopes }', [{ objectId: scopeList }]);
    const scopes = Array.from(box.value as ArrayLike<Scope>);
    return { place: { scriptId: place.scriptId, line: place.lineNumber, column: place.columnNumber }, scopes };
  } finally {
    box.value = undefined;
    post<undefined>(opened, 'Runtime.releaseObjectGroup', { objectGroup: GROUP });
  }
}

/**
 * The address of a script, if the coverage V8 keeps anyway mentions it: a few milliseconds, once for all scripts loaded.
 *
 * The profiler stays enabled, which costs nothing; disabling it would end the coverage another session may be taking.
 */
export function scriptUrl(scriptId: string): string | undefined {
  if (!urls.has(scriptId)) {
    const opened = open();
    post<unknown>(opened, 'Profiler.enable', {});
    const { result } = post<Profiler.GetBestEffortCoverageReturnType>(opened, 'Profiler.getBestEffortCoverage', {});
    for (const { scriptId: id, url } of result) urls.set(id, url);
  }
  return urls.get(scriptId);
}

/**
 * Address, kind and text of a script, for sure.
 *
 * The debugger is enabled for this question only. The first time that takes 20 ms, as V8 describes all its scripts; so
 * the texts of the program's other files are asked for as well.
 */
export function scriptText(scriptId: string): ScriptText {
  const known = texts.get(scriptId);
  if (known !== undefined) {
    texts.delete(scriptId);
    return known;
  }
  const opened = open();
  const parsed = new Map<string, Pick<ScriptText, 'url' | 'isModule'>>();
  const remember = ({ params }: { params: Debugger.ScriptParsedEventDataType }): void => {
    parsed.set(params.scriptId, { url: params.url, isModule: params.isModule ?? false });
  };
  opened.on('Debugger.scriptParsed', remember);
  try {
    post<unknown>(opened, 'Debugger.enable', {});
    for (const [id, script] of parsed) {
      const isOwn = script.url.startsWith('file:') && !script.url.includes('/node_modules/');
      if (isOwn && !asked.has(id) && texts.size < PRELOADED) texts.set(id, { ...script, source: sourceOf(opened, id) });
      urls.set(id, script.url);
      asked.add(id);
    }
    const script = parsed.get(scriptId) ?? { url: '', isModule: false };
    return texts.get(scriptId) ?? { ...script, source: sourceOf(opened, scriptId) };
  } finally {
    texts.delete(scriptId);
    post<unknown>(opened, 'Debugger.disable', {});
    opened.off('Debugger.scriptParsed', remember);
  }
}

function sourceOf(opened: Session, scriptId: string): string {
  return post<Debugger.GetScriptSourceReturnType>(opened, 'Debugger.getScriptSource', { scriptId }).scriptSource;
}

interface RawPlace {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

function open(): Session {
  if (session !== undefined) return session;
  const inspector = load();
  const opened = new inspector.Session();
  opened.connect();
  Object.defineProperty(globalThis, BOX, { value: box, configurable: true });
  try {
    const found = post<Runtime.EvaluateReturnType>(opened, 'Runtime.evaluate', {
      expression: `globalThis[Symbol.for(${JSON.stringify(BOX.description)})]`,
    });
    boxId = found.result.objectId ?? '';
  } finally {
    Reflect.deleteProperty(globalThis, BOX);
  }
  session = opened;
  return opened;
}

function load(): typeof import('node:inspector') {
  try {
    return process.getBuiltinModule('node:inspector');
  } catch (cause) {
    throw new PicklingError(
      'This Node.js has no inspector, which is needed to find the captured variables and the module of a function: ' +
        'name the module with ref(url, name)',
      { cause },
    );
  }
}

function callOnBox(opened: Session, functionDeclaration: string, args: Runtime.CallArgument[]): Runtime.RemoteObject {
  return post<Runtime.CallFunctionOnReturnType>(opened, 'Runtime.callFunctionOn', {
    objectId: boxId,
    functionDeclaration,
    arguments: args,
    objectGroup: GROUP,
    silent: true,
  }).result;
}

function internals(opened: Session, objectId: string): Map<string, Runtime.RemoteObject> {
  const { internalProperties = [] } = post<Runtime.GetPropertiesReturnType>(opened, 'Runtime.getProperties', {
    objectId,
    ownProperties: true,
  });
  const found = new Map<string, Runtime.RemoteObject>();
  for (const { name, value } of internalProperties) if (value !== undefined) found.set(name, value);
  return found;
}

/** Asks; the answer is there when `post` returns. */
function post<Answer>(opened: Session, method: string, params: object): Answer {
  let answer: Answer | undefined;
  let failure: Error | null = null;
  opened.post(method, params, (error, result) => {
    failure = error;
    answer = result as Answer;
  });
  if (failure !== null) throw new PicklingError(`The inspector refused ${method}`, { cause: failure });
  return answer as Answer;
}
