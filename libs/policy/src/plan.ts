import type { Sealed } from '@writ/kernel';
import type { CriticalOptions, Extensions, KeyId, Principal } from '@writ/openssh/certificate';
import type { PublicKey } from '@writ/openssh/key';
import type { HostName } from '@writ/openssh/trust';
import type { Authority } from './authority.js';

/**
 * A version that a decision rested on: of a user, role, authority or host name. It is to be read before what it stands for, or
 * in one snapshot with it: read afterwards, it would vouch for what has changed in between.
 */
export interface SeenEpoch {
  readonly id: string;
  readonly epoch: bigint;
}

/** A host name that has to be bound to the key before a certificate may carry it. */
export interface NameClaim {
  readonly name: HostName;
  /** True: the name is another key's and is to be taken over. */
  readonly replace: boolean;
}

interface PlanFields {
  readonly certificateType: 'user' | 'host';
  readonly authority: Authority;
  readonly publicKey: PublicKey;
  readonly keyId: KeyId;
  /** Never empty. */
  readonly validPrincipals: readonly Principal[];
  /** Seconds since 1970; half-open. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  readonly criticalOptions: CriticalOptions;
  readonly extensions: Extensions;
  /** The second that the decision counted from. */
  readonly decidedAt: bigint;
  /** Longest `validBefore - decidedAt`, in seconds: the smaller of the role's and the authority's limit. */
  readonly maxValidity: bigint;
  /** How far `validAfter` may lie before `decidedAt`, in seconds. */
  readonly backdate: bigint;
  readonly organizationId: string;
  readonly userId: string;
  readonly roleId: string | null;
  readonly sessionId: string | null;
  readonly actorName: string;
  /** Everything that must still be so when the certificate is recorded. */
  readonly seen: readonly SeenEpoch[];
  /** Host names that are not this key's yet. Nothing may be issued before they are. Empty for users. */
  readonly claims: readonly NameClaim[];
}

/** A complete decision about one certificate, frozen. Only `decide` makes one. */
export type Plan = Sealed<PlanFields, 'Plan'>;

/** Freezes a complete plan. Called by `decide` alone, and not exported from the library. */
export function frozenPlan(fields: PlanFields): Plan {
  for (const list of [fields.validPrincipals, fields.seen, fields.claims]) Object.freeze(list);
  Object.freeze(fields.criticalOptions);
  Object.freeze(fields.extensions);
  return Object.freeze(fields) as Plan;
}
