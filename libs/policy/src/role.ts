import type { SubjectKeyType } from '@writ/openssh/key';
import type { Login } from '@writ/openssh/trust';
import type { HostSelector } from './selector.js';

/** Critical options that a role puts on every certificate it gives. */
export interface RoleCriticalOptions {
  /** Replaces whatever command the client asks for; carried exactly. */
  readonly forceCommand?: string;
  /** Addresses (CIDR) that may use the certificate. An empty list would allow none and is refused. */
  readonly sourceAddress?: readonly string[];
  /** The security key must verify its user (PIN, fingerprint) at every login. */
  readonly verifyRequired?: true;
}

/** Who may be which logins, within which limits. One certificate carries exactly one role. */
export interface Role {
  readonly id: string;
  /** Random; never changes and is never used again. */
  readonly handle: string;
  readonly name: string;
  readonly epoch: bigint;
  /**
   * 'role': the certificate carries `role:<handle>`, which joined hosts know; 'logins': it carries the login names
   * themselves and is good on every host that trusts the user CA.
   */
  readonly principals: 'role' | 'logins';
  /** The hosts that the role is for; null exactly for 'logins'. */
  readonly selector: HostSelector | null;
  readonly logins: readonly Login[];
  readonly maxTtlSeconds: number;
  /** Extension names as OpenSSH spells them ('permit-pty'). Empty: none. */
  readonly extensions: readonly string[];
  readonly criticalOptions: RoleCriticalOptions;
  /** Key types that may be certified. Empty: none. */
  readonly keyTypes: readonly SubjectKeyType[];
  /** Text with the fields {user}, {role} and {organization}. */
  readonly keyIdTemplate: string;
  /** How long a session may last that was opened with a certificate of the role, on joined hosts; null: as long as it likes. */
  readonly maxSessionSeconds: number | null;
  /** Whether the caller is a member. */
  readonly memberOf: boolean;
}
