import type { EnforcementTotals } from '@writ/contract';

/** Whether there is nobody to wait for: of those that are silent nobody knows how long they will be. */
export function isSettled(totals: EnforcementTotals): boolean {
  return totals.behind === 0 && isCut(totals);
}

/** Whether hosts hold sessions of which nobody knows whether they were to be ended: no waiting mends that. */
export function leavesUnknown({ cut, unknownSessions }: EnforcementTotals): boolean {
  return cut !== null && unknownSessions > 0;
}

/** Whether all that enforce it have ended what was to be ended. */
export function isCut({ cut, enforced }: EnforcementTotals): boolean {
  return cut === null || cut >= enforced;
}
