import type { AdministrativeRole } from '@writ/contract';
import type { Caller, SeenEpoch } from '@writ/policy';

/** The caller of one request, as the database said a moment ago. */
export interface SignedInCaller extends Caller {
  readonly administrativeRole: AdministrativeRole;
  /** The organization requires a second factor, and this session has none: it may do nothing but set one up. */
  readonly secondFactorMissing: boolean;
  /** The roles that the caller is a member of, each with its epoch: what a decision may keep in memory by. */
  readonly roles: readonly SeenEpoch[];
  /** When the session ends for good, in milliseconds since 1970. */
  readonly sessionExpiresAt: number;
}
