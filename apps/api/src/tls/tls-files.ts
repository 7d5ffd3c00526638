import { CodedError } from '@writ/kernel';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import type { ApiErrorCode } from '../errors.js';
import type { TlsPair } from '../http/adapter.js';

export type TlsFiles = NonNullable<Config['tls']>;

/** Where `init --self-signed` puts its pair. */
export function selfSignedFiles(stateDirectory: string): TlsFiles {
  return {
    certificate: join(stateDirectory, 'tls-certificate.pem'),
    key: join(stateDirectory, 'tls-key.pem'),
  };
}

/** The files to serve TLS with: those that were named, else the self-signed pair if there is one. */
export function tlsFilesOf({
  tls,
  stateDirectory,
}: Pick<Config, 'tls' | 'stateDirectory'>): TlsFiles | undefined {
  const own = selfSignedFiles(stateDirectory);
  return tls ?? (existsSync(own.certificate) ? own : undefined);
}

/** Reads a certificate and its key. Ends in `tls_invalid`: unreadable, not PEM, or not of each other. */
export async function readTlsPair({ certificate, key }: TlsFiles): Promise<TlsPair> {
  const pair = { cert: await read(certificate), key: await read(key) };
  if (!fits(pair)) {
    throw invalid(`${certificate} and ${key} are not a PEM certificate and its own unencrypted key`);
  }
  return pair;
}

function fits({ cert, key }: TlsPair): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)) === true;
  } catch {
    return false;
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw invalid(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
  }
}

function invalid(why: string): CodedError<ApiErrorCode> {
  return new CodedError<ApiErrorCode>('tls_invalid', `TLS cannot be served: ${why}.`);
}
