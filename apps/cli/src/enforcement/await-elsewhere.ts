import { setTimeout as pause } from 'node:timers/promises';
import type { EnforcementTotals, Streaming } from '@writ/contract';
import { hasCode, type Client } from '../session/client.js';
import { passes } from '../session/persist.js';
import { isSettled } from './settled.js';

/** What was revoked: the organization's KRL that says so, and what followed in customers. */
export interface Followed {
  readonly krlVersion: string;
  /** The act by which it was revoked; null where that is not known, and nothing followed from it anywhere. */
  readonly revocation?: string | null;
  readonly elsewhere?: readonly { readonly organization: string }[];
}

/** How far a customer's hosts enforce what followed there; which hosts those are is the customer's own. */
export interface EnforcementElsewhere {
  readonly organization: string;
  /** Null: the caller may not see it. */
  readonly totals: EnforcementTotals | null;
}

/** How often it is asked (ms): no stream tells of customers. */
const askEvery = 500;

/** How far customers' hosts enforce it now; of each null where the caller may not see it. `until`: no longer than its signal says. */
export async function elsewhereNow(
  client: Client,
  { revocation = null, elsewhere = [] }: Followed,
  until: Streaming = {},
): Promise<readonly EnforcementElsewhere[]> {
  if (revocation === null || elsewhere.length === 0) return [];
  try {
    const params = { ...client.organization, revocation };
    const shown = await client.call('showRevocation', { params }, until);
    return shown.elsewhere.map(({ organization, enforcement: totals }) => ({ organization, totals }));
  } catch (error) {
    if (!hasCode(error, 'permission_missing')) throw error;
    return elsewhere.map(({ organization }) => ({ organization, totals: null }));
  }
}

/**
 * Waits until there is nobody to wait for in customers either, at most until `over`, and resolves to how it is then. Rejects
 * with what asking again does not mend, and with whatever the last question ends in.
 * @param end ends every question
 * @param told is told how far it is, each time that it is asked
 */
export async function awaitElsewhere(
  client: Client,
  followed: Followed,
  {
    over,
    end,
    told,
  }: {
    readonly over: AbortSignal;
    readonly end: AbortSignal;
    readonly told: (seen: readonly EnforcementElsewhere[]) => void;
  },
): Promise<readonly EnforcementElsewhere[]> {
  for (;;) {
    try {
      const seen = await elsewhereNow(client, followed, { signal: end });
      told(seen);
      if (over.aborted || seen.every(({ totals }) => totals === null || isSettled(totals))) return seen;
    } catch (error) {
      if (over.aborted || !passes(error)) throw error;
    }
    await pause(askEvery, undefined, { signal: over }).catch(() => undefined);
  }
}
