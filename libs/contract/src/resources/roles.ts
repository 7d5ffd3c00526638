import { z } from 'zod';
import { Instant, Labels, ShortName, UserName, Uuid } from '../values.js';

export const CriticalOptions = z.strictObject({
  forceCommand: z.string().min(1).max(4096).optional(),
  sourceAddress: z.array(z.string()).min(1).max(64).optional(),
  verifyRequired: z.literal(true).optional(),
});

/** What a role lets its members be. An absent field in a request takes the default; an empty list allows nothing and is refused. */
export const RoleDefinition = z.strictObject({
  name: ShortName,
  /** 'role': good on the joined hosts that `selector` chooses. 'logins': on every host that trusts the user CA. */
  principals: z.enum(['role', 'logins']),
  /** Labels that a host must carry; not for 'logins'. */
  selector: Labels.nullable().default(null),
  logins: z.array(z.string().max(64)).min(1).max(256),
  maxTtlSeconds: z.int().min(60).max(31_536_000),
  extensions: z.array(z.string().max(128)).max(32).default(['permit-pty']),
  criticalOptions: CriticalOptions.default({}),
  keyTypes: z
    .array(z.string().max(64))
    .min(1)
    .max(16)
    .default([
      'ssh-ed25519',
      'sk-ssh-ed25519@openssh.com',
      'ecdsa-sha2-nistp256',
      'ecdsa-sha2-nistp384',
      'ecdsa-sha2-nistp521',
      'sk-ecdsa-sha2-nistp256@openssh.com',
      'ssh-rsa',
    ]),
  keyIdTemplate: z.string().min(1).max(200).default('{user}@{organization}/{role}'),
  /** How long a session may last on a joined host, which then ends it; null: as long as it likes. */
  maxSessionSeconds: z.int().min(60).max(604_800).nullable().default(null),
});
export type RoleDefinition = z.infer<typeof RoleDefinition>;

/** What to change of a role: what is left out stays. In the critical options null takes one away. */
export const RoleSettings = z
  .strictObject({
    principals: RoleDefinition.shape.principals.optional(),
    selector: Labels.nullable().optional(),
    logins: RoleDefinition.shape.logins.optional(),
    maxTtlSeconds: RoleDefinition.shape.maxTtlSeconds.optional(),
    extensions: RoleDefinition.shape.extensions.unwrap().optional(),
    criticalOptions: z
      .strictObject({
        forceCommand: CriticalOptions.shape.forceCommand.unwrap().nullable().optional(),
        sourceAddress: CriticalOptions.shape.sourceAddress.unwrap().nullable().optional(),
        verifyRequired: CriticalOptions.shape.verifyRequired.unwrap().nullable().optional(),
      })
      .optional(),
    keyTypes: RoleDefinition.shape.keyTypes.unwrap().optional(),
    keyIdTemplate: RoleDefinition.shape.keyIdTemplate.unwrap().optional(),
    /** Null takes it away. */
    maxSessionSeconds: RoleDefinition.shape.maxSessionSeconds.unwrap().optional(),
  })
  .refine((settings) => Object.keys(settings).length > 0, 'say what to change');
export type RoleSettings = z.infer<typeof RoleSettings>;

/** A role, and the groups that it is granted to at once, which takes what granting takes. */
export const NewRole = z.strictObject({
  ...RoleDefinition.shape,
  groups: z.array(ShortName).max(100).default([]),
});
export type NewRole = z.infer<typeof NewRole>;

export const Role = z.strictObject({
  id: Uuid,
  handle: z.string(),
  name: ShortName,
  principals: z.enum(['role', 'logins']),
  selector: Labels.nullable(),
  logins: z.array(z.string()),
  maxTtlSeconds: z.int(),
  extensions: z.array(z.string()),
  criticalOptions: CriticalOptions,
  keyTypes: z.array(z.string()),
  keyIdTemplate: z.string(),
  /** Users that it was granted to by name. */
  members: z.array(UserName),
  createdAt: Instant,
  groups: z.array(ShortName),
  /** Everybody who is in it, by whichever path. */
  holders: z.array(z.string()),
  /** When it got another definition last; null: never. */
  changedAt: Instant.nullable(),
  /** Null: a session may last as long as it likes. */
  maxSessionSeconds: z.int().nullable(),
});
export type Role = z.infer<typeof Role>;

/** A role, and by which paths everybody is in it: the groups from the one that it was granted to inwards; none: by name.
 * Of somebody from outside: what it was delegated to ('msp/oncall'). */
export const RoleWithPaths = z.strictObject({
  ...Role.shape,
  paths: z.array(z.strictObject({ holder: z.string(), groups: z.array(z.string()) })),
});
export type RoleWithPaths = z.infer<typeof RoleWithPaths>;
