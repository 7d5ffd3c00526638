import { isCodedError } from '@writ/kernel';
import { parseCertificateLine, verifyCertificate, type Certificate } from '@writ/openssh/certificate';
import { samePublicKey } from '@writ/openssh/key';
import { fail } from '../errors.js';
import { writeAtomically } from '../files/atomic-file.js';
import type { KeyFile } from './key-file.js';

/** What the service answered for one key, once it is seen to be a certificate of that key. */
export interface CheckedCertificate {
  readonly key: KeyFile;
  readonly principals: readonly string[];
  readonly line: string;
}

/** Looks before anything is written: 'answer_unexpected' where it is not a certificate of that type for that key. */
export function checkCertificate(key: KeyFile, line: string, type: 'user' | 'host'): CheckedCertificate {
  const certificate = decoded(line);
  const right =
    certificate?.certificateType === type &&
    samePublicKey(certificate.publicKey, key.publicKey) &&
    verifyCertificate(certificate);
  if (!right)
    fail(
      'answer_unexpected',
      `The server answered something that is not a ${type} certificate for ${key.publicKeyFile}.`,
    );
  return { key, principals: certificate.validPrincipals, line: line.trim() };
}

function decoded(line: string): Certificate | null {
  try {
    return parseCertificateLine(line).certificate;
  } catch (error) {
    if (isCodedError(error)) return null;
    throw error;
  }
}

/** Writes `<key>-cert.pub`, where ssh and sshd look for it, in one step; everybody may read it. */
export function writeCertificate({ key, line }: CheckedCertificate): Promise<void> {
  return writeAtomically(key.certificateFile, `${line}\n`, 0o644);
}
