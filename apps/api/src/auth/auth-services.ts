import type { Clock, RandomBytes } from '@writ/kernel';
import type { HighWater, ScopedDatabase } from '@writ/storage';
import type { SecondFactorSecrets } from '../second-factor/secrets.js';
import type { Passwords } from './passwords.js';
import type { TokenKeys } from './token-keys.js';

/** What signing in works with. */
export interface AuthServices {
  readonly store: ScopedDatabase;
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly keys: TokenKeys;
  readonly secondFactors: SecondFactorSecrets;
  readonly random: RandomBytes;
  readonly highWater: Pick<HighWater, 'krlVersion' | 'publishedKrl' | 'raise'>;
  /** A fresh UUID. */
  readonly newId: () => string;
}

/** Where a request came from, for the event that it leaves and the counters that it moves. */
export interface Origin {
  readonly requestId: string;
  readonly source: string;
}
