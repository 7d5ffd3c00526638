import { z } from 'zod';
import { DecimalString, EnforcementState, Instant } from '../values.js';

/** Whether a host enforces a KRL version, as far as it has proved it. */
export const HostEnforcement = z.strictObject({
  host: z.string(),
  /** 'behind': it was heard of lately and has not proved it; 'silent': not heard of lately; 'never': not since it joined. */
  state: EnforcementState,
  /** Since when it is proved; null: it is not. */
  since: Instant.nullable(),
  /** The newest KRL that it has proved to enforce; null: none. */
  provedKrlVersion: DecimalString.nullable(),
  lastSeenAt: Instant.nullable(),
  /** Whether it has looked for the sessions that were to be ended with that KRL; null: none were. */
  cut: z.boolean().nullable(),
  /** How many sessions it ended when it took that KRL, or a later one, on. */
  sessionsEnded: z.int(),
  /** How many sessions were open, when it proved something last, of which it did not know everything that they were opened with: none of them is ended by that. Null: it did not say. */
  unknownSessions: z.int().nullable(),
});
export type HostEnforcement = z.infer<typeof HostEnforcement>;

/** How many of an organization's hosts enforce a KRL version. */
export const EnforcementTotals = z.strictObject({
  krlVersion: DecimalString,
  /** When it was counted. */
  at: Instant,
  hosts: z.int(),
  enforced: z.int(),
  behind: z.int(),
  silent: z.int(),
  never: z.int(),
  /** How many hosts have looked for the sessions that were to be ended with that KRL; null: none were. */
  cut: z.int().nullable(),
  /** How many sessions hosts ended when they took that KRL, or a later one, on. */
  sessionsEnded: z.int(),
  /** How many sessions are open of which hosts do not know everything that they were opened with. */
  unknownSessions: z.int(),
});
export type EnforcementTotals = z.infer<typeof EnforcementTotals>;

/** The same, and a page of the hosts, by name. */
export const Enforcement = z.strictObject({
  totals: EnforcementTotals,
  items: z.array(HostEnforcement),
  next: z.string().nullable(),
});
export type Enforcement = z.infer<typeof Enforcement>;
