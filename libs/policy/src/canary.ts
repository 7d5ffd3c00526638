import type { Failure } from './failure.js';
import { canaryStays } from './rules/grant-failures.js';

/** Why nothing else is done with the role of a canary; none where it is another role. */
export function canaryFailures({
  name,
  canary,
}: {
  readonly name: string;
  readonly canary?: boolean | undefined;
}): readonly Failure[] {
  return canary === true ? [canaryStays(name)] : [];
}
