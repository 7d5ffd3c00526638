import { X509Certificate } from 'node:crypto';
import { fail } from '../errors.js';
import { readText } from '../files/read.js';

/** The authorities in a PEM file. Rejects with 'file_refused' where there is none: then nobody could be trusted, whoever it is. */
export async function readAuthorities(path: string): Promise<string> {
  const text = await readText(path);
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [''];
  try {
    for (const block of blocks) new X509Certificate(block);
    return text;
  } catch (error) {
    return fail(
      'file_refused',
      `${path} holds no certificate that can be read; it should be a PEM file.`,
      { path },
      error,
    );
  }
}
