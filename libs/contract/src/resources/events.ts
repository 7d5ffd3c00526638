import { z } from 'zod';
import { Instant } from '../values.js';

export const Event = z.strictObject({
  id: z.string(),
  at: Instant,
  kind: z.string(),
  actor: z.string().nullable(),
  subject: z.string(),
  data: z.record(z.string(), z.unknown()),
  requestId: z.string().nullable(),
});
export type Event = z.infer<typeof Event>;
