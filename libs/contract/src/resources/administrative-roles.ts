import { z } from 'zod';
import { permissions } from '../permissions.js';
import { Instant, ShortName } from '../values.js';

/** What administrative permissions go by one name. Everybody who has it may also do what every member may. */
export const AdministrativeRole = z.strictObject({
  name: ShortName,
  /** One that every organization has; it cannot be changed. */
  builtIn: z.boolean(),
  permissions: z.array(z.enum(permissions)),
  createdAt: Instant.nullable(),
});
export type AdministrativeRole = z.infer<typeof AdministrativeRole>;
