import { fingerprint } from '@writ/openssh/key';
import { hostName } from '@writ/openssh/trust';
import type { Authority } from '@writ/policy';
import {
  endHostKeyRequests,
  hostKeysOf,
  recordEvent,
  replaceHostKeys,
  type HostRow,
  type OrganizationRow,
  type Transaction,
} from '@writ/storage';
import { giveHostNames, keepProvedKeys } from '../certificates/claim-host-names.js';
import { decideHostKeys } from '../certificates/decide-host-keys.js';
import { hostRequests } from '../certificates/host-request.js';
import type { Issuing } from '../certificates/issuing.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { keyTaken } from '../keys/key-taken.js';
import type { SubjectKey } from '../keys/subject-key.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import { hostAsCaller } from './host-as-caller.js';

export interface Rekeying extends TrustEnding {
  readonly issuing: Issuing;
}

/** A host whose keys change, and what its certificates rest on. */
export interface RekeyedHost {
  readonly organization: OrganizationRow;
  readonly host: HostRow;
  readonly authority: Authority;
}

/** Ends in `request_refused`, with every rule that keeps these keys from being certified for the host. */
export async function refuseUncertifiable(
  tx: Transaction,
  { issuing, clock }: Rekeying,
  { organization, host, authority }: RekeyedHost,
  keys: readonly SubjectKey[],
): Promise<void> {
  const caller = hostAsCaller(organization, host, clock());
  const body = { publicKeys: [], names: [host.name], replace: true };
  decideHostKeys(issuing, caller, authority, await hostRequests(tx, organization.id, { keys, body }));
}

/**
 * Makes exactly these, each of which the host has proved, the keys of a host, in this order, in a transaction that holds `lockTrust`. Those it had and loses lose its
 * name, and their unexpired certificates for it are revoked; requests that waited are over. Ends in `request_refused`, `key_taken`.
 */
export async function rekeyHost(
  tx: Transaction,
  services: Rekeying,
  actor: Actor,
  rekeyed: RekeyedHost,
  keys: readonly SubjectKey[],
): Promise<void> {
  const { host } = rekeyed;
  const { organizationId } = host;
  await refuseUncertifiable(tx, services, rekeyed, keys);
  const before = (await hostKeysOf(tx, organizationId, host.id)).map((key) => key.fingerprint);
  const after = keys.map(({ key }) => fingerprint(key));
  await giveHostNames(tx, services, actor, keys, [hostName(host.name)]);
  await keepProvedKeys(tx, organizationId, after);
  if (!(await replaceHostKeys(tx, organizationId, host.id, after))) {
    throw keyTaken('One of these keys is another host’s; every host needs keys of its own.');
  }
  await endHostKeyRequests(tx, organizationId, host.id);
  await recordEvent(tx, eventOf(actor, 'host.rekeyed', host.name, { id: host.id, before, after }));
}
