import type { Failure } from '@writ/contract';
import { seconds } from '@writ/kernel';
import { decide, type Authority, type Caller, type HostCertificateRequest, type Plan } from '@writ/policy';
import { refusal } from '../refusal.js';
import type { Issuing } from './issuing.js';

/** A plan for every key of a host, or `request_refused` with every rule that any of them does not meet, each once. */
export function decideHostKeys(
  { ports }: Pick<Issuing, 'ports'>,
  caller: Caller,
  authority: Authority,
  requests: readonly HostCertificateRequest[],
): readonly Plan[] {
  const now = seconds(ports.clock);
  const backdate = BigInt(ports.backdateSeconds);
  const decisions = requests.map((request) =>
    decide({ caller, roles: [], authority, request, now, backdate }),
  );
  const failures = decisions.flatMap((decision) => (decision.allowed ? [] : decision.failures));
  if (failures.length > 0) throw refusal('request_refused', distinct(failures));
  return decisions.flatMap((decision) => (decision.allowed ? [decision.plan] : []));
}

function distinct(failures: readonly Failure[]): readonly Failure[] {
  return [...new Map(failures.map((failure) => [JSON.stringify(failure), failure])).values()];
}
