import type { ProblemCode } from '@writ/contract';
import { joinName, joinNameCovers } from '@writ/hosts';
import { CodedError } from '@writ/kernel';
import { formatPublicKeyLine } from '@writ/openssh/key';
import { hostName, isHostName } from '@writ/openssh/trust';
import {
  findHost,
  findJoinToken,
  findOrganization,
  hostJoinedWith,
  insertHost,
  lockTrust,
  recordEvent,
  useJoinToken,
  type JoinTokenRow,
  type OrganizationRow,
  type Transaction,
} from '@writ/storage';
import type { KeyObject } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import { claimHostNames, keepProvedKeys } from '../certificates/claim-host-names.js';
import { decideHostKeys } from '../certificates/decide-host-keys.js';
import { hostRequests } from '../certificates/host-request.js';
import type { Issuing } from '../certificates/issuing.js';
import { eventOf } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { keyTaken } from '../keys/key-taken.js';
import { distinctKeys, subjectKey, type SubjectKey } from '../keys/subject-key.js';
import { notFound, refusal } from '../refusal.js';
import type { TrustEnding } from '../revocations/end-trust.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import { joinSecretHash } from './create-join-token.js';
import { hostAsCaller } from './host-as-caller.js';
import {
  challengeHostKeys,
  fingerprintsOf,
  keyOfProof,
  takeHostProof,
  verifyHostProof,
  type HostProving,
} from './host-proof.js';
import { hostTokenLife, hostTokenText } from './host-token.js';
import { judgeTokenLabels } from './judge-token-labels.js';

/** What joining works with. */
export interface Joining extends HostProving, TrustEnding {
  readonly issuing: Issuing;
  readonly publicOrganizations: PublicOrganizations;
  /** The host tokens' key. */
  readonly hostTokenKey: KeyObject;
}

/** A challenge for the keys of a host that joins. Ends in `join_token_invalid`, `public_key_invalid`, `request_refused`. */
export async function challengeJoin(
  services: Joining,
  { params, body }: Pick<RouteInput<'challengeJoin'>, 'params' | 'body'>,
): Promise<RouteOutput<'challengeJoin'>> {
  const organizationId = await services.publicOrganizations(params.organization);
  const fingerprints = fingerprintsOf(distinctKeys(body.publicKeys).map(({ key }) => key));
  await services.store.within([organizationId], async (tx) => {
    if ((await joinedBefore(tx, services, organizationId, body, fingerprints)) !== null) return;
    await usableToken(tx, services, organizationId, body);
  });
  return challengeHostKeys(services, organizationId, {
    action: 'join',
    audience: params.organization,
    host: body.name,
    fingerprints,
  });
}

/**
 * Makes a host of whoever holds a join token and every one of the keys it names, and gives it a host token. The token is
 * counted down in the transaction that makes the host. A host that has joined with it already, and whose answer was lost, is
 * let in again with the same keys. Ends in `join_token_invalid`, `public_key_invalid`,
 * `challenge_invalid`, `proof_invalid`, `request_refused`, `grant_refused` (the token's labels, judged again),
 * `host_name_taken`, `key_taken`.
 */
