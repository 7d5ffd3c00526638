import { setTimeout as pause } from 'node:timers/promises';
import { firstOf } from '../first-of.js';
import type { Client } from '../session/client.js';
import { collect } from '../session/pages.js';
import { logIn, type CanaryWay, type OpenSession } from './canary-login.js';
import type { LetIn } from './let-in.js';
import type { DrilledHost } from './report.js';
import type { Turns } from './turns.js';

/** Between two logins on one host (ms): one that gets in costs a host nothing that it counts. */
const againAfter = 100;
const afterTrouble = 1_000;
/** How often it is looked which hosts have proved it (ms). */
const lookEvery = 250;

/** What was revoked, and how long it is watched. */
export interface Revoked {
  readonly krlVersion: string;
  /** When it was asked for (`performance.now`). */
  readonly from: number;
  readonly over: AbortSignal;
  readonly stopped: AbortSignal;
}

/** Measures on every host where the canary was in how long it takes until it is refused and cut, and until that is proved. */
export async function measure(
  client: Client,
  hosts: readonly LetIn[],
  turns: Turns,
  revoked: Revoked,
): Promise<readonly DrilledHost[]> {
  const watch = { ...revoked, until: firstOf(revoked.over, revoked.stopped) };
  const tried = hosts.flatMap(({ way, session }) => (session === null ? [] : [way.name]));
  const [proofs, seen] = await Promise.all([
    untilProved(client, tried, watch),
    Promise.all(hosts.map((host) => measureOne(host, turns, watch))),
  ]);
  return seen.map((host) => ({ ...host, provedAfter: proofs.get(host.host) ?? null }));
}

type Unproved = Omit<DrilledHost, 'provedAfter'>;

interface Watch extends Revoked {
  /** The time is over, or somebody has stopped it. */
  readonly until: AbortSignal;
}

async function measureOne({ way, session, notTried }: LetIn, turns: Turns, watch: Watch): Promise<Unproved> {
  if (session === null)
    return { host: way.name, notTried, refusedAfter: null, lastLogin: null, cutAfter: null };
  const [login, cutAfter] = await Promise.all([untilRefused(way, turns, watch), untilCut(session, watch)]);
  return { host: way.name, notTried: null, ...login, cutAfter };
}

async function untilRefused(
  way: CanaryWay,
  turns: Turns,
  { from, until, stopped }: Watch,
): Promise<Pick<DrilledHost, 'refusedAfter' | 'lastLogin'>> {
  let lastLogin: DrilledHost['lastLogin'] = null;
  do {
    const outcome = await turns.take(() => logIn(way, stopped));
    if (outcome.result === 'refused') return { refusedAfter: performance.now() - from, lastLogin: null };
    if (outcome.result === 'in') outcome.session.close();
    lastLogin = outcome.result;
    const wait = lastLogin === 'in' ? againAfter : afterTrouble;
    await pause(wait, undefined, { signal: until }).catch(() => undefined);
  } while (!until.aborted);
  return { refusedAfter: null, lastLogin };
}

async function untilCut(session: OpenSession, { from, until }: Watch): Promise<number | null> {
  const waited = new AbortController();
  const late = new Promise<null>((resolve) => {
    if (until.aborted) resolve(null);
    until.addEventListener('abort', () => resolve(null), { once: true, signal: waited.signal });
  });
  const ended = await Promise.race([session.over, late]);
  waited.abort();
  return ended === null ? null : ended - from;
}

/** When each of the hosts had proved that it enforces the KRL and has looked for the sessions to end. */
async function untilProved(
  client: Client,
  hosts: readonly string[],
  { krlVersion, from, until }: Watch,
): Promise<ReadonlyMap<string, number>> {
  const proofs = new Map<string, number>();
  const params = { ...client.organization, version: krlVersion };
  const wanted = new Set(hosts);
  while (wanted.size > 0) {
    const query = { state: 'enforced' } as const;
    // What cannot be asked is asked again; who has not proved it by then, has not.
    const { items } = await collect((page) =>
      client.call('enforcement', { params, query: { ...page, ...query } }),
    ).catch(() => ({ items: [] }));
    for (const { host, cut } of items)
      if (cut !== false && wanted.delete(host)) proofs.set(host, performance.now() - from);
    if (until.aborted) break;
    await pause(lookEvery, undefined, { signal: until }).catch(() => undefined);
  }
  return proofs;
}
