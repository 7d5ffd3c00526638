import { z } from 'zod';
import {
  CertificateId,
  DecimalString,
  Fingerprint,
  Instant,
  Line,
  Reason,
  ShortName,
  UserName,
  Uuid,
} from '../values.js';
import { EnforcementTotals } from './enforcement.js';
import { HostSession } from './host-sessions.js';

/** What can be named to be revoked, one of them at a time. */
const revocationTargets = {
  certificates: z.array(CertificateId).min(1).max(1000).optional(),
  /** A public-key line, or the fingerprint of a key that nobody needs to have seen. */
  publicKey: z.string().max(24_576).optional(),
  user: UserName.optional(),
  serviceAccount: UserName.optional(),
  host: Line.min(1).max(253).optional(),
  /** The certificates that rest on it; nobody leaves it. */
  group: ShortName.optional(),
  role: ShortName.optional(),
  /** A CA whose key somebody else may have: nothing that it has signed is believed any more. */
  authority: Fingerprint.optional(),
};

const targetNames = Object.keys(revocationTargets) as (keyof typeof revocationTargets)[];

function namesOneTarget(request: Partial<Record<keyof typeof revocationTargets, unknown>>): boolean {
  return targetNames.filter((name) => request[name] !== undefined).length === 1;
}

const oneTarget = `name exactly one of ${targetNames.slice(0, -1).join(', ')} and ${targetNames.at(-1) ?? ''}`;

export const RevocationRequest = z
  .strictObject({
    ...revocationTargets,
    reason: Reason,
    /** Whether sessions that rest on what is named are to be ended, also where it was revoked before. */
    cut: z.boolean().optional(),
  })
  .refine(namesOneTarget, oneTarget);
export type RevocationRequest = z.infer<typeof RevocationRequest>;

/** The KRL of a customer that says what followed there, by delegation: `GET …/revocations/{revocation}` counts the hosts that enforce it. */
export const KrlElsewhere = z.strictObject({ organization: z.string(), krlVersion: DecimalString });

export const RevocationResult = z.strictObject({
  krlVersion: DecimalString,
  /** Those that ended by it: one by one or, where a key was named, with the key. */
  certificates: z.int(),
  /** Serials of which no certificate is recorded; never used from now on. */
  serials: z.int(),
  keys: z.int(),
  /** Of the service: who was signed in. */
  sessionsEnded: z.int(),
  /** How many certificates and keys hosts are told to end the sessions of. */
  cut: z.int(),
  /** True when everything named had been revoked before. */
  alreadyRevoked: z.boolean(),
  /** What `GET …/revocations/{revocation}` shows; null where the KRL says no more than it did, and no customer is concerned. */
  revocation: Uuid.nullable(),
  /** The customers that it concerns, by name; where all was revoked there before, with the KRL that was current. */
  elsewhere: z.array(KrlElsewhere),
});
export type RevocationResult = z.infer<typeof RevocationResult>;

/** The same without a word why, as nothing is done. */
export const RevocationPreviewRequest = z
  .strictObject({ ...revocationTargets, reason: Reason.optional(), cut: z.boolean().optional() })
  .refine(namesOneTarget, oneTarget);

/** What would stop working. */
export const RevocationPreview = z.strictObject({
  /** What would be answered, but for the number of a KRL that is never made. */
  ...RevocationResult.omit({ krlVersion: true, revocation: true, elsewhere: true }).shape,
  /** How many certificates would end that can be used now. */
  stillValid: z.int(),
  /** How many more that a lock holds now, which could be used again after it. */
  locked: z.int(),
  /** Until when both would have been good (null: there are none). */
  until: Instant.nullable(),
  /** Whose they are, by how many; the first hundred. */
  holders: z.array(
    z.strictObject({
      name: z.string(),
      type: z.enum(['user', 'host']),
      certificates: z.int(),
      until: Instant,
    }),
  ),
  holderCount: z.int(),
  /** The keys that would be revoked; the first hundred. */
  revokedKeys: z.array(Fingerprint),
  /** The joined hosts that they open, and the first hundred names. */
  hosts: z.strictObject({
    count: z.int(),
    names: z.array(z.string()),
    /** Whether some are also good where a host only trusts the user CA: nobody knows where that is. */
    andOthers: z.boolean(),
  }),
  /** Joined hosts that are reached through the one that is named. */
  reachedThrough: z.array(z.string()),
  /** The CA that would be revoked, and what would sign in its place: the one that waits, or a new one; null: it does not sign now. */
  authority: z
    .strictObject({
      kind: z.enum(['user', 'host']),
      state: z.enum(['next', 'active', 'retired', 'revoked']),
      successor: z.enum(['next', 'new']).nullable(),
    })
    .nullable(),
  /**
   * The sessions that hosts have reported which rest on it: hosts end them where `cut` is asked for. Which they are is said to who may read hosts;
   * the first hundred.
   */
  openSessions: z.strictObject({
    count: z.int(),
    sessions: z.array(
      z.strictObject({
        ...HostSession.pick({ host: true, id: true, login: true, user: true, from: true, began: true }).shape,
        /** When its host was last heard of. */
        lastSeenAt: Instant,
        /** Its host was not heard of lately: what is open there now nobody knows. */
        silent: z.boolean(),
      }),
    ),
    /** Joined hosts that were not heard of lately, or have never reported sessions, and the first hundred of them. */
    unheard: z.strictObject({
      count: z.int(),
      hosts: z.array(z.strictObject({ name: z.string(), lastSeenAt: Instant.nullable() })),
    }),
  }),
  /** True when it is the caller's own account that would be closed. */
  ownAccount: z.boolean(),
  /** What would end in customers, by delegation. */
  elsewhere: z.array(z.strictObject({ organization: z.string(), certificates: z.int() })),
});
export type RevocationPreview = z.infer<typeof RevocationPreview>;

/** Something that somebody did by which certificates or keys are no longer trusted. */
export const Revocation = z.strictObject({
  id: Uuid,
  at: Instant,
  /** Null: the service itself, or somebody of another organization who is unknown here. */
  by: z.string().nullable(),
  /** What lost its trust or its ground: it decides what `subject` names. */
  cause: z.enum(['certificate', 'key', 'user', 'role', 'host', 'group', 'authority', 'lock', 'session']),
  subject: z.string(),
  reason: z.string(),
  /** How many entries of the KRL are its. */
  certificates: z.int(),
  keys: z.int(),
  /** How many certificates, keys and sessions hosts were told to end the sessions of; 0: none were to be ended. */
  cut: z.int(),
  /** The first KRL that says so: what every host enforces that has it. */
  krlVersion: DecimalString,
  /** Of a lock: when it ends by itself, and when it has ended; null: not yet, or it is for good. */
  lockedUntil: Instant.nullable(),
  unlockedAt: Instant.nullable(),
});
export type Revocation = z.infer<typeof Revocation>;

/** With what it revoked, as far as there is room for it. */
export const RevocationInFull = z.strictObject({
  ...Revocation.shape,
  /** 'user:5', 'user:7..9'; the first thousand entries, keys included. */
  revokedCertificates: z.array(z.string()),
  revokedKeys: z.array(Fingerprint),
  /** What ended by the same act in customers, by delegation. */
  elsewhere: z.array(
    z.strictObject({
      organization: z.string(),
      certificates: z.int(),
      krlVersion: DecimalString,
      /** How many of its hosts enforce it: which they are is the customer's own. */
      enforcement: EnforcementTotals,
    }),
  ),
});
export type RevocationInFull = z.infer<typeof RevocationInFull>;
