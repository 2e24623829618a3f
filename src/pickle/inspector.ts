/**
 * What V8 knows about a function and does not tell: its script, and the scopes it closes over with the very values.
 *
 * One `node:inspector` session per isolate, opened at the first question and kept. Its answers come synchronously, it does
 * not hold the process, and it shares nothing with a debugger that may be attached. Values do not go through the protocol:
 * the scope list is handed over by calling a function in the same isolate (`Runtime.callFunctionOn`).
 */

import type { Debugger, Runtime, Session } from 'node:inspector';
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
const parsed = new Map<string, { readonly url: string; readonly isModule: boolean }>();

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
 * Address, kind and text of a script. The debugger is enabled for this question only: about 10 ms, so ask once per script.
 */
export function scriptText(scriptId: string): ScriptText {
  const opened = open();
  const known = parsed.get(scriptId);
  if (known?.url.startsWith('node:')) return { ...known, source: '' };
  opened.on('Debugger.scriptParsed', remember);
  try {
    post<unknown>(opened, 'Debugger.enable', {});
    const script = parsed.get(scriptId) ?? { url: '', isModule: false };
    if (script.url.startsWith('node:')) return { ...script, source: '' };
    const { scriptSource } = post<Debugger.GetScriptSourceReturnType>(opened, 'Debugger.getScriptSource', { scriptId });
    return { ...script, source: scriptSource };
  } finally {
    post<unknown>(opened, 'Debugger.disable', {});
    opened.off('Debugger.scriptParsed', remember);
  }
}

interface RawPlace {
  readonly scriptId: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

function remember({ params }: { params: Debugger.ScriptParsedEventDataType }): void {
  parsed.set(params.scriptId, { url: params.url, isModule: params.isModule ?? false });
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
