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
export type Revoked = Omit<RouteOutput<'revoke'>, 'revocation' | 'elsewhere'>;

/** What came of revoking certificates, and nothing besides: none was left to revoke, nor a session to cut, where all was so before. */
export function certificatesRevoked(
  krlVersion: bigint,
  { certificates, cut }: Pick<Revoked, 'certificates' | 'cut'>,
): Revoked {
  const alreadyRevoked = certificates + cut === 0;
  const nothing = { serials: 0, keys: 0, sessionsEnded: 0 };
  return { krlVersion: krlVersion.toString(), certificates, ...nothing, cut, alreadyRevoked };
}