export async function join(
  services: Joining,
  { params, body, requestId }: Pick<RouteInput<'join'>, 'params' | 'body' | 'requestId'>,
): Promise<RouteOutput<'join'>> {
  const { store, clock, issuing } = services;
  const organizationId = await services.publicOrganizations(params.organization);
  const keys = body.signatures.map((signature) => subjectOf(signature));
  const fingerprints = fingerprintsOf(keys.map(({ key }) => key));
  const subject = { action: 'join', audience: params.organization, host: body.name, fingerprints } as const;
  const text = await takeHostProof(services, organizationId, subject, body.challenge);
  for (const [index, { key }] of keys.entries()) verifyHostProof(key, text, body.signatures[index] ?? '');
  const authority = await issuing.authorities.active(organizationId, 'host');
  const id = randomUUID();
  const hostId = await store.within([organizationId], async (tx) => {
    await lockTrust(tx, organizationId);
    const before = await joinedBefore(tx, services, organizationId, body, fingerprints);
    if (before !== null) return before;
    const organization = await organizationOf(tx, organizationId);
    const token = await usableToken(tx, services, organizationId, body);
    if ((await findHost(tx, organizationId, { name: body.name })) !== null) throw nameTaken(body.name);
    const exception = await judgeTokenLabels(tx, clock, namesOf(organization), token);
    const caller = hostAsCaller(organization, { id, name: body.name, epoch: 1n }, clock());
    const asked = { keys, body: { publicKeys: [], names: [body.name], replace: false } };
    const requests = await hostRequests(tx, organizationId, asked);
    const plans = decideHostKeys(issuing, caller, authority, requests);
    await claimHostNames(tx, services, { caller, requestId }, keys, plans);
    await keepProvedKeys(tx, organizationId, fingerprints);
    const made = { id, organizationId, name: body.name, labels: token.labels as object };
    const host = { ...made, joinTokenId: token.id, joinedAt: new Date(clock()), fingerprints };
    const outcome = await insertHost(tx, host);
    if (outcome === 'name_taken') throw nameTaken(body.name);
    if (outcome === 'key_taken')
      throw keyTaken('One of these keys is another host’s; every host needs keys of its own.');
    if (!(await useJoinToken(tx, organizationId, token.id, new Date(clock())))) throw tokenInvalid();
    const data = {
      id,
      labels: token.labels,
      fingerprints,
      joinToken: token.id,
      kit: body.kit,
      openssh: body.openssh,
      ...(exception === null ? {} : { exception }),
    };
    await recordEvent(tx, eventOf({ caller, requestId }, 'host.joined', body.name, data));
    return id;
  });
  return newHostToken(services, { organizationHandle: params.organization, hostId });
}

/** A host token, good for an hour. */
export function newHostToken(
  { clock, hostTokenKey }: Pick<Joining, 'clock' | 'hostTokenKey'>,
  host: { readonly organizationHandle: string; readonly hostId: string },
): RouteOutput<'join'> {
  const expiresAt = Math.floor((clock() + hostTokenLife) / 1_000) * 1_000;
  return {
    host: host.hostId,
    hostToken: hostTokenText(host, expiresAt, hostTokenKey),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

/** The id of the host that these very keys have joined as, with this token; null: there is none. */
async function joinedBefore(
  tx: Transaction,
  { clock }: Pick<Joining, 'clock'>,
  organizationId: string,
  { secret, name }: { readonly secret: string; readonly name: string },
  fingerprints: readonly string[],
): Promise<string | null> {
  // Nor is every text one that the database takes.
  if (!isHostName(name)) return null;
  const now = new Date(clock());
  return hostJoinedWith(tx, organizationId, joinSecretHash(secret), { name, fingerprints }, now);
}

/** The token behind a secret, if a host may join with it under the name. Ends in `join_token_invalid`, `request_refused`. */
async function usableToken(
  tx: Transaction,
  { clock }: Pick<Joining, 'clock'>,
  organizationId: string,
  { secret, name }: { readonly secret: string; readonly name: string },
): Promise<JoinTokenRow> {
  const token = await findJoinToken(tx, organizationId, joinSecretHash(secret), new Date(clock()));
  if (token === null) throw tokenInvalid();
  if (isHostName(name) && joinNameCovers(joinName(token.names), hostName(name))) return token;
  const message = `This token is for ${token.names}; ${name} is not one of these names.`;
  throw refusal('request_refused', [{ rule: 'name_not_of_token', message }]);
}

function namesOf({ handle, name }: OrganizationRow) {
  return { organizationHandle: handle, organizationName: name };
}

async function organizationOf(tx: Transaction, organizationId: string): Promise<OrganizationRow> {
  const organization = await findOrganization(tx, organizationId);
  if (organization === null) throw notFound('organization');
  return organization;
}

/** The key of a proof, as one that may be certified. Ends in `proof_invalid`, `public_key_invalid`. */
export function subjectOf(signature: string): SubjectKey {
  return subjectKey(formatPublicKeyLine({ key: keyOfProof(signature) }));
}

function tokenInvalid(): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'join_token_invalid',
    'This join token is none of this organization, has expired, or was used as often as it may be; ask for a new one.',
  );
}

function nameTaken(name: string): CodedError<ProblemCode> {
  return new CodedError<ProblemCode>(
    'host_name_taken',
    `There is a host named ${name} already; remove it first, or join under another name.`,
  );
}
