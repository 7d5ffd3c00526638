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
  readonly state: 'next' | 'active' | 'retired';
}
