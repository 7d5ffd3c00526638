import type { Recorder, SerialSource, Signer } from '@writ/issuance';
import type { Clock, RandomBytes } from '@writ/kernel';
import type { Changes, Heard, HighWater, ScopedDatabase, SessionStates } from '@writ/storage';
import type { Passwords } from './auth/passwords.js';
import type { TokenKeys } from './auth/token-keys.js';
import type { AuthorityKeys } from './authorities/authority-keys.js';
import type { SecondFactorSecrets } from './second-factor/secrets.js';
import type { BundleKeys } from './hosts/bundle-keys.js';

/** Everything outside the service that it works with, open and ready. */
export interface Adapters {
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** A fresh UUID. */
  readonly newId: () => string;
  readonly store: ScopedDatabase;
  readonly sessions: SessionStates;
  readonly signer: Signer;
  /** Rejects with `signer_unavailable` when the signer could not sign now. */
  readonly signerReady: () => Promise<void>;
  readonly serials: SerialSource;
  readonly recorder: Recorder;
  /** Rejects when the recorder could not record now. */
  readonly recorderReady: () => Promise<void>;
  readonly highWater: HighWater;
  readonly tokenKeys: TokenKeys;
  readonly passwords: Passwords;
  readonly bundleKeys: BundleKeys;
  readonly authorityKeys: AuthorityKeys;
  readonly secondFactors: SecondFactorSecrets;
  /** A host that was not heard of for so long counts as silent (ms). */
  readonly silentAfter: number;
  /** Begins to listen for what any process changes. */
  readonly changes: (onChange: (change: Heard) => void) => Changes;
}
