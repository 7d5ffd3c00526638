import { z } from 'zod';
import { ActorName, DecimalString, Fingerprint, HostText, Instant, Reason } from '../values.js';

/** What a host calls a session. */
const SessionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "a session's id, as `writ sessions` shows it");

const reportedSession = {
  id: SessionId,
  /** Null, here and below: the host does not know. */
  login: z
    .string()
    .regex(/^[A-Za-z0-9_.@+$-]{1,128}$/)
    .nullable(),
  /** The certificate it was opened with: its authority's key, and its serial; null, too, where a key logged in by itself. */
  authority: Fingerprint.nullable(),
  serial: DecimalString.nullable(),
  /** The certified key, or the one that logged in by itself. */
  key: Fingerprint.nullable(),
  /** IP address; null: it does not come over a network (sshd on a Unix socket or a vsock). */
  from: z
    .string()
    .regex(/^[0-9a-f.:]{1,64}$/)
    .nullable(),
  /** Who told the host what it was opened with: PAM, or sshd's log; 'unknown': nobody. */
  how: z.enum(['pam', 'log', 'unknown']),
};

/** The sessions that are open on a host. */
export const HostSessionsReport = z.strictObject({
  sessions: z
    .array(
      z.strictObject({
        ...reportedSession,
        /** Seconds since 1970 on the host. */
        began: z.int().nonnegative().max(253_402_300_799),
      }),
    )
    .max(500)
    .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'each session once'),
  /** How many more there are. */
  more: z.int().nonnegative().max(1_000_000),
});
export type HostSessionsReport = z.infer<typeof HostSessionsReport>;

/** A session that a host has reported, and what is known here of what it rests on. */
export const HostSession = z.strictObject({
  ...reportedSession,
  host: z.string(),
  began: Instant,
  /** Whose certificate or key it is; null where nobody here knows. */
  user: z.string().nullable(),
  /** What the certificate carries. */
  role: z.string().nullable(),
  /** When the certificate ends. */
  validBefore: Instant.nullable(),
  /** Whether the certificate or the key was revoked. */
  revoked: z.boolean(),
  /** Whether somebody has asked for its end by its id, and the host has not reported it gone. */
  ending: z.boolean(),
  /** When the host said so: it says so again when anything has changed. */
  reportedAt: Instant,
  /** When the host was last heard of, whatever it asked. */
  lastSeenAt: Instant.nullable(),
});
export type HostSession = z.infer<typeof HostSession>;

/** One session of one host, as the host names it. */
export const SessionName = z.strictObject({ host: HostText, session: SessionId });
export type SessionName = z.infer<typeof SessionName>;

/** Which sessions are to end. */
export const CutRequest = z
  .strictObject({
    sessions: z.array(SessionName).min(1).max(500).optional(),
    host: HostText.optional(),
    user: ActorName.optional(),
    reason: Reason.optional(),
  })
  .refine(
    ({ sessions, host, user }) => (sessions === undefined) !== (host === undefined && user === undefined),
    'name sessions, or a host, a user or both',
  );
export type CutRequest = z.infer<typeof CutRequest>;

/** The sessions that hosts were told to end. */
export const CutResult = z.strictObject({
  /** The KRL and the cut list that say so; null: there was no such session. */
  krlVersion: DecimalString.nullable(),
  sessions: z.array(SessionName),
});
export type CutResult = z.infer<typeof CutResult>;
