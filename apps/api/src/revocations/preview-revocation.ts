import {
  endedByAct,
  entriesOfAct,
  followingActs,
  listAuthorities,
  seeCustomers,
  type AuthorityRow,
  type EndedCertificates,
  type Transaction,
} from '@writ/storage';
import { allRoles } from '../access/sight.js';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Issuing } from '../certificates/issuing.js';
import type { Actor } from '../events/event-of.js';
import { hostsBehind } from '../hosts/remove-host.js';
import { fullHostName } from '../hosts/known-host.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { takeTurn } from '../users/take-turn.js';
import type { TrustEnding } from './end-trust.js';
import { revokeNamed, spareFor } from './revoke.js';
import { sessionsCutBy } from './preview-sessions.js';
import { waiting, type SuccessorMaking } from './successor.js';

type Input = Pick<RouteInput<'previewRevocation'>, 'body'>;
type Preview = RouteOutput<'previewRevocation'>;

export interface Previewing extends TrustEnding, SuccessorMaking {
  readonly issuing: Pick<Issuing, 'inventories'>;
  /** A host that was not heard of for so long counts as silent (ms). */
  readonly silentAfter: number;
}

/** So much of each list is shown. */
const shown = 100;

/** Ends the transaction, and brings out of it what was seen. */
class TakenBack extends Error {
  constructor(readonly seen: Seen) {
    super('A revocation was tried, and is taken back.');
  }
}

interface Seen {
  readonly preview: Omit<Preview, 'hosts'>;
  readonly roleIds: ReadonlySet<string>;
}

/**
 * What revoking would do: it is done, looked at, and taken back with its transaction, so that it cannot be told otherwise than it would
 * be. The high-water file learns of no KRL that was never published. Ends in what `revoke` ends in.
 */
export async function previewRevocation(
  services: Previewing,
  actor: Actor & { readonly caller: SignedInCaller },
  { body }: Input,
): Promise<Preview> {
  const { organizationId } = actor.caller;
  const { preview, roleIds } = await tryAndTakeBack(services, actor, body);
  // What else it does depends on whether sessions are cut, so which those would be is seen by itself.
  const { openSessions } =
    body.cut === true ? preview : (await tryAndTakeBack(services, actor, { ...body, cut: true })).preview;
  // Where a certificate is good has nothing to do with what was tried.
  const inventory = await services.issuing.inventories.inventoryOf(organizationId);
  const roles = await allRoles(services.store, organizationId, (id) => roleIds.has(id));
  const concerned = roles.filter(({ memberOf }) => memberOf);
  const places = new Set(concerned.flatMap((role) => [...inventory.index.reachedBy(role)]));
  const names = [...places].map((place) => inventory.hosts[place]?.name ?? '').sort();
  const andOthers = concerned.some(({ principals }) => principals === 'logins');
  return {
    ...preview,
    openSessions,
    hosts: { count: names.length, names: names.slice(0, shown), andOthers },
  };
}

async function tryAndTakeBack(
  services: Previewing,
  actor: Actor & { readonly caller: SignedInCaller },
  body: Input['body'],
): Promise<Seen> {
  const { highWater } = services;
  const dry: TrustEnding = {
    ...services,
    highWater: {
      krlVersion: (id) => highWater.krlVersion(id),
      publishedKrl: (id) => highWater.publishedKrl(id),
      raise: () => Promise.resolve(),
    },
  };
  const spare = await spareFor(services, actor.caller, body);
  try {
    await services.store.within([actor.caller.organizationId], async (tx) => {
      await takeTurn(tx, actor.caller);
      const reachedThrough = body.host === undefined ? [] : await behind(tx, actor.caller, body.host);
      const authorities = await listAuthorities(tx, actor.caller.organizationId, null, 1000);
      const named = { ...body, reason: body.reason ?? 'preview' };
      const result = await revokeNamed(tx, dry, actor, named, spare);
      throw new TakenBack(
        await seenIn(tx, services, actor.caller, { body, result, reachedThrough, authorities }),
      );
    });
  } catch (error) {
    if (error instanceof TakenBack) return error.seen;
    throw error;
  }
  throw new TypeError('what was tried is taken back');
}

