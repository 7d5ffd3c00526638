import { setTimeout as pause } from 'node:timers/promises';
import { EnforcementTotals, eventReader, type HostEnforcement, type Streaming } from '@writ/contract';
import { firstOf } from '../first-of.js';
import type { Client } from '../session/client.js';
import { awaitElsewhere, elsewhereNow, type EnforcementElsewhere, type Followed } from './await-elsewhere.js';
import { isCut, isSettled, leavesUnknown } from './settled.js';
import { collect } from '../session/pages.js';
import { passes } from '../session/persist.js';

/** How far what was revoked is enforced, with the organization's hosts that do not enforce it by name. */
export interface EnforcementSeen extends OwnEnforcement {
  /** In customers. */
  readonly elsewhere: readonly EnforcementElsewhere[];
}

/** How far it is: in the organization (null: not heard yet), and in customers. */
export interface Progress {
  readonly totals: EnforcementTotals | null;
  readonly elsewhere: readonly EnforcementElsewhere[];
}

interface OwnEnforcement {
  readonly totals: EnforcementTotals;
  /** Heard of lately, and have not proved it. */
  readonly behind: readonly HostEnforcement[];
  /** Not heard of lately, or never since they joined: nobody knows. */
  readonly silent: readonly HostEnforcement[];
  /** Enforce it, and have not looked for the sessions that were to be ended. */
  readonly uncut: readonly HostEnforcement[];
  /** Have looked, and hold sessions of which they do not know what they were opened with. */
  readonly unsure: readonly HostEnforcement[];
}

/** How long after a stream that ended another one is opened (ms). */
const again = 500;
/** How long the last questions may take, once the time is over (ms): a service that hangs answers none. */
const lastQuestions = 10_000;

/**
 * Waits until every host that was heard of lately, here and in customers, has proved that it enforces what was revoked, and has ended the sessions
 * that were to be ended with it, at most for so long, and resolves to how it is then; to null where the service lets it wait for an answer
 * beyond that. Rejects with what asking again does not mend ('permission_missing' without host.read), and with whatever the last question ends in.
 * @param waitMs how long hosts have (ms)
 * @param lastMs how long the service has for its answers after that (ms)
 * @param told is told how far it is, each time that it changes
 */
export async function awaitEnforcement(
  client: Client,
  followed: Followed,
  {
    waitMs,
    lastMs = lastQuestions,
    told,
  }: { readonly waitMs: number; readonly lastMs?: number; readonly told: (progress: Progress) => void },
): Promise<EnforcementSeen | null> {
  const failed = new AbortController();
  const over = firstOf(AbortSignal.timeout(waitMs), failed.signal);
  const end = firstOf(AbortSignal.timeout(waitMs + lastMs), failed.signal);
  let progress: Progress = { totals: null, elsewhere: [] };
  const tell = (more: Partial<Progress>): void => told((progress = { ...progress, ...more }));
  try {
    const [own, elsewhere] = await Promise.all([
      awaitOwn(client, followed.krlVersion, { over, end, told: (totals) => tell({ totals }) }),
      awaitElsewhere(client, followed, { over, end, told: (seen) => tell({ elsewhere: seen }) }),
    ]);
    return { ...own, elsewhere };
  } catch (error) {
    if (end.aborted) return null;
    throw error;
  } finally {
    // Where one has failed the other is not waited for.
    failed.abort();
  }
}

/** How far it is enforced now. */
export async function enforcementNow(client: Client, followed: Followed): Promise<EnforcementSeen> {
  const own = await ownEnforcement(client, followed.krlVersion);
  return { ...own, elsewhere: await elsewhereNow(client, followed) };
}

async function awaitOwn(
  client: Client,
  version: string,
  {
    over,
    end,
    told,
  }: {
    readonly over: AbortSignal;
    readonly end: AbortSignal;
    readonly told: (totals: EnforcementTotals) => void;
  },
): Promise<OwnEnforcement> {
  for (;;) {
    await untilSettled(client, version, over, told);
    const seen = await ownEnforcement(client, version, { signal: end });
    if (isSettled(seen.totals) || over.aborted) return seen;
  }
}

async function ownEnforcement(
  client: Client,
  version: string,
  until: Streaming = {},
): Promise<OwnEnforcement> {
  const params = { ...client.organization, version };
  let totals: EnforcementTotals | undefined;
  const those = async (state: HostEnforcement['state']): Promise<readonly HostEnforcement[]> => {
    const { items } = await collect(async (page) => {
      const answer = await client.call('enforcement', { params, query: { ...page, state } }, until);
      totals ??= answer.totals;
      return answer;
    });
    return items;
  };
  const behind = await those('behind');
  const silent = [...(await those('silent')), ...(await those('never'))];
  if (totals === undefined) throw new TypeError('a page says how many there are');
  const enforced = isCut(totals) && !leavesUnknown(totals) ? [] : await those('enforced');
  const uncut = enforced.filter(({ cut }) => cut === false);
  const unsure = enforced.filter(({ cut, unknownSessions }) => cut === true && (unknownSessions ?? 0) > 0);
  return { totals, behind, silent, uncut, unsure };
}

/** Follows it until there is nobody to wait for, or the time is over. */
async function untilSettled(
  client: Client,
  version: string,
  over: AbortSignal,
  told: (totals: EnforcementTotals) => void,
): Promise<void> {
  const params = { ...client.organization, version };
  const settled = new AbortController();
  const onChunk = eventReader(({ name, data }) => {
    if (name !== 'enforcement') return;
    const totals = EnforcementTotals.parse(JSON.parse(data));
    told(totals);
    if (isSettled(totals)) settled.abort();
  });
  const signal = firstOf(over, settled.signal);
  while (!signal.aborted) {
    try {
      await client.call('enforcementStream', { params }, { onChunk, signal });
    } catch (error) {
      if (!signal.aborted && !passes(error)) throw error;
    }
    // It ended by itself: the service is stopping, and another process takes over.
    await pause(again, undefined, { signal }).catch(() => undefined);
  }
}
