import type { Caller, SeenEpoch } from '@writ/policy';

/** The organization that somebody's account is of. */
export interface Home {
  readonly organizationId: string;
  /** Random and public. */
  readonly organizationHandle: string;
  readonly organizationName: string;
  /** 'provider' | 'customer' */
  readonly organizationKind: string;
}

/**
 * How somebody acts in an organization that is not their home. 'provider': as the owner of a customer that has none of its
 * own. 'delegation': by a role that was delegated to them.
 */
export type Outside = 'provider' | 'delegation';

/**
 * The caller of one request, as the database said a moment ago. The `organization…` fields name the organization that is
 * acted in, and `userName` is what it calls the caller: 'ana', or 'msp/ana' for somebody from outside. The account, its epoch,
 * its keys and its session are at home.
 */
export interface SignedInCaller extends Caller {
  readonly home: Home;
  /** Null: acts at home. */
  readonly outside: Outside | null;
  /** 'service': a service account. */
  readonly kind: 'person' | 'service';
  readonly administrativeRole: string;
  /** The organization requires a second factor, and this session has none: it may do nothing but set one up. */
  readonly secondFactorMissing: boolean;
  /** The roles that the caller is a member of, each with its epoch: what a decision may keep in memory by. */
  readonly roles: readonly SeenEpoch[];
  /** When the session ends for good, in milliseconds since 1970. */
  readonly sessionExpiresAt: number;
}

/** A caller of whom it need not be known that they signed in; without a home they act at home. */
export type CallerSomewhere = Caller & Partial<Pick<SignedInCaller, 'home' | 'outside'>>;

/** The organizations (ids) whose rows an act of the caller touches: where it happens, and where the account is. */
export function scopeOf({ organizationId, home }: SignedInCaller): readonly string[] {
  return [...new Set([organizationId, home.organizationId])];
}
