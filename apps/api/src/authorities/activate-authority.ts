import type { ProblemCode } from '@writ/contract';
import { trustedUserAuthorities, bundleLine } from '@writ/hosts';
import { CodedError, seconds, type Clock } from '@writ/kernel';
import { decodePublicKey } from '@writ/openssh/key';
import { isBelieved } from '@writ/policy';
import {
  activateNext,
  findAuthority,
  findOrganization,
  homesOfDelegates,
  hostsWithout,
  latestExpiry,
  listAuthorities,
  raiseEpochs,
  recordEvent,
  seeOrganizations,
  type AuthorityRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { instantWords } from '../instant-words.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { eventOf, type Actor } from '../events/event-of.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { takeTurn } from '../users/take-turn.js';
import { authorityView } from './authority-view.js';
import { nextAuthority } from './next-authority.js';

export interface Activating {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
}

/** How many hosts are named of those that do not know the next key. */
const mostNamed = 100;

/** The authority that waits, and who does not know it yet. Ends in `not_found`. */
export function showNextAuthority(
  { store, clock }: Activating,
  { organizationId }: SignedInCaller,
  { params }: Pick<RouteInput<'showNextAuthority'>, 'params'>,
): Promise<RouteOutput<'showNextAuthority'>> {
  return store.within([organizationId], async (tx) => {
    const next = await nextAuthority(tx, organizationId, params.kind);
    const { hosts, unaware, first, clientsUntil } = await awareness(tx, clock, next);
    return {
      authority: authorityView(next),
      hosts,
      unaware,
      unawareHosts: first.map(({ name, lastSeenAt }) => ({
        name,
        lastSeenAt: lastSeenAt?.toISOString() ?? null,
      })),
      clientsUntil: clientsUntil.toISOString(),
    };
  });
}

/**
 * Lets the authority that waits sign from now on; the one that did is believed until its certificates have ended. Where
 * somebody may not know the new one yet, only with `despiteUnaware`. Ends in `not_found`, `authority_unknown_to_hosts`,
 * `decision_stale` (another one waits than was seen).
 */
export function activateAuthority(
  { store, clock }: Activating,
  actor: Actor & { readonly caller: SignedInCaller },
  { params, body }: Pick<RouteInput<'activateAuthority'>, 'params' | 'body'>,
): Promise<RouteOutput<'activateAuthority'>> {
  const { organizationId } = actor.caller;
  const { kind } = params;
  return store.within([organizationId], async (tx) => {
    await takeTurn(tx, actor.caller);
    const next = await nextAuthority(tx, organizationId, kind);
    if (next.fingerprint !== body.fingerprint)
      throw new CodedError<ProblemCode>(
        'decision_stale',
        `The next ${kind} CA is ${next.fingerprint} by now; look at it first.`,
      );
    const active = await findAuthority(tx, organizationId, kind, 'active');
    if (active === null) throw new TypeError('an organization has an active authority of each kind');
    const { unaware } = await refuseUnknown(tx, clock, next, body.despiteUnaware);
    // Waits for what is just being recorded under the old one; nothing is any more from here on.
    await raiseEpochs(tx, organizationId, [active.id, next.id]);
    await activateNext(tx, organizationId, next, active);
    const data = { kind, replaces: active.fingerprint, unaware };
    await recordEvent(tx, eventOf(actor, 'authority.activated', next.fingerprint, data));
    const now = await findAuthority(tx, organizationId, kind, 'active');
    return authorityView(now ?? next);
  });
}

async function refuseUnknown(tx: Transaction, clock: Clock, next: AuthorityRow, despite: boolean) {
  const known = await awareness(tx, clock, next);
  const early = next.kind === 'host' && known.clientsUntil.getTime() > clock();
  if (despite || (known.unaware === 0 && !early)) return known;
  const why =
    known.unaware > 0
      ? `${known.unaware} of ${known.hosts} hosts have not said that they know this key: they would refuse its certificates.`
      : `Clients that signed in before this key was made may not know it until ${instantWords(known.clientsUntil)}: they refuse hosts, or ask about them, until \`writ hosts\`, \`writ login\` or their next certificate.`;
  throw new CodedError<ProblemCode>('authority_unknown_to_hosts', why);
}

/** Who may not know a next key: hosts that have not reported a bundle with it, and clients that have signed in before it was made. */
async function awareness(tx: Transaction, clock: Clock, next: AuthorityRow) {
  const { organizationId } = next;
  const organization = await findOrganization(tx, organizationId);
  const clientsUntil = await sessionsEnd(tx, organizationId, next.createdAt);
  const nobody = { hosts: 0, unaware: 0, first: [] };
  if (next.kind === 'host' || organization === null) return { ...nobody, clientsUntil };
  const authorities = await listAuthorities(tx, organizationId, null, 1000);
  const keys = believedUserKeys(authorities, seconds(clock));
  const line = bundleLine(trustedUserAuthorities(organization.name, keys));
  return { ...(await hostsWithout(tx, organizationId, line, mostNamed)), clientsUntil };
}

/**
 * When every session has ended that may have begun before `since`: the organization's, and those of the organizations to whose people its
 * roles are delegated. Also where sessions last less long by now. The transaction sees the organization alone from then on.
 */
async function sessionsEnd(tx: Transaction, organizationId: string, since: Date): Promise<Date> {
  const organizations = [organizationId, ...(await homesOfDelegates(tx, organizationId))];
  await seeOrganizations(tx, organizations);
  const ends = [since.getTime()];
  for (const id of organizations) {
    const life = (await findOrganization(tx, id))?.sessionLifeSeconds ?? 0;
    ends.push(since.getTime() + life * 1000);
  }
  const open = await latestExpiry(tx, organizations, since);
  if (open !== null) ends.push(open.getTime());
  await seeOrganizations(tx, [organizationId]);
  return new Date(Math.max(...ends));
}

/** The user CAs that hosts are to believe at `now` (seconds since 1970), oldest first. */
export function believedUserKeys(authorities: readonly AuthorityRow[], now: bigint) {
  return authorities
    .filter((authority) => authority.kind === 'user' && isBelieved(authority, now))
    .map(({ publicKey }) => decodePublicKey(publicKey));
}
