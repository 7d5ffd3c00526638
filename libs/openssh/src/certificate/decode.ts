import { decodeSignature } from '../key/signature.js';
import { algorithmFits } from '../key/signature-algorithm.js';
import { refuse } from '../refuse.js';
import { WireReader } from '../wire/reader.js';
import { layoutNamed, type Draft } from './layout.js';
import type { Certificate, CertificateContents } from './types.js';

/** Longest certificate that is looked at, in bytes; 256 principals of full length and two large RSA keys fit. */
export const maximumCertificateBytes = 256 * 1024;

/**
 * Decodes a certificate of any authority, strictly: one spelling, so that encoding the result again gives
 * the same bytes. The signature is checked for form and for fitting the signature key; whether it verifies
 * is `verifyCertificate`'s question. The result is independent of the array passed in.
 *
 * Throws CodedError: 'certificate_type_unknown', 'certificate_too_large', 'certificate_role_unknown',
 * 'certificate_principals_too_many', 'certificate_reserved_not_empty', 'certificate_signature_mismatch', the
 * option codes, and the key, signature and wire codes. Source: PROTOCOL.certkeys.
 */
export function decodeCertificate(blob: Uint8Array): Certificate {
  const copy = boundedCopy(blob);
  const reader = new WireReader(copy, 'the certificate');
  const contents = readContents(reader);
  const tbs = copy.subarray(0, reader.offset);
  const signature = reader.string();
  reader.finish();
  const { algorithm } = decodeSignature(signature);
  if (!algorithmFits(algorithm, contents.signatureKey.type)) {
    refuse(
      'certificate_signature_mismatch',
      `A ${contents.signatureKey.type} key cannot have made this signature.`,
      {
        algorithm,
      },
    );
  }
  return Object.assign(contents, { signature, tbs, blob: copy });
}

/** Decodes to-be-signed bytes, as strictly as a whole certificate. */
export function decodeTbs(tbs: Uint8Array): CertificateContents {
  const reader = new WireReader(boundedCopy(tbs), 'the certificate');
  const contents = readContents(reader);
  reader.finish();
  return contents;
}

function boundedCopy(bytes: Uint8Array): Buffer {
  if (bytes.length > maximumCertificateBytes) {
    refuse('certificate_too_large', `The certificate has ${bytes.length} bytes, more than any real one.`);
  }
  return Buffer.from(bytes);
}

function readContents(reader: WireReader): CertificateContents {
  const layout = layoutNamed(reader.text());
  // Every field of the layout fills its own member; together they are all of them.
  const draft = {} as Draft;
  for (const field of layout.fields) field.read(reader, draft);
  return draft;
}
