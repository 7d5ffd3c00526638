import { z } from 'zod';
import { permissions } from './permissions.js';
import { Failure } from './problem.js';
import {
  ActorName,
  HostText,
  CertificateId,
  DecimalString,
  EnforcementState,
  Fingerprint,
  Instant,
  JoinNames,
  Labels,
  Line,
  LoginName,
  OrganizationHandle,
  PublicKeyLine,
  Reason,
  ShortName,
  UserName,
  Uuid,
} from './values.js';

export const Organization = z.strictObject({
  handle: OrganizationHandle,
  name: ShortName,
  namePatterns: z.array(z.string()),
  sessionLifeSeconds: z.int(),
  secondFactorRequired: z.boolean(),
  createdAt: Instant,
});
export type Organization = z.infer<typeof Organization>;

/** An organization that the caller may see, and how they may act in it. */
export const OrganizationEntry = z.strictObject({
  handle: OrganizationHandle,
  name: ShortName,
  kind: z.enum(['provider', 'customer']),
  state: z.enum(['active', 'closed']),
  namePatterns: z.array(z.string()),
  /** Whether somebody of its own is an owner who can sign in. */
  hasOwner: z.boolean(),
  /** 'home': one's own. 'provider': as its owner, while it has none of its own. Null: not at all. */
  acting: z.enum(['home', 'provider', 'delegation']).nullable(),
});
export type OrganizationEntry = z.infer<typeof OrganizationEntry>;

export const User = z.strictObject({
  id: Uuid,
  name: UserName,
  /** 'service': a service account. */
  kind: z.enum(['person', 'service']),
  /** One of those that every organization has, or of its own. */
  administrativeRole: ShortName,
  state: z.enum(['invited', 'active', 'locked', 'disabled']),
  createdAt: Instant,
  disabledAt: Instant.nullable(),
  /** When its lock ends by itself, which may be while it is disabled; null: it has none. */
  lockedUntil: Instant.nullable(),
  /** Who made the invitation or reset that the account was last opened with; null: nobody did, or not yet. */
  openedBy: ActorName.nullable(),
  /** Who has confirmed since then that the account is a person of its own. */
  confirmedBy: ActorName.nullable(),
});
export type User = z.infer<typeof User>;

/** What administrative permissions go by one name. Everybody who has it may also do what every member may. */
export const AdministrativeRole = z.strictObject({
  name: ShortName,
  /** One that every organization has; it cannot be changed. */
  builtIn: z.boolean(),
  permissions: z.array(z.enum(permissions)),
  createdAt: Instant.nullable(),
});
export type AdministrativeRole = z.infer<typeof AdministrativeRole>;

/** A key that a service account may sign in with. */
export const SignInKey = z.strictObject({
  fingerprint: Fingerprint,
  keyType: z.string(),
  comment: z.string(),
  addedBy: ActorName,
  addedAt: Instant,
  /** Null: nobody has signed in with it yet. */
  lastUsedAt: Instant.nullable(),
  /** False: whoever registered it might not register it any more, so that it opens nothing. */
  opens: z.boolean(),
});
export type SignInKey = z.infer<typeof SignInKey>;

/** An account of a machine. It is in groups and roles as a user is, under a name that no user has. */
export const ServiceAccount = z.strictObject({
  id: Uuid,
  name: UserName,
  administrativeRole: ShortName,
  state: z.enum(['active', 'locked', 'disabled']),
  createdAt: Instant,
  disabledAt: Instant.nullable(),
  /** When its lock ends by itself, which may be while it is disabled; null: it has none. */
  lockedUntil: Instant.nullable(),
  keys: z.array(SignInKey),
});
export type ServiceAccount = z.infer<typeof ServiceAccount>;

/** The token is shown once and stored hashed. */
export const Invitation = z.strictObject({ user: User, invitation: z.string(), expiresAt: Instant });
export type Invitation = z.infer<typeof Invitation>;

export const SessionTokens = z.strictObject({
  accessToken: z.string(),
  accessTokenExpiresAt: Instant,
  refreshToken: z.string(),
  sessionExpiresAt: Instant,
  organization: z.strictObject({ handle: OrganizationHandle, name: ShortName }),
  user: z.strictObject({ id: Uuid, name: UserName }),
});
export type SessionTokens = z.infer<typeof SessionTokens>;

