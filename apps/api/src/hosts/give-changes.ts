import { routes } from '@writ/contract';
import { base64Lines, changedPart, changesHead, type ChangedPart } from '@writ/hosts';
import type { Clock } from '@writ/kernel';
import type { KeyObject } from 'node:crypto';
import { statementNonce } from '../enforcement/statement-nonce.js';
import type { Held } from '../http/held.js';
import type { RouteInput } from '../http/route-input.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import type { SignedCutList } from '../trust/signed-cut-list.js';
import type { SignedKrl } from '../trust/signed-krl.js';
import type { HostPresence } from './host-presence.js';
import type { HostCaller } from './host-token.js';
import type { HostNews, WaitingHosts } from './waiting-hosts.js';

export interface Telling {
  readonly clock: Clock;
  readonly nonceKey: KeyObject;
  readonly presence: HostPresence;
  readonly publicOrganizations: PublicOrganizations;
  readonly waitingHosts: WaitingHosts;
}

/**
 * Answers with what a host does not have yet, as one text: at once, or as soon as there is anything; nothing when nothing changed in the time
 * that it wants to wait, and it wants no nonce. Ends in `host_token_invalid`, and what `WaitingHosts.news` ends in.
 */
export async function giveChanges(
  services: Telling,
  host: HostCaller,
  { query }: Pick<RouteInput<'hostChanges'>, 'query'>,
  held: Held,
): Promise<void> {
  const { hostId } = host;
  const organizationId = await services.publicOrganizations(host.organizationHandle);
  services.presence.seen({ organizationId, hostId });
  const has = {
    ...{ bundle: numberOf(query.bundle), krl: numberOf(query.krl), cut: numberOf(query.cut) },
    takesLimits: query.limits === 'yes',
  };
  const news = await services.waitingHosts.news(organizationId, hostId, has, {
    waitMs: query.wait * 1_000,
    onGone: (leave) => held.begin(leave),
  });
  // Given out now and not when it was asked for: it is of the moment at which the host begins to look.
  const nonce = query.nonce === 'yes' ? statementNonce(host, services.clock(), services.nonceKey) : null;
  if (news === null && nonce === null) held.nothing();
  else held.body(routes.hostChanges.response.mediaType, piecesOf(news ?? nothing, nonce));
}

const nothing: HostNews = { bundle: null, krl: null, cut: null };

function piecesOf({ bundle, krl, cut }: HostNews, nonce: string | null): readonly Uint8Array[] {
  const parts = [
    ...(bundle === null ? [] : [changedPart('bundle', Buffer.from(bundle))]),
    ...(krl === null ? [] : partsOf(krl)),
    ...(cut === null ? [] : [partOf(cut)]),
  ];
  return [Buffer.from(changesHead(parts, nonce)), ...parts.map(({ bytes }) => bytes)];
}

function numberOf(text: string | undefined): bigint | null {
  return text === undefined ? null : BigInt(text);
}

const written = new WeakMap<SignedKrl, readonly ChangedPart[]>();
const writtenCuts = new WeakMap<SignedCutList, ChangedPart>();

function partOf(cut: SignedCutList): ChangedPart {
  const part = writtenCuts.get(cut) ?? changedPart('cut', Buffer.from(cut.text));
  writtenCuts.set(cut, part);
  return part;
}

/** Written once for all hosts that it is sent to, and gone with it. */
function partsOf(krl: SignedKrl): readonly ChangedPart[] {
  const before = written.get(krl);
  if (before !== undefined) return before;
  const parts = [
    changedPart('krl-signature', Buffer.from(krl.signature)),
    changedPart('krl', Buffer.from(base64Lines(krl.bytes))),
  ];
  written.set(krl, parts);
  return parts;
}
