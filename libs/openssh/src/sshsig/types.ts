import type { PublicKey } from '../key/types.js';

/** Hash over the message (PROTOCOL.sshsig section 2). */
export type SshsigHash = 'sha256' | 'sha512';

/** A signature over a message in a namespace, taken apart; nothing about it is verified yet. */
export interface Sshsig {
  readonly publicKey: PublicKey;
  readonly namespace: string;
  readonly hashAlgorithm: SshsigHash;
  /** The SSH signature blob. */
  readonly signature: Uint8Array;
}