/** The tokens of a session that ends by itself within the hour, of a service account: no refresh token, for it can sign in again. */
export const KeySession = SessionTokens.omit({ refreshToken: true });
export type KeySession = z.infer<typeof KeySession>;

/** The tokens of a session, whoever's it is. */
export const AnySession = z.union([SessionTokens, KeySession]);
export type AnySession = z.infer<typeof AnySession>;

/**
 * What signing in gives. `deviceToken` is for the client to keep, also after signing out, and to show with its next sign-in
 * to this account: it opens nothing, but strangers who guess at the account do not slow who shows it.
 */
export const SignedIn = z.strictObject({ ...SessionTokens.shape, deviceToken: z.string() });
export type SignedIn = z.infer<typeof SignedIn>;

export const Whoami = z.strictObject({
  user: User,
  organization: z.strictObject({ handle: OrganizationHandle, name: ShortName }),
  permissions: z.array(z.enum(permissions)),
  roles: z.array(z.strictObject({ name: ShortName, logins: z.array(z.string()), maxTtlSeconds: z.int() })),
  session: z.strictObject({
    method: z.string(),
    strength: z.enum(['single', 'multi']),
    authenticatedAt: Instant,
    expiresAt: Instant,
    /** The organization requires a second factor, and this session has none: it may do nothing but set one up. */
    secondFactorMissing: z.boolean(),
  }),
});
export type Whoami = z.infer<typeof Whoami>;

/** The caller's own second factor. */
export const SecondFactor = z.strictObject({
  /** When it was set up; null: there is none. */
  since: Instant.nullable(),
  recoveryCodesLeft: z.int(),
  /** Whether the organization requires one. */
  required: z.boolean(),
});
export type SecondFactor = z.infer<typeof SecondFactor>;

/** What an authenticator is given, once; it counts when a code of it has been shown. */
export const SecondFactorEnrolment = z.strictObject({
  /** Base32. */
  secret: z.string(),
  /** otpauth://totp/…: the same with issuer and account, for a QR code. */
  url: z.string(),
  expiresAt: Instant,
});
export type SecondFactorEnrolment = z.infer<typeof SecondFactorEnrolment>;

/** Shown once and stored hashed; each opens the account once in the place of a code. */
export const RecoveryCodes = z.strictObject({ recoveryCodes: z.array(z.string()) });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

/** Devices that had signed in before do not count as known any more: `deviceToken` takes the place of the one at hand. */
export const SecondFactorAdded = z.strictObject({ ...RecoveryCodes.shape, deviceToken: z.string() });
export type SecondFactorAdded = z.infer<typeof SecondFactorAdded>;

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

/** A role of a customer in the hands of a user or a group of the provider. */
export const Delegation = z.strictObject({
  id: Uuid,
  customer: ShortName,
  role: ShortName,
  /** 'msp/oncall' */
  to: z.string(),
  kind: z.enum(['user', 'group']),
  /** Nobody holds the role by it but while it is accepted. */
  state: z.enum(['offered', 'accepted', 'ended']),
  /** Whom it reaches now. */
  people: z.array(z.string()),
  offeredBy: z.string(),
  offeredAt: Instant,
  acceptedBy: z.string().nullable(),
  acceptedAt: Instant.nullable(),
  endedBy: z.string().nullable(),
  endedAt: Instant.nullable(),
  /** Certificates of the role that people from outside got since it was accepted. */
  used: z.int(),
  lastUsedAt: Instant.nullable(),
});
export type Delegation = z.infer<typeof Delegation>;

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

/** A token with which hosts join; the secret is in no other answer. */
export const JoinToken = z.strictObject({
  secret: z.string(),
  /** Of the key that signs the organization's bundles: the host believes no other. */
  bundleKey: Fingerprint,
  names: JoinNames,
  labels: Labels,
  uses: z.int(),
  expiresAt: Instant,
});
export type JoinToken = z.infer<typeof JoinToken>;

/** A join token that can still be used, without its secret. */
export const UsableJoinToken = z.strictObject({
  id: Uuid,
  names: JoinNames,
  labels: Labels,
  usesLeft: z.int(),
  /** Who made it: 'ana', or 'msp/ana' from outside. */
  createdBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
});
export type UsableJoinToken = z.infer<typeof UsableJoinToken>;

