import type { EnforcementTotals, HostEnforcement } from '@writ/contract';
import { counted } from '../numbers.js';
import type { EnforcementElsewhere } from './await-elsewhere.js';
import type { EnforcementSeen } from './await-enforcement.js';
import { leavesUnknown } from './settled.js';

/** Names that are printed of each kind; of more hosts it is said how many. */
const named = 20;

/** 'enforced on 12 of 43 hosts at 14:02:07 UTC; in globex: 0 of 1' */
export function progressText(
  { enforced, hosts, at }: EnforcementTotals,
  elsewhere: readonly EnforcementElsewhere[] = [],
): string {
  return [
    `enforced on ${enforced} of ${counted(hosts, 'host')} at ${clockTime(at)}`,
    ...withHosts(elsewhere).map(({ organization, totals }) =>
      totals === null ? unseen(organization) : `in ${organization}: ${totals.enforced} of ${totals.hosts}`,
    ),
  ].join('; ');
}

/**
 * 'enforced on 41 of 43 hosts by 14:02:08 UTC; 2 silent since 13:40 UTC: db-1.acme.example, db-2.acme.example; in globex: enforced on 0 of
 * 1 host, 1 not yet'
 */
export function enforcementText(seen: EnforcementSeen): string {
  const there = withHosts(seen.elsewhere).map(elsewhereText);
  if (seen.totals.hosts > 0) return [ownText(seen), ...there].join('; ');
  if (there.length === 0) return 'no host has joined that would have to enforce it';
  return ['no host of this organization has joined', ...there].join('; ');
}

/** Who has none has nothing to enforce. */
function withHosts(elsewhere: readonly EnforcementElsewhere[]): readonly EnforcementElsewhere[] {
  return elsewhere.filter(({ totals }) => totals?.hosts !== 0);
}

function unseen(organization: string): string {
  return `in ${organization}: not shown to you, which takes certificate.read`;
}

/** Counts alone: which hosts those are is the customer's own. */
function elsewhereText({ organization, totals }: EnforcementElsewhere): string {
  if (totals === null) return unseen(organization);
  const { enforced, hosts, cut, sessionsEnded, unknownSessions, behind, silent, never } = totals;
  const uncut = cut === null ? 0 : enforced - cut;
  const words = [
    `enforced on ${enforced} of ${counted(hosts, 'host')}`,
    ...(cut === null ? [] : [`${counted(sessionsEnded, 'open session')} ended`]),
    ...(uncut <= 0 ? [] : [`${uncut} may still hold open sessions`]),
    ...(leavesUnknown(totals) ? [`${ofWhichNobodyKnows(unknownSessions)} may still be open`] : []),
    ...(behind === 0 ? [] : [`${behind} not yet`]),
    ...(silent === 0 ? [] : [`${silent} silent`]),
    ...(never === 0 ? [] : [`${never} never seen`]),
  ];
  return `in ${organization}: ${words.join(', ')}`;
}

function ownText({ totals, behind, silent, uncut, unsure }: EnforcementSeen): string {
  const never = silent.filter(({ lastSeenAt }) => lastSeenAt === null);
  const gone = silent.filter(({ lastSeenAt }) => lastSeenAt !== null);
  return [
    `enforced on ${totals.enforced} of ${counted(totals.hosts, 'host')} by ${clockTime(totals.at)}`,
    ...(totals.cut === null ? [] : [`${counted(totals.sessionsEnded, 'open session')} ended`]),
    ...(uncut.length === 0 ? [] : [`${uncut.length} may still hold open sessions: ${names(uncut)}`]),
    ...(unsure.length === 0
      ? []
      : [`${unsure.length} may still hold ${unknownText(unsure)}: ${names(unsure)}`]),
    ...(behind.length === 0 ? [] : [`${behind.length} not yet: ${names(behind)}`]),
    ...(gone.length === 0 ? [] : [silentText(gone, totals.at)]),
    ...(never.length === 0 ? [] : [`${never.length} never seen: ${names(never)}`]),
  ].join('; ');
}

/** '3 sessions of which nobody knows what they were opened with' */
function unknownText(hosts: readonly HostEnforcement[]): string {
  return ofWhichNobodyKnows(hosts.reduce((all, { unknownSessions }) => all + (unknownSessions ?? 0), 0));
}

/** '1 session of which nobody knows what it was opened with' */
export function ofWhichNobodyKnows(sessions: number): string {
  return `${counted(sessions, 'session')} of which nobody knows what ${sessions === 1 ? 'it was' : 'they were'} opened with`;
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
