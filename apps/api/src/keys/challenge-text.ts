/** The SSHSIG namespace of proofs (`ssh-keygen -Y sign -n proof@writ`): no signature made for anything else counts. */
export const proofNamespace = 'proof@writ';

/** What a proof of possession is bound to. */
export interface Challenge {
  /** What the proof permits. */
  readonly action: 'certify-key';
  /** Handle of the organization that asks: a proof for one service or customer is worth nothing at another. */
  readonly audience: string;
  readonly userId: string;
  /** 'SHA256:…' of the key to be proved. */
  readonly fingerprint: string;
  /** base64url of 32 random bytes. */
  readonly nonce: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

const layout =
  /^writ proof of possession v1\naction (certify-key)\naudience ([a-z0-9]{16})\nuser ([0-9a-f-]{36})\nkey (SHA256:[A-Za-z0-9+/]{43})\nnonce ([A-Za-z0-9_-]{43})\nexpires ([0-9TZ:.-]{24})\n$/;

/**
 * The text that is signed, exactly as it is, under `proofNamespace`. Version 1: seven lines, each ended by a newline:
 *
 *     writ proof of possession v1
 *     action certify-key
 *     audience <organization handle>
 *     user <user id>
 *     key <SHA256 fingerprint of the key>
 *     nonce <43 characters of base64url>
 *     expires <ISO 8601, milliseconds, UTC>
 */
export function challengeText(challenge: Challenge): string {
  return [
    'writ proof of possession v1',
    `action ${challenge.action}`,
    `audience ${challenge.audience}`,
    `user ${challenge.userId}`,
    `key ${challenge.fingerprint}`,
    `nonce ${challenge.nonce}`,
    `expires ${new Date(challenge.expiresAt).toISOString()}`,
    '',
  ].join('\n');
}

/** Reads what `challengeText` writes, and no other spelling; null for anything else. */
export function parseChallengeText(text: string): Challenge | null {
  const [, action, audience, userId, fingerprint, nonce, expires] = layout.exec(text) ?? [];
  if (action === undefined || audience === undefined || userId === undefined) return null;
  if (fingerprint === undefined || nonce === undefined || expires === undefined) return null;
  const expiresAt = Date.parse(expires);
  if (Number.isNaN(expiresAt)) return null;
  const challenge = { action: 'certify-key', audience, userId, fingerprint, nonce, expiresAt } as const;
  return challengeText(challenge) === text ? challenge : null;
}
