import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Keys for each kind of token, so that none can pass as another. */
export interface TokenKeys {
  readonly access: KeyObject;
  readonly refresh: KeyObject;
  readonly device: KeyObject;
  readonly host: KeyObject;
  /** Of the nonces that hosts' statements carry. */
  readonly nonce: KeyObject;
  /** Of the challenges that service accounts sign. */
  readonly signIn: KeyObject;
}

/**
 * Derives them from the installation's token key (HKDF-SHA-256, RFC 5869).
 * @param tokenKey 32 bytes
 */
export function deriveTokenKeys(tokenKey: Uint8Array): TokenKeys {
  const derive = (use: string): KeyObject =>
    createSecretKey(new Uint8Array(hkdfSync('sha256', tokenKey, new Uint8Array(0), `writ ${use}`, 32)));
  return {
    access: derive('access token'),
    refresh: derive('refresh token'),
    device: derive('device token'),
    host: derive('host token'),
    nonce: derive('statement nonce'),
    signIn: derive('sign-in challenge'),
  };
}
