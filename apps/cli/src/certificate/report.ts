import type { CertificateContents, NamedOption } from '@writ/openssh/certificate';
import { fingerprint, type PublicKey } from '@writ/openssh/key';
import type { ReadCertificate } from './read.js';
import { warningsOf, type CertificateWarning } from './warnings.js';

/** What `writ cert show --json` prints. Documented in docs/cli.md; a change is a change of the interface. */
export interface CertificateReport {
  readonly certificateType: 'user' | 'host';
  readonly state: 'valid' | 'expired' | 'not_yet_valid';
  readonly publicKey: ReportedKey;
  readonly authority: ReportedKey;
  readonly signature: { readonly algorithm: string; readonly verified: boolean };
  readonly keyId: string;
  readonly serial: string;
  readonly principals: readonly string[];
  /** ISO 8601; null: since ever. */
  readonly validAfter: string | null;
  /** ISO 8601, the first instant at which it is no longer valid; null: for ever. */
  readonly validBefore: string | null;
  readonly criticalOptions: readonly ReportedOption[];
  readonly extensions: readonly ReportedOption[];
  /** Hexadecimal. */
  readonly nonce: string;
  readonly comment: string;
  readonly warnings: readonly CertificateWarning[];
}

export interface ReportedKey {
  readonly type: string;
  readonly fingerprint: string;
}

/** `value`: null for an option without one. A value that is not text is written as 'hex:…'. */
export interface ReportedOption {
  readonly name: string;
  readonly value: string | null;
}

/** Everything that a certificate says, at `now` (seconds since 1970). */
export function certificateReport(read: ReadCertificate, now: bigint): CertificateReport {
  const { contents, signature, comment } = read;
  return {
    certificateType: contents.certificateType,
    state: stateAt(contents, now),
    publicKey: reportedKey(contents.publicKey),
    authority: reportedKey(contents.signatureKey),
    signature: { algorithm: signature.algorithm, verified: signature.verified },
    keyId: contents.keyId,
    serial: contents.serial.toString(),
    principals: contents.validPrincipals,
    validAfter: contents.validAfter === 0n ? null : instantOf(contents.validAfter),
    validBefore: instantOf(contents.validBefore),
    criticalOptions: criticalOptions(contents),
    extensions: extensions(contents),
    nonce: Buffer.from(contents.nonce).toString('hex'),
    comment,
    warnings: warningsOf(read, now),
  };
}

/** The window is half-open: PROTOCOL.certkeys "valid after" <= now < "valid before". */
function stateAt({ validAfter, validBefore }: CertificateContents, now: bigint): CertificateReport['state'] {
  if (now >= validBefore) return 'expired';
  return now < validAfter ? 'not_yet_valid' : 'valid';
}

/** The last second that a Date can say. */
const lastSecond = 8_640_000_000_000n;

function instantOf(seconds: bigint): string | null {
  return seconds > lastSecond ? null : new Date(Number(seconds) * 1000).toISOString();
}

function reportedKey(key: PublicKey): ReportedKey {
  return { type: key.type, fingerprint: fingerprint(key) };
}

function criticalOptions({ criticalOptions: options }: CertificateContents): ReportedOption[] {
  const known: ReportedOption[] = [];
  if (options.forceCommand !== undefined) known.push({ name: 'force-command', value: options.forceCommand });
  if (options.sourceAddress !== undefined)
    known.push({ name: 'source-address', value: options.sourceAddress.join(',') });
  if (options.verifyRequired === true) known.push({ name: 'verify-required', value: null });
  return [...known, ...options.unknown.map(reportedOption)];
}

function extensions({ extensions: given }: CertificateContents): ReportedOption[] {
  const names: readonly (readonly [string, boolean])[] = [
    ['no-touch-required', given.noTouchRequired],
    ['permit-X11-forwarding', given.permitX11Forwarding],
    ['permit-agent-forwarding', given.permitAgentForwarding],
    ['permit-port-forwarding', given.permitPortForwarding],
    ['permit-pty', given.permitPty],
    ['permit-user-rc', given.permitUserRc],
  ];
  const known = names.filter(([, set]) => set).map(([name]) => ({ name, value: null }));
  return [...known, ...given.other.map(reportedOption)];
}

function reportedOption({ name, value }: NamedOption): ReportedOption {
  if (value === null) return { name, value: null };
  const text = Buffer.from(value).toString('utf8');
  return {
    name,
    value: Buffer.from(text).equals(value) ? text : `hex:${Buffer.from(value).toString('hex')}`,
  };
}
