import { refuse } from './errors.js';

/** The SSHSIG namespace of hosts' statements: a proof made for anything else is none of enforcement, nor the other way round. */
export const enforcementNamespace = 'enforced@writ';

/** What a host states of itself when it has checked that its sshd uses a KRL (docs/host-protocol.md). */
export interface EnforcementStatement {
  /** The organization's handle. */
  readonly organization: string;
  /** The host's id. */
  readonly host: string;
  /** As the service gave it out. */
  readonly nonce: string;
  /** The number inside the KRL, below 2^63. */
  readonly krlVersion: bigint;
  /** SHA-256 of the KRL as the organization published it, in hex. */
  readonly krlSha256: string;
  /** The `RevokedKeys` file that sshd names for every login that was looked at. */
  readonly revokedKeys: string;
  /** The number of the cut list that it has worked off, below 2^63; null: it has none. */
  readonly cut: bigint | null;
  /** How many sessions it has ended since its last statement, `mostSessionsEnded` at most. */
  readonly sessions: number;
  /** How many sessions are open of which it does not know everything that they were opened with; null: it does not say, as older kits. */
  readonly unknown: number | null;
  /** The host's clock, seconds since 1970. */
  readonly time: number;
}

/** More than any host has ended since it stated something last: whoever says so has counted wrong. A kit that counts more says this. */
export const mostSessionsEnded = 100_000;

/**
 * The text that a host key signs. Canary and known-good key are only ever stated as they have to be: a host where they are not
 * states nothing.
 */
export function enforcementText(statement: EnforcementStatement): string {
  return [
    'writ enforced v1',
    `organization ${statement.organization}`,
    `host ${statement.host}`,
    `nonce ${statement.nonce}`,
    `krl ${statement.krlVersion} ${statement.krlSha256}`,
    'canary revoked',
    'known-good ok',
    `revoked-keys ${statement.revokedKeys}`,
    `cut ${statement.cut ?? '-'}`,
    `sessions ${statement.sessions}`,
    ...(statement.unknown === null ? [] : [`unknown ${statement.unknown}`]),
    `time ${statement.time}`,
    '',
  ].join('\n');
}

const form = new RegExp(
  [
    '^writ enforced v1',
    'organization (?<organization>[a-z0-9]{16})',
    'host (?<host>[A-Za-z0-9_-]{1,64})',
    'nonce (?<nonce>[A-Za-z0-9._-]{1,256})',
    'krl (?<krlVersion>0|[1-9][0-9]{0,18}) (?<krlSha256>[0-9a-f]{64})',
    'canary revoked',
    'known-good ok',
    'revoked-keys (?<revokedKeys>/[A-Za-z0-9._/+-]{1,1023})',
    'cut (?<cut>-|[1-9][0-9]{0,18})',
    'sessions (?<sessions>0|[1-9][0-9]{0,8})(?:\\nunknown (?<unknown>0|[1-9][0-9]{0,8}))?',
    'time (?<time>0|[1-9][0-9]{0,11})',
    '$',
  ].join('\n'),
);
const longest = 4_096;
const tooHigh = 1n << 63n;

/**
 * Takes a statement apart. There is one spelling: `enforcementText` of what is read is the text again. Throws
 * `statement_malformed`.
 */
export function parseEnforcement(text: string): EnforcementStatement {
  const found = text.length > longest ? null : form.exec(text);
  const fields = (found?.groups ?? {}) as Readonly<Record<string, string>>;
  const { organization = '', host = '', nonce = '', krlSha256 = '', revokedKeys = '' } = fields;
  const krlVersion = BigInt(fields['krlVersion'] ?? '0');
  const cut = fields['cut'] === '-' ? null : BigInt(fields['cut'] ?? '0');
  const [sessions, time] = [Number(fields['sessions']), Number(fields['time'])];
  if (found === null || krlVersion >= tooHigh || (cut ?? 0n) >= tooHigh || sessions > mostSessionsEnded) {
    refuse('statement_malformed', 'This is no statement of a host, or none that this service knows.');
  }
  const unknown = fields['unknown'] === undefined ? null : Number(fields['unknown']);
  return { organization, host, nonce, krlVersion, krlSha256, revokedKeys, cut, sessions, unknown, time };
}
