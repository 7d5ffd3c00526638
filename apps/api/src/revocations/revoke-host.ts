import { findHost, recordEvent, type Transaction } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import { endHost, namedHost } from '../hosts/end-host.js';
import { fullHostName } from '../hosts/known-host.js';
import { hostsBehind } from '../hosts/remove-host.js';
import { notFound } from '../refusal.js';
import { refuseRevokingWithout } from '../users/open-account.js';
import type { TrustEnding } from './end-trust.js';
import type { Revoked, Revoking } from './revoking.js';

/**
 * Revokes a host with its keys and certificates, for good: it gets none again and cannot join again with these keys. Also a name that
 * was only given to keys (`writ host sign`). Hosts that are reached through it keep nobody from it: nobody is to go through it any
 * more. Ends in `not_found`, `grant_refused`.
 */
export async function revokeHost(
  tx: Transaction,
  services: TrustEnding,
  actor: Actor & { readonly caller: SignedInCaller },
  called: string,
  { reason, cut, act }: Revoking,
): Promise<Revoked> {
  const { organizationId, userId } = actor.caller;
  await refuseRevokingWithout(tx, services.clock, actor.caller, 'host.remove');
  const name = await fullHostName(tx, organizationId, called);
  const named = await namedHost(tx, organizationId, name, await findHost(tx, organizationId, { name }));
  if (named === null) throw notFound('host');
  const ground = { organizationId, reason, cause: 'host', subject: name, createdById: userId, cut } as const;
  const behind = await hostsBehind(tx, { name, organizationId });
  const ended = await endHost(tx, services, named, ground, { act, revokeKeys: true });
  const { fingerprints, certificates, keys } = ended;
  const krlVersion = ended.krlVersion.toString();
  const id = named.host?.id ?? null;
  const data = { id, reason, fingerprints, certificates, keys, reachedThrough: behind.length, krlVersion };
  await recordEvent(tx, eventOf(actor, 'host.revoked', name, data));
  return {
    krlVersion,
    certificates,
    serials: 0,
    keys,
    sessionsEnded: 0,
    cut: ended.cut,
    alreadyRevoked: false,
  };
}
