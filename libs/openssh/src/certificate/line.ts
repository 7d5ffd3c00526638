import { oneLine, splitKey } from '../key/public-key-line.js';
import { refuse } from '../refuse.js';
import { fromBase64, toBase64 } from '../wire/base64.js';
import { decodeCertificate } from './decode.js';
import { certificateLayouts, layoutNamed } from './layout.js';
import type { Certificate } from './types.js';

/** A line of a `-cert.pub` file. */
export interface CertificateLine {
  readonly certificate: Certificate;
  readonly comment: string;
}

/**
 * Parses `type base64 [comment]`, with at most one line end behind it. Throws CodedError 'key_line_malformed',
 * 'certificate_line_malformed' (the word is not the type inside), 'base64_malformed', and the codes of
 * `decodeCertificate`.
 */
export function parseCertificateLine(text: string): CertificateLine {
  const { type, encoded, comment } = splitKey(oneLine(text));
  const layout = layoutNamed(type);
  const certificate = decodeCertificate(fromBase64(encoded));
  if (certificate.publicKey.type !== layout.keyType) {
    refuse(
      'certificate_line_malformed',
      `The line says ${layout.name}, the certificate inside says otherwise.`,
    );
  }
  return { certificate, comment };
}

/** Writes `type base64 [comment]` without a line end: 'key_line_malformed' for a comment of several lines. */
export function formatCertificateLine(certificate: Certificate, comment = ''): string {
  const type = certificateLayouts[certificate.publicKey.type].name;
  const line = `${type} ${toBase64(certificate.blob)}`;
  return comment === '' ? line : oneLine(`${line} ${comment}`);
}
