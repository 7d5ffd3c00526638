/** Key types that a certificate may certify and that may sign (RFC 8709, RFC 5656, RFC 4253, OpenSSH PROTOCOL.u2f). */
export type SubjectKeyType =
  | 'ssh-ed25519'
  | 'ecdsa-sha2-nistp256'
  | 'ecdsa-sha2-nistp384'
  | 'ecdsa-sha2-nistp521'
  | 'ssh-rsa'
  | 'sk-ssh-ed25519@openssh.com'
  | 'sk-ecdsa-sha2-nistp256@openssh.com';

/** A public key that passed every check of `decodePublicKey`. `blob` is its one canonical wire encoding. */
export interface PublicKey {
  readonly type: SubjectKeyType;
  readonly blob: Uint8Array;
}
