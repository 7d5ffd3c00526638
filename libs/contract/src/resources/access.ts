import { z } from 'zod';
import { Failure } from '../problem.js';
import { ActorName, DecimalString, OrganizationHandle, ShortName } from '../values.js';

/** What a caller may reach in one organization. */
export const ReachedOrganization = z.strictObject({
  handle: OrganizationHandle,
  name: ShortName,
  namePatterns: z.array(z.string()),
  /** `@cert-authority` lines, for the organization's own names alone. */
  knownHosts: z.string(),
  /** The current KRL, for RevokedHostKeys: its SHA-256 in hexadecimal, and the key that signs it (null: none does yet). Null: nothing was revoked. */
  krl: z
    .strictObject({
      version: DecimalString,
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      signer: z.string().nullable(),
    })
    .nullish(),
  /** The roles that give the caller certificates, by name; those by logins are good wherever the user CA is trusted. */
  roles: z.array(
    z.strictObject({
      name: ShortName,
      handle: z.string(),
      principals: z.enum(['role', 'logins']),
      logins: z.array(z.string()),
      maxTtlSeconds: z.int(),
      /** Another text when certificates of the role would say something else. */
      definition: z.string().optional(),
      /** Its certificates are good from some addresses only, for one command, or with a check of the user. */
      confined: z.boolean().optional(),
      /** The types of keys that it gives certificates for. */
      keyTypes: z.array(z.string()).optional(),
      /** What its certificates permit, as OpenSSH names it ('permit-pty'). */
      extensions: z.array(z.string()).optional(),
    }),
  ),
  /** The joined hosts that any of these roles reaches, by name. */
  hosts: z.array(
    z.strictObject({
      name: z.string(),
      /** What else may be typed and means this host alone. */
      shortNames: z.array(z.string()),
      /** Names of the roles that reach it. */
      roles: z.array(ShortName),
      address: z.string().nullable(),
      port: z.int().nullable(),
      jump: z.string().nullable(),
    }),
  ),
});
export type ReachedOrganization = z.infer<typeof ReachedOrganization>;

/** What a caller may reach, their own organization first. */
export const Reach = z.strictObject({ organizations: z.array(ReachedOrganization) });
export type Reach = z.infer<typeof Reach>;

/** Whether somebody may be a login on a host, and why, or which link is missing. */
export const Explanation = z.strictObject({
  user: ActorName,
  /** Its full name where it is known, else as it was asked. */
  host: z.string(),
  login: z.string(),
  allowed: z.boolean(),
  /**
   * The roles by which it works; none when it is not allowed. `paths`: how the user is in each, the groups from the one that it
   * was granted to inwards, none: by name; of somebody from outside what it was delegated to ('msp/oncall').
   */
  roles: z.array(
    z.strictObject({
      name: ShortName,
      handle: z.string(),
      maxTtlSeconds: z.int(),
      paths: z.array(z.array(z.string())),
      /** The only command that is run, whatever is asked for; null: any. */
      forceCommand: z.string().nullable(),
      /** The addresses (CIDR) that its certificates are good from; null: any. */
      sourceAddress: z.array(z.string()).nullable(),
      /** The types of keys that it gives certificates for. */
      keyTypes: z.array(z.string()),
    }),
  ),
  /** Every link that is missing; none when it is allowed. */
  failures: z.array(Failure),
  /** It is allowed, but does not work yet: what the host has taken on so far says otherwise, or no session of the user's gets a certificate. */
  waiting: z.array(Failure),
  /** What else should be known about the host. */
  warnings: z.array(Failure),
  /** Roles by which the user is this login wherever the user CA itself is trusted. */
  rolesByLogins: z.array(ShortName),
});
export type Explanation = z.infer<typeof Explanation>;

/** Somebody who may be a login on a host. */
export const AccessEntry = z.strictObject({
  /** Null: every host that trusts the user CA without having joined. */
  host: z.string().nullable(),
  login: z.string(),
  user: ActorName,
  /** The roles by which. */
  roles: z.array(ShortName),
});
export type AccessEntry = z.infer<typeof AccessEntry>;
