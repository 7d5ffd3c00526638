import type { Caller } from '@writ/policy';
import type { Clock } from '@writ/kernel';
import {
  currentKrlVersion,
  enforcementCounts,
  enforcementOf,
  type EnforcementQuestion,
  type EnforcementRow,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { cursorAt, part, placeAt } from '../paging/cursor.js';
import { pageOf } from '../paging/page.js';
import { notFound } from '../refusal.js';

export interface EnforcementReading {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  /** A host that was not heard of for so long counts as silent (ms). */
  readonly silentAfter: number;
}

export type Totals = RouteOutput<'enforcement'>['totals'];
type Item = RouteOutput<'enforcement'>['items'][number];

/** How the organization's hosts stand to a KRL version: how many, and a page of them, by name. Ends in `not_found`, `cursor_invalid`. */
export async function enforcementPage(
  services: EnforcementReading,
  { organizationId }: Pick<Caller, 'organizationId'>,
  { params, query }: RouteInput<'enforcement'>,
): Promise<RouteOutput<'enforcement'>> {
  const place = placeAt('enforcement', query.cursor, [part.name]);
  const states = query.state === undefined ? everyState : [query.state];
  const question = questionOf(services, params.version);
  const { rows, totals } = await services.store.within([organizationId], async (tx) => {
    await mustBePublished(tx, organizationId, question.version);
    const page = { states, after: place?.[0] ?? '', limit: query.limit + 1 };
    return {
      totals: await count(tx, services, organizationId, question),
      rows: await enforcementOf(tx, organizationId, question, page),
    };
  });
  const cursorOf = ({ name }: EnforcementRow) => cursorAt('enforcement', [name]);
  return { totals, ...pageOf(rows, query.limit, cursorOf, (row) => view(row, totals.cut !== null)) };
}

const everyState = ['enforced', 'behind', 'silent', 'never'] as const;

/** How many hosts enforce a KRL version. Ends in `not_found`. */
export function enforcementTotals(
  services: EnforcementReading,
  organizationId: string,
  version: string,
): Promise<Totals> {
  const question = questionOf(services, version);
  return services.store.within([organizationId], async (tx) => {
    await mustBePublished(tx, organizationId, question.version);
    return count(tx, services, organizationId, question);
  });
}

/** The same within a transaction that sees the organization, of a version that was published. */
export function enforcementIn(
  tx: Transaction,
  services: Omit<EnforcementReading, 'store'>,
  organizationId: string,
  version: bigint,
): Promise<Totals> {
  return count(tx, services, organizationId, questionOf(services, version.toString()));
}

function questionOf(
  { clock, silentAfter }: Omit<EnforcementReading, 'store'>,
  version: string,
): EnforcementQuestion {
  return { version: BigInt(version), silentBefore: new Date(clock() - silentAfter) };
}

/** What was not published yet nobody enforces: waiting for it would be a mistake. */
async function mustBePublished(tx: Transaction, organizationId: string, version: bigint): Promise<void> {
  const current = (await currentKrlVersion(tx, organizationId)) ?? 0n;
  if (version > current) throw notFound('KRL version');
}

async function count(
  tx: Transaction,
  { clock }: Pick<EnforcementReading, 'clock'>,
  organizationId: string,
  question: EnforcementQuestion,
): Promise<Totals> {
  const { states, cut, sessions, unknown } = await enforcementCounts(tx, organizationId, question);
  const { enforced = 0, behind = 0, silent = 0, never = 0 } = states;
  return {
    krlVersion: question.version.toString(),
    at: new Date(clock()).toISOString(),
    hosts: enforced + behind + silent + never,
    enforced,
    behind,
    silent,
    never,
    cut,
    sessionsEnded: sessions,
    unknownSessions: unknown,
  };
}

function view(
  { name, state, since, provedVersion, lastSeenAt, cut, sessions, unknown }: EnforcementRow,
  toCut: boolean,
): Item {
  return {
    host: name,
    state,
    since: since?.toISOString() ?? null,
    provedKrlVersion: provedVersion?.toString() ?? null,
    lastSeenAt: lastSeenAt?.toISOString() ?? null,
    cut: toCut ? cut : null,
    sessionsEnded: sessions,
    unknownSessions: unknown,
  };
}
