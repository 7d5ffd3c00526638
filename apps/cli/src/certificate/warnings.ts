import { lintRules, type CertificateContents, type LintLimits } from '@writ/openssh/certificate';
import type { ReadCertificate } from './read.js';

/** Something about a certificate that its reader should know. `code` is stable. */
export interface CertificateWarning {
  readonly code: string;
  readonly message: string;
}

/** Longer than any window: here a certificate is read, not issued, so that only its own dates count. */
const anyWindow: LintLimits = { now: 0n, maxValidity: 1n << 64n, backdate: 1n << 64n };

/** Rules about the moment of issuing; what the moment of reading has to say is said by itself. */
const ofNow: ReadonlySet<string> = new Set(['validity_over', 'validity_not_begun']);

/** Where what a rule says to an authority is not what a reader should hear. */
const forReaders: Readonly<Record<string, string>> = {
  principals_empty:
    'It names nobody. sshd refuses it for a login; before OpenSSH 10.3 a cert-authority line, and any client for a host, took it for everybody.',
  principal_malformed:
    'A principal holds a pattern, a blank, a comma or a quote. Few programs take it for what it may look like.',
  validity_unbounded: 'It never ends.',
  validity_inverted: 'It ends before it begins, so it is never valid.',
  serial_out_of_range: 'Its serial is 0 or beyond 2^63 − 1: with 0 it cannot be revoked by serial.',
  critical_option_unknown: 'It has a critical option that OpenSSH does not know, so that OpenSSH refuses it.',
  extension_name_malformed: 'It has an extension that OpenSSH does not know and ignores.',
  host_extension: 'It is for a host but has an extension for users, which is ignored.',
};

/** Everything odd about a certificate at `now` (seconds), the gravest first. */
export function warningsOf(
  { contents, signature }: ReadCertificate,
  now: bigint,
): readonly CertificateWarning[] {
  return [
    ...signatureWarnings(signature),
    ...windowWarnings(contents, now),
    ...ruleWarnings(contents),
    ...optionWarnings(contents),
  ];
}

function signatureWarnings({
  algorithm,
  verified,
  refused,
}: ReadCertificate['signature']): CertificateWarning[] {
  if (refused === 'signature_sha1_refused')
    return [
      {
        code: refused,
        message:
          'It is signed with RSA and SHA-1, which OpenSSH refuses for certificates since 8.2; it was not verified.',
      },
    ];
  if (refused !== null)
    return [{ code: refused, message: `Its signature (${algorithm}) cannot be verified here.` }];
  if (verified) return [];
  const message = 'Its signature is wrong: it was changed, or the authority named in it did not sign it.';
  return [{ code: 'signature_wrong', message }];
}

function windowWarnings({ validAfter, validBefore }: CertificateContents, now: bigint): CertificateWarning[] {
  if (validBefore <= validAfter) return [];
  if (now >= validBefore) return [{ code: 'expired', message: 'It has expired.' }];
  return now < validAfter ? [{ code: 'not_yet_valid', message: 'It is not valid yet.' }] : [];
}

function ruleWarnings(contents: CertificateContents): CertificateWarning[] {
  return lintRules.flatMap(({ code, check }) => {
    const message = ofNow.has(code) ? null : check(contents, anyWindow);
    return message === null ? [] : [{ code, message: forReaders[code] ?? message }];
  });
}

function optionWarnings({ criticalOptions, extensions }: CertificateContents): CertificateWarning[] {
  const warnings: CertificateWarning[] = [];
  if (criticalOptions.forceCommand !== undefined)
    warnings.push({
      code: 'force_command',
      message: 'One command is run in place of whatever its holder asks for.',
    });
  if (extensions.noTouchRequired)
    warnings.push({
      code: 'no_touch_required',
      message: 'A security key signs for it without being touched.',
    });
  return warnings;
}
