import type { RouteOutput } from '../http/route-input.js';

/** What somebody asks for who revokes something. */
export interface Revoking {
  readonly reason: string;
  /** Whether sessions that rest on it are to be ended. */
  readonly cut: boolean;
  /** The act (id) of this organization as which it is written down. */
  readonly act: string;
}

/** What came of it. */
export type Revoked = Omit<RouteOutput<'revoke'>, 'revocation'>;
