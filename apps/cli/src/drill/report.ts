import type { ExitStatus } from '../exit-status.js';

/** How one host took the revocation. Times are milliseconds since the revocation was asked for; null: it was not seen. */
export interface DrilledHost {
  readonly host: string;
  /** Why nothing can be said of it; null: the canary was logged in when it was revoked. */
  readonly notTried: string | null;
  readonly refusedAfter: number | null;
  /** What its last answer to a login was, where it has not refused one. */
  readonly lastLogin: 'in' | 'unreached' | null;
  /** When the session that was open had ended. */
  readonly cutAfter: number | null;
  /** When it had proved, signed with its host key, that it enforces the KRL. */
  readonly provedAfter: number | null;
}

/** 'passed': refused, cut and proved. 'open': it let the canary in to the last, or left its session open. 'unsure': nobody knows. */
export type HostResult = 'passed' | 'open' | 'unsure' | 'not_tried';

export interface DrillReport {
  readonly organization: string;
  readonly by: string;
  /** Name of the canary and of its role. */
  readonly drill: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly login: string;
  readonly startedAt: string;
  readonly revokedAt: string;
  readonly krlVersion: string;
  readonly timeoutSeconds: number;
  readonly hosts: readonly (DrilledHost & { readonly result: HostResult })[];
}

/** How a drill ends: every host passed; of some nobody knows; one is open to what was revoked. */
export const drillStatus = { passed: 0, unsure: 3, open: 4 } as const satisfies Readonly<
  Record<string, ExitStatus>
>;

export function resultOf(host: DrilledHost): HostResult {
  const { notTried, refusedAfter, lastLogin, cutAfter, provedAfter } = host;
  if (notTried !== null) return 'not_tried';
  if (cutAfter === null || (refusedAfter === null && lastLogin === 'in')) return 'open';
  return refusedAfter === null || provedAfter === null ? 'unsure' : 'passed';
}

export function statusOfDrill({ hosts }: Pick<DrillReport, 'hosts'>): ExitStatus {
  if (hosts.some(({ result }) => result === 'open')) return drillStatus.open;
  return hosts.every(({ result }) => result === 'passed') ? drillStatus.passed : drillStatus.unsure;
}

/** What is to be said of a host beside its times; empty where it passed. */
export function wordsOf(host: DrilledHost): string {
  if (host.notTried !== null) return `not tried: ${host.notTried}`;
  return [
    ...(host.refusedAfter !== null
      ? []
      : [
          host.lastLogin === 'in'
            ? 'still lets the canary in'
            : 'could not be asked again whether it refuses',
        ]),
    ...(host.cutAfter === null ? ['its session is still open'] : []),
    ...(host.provedAfter === null ? ['has not proved it'] : []),
  ].join('; ');
}

/** '0.42 s', or '–' */
export function timeText(milliseconds: number | null): string {
  return milliseconds === null ? '–' : `${(milliseconds / 1000).toFixed(2)} s`;
}

/** '2 of 3 hosts refused the canary and ended its session, the slowest after 1.20 s; 1 was not tried' */
export function summaryOf({ hosts }: Pick<DrillReport, 'hosts'>): string {
  const those = (result: HostResult) => hosts.filter((host) => host.result === result);
  const passed = those('passed');
  const slowest = Math.max(...passed.map((host) => Math.max(host.refusedAfter ?? 0, host.cutAfter ?? 0)));
  const many = `${passed.length} of ${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'}`;
  return [
    `${many} refused the canary, ended its session and proved it${passed.length === 0 ? '' : `, the slowest after ${timeText(slowest)}`}`,
    ...(those('open').length === 0 ? [] : [`${those('open').length} did not`]),
    ...(those('unsure').length === 0 ? [] : [`of ${those('unsure').length} nobody knows`]),
    ...(those('not_tried').length === 0 ? [] : [`${those('not_tried').length} not tried`]),
  ].join('; ');
}
