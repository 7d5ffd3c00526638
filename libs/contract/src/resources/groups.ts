import { z } from 'zod';
import { Instant, ShortName, UserName, Uuid } from '../values.js';

/** What becomes a member of a group, or leaves it. */
export const GroupMembers = z
  .strictObject({
    users: z.array(UserName).max(500).default([]),
    groups: z.array(ShortName).max(100).default([]),
  })
  .refine(({ users, groups }) => users.length + groups.length > 0, 'name a user or a group');

/** Users, and groups, by one name. */
export const Group = z.strictObject({
  id: Uuid,
  name: ShortName,
  /** Who and what is directly in it. */
  users: z.array(UserName),
  groups: z.array(ShortName),
  /** Groups that it is in. */
  within: z.array(ShortName),
  /** Roles that it was granted. */
  roles: z.array(ShortName),
  createdAt: Instant,
});
export type Group = z.infer<typeof Group>;
