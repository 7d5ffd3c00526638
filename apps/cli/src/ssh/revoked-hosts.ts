import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { Reach } from '@writ/contract';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { fingerprint, parsePublicKeyLine } from '@writ/openssh/key';
import { decodeKrl, isRevoked, type Krl } from '@writ/openssh/krl';
import { verifySshsig } from '@writ/openssh/sshsig';
import { fail } from '../errors.js';
import { makePrivateDirectory, writeAtomically } from '../files/atomic-file.js';
import { readBytesIfAny } from '../files/read.js';
import { krlNamespace, krlStatement } from '../krl/statement.js';
import type { Client } from '../session/client.js';
import { revokedHostsFile, type SshPlaces } from './places.js';
import { readRoleCertificate } from './role-certificate.js';

/** The KRLs that are there for ssh to read, by the handle of the organization. */
export type RevokedHosts = ReadonlyMap<string, Krl>;

type SaidKrl = NonNullable<Reach['organizations'][number]['krl']>;

const largestKrl = 64 << 20;

/**
 * Fetches what each organization has revoked, where that is new, and puts it where ssh reads it: checked, signed by the key that the
 * service has just named, not older than what is there, replaced in one step. Where that fails what was there stays; where nothing was,
 * ssh is not told of any: it would believe no host if it could not read it. Rejects with 'file_unwritable'.
 */
export async function keepRevokedHosts(
  client: Client,
  places: SshPlaces,
  { organizations }: Reach,
): Promise<RevokedHosts> {
  await makePrivateDirectory(places.revokedHosts);
  const kept = new Map<string, Krl>();
  for (const { handle, krl: said } of organizations) {
    // It becomes part of a file's name.
    if (said === undefined || said === null || !/^[a-z0-9]{16}$/.test(handle)) continue;
    const file = revokedHostsFile(places, handle);
    const there = await readIfGood(file);
    if (there?.sha256 === said.sha256) {
      kept.set(handle, there.krl);
      continue;
    }
    const fetched = await fetchKrl(client, handle, said).catch(() => null);
    const newer = fetched !== null && (there === null || fetched.krl.version >= there.krl.version);
    if (newer) await writeAtomically(file, fetched.bytes, 0o600);
    const now = newer ? fetched : there;
    if (now !== null) kept.set(handle, now.krl);
  }
  return kept;
}

/** Whether a role's certificate in a file of ours was revoked. */
export async function isRevokedBy(revoked: RevokedHosts, path: string): Promise<boolean> {
  const krl = revoked.get(basename(path).slice(0, 16));
  const held = krl === undefined ? null : await readRoleCertificate(path);
  if (krl === undefined || held === null) return false;
  try {
    return isRevoked(krl, parseCertificateLine(held.line).certificate);
  } catch {
    return false;
  }
}

interface ReadKrl {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly krl: Krl;
}

async function readIfGood(file: string): Promise<ReadKrl | null> {
  try {
    const bytes = await readBytesIfAny(file, largestKrl);
    return bytes === null ? null : read(bytes);
  } catch {
    return null;
  }
}

/** A later one than was said has the signature alone to show; without a key that signs it has to be the one that was said. */
async function fetchKrl(client: Client, organization: string, { sha256, signer }: SaidKrl): Promise<ReadKrl> {
  const params = { organization };
  const fetched = read(await client.call('krl', { params }));
  if (signer === null) {
    if (fetched.sha256 !== sha256) fail('krl_refused', 'The KRL is another one than the service has named.');
    return fetched;
  }
  // Of that version: the current one may be the next one by now.
  const version = fetched.krl.version.toString();
  const signature = await client.call('keptKrlSignature', { params: { ...params, version } });
  const armored = new TextDecoder().decode(signature);
  const message = Buffer.from(krlStatement(organization, fetched.krl.version, fetched.sha256));
  const signedBy = fingerprint(verifySshsig({ armored, namespace: krlNamespace, message }));
  if (signedBy !== fingerprint(parsePublicKeyLine(signer).key))
    fail('krl_refused', `The KRL was signed by ${signedBy}, which is not the organization's key.`);
  return fetched;
}

function read(bytes: Uint8Array): ReadKrl {
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex'), krl: decodeKrl(bytes) };
}