/** A key that signs bundles, did, or will. */
export const BundleKey = z.strictObject({
  fingerprint: Fingerprint,
  /** 'next': bundles announce it. 'active': it signs them. 'retired': neither, for good. */
  state: z.enum(['next', 'active', 'retired']),
  createdAt: Instant,
  activatedAt: Instant.nullable(),
  retiredAt: Instant.nullable(),
  /** The hosts that have not said that they believe it: how many, and the names of the first hundred. */
  unknownTo: z.strictObject({ count: z.int(), hosts: z.array(z.string()) }),
});
export type BundleKey = z.infer<typeof BundleKey>;

/** What a host says of itself. */
export const HostReport = z.strictObject({
  /** The version in use, or empty. */
  bundle: z.union([DecimalString, z.literal('')]),
  /** SHA-256 of the KRL in use, hexadecimal, or empty. */
  krl: z.string().regex(/^([0-9a-f]{64})?$/),
  /** 'ok', or the code of what failed, and the sentence that belongs to it. */
  result: z.string().regex(/^[a-z_]{1,64}$/),
  words: Line.max(500),
  kit: Line.max(64),
  openssh: Line.max(64),
  /** Seconds since 1970 on the host. */
  clock: z.int().nonnegative(),
  /** Fingerprints of the keys whose bundles it believes. */
  bundleKeys: z.array(Fingerprint).max(8).default([]),
  /** SHA-256 of the kit that it keeps, hexadecimal, or empty. */
  kitSha256: z
    .string()
    .regex(/^([0-9a-f]{64})?$/)
    .default(''),
});
export type HostReport = z.infer<typeof HostReport>;

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

/** Host keys that somebody who holds all of them wants a host to have: the host itself, or who only says so. */
export const HostKeysRequest = z.strictObject({
  fingerprints: z.array(Fingerprint).min(1).max(8),
  /** The network that it was made from. */
  source: z.string(),
  askedAt: Instant,
  expiresAt: Instant,
});
export type HostKeysRequest = z.infer<typeof HostKeysRequest>;

/** What is wrong with a host: a code, and a sentence. */
export const HostProblem = z.strictObject({ code: z.string(), words: z.string() });
export type HostProblem = z.infer<typeof HostProblem>;

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

/** What ended with a host. */
export const RemovedHost = z.strictObject({
  id: Uuid,
  name: z.string(),
  certificates: z.int(),
  keys: z.int(),
  krlVersion: DecimalString,
});
export type RemovedHost = z.infer<typeof RemovedHost>;

/** What became of a host's changed keys. 'accepted': they are its own now. 'refused': by somebody who looked at them. */
export const HostKeysAnswer = z.strictObject({
  state: z.enum(['accepted', 'waiting', 'refused']),
  /** Until when it waits, or stays refused. */
  expiresAt: Instant.nullable(),
});
export type HostKeysAnswer = z.infer<typeof HostKeysAnswer>;

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
    }),
  ),
  /** Every link that is missing; none when it is allowed. */
  failures: z.array(Failure),
  /** It is allowed, but what the host has taken on so far says otherwise. */
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

/** What each of a host's keys signs with SSHSIG under `namespace`. */
export const HostChallenge = z.strictObject({
  /** Base64 of the text. */
  challenge: z.string(),
  namespace: z.literal('host-proof@writ'),
  expiresAt: Instant,
});
export type HostChallenge = z.infer<typeof HostChallenge>;

export const JoinedHost = z.strictObject({ host: Uuid, hostToken: z.string(), expiresAt: Instant });
export type JoinedHost = z.infer<typeof JoinedHost>;

/** The SSHSIG namespace of signing in. A client signs under no other, whatever it is told. */
export const signInNamespace = 'sign-in@writ';

/** What a service account signs with SSHSIG under `namespace` to sign in. */
export const SignInChallenge = z.strictObject({
  challenge: z.string(),
  namespace: z.literal(signInNamespace),
  expiresAt: Instant,
});
export type SignInChallenge = z.infer<typeof SignInChallenge>;

/** What the caller signs with SSHSIG under `namespace` to prove a key once. */
export const ProofChallenge = z.strictObject({
  challenge: z.string(),
  namespace: z.literal('proof@writ'),
  expiresAt: Instant,
});
export type ProofChallenge = z.infer<typeof ProofChallenge>;

export const CertifiedKey = z.strictObject({
  fingerprint: Fingerprint,
  keyType: z.string(),
  user: UserName,
  comment: z.string(),
  provedAt: Instant,
  revokedAt: Instant.nullable(),
});
export type CertifiedKey = z.infer<typeof CertifiedKey>;

