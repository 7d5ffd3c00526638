import type { ProblemCode } from '@writ/contract';
import { CodedError } from '@writ/kernel';
import { findHost, hostRemovedAt, hostsCalled, type HostRow, type Transaction } from '@writ/storage';
import { notFound } from '../refusal.js';
import { hostTokenInvalid } from './host-token.js';

/** The host of that name; its first label will do where it is the only one's. Ends in `not_found`. */
export async function knownHost(tx: Transaction, organizationId: string, name: string): Promise<HostRow> {
  const host = await findHost(tx, organizationId, { name: await fullHostName(tx, organizationId, name) });
  if (host === null) throw notFound('host');
  return host;
}

/** The name that a person means: 'web-1' is web-1.acme.example, unless there is another web-1. Ends in `not_found`. */
export async function fullHostName(tx: Transaction, organizationId: string, name: string): Promise<string> {
  if (name.includes('.')) return name;
  const called = await hostsCalled(tx, organizationId, name, 6);
  if (called.includes(name) || called.length === 0) return name;
  const [only, another] = called;
  if (only !== undefined && another === undefined) return only;
  throw new CodedError<ProblemCode>(
    'not_found',
    `There are several hosts named ${name}: ${called.slice(0, 5).join(', ')}${called.length > 5 ? ', …' : ''}. Say the whole name.`,
  );
}

/** The host that says of itself that it has this id. Ends in `host_removed`, `not_found`. */
export async function joinedHost(tx: Transaction, organizationId: string, id: string): Promise<HostRow> {
  const host = await findHost(tx, organizationId, { id });
  if (host !== null) return host;
  throw (await removed(tx, organizationId, id)) ?? notFound('host');
}

/** The host that a host token was given to. Ends in `host_removed`, `host_token_invalid`. */
export async function hostOfToken(tx: Transaction, organizationId: string, id: string): Promise<HostRow> {
  const host = await findHost(tx, organizationId, { id });
  if (host !== null) return host;
  throw await whyNoHost(tx, organizationId, id);
}

/** What a host is told that there is none of: `host_removed`, `host_token_invalid`. */
export async function whyNoHost(
  tx: Transaction,
  organizationId: string,
  id: string,
): Promise<CodedError<ProblemCode>> {
  return (
    (await removed(tx, organizationId, id)) ??
    hostTokenInvalid('There is no such host any more; join it again.')
  );
}

/** What a host is told that was removed; its kit shows the sentence as it is. */
async function removed(
  tx: Transaction,
  organizationId: string,
  id: string,
): Promise<CodedError<ProblemCode> | null> {
  const at = await hostRemovedAt(tx, organizationId, id);
  if (at === null) return null;
  return new CodedError<ProblemCode>(
    'host_removed',
    `This host was removed from the organization at ${at.toISOString()}. What it applied last stays in use until ` +
      'writ-host leave is run on it; to have it back after that, join it with a new token.',
  );
}
