import {
  decodeTbs,
  parseCertificateLine,
  verifyCertificate,
  type CertificateContents,
} from '@writ/openssh/certificate';
import { decodeSignature } from '@writ/openssh/key';
import { fromBase64, WireReader } from '@writ/openssh/wire';
import { isCodedError } from '@writ/kernel';

/** What became of a certificate's signature. `refused`: the code it was refused with, before anything was verified. */
export interface SignatureReading {
  readonly algorithm: string;
  readonly verified: boolean;
  readonly refused: string | null;
}

export interface ReadCertificate {
  readonly contents: CertificateContents;
  readonly comment: string;
  readonly signature: SignatureReading;
}

/**
 * Reads a certificate line to explain it, not to trust it: where only the signature is refused (RSA with SHA-1, an
 * algorithm we do not know) the rest is still read. Throws the codes of `parseCertificateLine`.
 */
export function readCertificateLine(line: string): ReadCertificate {
  try {
    const { certificate, comment } = parseCertificateLine(line);
    const { algorithm } = decodeSignature(certificate.signature);
    const verified = verifyCertificate(certificate);
    return { contents: certificate, comment, signature: { algorithm, verified, refused: null } };
  } catch (error) {
    if (!isCodedError(error) || !/^(certificate_)?signature_/.test(error.code)) throw error;
    const read = withoutSignature(line);
    if (read === null) throw error;
    return { ...read, signature: { algorithm: read.algorithm, verified: false, refused: error.code } };
  }
}

/** The text of a file from its key or certificate on: as ssh does, past blank lines and comments before it. */
export function keyLineIn(text: string): string {
  return text.replace(/^(?:[ \t]*(?:#[^\n]*)?\r?\n)+/, '');
}

/**
 * The contents, where the signature cannot be decoded. The signature is the last string of the certificate, so it
 * begins where a length reaches exactly to the end and what stands before it decodes.
 */
function withoutSignature(
  line: string,
): { readonly contents: CertificateContents; readonly comment: string; readonly algorithm: string } | null {
  const [, encoded = '', ...comment] = line.trim().split(/[ \t]+/);
  const blob = Buffer.from(fromBase64(encoded));
  for (let at = 0; at + 4 <= blob.length; at += 1) {
    if (blob.readUInt32BE(at) !== blob.length - at - 4) continue;
    const contents = decoded(blob.subarray(0, at));
    if (contents === null) continue;
    return { contents, comment: comment.join(' '), algorithm: algorithmOf(blob.subarray(at + 4)) };
  }
  return null;
}

function decoded(tbs: Uint8Array): CertificateContents | null {
  try {
    return decodeTbs(tbs);
  } catch {
    return null;
  }
}

/** The name a signature blob begins with, as far as there is one. */
function algorithmOf(signature: Uint8Array): string {
  try {
    const name = new WireReader(signature, 'the signature').text();
    return name === 'ssh-rsa' ? 'ssh-rsa (SHA-1)' : name;
  } catch {
    return 'unreadable';
  }
}
