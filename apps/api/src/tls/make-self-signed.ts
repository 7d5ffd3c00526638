import { systemClock } from '@writ/kernel';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { certificatePin, selfSigned } from './self-signed.js';
import { selfSignedFiles } from './tls-files.js';

/** Makes the state directory's own TLS certificate, in place of an earlier one; returns what clients pin. */
export async function makeSelfSigned(stateDirectory: string, names: readonly string[]): Promise<string> {
  const files = selfSignedFiles(stateDirectory);
  const { certificate, key } = selfSigned(names, systemClock(), randomBytes);
  await writeFile(files.key, key, { mode: 0o600 });
  await writeFile(files.certificate, certificate, { mode: 0o644 });
  return certificatePin(certificate);
}