export const Certificate = z.strictObject({
  id: CertificateId,
  serial: DecimalString,
  certificateType: z.enum(['user', 'host']),
  keyId: z.string(),
  principals: z.array(z.string()),
  validAfter: Instant,
  validBefore: Instant,
  publicKeyFingerprint: Fingerprint,
  authority: Fingerprint,
  user: ActorName,
  role: ShortName.nullable(),
  issuedAt: Instant,
  revoked: z.boolean(),
});
export type Certificate = z.infer<typeof Certificate>;

/** `certificate` is one OpenSSH certificate line, ready for key-cert.pub. */
export const IssuedCertificate = z.strictObject({
  id: CertificateId,
  certificate: z.string(),
  validBefore: Instant,
});
export type IssuedCertificate = z.infer<typeof IssuedCertificate>;

export const IssuedHostCertificates = z.strictObject({ certificates: z.array(IssuedCertificate) });
export type IssuedHostCertificates = z.infer<typeof IssuedHostCertificates>;

export const Authority = z.strictObject({
  id: Uuid,
  kind: z.enum(['user', 'host']),
  /** 'revoked': nothing that it has signed is believed. */
  state: z.enum(['next', 'active', 'retired', 'revoked']),
  keyType: z.string(),
  publicKey: z.string(),
  fingerprint: Fingerprint,
  maxValiditySeconds: z.int(),
  createdAt: Instant,
  /** Of a retired one: when its last certificate ends. Of a revoked one it is past. */
  believedUntil: Instant.nullable(),
});
export type Authority = z.infer<typeof Authority>;

/** Kinds of keys that an authority can have; the first is the default. */
export const authorityKeyKinds = [
  'ed25519',
  'ecdsa-256',
  'ecdsa-384',
  'ecdsa-521',
  'rsa-3072',
  'rsa-4096',
] as const;
export type AuthorityKeyKind = (typeof authorityKeyKinds)[number];

/** The authority that is to sign next, and who may not know it yet. */
export const NextAuthority = z.strictObject({
  authority: Authority,
  /** How many hosts have joined; 0 for a host CA, which hosts need not know. */
  hosts: z.int(),
  /** How many of them have not said that they apply a bundle with it. */
  unaware: z.int(),
  /** The first hundred of those. */
  unawareHosts: z.array(z.strictObject({ name: z.string(), lastSeenAt: Instant.nullable() })),
  /** When the last session ends that was started before it was made. */
  clientsUntil: Instant,
});
export type NextAuthority = z.infer<typeof NextAuthority>;

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

/** Which account nobody is to act as, and for how long. */
export const LockRequest = z.strictObject({
  /** A person's, or a service account. */
  user: UserName,
  seconds: z.int().min(60).max(2_592_000),
  /** Whether its open sessions on hosts are ended. */
  cut: z.boolean().default(true),
  reason: Reason,
  /** Whether it is known what follows where the account is one's own, or the last owner's. */
  confirmed: z.boolean().default(false),
});

export const LockResult = z.strictObject({
  user: UserName,
  lockedUntil: Instant,
  krlVersion: DecimalString,
  /** How many hosts refuse until then; here, and in customers by delegation. */
  certificates: z.int(),
  keys: z.int(),
  /** How many certificates and keys hosts are told to end the sessions of. */
  cut: z.int(),
  /** Of the service: who was signed in. */
  sessionsEnded: z.int(),
  /** What `GET …/revocations/{revocation}` shows. */
  revocation: Uuid,
  /** The customers that it concerns, by name. */
  elsewhere: z.array(KrlElsewhere),
});
export type LockResult = z.infer<typeof LockResult>;

export const UnlockResult = z.strictObject({
  user: UserName,
  krlVersion: DecimalString,
  /** Of the account now: what was closed during the lock stays closed. */
  state: User.shape.state,
});
export type UnlockResult = z.infer<typeof UnlockResult>;

/** Where a drill's canary is to log in, and with which key. */
export const NewDrill = z.strictObject({
  /** Labels of the hosts. */
  selector: Labels,
  logins: z.array(LoginName).min(1).max(16),
  publicKey: PublicKeyLine,
});

/** A canary that can only wait where it logs in: an account and a role of its own, both of this name. */
export const Drill = z.strictObject({
  id: Uuid,
  name: ShortName,
  /** When it ends by itself. */
  until: Instant,
});
export type Drill = z.infer<typeof Drill>;

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
