import { setTimeout as pause } from 'node:timers/promises';
import type { Host, HostSession } from '@writ/contract';
import type { Client } from '../session/client.js';
import { collect } from '../session/pages.js';
import { instant } from '../view/fields.js';

/** Hosts that follow look so often at least which sessions are open, and are heard of anew (ms). */
const heardWithin = 75_000;
const askEvery = 500;
/** Names that are printed; of more hosts it is said how many. */
const named = 5;

/** Which sessions are meant: names. */
export interface Wanted {
  readonly host?: string;
  readonly user?: string;
}

/** A host that has not said what is open on it since it was asked for, and when it was last heard of (null: never). */
export type Unheard = Pick<Host, 'name' | 'lastSeenAt'>;

/**
 * The sessions that hosts have reported. Where there is none yet it is asked again, for `waitMs` at most, until there is one or every host
 * that is meant has had the time to say so; `unheard` are then those that have not. Rejects with 'not_found' (host or user) and whatever
 * asking ends in.
 */
export async function reportedSessions(
  client: Client,
  wanted: Wanted,
  waitMs: number,
): Promise<{ readonly sessions: readonly HostSession[]; readonly unheard: readonly Unheard[] }> {
  const params = client.organization;
  const ask = async (): Promise<readonly HostSession[]> =>
    (await collect((page) => client.call('listHostSessions', { params, query: { ...page, ...wanted } })))
      .items;
  let sessions = await ask();
  if (sessions.length > 0) return { sessions, unheard: [] };
  const before = await hostsMeant(client, wanted);
  const end = performance.now() + Math.min(waitMs, before.length === 0 ? 0 : heardWithin);
  for (;;) {
    const left = end - performance.now();
    if (left <= 0) break;
    await pause(Math.min(askEvery, left));
    sessions = await ask();
    if (sessions.length > 0) return { sessions, unheard: [] };
  }
  const since = new Map(before.map(({ name, lastSeenAt }) => [name, lastSeenAt]));
  const after = await hostsMeant(client, wanted);
  const early = waitMs < heardWithin;
  return {
    sessions,
    unheard: after.filter(({ name, lastSeenAt }) => early || lastSeenAt === (since.get(name) ?? null)),
  };
}

async function hostsMeant(client: Client, { host }: Wanted): Promise<readonly Unheard[]> {
  const params = client.organization;
  if (host !== undefined) return [await client.call('showHost', { params: { ...params, host } })];
  return (await collect((query) => client.call('listHosts', { params, query }))).items;
}

/** ' yet; … Heard of least lately: db-1 (never), web-1 (2026-01-31 08:00 UTC) and 3 more'; '' where all have said so */
export function unheardText(hosts: readonly Unheard[]): string {
  if (hosts.length === 0) return '';
  const oldest = hosts
    .toSorted((a, b) => ((a.lastSeenAt ?? '') < (b.lastSeenAt ?? '') ? -1 : 1))
    .slice(0, named);
  const shown = oldest.map(
    ({ name, lastSeenAt }) => `${name} (${lastSeenAt === null ? 'never' : instant(lastSeenAt)})`,
  );
  const more = hosts.length > named ? ` and ${hosts.length - named} more` : '';
  return ` yet; one that has just begun is reported within a minute. Heard of least lately: ${shown.join(', ')}${more}`;
}
