import { z } from 'zod';

/** Name of a user: what a person types at sign-in; lower case, also an e-mail address. */
export const UserName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._+@-]{0,127}$/,
    'a user name has 1 to 128 of a-z 0-9 . _ + @ -, first a letter or digit',
  );

/** The same for a new account: one with an @ is an e-mail address, so that it is nobody's name with an organization's behind it. */
export const NewUserName = UserName.regex(
  /^[^@]+(@[^@.]+(\.[^@.]+)+)?$/,
  'a user name with an @ is an e-mail address, such as bo@globex.example',
);

/** Name of an organization or role. */
export const ShortName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'a name has 1 to 63 of a-z 0-9 -, first a letter or digit');

/** A user's name, or that of somebody from another organization: 'msp/ana'. */
export const ActorName = z
  .string()
  .regex(
    /^([a-z0-9][a-z0-9-]{0,62}\/)?[a-z0-9][a-z0-9._+@-]{0,127}$/,
    'a user name, or organization/user for somebody of another organization',
  );

/** Host names of an organization: names, or *.suffix for every name below the suffix. */
export const NamePatterns = z.array(z.string().min(1).max(255)).min(1).max(64);

/** How long a session lasts at most: 5 minutes to 7 days. */
export const SessionLifeSeconds = z.int().min(300).max(604_800);

/** The organization's random public handle. */
export const OrganizationHandle = z
  .string()
  .regex(/^[a-z0-9]{16}$/, 'an organization handle has 16 of a-z 0-9');

export const Uuid = z.uuid();

/** ISO 8601 instant with milliseconds, UTC. */
export const Instant = z.iso.datetime({ precision: 3 });

/** uint64 as a decimal string: JSON numbers lose digits. */
export const DecimalString = z.string().regex(/^(0|[1-9][0-9]{0,19})$/, 'a whole decimal number');

/** 'user:17' or 'host:17': a serial as a person names it. */
export const CertificateId = z
  .string()
  .regex(/^(user|host):[1-9][0-9]{0,18}$/, "a certificate is named 'user:17' or 'host:17'");

export const Fingerprint = z
  .string()
  .regex(/^SHA256:[A-Za-z0-9+/]{43}$/, "a fingerprint is 'SHA256:' and 43 base64 characters");

/** One OpenSSH public-key line without options: `type base64 [comment]`. */
export const PublicKeyLine = z.string().min(1).max(24_576);

/** Labels of a host, or the labels that a role asks for. */
export const Labels = z
  .record(z.string().min(1).max(63), z.string().min(1).max(63))
  .refine((labels) => Object.keys(labels).length <= 32, 'at most 32 labels');

/** What hosts may be called that join with one token: a host name, or names with one * in the first label. */
export const JoinNames = z.string().min(1).max(253);

/** One line that a terminal and a database can hold: no control characters, no halves of surrogate pairs. */
export const Line = z.string().regex(/^[^\p{Cc}\p{Cs}]*$/u, 'one line of text, without control characters');

/** A host as somebody names it, in full or in short. */
export const HostText = Line.min(1).max(253);

/** A Unix login. */
export const LoginName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_.@-]{0,63}$/,
    'a login has 1 to 64 letters, digits and _ . @ -, first a letter or _',
  );

export const TtlSeconds = z.int().min(1).max(315_360_000);

/** What an earlier sign-in gave as `deviceToken`; one that is none of this account's counts as if it were left out. */
export const DeviceToken = z.string().min(1).max(512);

/** Fewest characters of a new password; NIST SP 800-63B §3.1.1 asks for length and nothing else. */
export const shortestPassword = 12;

export const Password = z.string().min(1).max(1024);

/** The six digits that an authenticator shows, or a recovery code. */
export const SecondFactorCode = z.string().min(1).max(64);

export const Reason = Line.trim().min(1).max(500);

/** How a host stands to a KRL version. */
export const EnforcementState = z.enum(['enforced', 'behind', 'silent', 'never']);

/** Query string of every paged list. `cursor` is opaque and comes from the page before. */
export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(256).optional(),
};

/** A page of `item`: `next` is null on the last one. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.strictObject({ items: z.array(item), next: z.string().nullable() });
}
