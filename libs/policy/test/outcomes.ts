import { decide, type DecisionInput, type Failure, type Plan, type RuleCode } from '../src/index.js';

/** The plan, or an error that tells why there is none. */
export function planOf(input: DecisionInput): Plan {
  const decision = decide(input);
  if (!decision.allowed) throw new Error(decision.failures.map(({ rule }) => rule).join(' '));
  return decision.plan;
}

/** The rules that were not met, in order; none when it was allowed. */
export function rulesOf(input: DecisionInput): readonly RuleCode[] {
  return failuresOf(input).map(({ rule }) => rule);
}

/** The failures; none when it was allowed. */
export function failuresOf(input: DecisionInput): readonly Failure[] {
  const decision = decide(input);
  return decision.allowed ? [] : decision.failures;
}
