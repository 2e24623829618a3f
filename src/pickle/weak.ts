/**
 * Captured `WeakMap`s and `WeakSet`s (caches by object, private members of compiled classes). They are sent as a token, so
 * that functions that share one here share one there.
 */

type Weak = WeakMap<object, unknown> | WeakSet<object>;

const tokens = new WeakMap<object, object>();
const received = new WeakMap<object, Weak>();

/** The object to send in its place. */
export function tokenOf(weak: object): object {
  let token = tokens.get(weak);
  if (token === undefined) tokens.set(weak, (token = {}));
  return token;
}

/** The collection for a token of this message. */
export function weakOf(token: object, set: boolean): Weak {
  let weak = received.get(token);
  if (weak === undefined) received.set(token, (weak = set ? new WeakSet() : new WeakMap()));
  return weak;
}
