import { z } from 'zod';
import { DecimalString, Fingerprint, Instant, Labels, Uuid } from '../values.js';
import { HostKeysRequest, HostReport } from './host-protocol.js';

/** What is wrong with a host: a code, and a sentence. */
export const HostProblem = z.strictObject({ code: z.string(), words: z.string() });
export type HostProblem = z.infer<typeof HostProblem>;

/** A host that has joined. */
export const Host = z.strictObject({
  id: Uuid,
  name: z.string(),
  labels: Labels,
  /** Where clients find it: a host name or an IP address; null: under its name. */
  address: z.string().nullable(),
  port: z.int().nullable(),
  /** Name of the joined host that is between. */
  jump: z.string().nullable(),
  joinedAt: Instant,
  /** In the host's own order. `certificateUntil`: null where the key has no certificate. */
  keys: z.array(
    z.strictObject({ fingerprint: Fingerprint, revoked: z.boolean(), certificateUntil: Instant.nullable() }),
  ),
  /** Of the bundle that was last made for it; '0': none yet. */
  bundleVersion: DecimalString,
  /** Whether that bundle says what a bundle would say now; false: the host gets another one at its next sync. */
  bundleIsCurrent: z.boolean(),
  /** The KRL that is in force, and the one that the host has applied; null: none, or older than what is kept. */
  krlVersion: DecimalString,
  appliedKrlVersion: DecimalString.nullable(),
  /** The newest KRL that it has proved to enforce, since when, and when it last said so; null: none. */
  proved: z
    .strictObject({
      krlVersion: DecimalString,
      since: Instant,
      confirmedAt: Instant,
      /** How many sessions were open then of which it did not know everything that they were opened with; null: it did not say. */
      unknownSessions: z.int().nullable(),
    })
    .nullable(),
  lastSeenAt: Instant.nullable(),
  /** The host's clock less the service's when it last reported (seconds). */
  clockOffsetSeconds: z.int().nullable(),
  report: HostReport.nullable(),
  /** Whether its kit is the one that this service has; null where either is not known. */
  kitIsCurrent: z.boolean().nullable(),
  /** Changed host keys that wait for approval, and those that were refused and may be approved all the same; newest first. */
  waiting: z.array(HostKeysRequest),
  refused: z.array(HostKeysRequest),
  /** The worst first; empty: nothing is wrong. */
  problems: z.array(HostProblem),
});
export type Host = z.infer<typeof Host>;

/** What ended with a host. */
export const RemovedHost = z.strictObject({
  id: Uuid,
  name: z.string(),
  certificates: z.int(),
  keys: z.int(),
  krlVersion: DecimalString,
});
export type RemovedHost = z.infer<typeof RemovedHost>;
