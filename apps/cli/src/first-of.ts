import { setMaxListeners } from 'node:events';

/**
 * A signal that aborts as soon as one of the others does. `AbortSignal.any` holds what it is made of weakly in Node 20: a timeout that
 * nobody else holds is collected before its time, and never fires.
 * Any number may listen to it (a drill has some listeners for each host). Those that it is made of keep a listener until it aborts: make one
 * for all, not one for each.
 */
export function firstOf(...signals: readonly AbortSignal[]): AbortSignal {
  const first = new AbortController();
  setMaxListeners(Number.POSITIVE_INFINITY, first.signal);
  for (const signal of signals) {
    if (signal.aborted) first.abort(signal.reason);
    else {
      const end = () => first.abort(signal.reason);
      signal.addEventListener('abort', end, { once: true, signal: first.signal });
    }
  }
  return first.signal;
}
