import type { Caller } from '@writ/policy';
import {
  entriesOfAct,
  findAct,
  followingActs,
  listActs,
  seeCustomers,
  type RevocationAct,
  type ScopedDatabase,
} from '@writ/storage';
import { enforcementIn, type EnforcementReading, type Totals } from '../enforcement/read-enforcement.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';

/** So many entries of one act are shown. */
const shownEntries = 1000;

/** A page of what was done by which something is no longer trusted, newest first. Ends in `cursor_invalid`. */
export async function revocationsPage(
  store: ScopedDatabase,
  { organizationId }: Pick<Caller, 'organizationId'>,
  { query: { limit, cursor } }: Pick<RouteInput<'listRevocations'>, 'query'>,
): Promise<RouteOutput<'listRevocations'>> {
  const place = placeAt('revocations', cursor, [part.instant, part.uuid]);
  const before = place === null ? null : { at: place[0], id: place[1] };
  const rows = await store.within([organizationId], (tx) =>
    listActs(tx, organizationId, { before, limit: limit + 1 }),
  );
  return pageOf(rows, limit, ({ at, id }) => cursorAt('revocations', [at.toISOString(), id]), revocationView);
}

/** One of them, with what it revoked, and how far customers' hosts enforce what followed there. Ends in `not_found`. */
export async function oneRevocation(
  { store, ...services }: EnforcementReading,
  { organizationId }: Pick<Caller, 'organizationId'>,
  { params: { revocation } }: Pick<RouteInput<'showRevocation'>, 'params'>,
): Promise<RouteOutput<'showRevocation'>> {
  return store.within([organizationId], async (tx) => {
    const act = await findAct(tx, organizationId, revocation);
    if (act === null) throw notFound('revocation');
    const entries = await entriesOfAct(tx, act.id, shownEntries);
    await seeCustomers(tx, organizationId);
    const elsewhere = await followingActs(tx, organizationId, act.id);
    const enforcement: Totals[] = [];
    for (const each of elsewhere)
      enforcement.push(await enforcementIn(tx, services, each.organizationId, each.krlVersion));
    return {
      ...revocationView(act),
      revokedCertificates: entries.flatMap((entry) =>
        entry.kind === 'key' ? [] : [rangeText(entry.kind, entry.from, entry.to)],
      ),
      revokedKeys: entries.flatMap((entry) => (entry.kind === 'key' ? [entry.fingerprint] : [])),
      elsewhere: elsewhere.flatMap(({ organization, certificates, krlVersion }, index) => {
        const totals = enforcement[index];
        const said = { organization, certificates, krlVersion: krlVersion.toString() };
        return totals === undefined ? [] : [{ ...said, enforcement: totals }];
      }),
    };
  });
}

function revocationView({ at, krlVersion, lockedUntil, unlockedAt, ...act }: RevocationAct) {
  return {
    ...{ ...act, at: at.toISOString(), krlVersion: krlVersion.toString() },
    lockedUntil: lockedUntil?.toISOString() ?? null,
    unlockedAt: unlockedAt?.toISOString() ?? null,
  };
}

/** 'user:5', 'user:7..9' */
function rangeText(kind: string, from: bigint, to: bigint): string {
  return from === to ? `${kind}:${from}` : `${kind}:${from}..${to}`;
}
