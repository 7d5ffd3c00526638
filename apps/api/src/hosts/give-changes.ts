import { base64Lines, changedPart, changesHead, type ChangedPart } from '@writ/hosts';
import type { Hold } from '../http/request.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import type { PublicOrganizations } from '../trust/public-organization.js';
import type { SignedKrl } from '../trust/signed-krl.js';
import type { HostCaller } from './host-token.js';
import type { WaitingHosts } from './waiting-hosts.js';

export interface Telling {
  readonly publicOrganizations: PublicOrganizations;
  readonly waitingHosts: WaitingHosts;
}

/**
 * What a host does not have yet, as one text: at once, or as soon as there is anything; null when nothing changed in the time
 * that it wants to wait. Ends in `host_token_invalid`, and what `WaitingHosts.news` ends in.
 */
export async function giveChanges(
  services: Telling,
  { organizationHandle, hostId }: HostCaller,
  { query }: Pick<RouteInput<'hostChanges'>, 'query'>,
  hold: Hold,
): Promise<RouteOutput<'hostChanges'>> {
  const organizationId = await services.publicOrganizations(organizationHandle);
  const has = { bundle: numberOf(query.bundle), krl: numberOf(query.krl) };
  const wait = { waitMs: query.wait * 1_000, gone: hold() };
  const news = await services.waitingHosts.news(organizationId, hostId, has, wait);
  if (news === null) return null;
  const bundle = news.bundle === null ? [] : [changedPart('bundle', Buffer.from(news.bundle))];
  const parts = [...bundle, ...(news.krl === null ? [] : partsOf(news.krl))];
  return { pieces: [Buffer.from(changesHead(parts)), ...parts.map(({ bytes }) => bytes)] };
}

function numberOf(text: string | undefined): bigint | null {
  return text === undefined ? null : BigInt(text);
}

const written = new WeakMap<SignedKrl, readonly ChangedPart[]>();

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
