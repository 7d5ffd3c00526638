import { Prisma } from '../generated/client.js';

/** Of a revocation `r`: it is none of a lock that has ended. */
export const revocationHolds = Prisma.sql`(r.cause <> 'lock'
  or exists (select from revocation_acts act where act.id = r.act_id and act.unlocked_at is null))`;