async function behind(
  tx: Transaction,
  { organizationId }: SignedInCaller,
  host: string,
): Promise<readonly string[]> {
  const name = await fullHostName(tx, organizationId, host);
  return hostsBehind(tx, { name, organizationId });
}

interface Tried {
  readonly body: Input['body'];
  readonly result: RouteOutput<'revoke'>;
  readonly reachedThrough: readonly string[];
  /** As they were before. */
  readonly authorities: readonly AuthorityRow[];
}

async function seenIn(
  tx: Transaction,
  { clock, silentAfter }: Pick<Previewing, 'clock' | 'silentAfter'>,
  caller: SignedInCaller,
  { body, result, reachedThrough, authorities }: Tried,
): Promise<Seen> {
  const { organizationId, outside, userName } = caller;
  const { krlVersion: _, revocation: act, elsewhere: __, ...counts } = result;
  const now = BigInt(Math.floor(clock() / 1000));
  const ended = act === null ? [] : await endedByAct(tx, organizationId, act, now);
  const entries = act === null ? [] : await entriesOfAct(tx, act, 10_000);
  const keys = entries.flatMap((entry) => (entry.kind === 'key' ? [entry.fingerprint] : []));
  if (act !== null) await seeCustomers(tx, organizationId);
  const elsewhere = act === null ? [] : await followingActs(tx, organizationId, act);
  const holders = holdersOf(ended);
  const last = ended.reduce((latest, { until }) => (until > latest ? until : latest), 0n);
  const account = body.user ?? body.serviceAccount;
  return {
    roleIds: new Set(ended.flatMap(({ roleId }) => (roleId === null ? [] : [roleId]))),
    preview: {
      ...counts,
      stillValid: ended.reduce((sum, { certificates, locked }) => sum + certificates - locked, 0),
      locked: ended.reduce((sum, { locked }) => sum + locked, 0),
      until: last === 0n ? null : instantOf(last),
      holders: holders.slice(0, shown).map((each) => ({ ...each, until: instantOf(each.until) })),
      holderCount: holders.length,
      revokedKeys: keys.slice(0, shown),
      reachedThrough: reachedThrough.slice(0, shown),
      authority: authorityEnding(authorities, body.authority),
      openSessions: await sessionsCutBy(tx, caller, act, { now: clock(), silentAfter, shown }),
      ownAccount: outside === null && account === userName,
      elsewhere: elsewhere.map(({ organization, certificates }) => ({ organization, certificates })),
    },
  };
}

/** What is to be revoked, and what signs in its place. */
function authorityEnding(
  authorities: readonly AuthorityRow[],
  name: string | undefined,
): Preview['authority'] {
  const authority = authorities.find(({ fingerprint }) => fingerprint === name);
  if (authority === undefined) return null;
  const { kind, state } = authority;
  const next = waiting(authorities, kind) === undefined ? ('new' as const) : ('next' as const);
  return { kind, state, successor: state === 'active' ? next : null };
}

interface Holder {
  readonly name: string;
  readonly type: 'user' | 'host';
  readonly certificates: number;
  /** Seconds since 1970. */
  readonly until: bigint;
}

/** Whatever the roles are, by how many certificates each has. */
function holdersOf(ended: readonly EndedCertificates[]): readonly Holder[] {
  const holders = new Map<string, Holder>();
  for (const { holder: name, certificateType: type, certificates, until } of ended) {
    const before = holders.get(`${type} ${name}`) ?? { name, type, certificates: 0, until: 0n };
    const later = until > before.until ? until : before.until;
    holders.set(`${type} ${name}`, {
      ...before,
      certificates: before.certificates + certificates,
      until: later,
    });
  }
  return [...holders.values()].sort((a, b) => b.certificates - a.certificates);
}

function instantOf(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString();
}
