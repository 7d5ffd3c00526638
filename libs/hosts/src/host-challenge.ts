/** The SSHSIG namespace of a host's proofs: no signature made for anything else counts. */
export const hostProofNamespace = 'host-proof@writ';

/** What a host proves, with every key named. */
export interface HostChallenge {
  /** 'join': to become a host of the organization; 'token': to be given a host token; 'keys': to have these keys from now on. */
  readonly action: 'join' | 'token' | 'keys';
  /** Handle of the organization that asks. */
  readonly audience: string;
  /** The name it joins under, or the id it has. */
  readonly host: string;
  /** 'SHA256:…' of each key, in the order in which the host named them. */
  readonly fingerprints: readonly string[];
  /** base64url of 32 random bytes. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * The text that each of the keys signs, exactly as it is (docs/host-protocol.md). Whoever takes a proof compares the whole
 * text with the one it gave out, so that nothing in it has to be read back.
 */
export function hostChallengeText(challenge: HostChallenge): string {
  return [
    'writ proof of host v1',
    `action ${challenge.action}`,
    `audience ${challenge.audience}`,
    `host ${challenge.host}`,
    ...challenge.fingerprints.map((fingerprint) => `key ${fingerprint}`),
    `nonce ${challenge.nonce}`,
    `expires ${new Date(challenge.expiresAt).toISOString()}`,
    '',
  ].join('\n');
}
