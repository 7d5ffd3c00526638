import type { PublicKey } from '@writ/openssh/key';

/** What a decision needs to know of an authority: a user CA or a host CA of one organization. */
export interface Authority {
  readonly id: string;
  readonly organizationId: string;
  readonly kind: 'user' | 'host';
  readonly publicKey: PublicKey;
  /** Hard limit, counted from now; no role goes beyond it. */
  readonly maxValiditySeconds: number;
  readonly epoch: bigint;
  readonly state: 'next' | 'active' | 'retired' | 'revoked';
}

/**
 * Whether what an authority signs or has signed is to be believed at `now` (seconds since 1970): the one that signs, the one
 * that waits, so that it is known in time, and a retired one until its last certificate has ended; one that was revoked never.
 */
export function isBelieved(
  { believedUntil }: { readonly believedUntil: bigint | null },
  now: bigint,
): boolean {
  return believedUntil === null || believedUntil > now;
}
