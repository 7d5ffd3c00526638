import type { EnforcementTotals, HostEnforcement } from '@writ/contract';
import { counted } from '../numbers.js';
import type { EnforcementSeen } from './await-enforcement.js';

/** Names that are printed of each kind; of more hosts it is said how many. */
const named = 20;

/** 'enforced on 12 of 43 hosts at 14:02:07 UTC' */
export function progressText({ enforced, hosts, at }: EnforcementTotals): string {
  return `enforced on ${enforced} of ${counted(hosts, 'host')} at ${clockTime(at)}`;
}

/** 'enforced on 41 of 43 hosts by 14:02:08 UTC; 2 silent since 13:40 UTC: db-1.acme.example, db-2.acme.example' */
export function enforcementText({ totals, behind, silent, uncut }: EnforcementSeen): string {
  if (totals.hosts === 0) return 'no host has joined that would have to enforce it';
  const never = silent.filter(({ lastSeenAt }) => lastSeenAt === null);
  const gone = silent.filter(({ lastSeenAt }) => lastSeenAt !== null);
  return [
    `enforced on ${totals.enforced} of ${counted(totals.hosts, 'host')} by ${clockTime(totals.at)}`,
    ...(totals.cut === null ? [] : [`${counted(totals.sessionsEnded, 'open session')} ended`]),
    ...(uncut.length === 0 ? [] : [`${uncut.length} may still hold open sessions: ${names(uncut)}`]),
    ...(behind.length === 0 ? [] : [`${behind.length} not yet: ${names(behind)}`]),
    ...(gone.length === 0 ? [] : [silentText(gone, totals.at)]),
    ...(never.length === 0 ? [] : [`${never.length} never seen: ${names(never)}`]),
  ].join('; ');
}

/** With one time where all were seen at the same minute, else with each one's. */
function silentText(hosts: readonly HostEnforcement[], now: string): string {
  const times = hosts.map(({ lastSeenAt }) => minute(lastSeenAt ?? '', now));
  if (new Set(times).size === 1) return `${hosts.length} silent since ${times[0] ?? ''}: ${names(hosts)}`;
  return `${hosts.length} silent: ${names(hosts, (_, n) => ` since ${times[n] ?? ''}`)}`;
}

function names(
  hosts: readonly HostEnforcement[],
  more: (host: HostEnforcement, n: number) => string = () => '',
): string {
  const shown = hosts.slice(0, named).map((host, n) => `${host.host}${more(host, n)}`);
  const left = hosts.length - shown.length;
  return `${shown.join(', ')}${left > 0 ? ` and ${left} more` : ''}`;
}

/** '14:02:08 UTC' */
function clockTime(instant: string): string {
  return `${instant.slice(11, 19)} UTC`;
}

/** '13:40 UTC', with its day where that is not today's. */
function minute(instant: string, now: string): string {
  const time = `${instant.slice(11, 16)} UTC`;
  return instant.slice(0, 10) === now.slice(0, 10) ? time : `${instant.slice(0, 10)} ${time}`;
}
