import { setTimeout as pause } from 'node:timers/promises';
import type { Host } from '@writ/contract';
import { firstOf } from '../first-of.js';
import type { Client } from '../session/client.js';
import { collect } from '../session/pages.js';
import { instant } from '../view/fields.js';
import { logIn, type CanaryWay, type OpenSession } from './canary-login.js';
import type { Turns } from './turns.js';

/** A host where the canary is logged in, or why it is not. */
export type LetIn =
  | { readonly way: CanaryWay; readonly session: OpenSession; readonly notTried: null }
  | { readonly way: CanaryWay; readonly session: null; readonly notTried: string };

/** How often it is looked which hosts have taken the canary's role on (ms). */
const lookEvery = 500;
/** sshd shuts out for a while who fails too often (PerSourcePenalties), so that few logins are tried before one gets in. */
const mostTries = 3;
const tryAgainAfter = 3_000;

/**
 * Logs the canary in on every host: where the host says that it has the bundle with the canary's role, which is before that of no
 * use; hosts that were not heard of lately are not waited for. Resolves when all are in or `over`.
 */
export async function letIn(
  client: Client,
  ways: readonly CanaryWay[],
  turns: Turns,
  { over, stopped }: { readonly over: AbortSignal; readonly stopped: AbortSignal },
): Promise<readonly LetIn[]> {
  const looking = new AbortController();
  const until = firstOf(over, stopped, looking.signal);
  const seen = watchHosts(client, until);
  try {
    return await Promise.all(ways.map((way) => letInOn(way, seen, turns, { until, stopped })));
  } finally {
    looking.abort();
    await seen.ended;
  }
}

/** What the service says of the hosts, asked again and again. */
interface HostsSeen {
  host(name: string): Host | undefined;
  readonly ended: Promise<void>;
}

function watchHosts(client: Client, until: AbortSignal): HostsSeen {
  let hosts = new Map<string, Host>();
  const look = async (): Promise<void> => {
    while (!until.aborted) {
      const { items } = await collect((query) =>
        client.call('listHosts', { params: client.organization, query }),
      );
      hosts = new Map(items.map((host) => [host.name, host]));
      await pause(lookEvery, undefined, { signal: until }).catch(() => undefined);
    }
  };
  // What cannot be asked now is seen by its age: hosts are then not tried.
  const ended = look().catch(() => undefined);
  return { host: (name) => hosts.get(name), ended };
}

async function letInOn(
  way: CanaryWay,
  seen: HostsSeen,
  turns: Turns,
  { until, stopped }: { readonly until: AbortSignal; readonly stopped: AbortSignal },
): Promise<LetIn> {
  let last: string | null = null;
  for (let tries = 0; tries < mostTries && !until.aborted;) {
    const host = seen.host(way.name);
    if (isSilent(host)) break;
    if (!hasRole(host)) {
      await pause(lookEvery / 2, undefined, { signal: until }).catch(() => undefined);
      continue;
    }
    const outcome = await turns.take(() => logIn(way, stopped));
    if (outcome.result === 'in') return { way, session: outcome.session, notTried: null };
    last = outcome.words;
    tries += 1;
    if (tries < mostTries) await pause(tryAgainAfter, undefined, { signal: until }).catch(() => undefined);
  }
  return { way, session: null, notTried: last ?? unawareText(seen.host(way.name)) };
}

/** Whether it has taken on the bundle that says what a bundle would say now. */
function hasRole(host: Host | undefined): boolean {
  return host !== undefined && host.bundleIsCurrent && host.report?.bundle === host.bundleVersion;
}

/** Nobody knows how long it will be. */
function isSilent(host: Host | undefined): boolean {
  return host?.problems.some(({ code }) => code === 'silent' || code === 'never_seen') ?? false;
}

function unawareText(host: Host | undefined): string {
  if (host === undefined) return 'the service did not say whether it has the role of the canary';
  const { lastSeenAt } = host;
  return `it has not taken on the role of the canary; ${lastSeenAt === null ? 'never seen' : `last seen ${instant(lastSeenAt)}`}`;
}
