import type { Failure } from './failure.js';

/** What a rule yields: the value that is needed further on, or why there is none. */
export type Outcome<Value> =
  | { readonly met: true; readonly value: Value }
  | { readonly met: false; readonly failures: readonly Failure[] };

/** The rule is met. */
export function met<Value>(value: Value): Outcome<Value> {
  return { met: true, value };
}

/** The rule is not met, for one or more reasons. */
export function unmet(...failures: readonly Failure[]): Outcome<never> {
  return { met: false, failures };
}

/** `value` when nothing speaks against it. */
export function metUnless<Value>(failures: readonly Failure[], value: Value): Outcome<Value> {
  return failures.length === 0 ? met(value) : unmet(...failures);
}

/** What `make` returns, or the refusal when it throws: for the strict constructors of the formats below. */
export function metIfMade<Value>(make: () => Value, refusal: Failure): Outcome<Value> {
  try {
    return met(make());
  } catch {
    return unmet(refusal);
  }
}

/** Every value, when all `parts` are met; otherwise every reason against, in the order of the parts. */
export function all<Values extends object>(parts: {
  readonly [Name in keyof Values]: Outcome<Values[Name]>;
}): Outcome<Values> {
  const values: Partial<Values> = {};
  const failures: Failure[] = [];
  for (const name in parts) {
    const part = parts[name];
    if (part.met) values[name] = part.value;
    else failures.push(...part.failures);
  }
  return metUnless(failures, values as Values);
}

/** Every reason against, of all `outcomes`, in their order. */
export function failuresOf(outcomes: readonly Outcome<unknown>[]): readonly Failure[] {
  return outcomes.flatMap((outcome) => (outcome.met ? [] : outcome.failures));
}

/** The first outcome that is met; otherwise every reason against any of them, each once. */
export function firstMet<Item, Value>(
  items: readonly Item[],
  judge: (item: Item) => Outcome<Value>,
): Outcome<Value> {
  const failures = new Map<string, Failure>();
  for (const item of items) {
    const outcome = judge(item);
    if (outcome.met) return outcome;
    for (const failure of outcome.failures) failures.set(`${failure.rule} ${failure.message}`, failure);
  }
  return unmet(...failures.values());
}
