import { readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Reach } from '@writ/contract';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { samePublicKey, type PublicKey } from '@writ/openssh/key';
import { includeLine } from '@writ/openssh/trust';
import { fail, systemReason } from '../errors.js';
import { makePrivateDirectory, writeAtomically } from '../files/atomic-file.js';
import type { Directories } from '../files/directories.js';
import { readBytesIfAny } from '../files/read.js';
import { checkScript } from './check-script.js';
import { isSshConfigOfOurs, sshConfig, type KeyUse } from './config.js';
import { trustedInventory, type Inventory } from './inventory.js';
import {
  knownHostsFile,
  revokedHostsFile,
  roleCertificateFile,
  sshPlaces,
  type SshPlaces,
} from './places.js';
import type { RevokedHosts } from './revoked-hosts.js';
import { readRoleCertificate } from './role-certificate.js';
import { takenNames } from './taken-names.js';

/** Larger than any answer that the service gives: ten thousand hosts are some 3 MB. */
const largestInventory = 64 << 20;

const systemFiles = { systemConfig: '/etc/ssh/ssh_config', hosts: '/etc/hosts' };

/**
 * Writes all that ssh reads of ours from what the service said, the including line of the user's own ssh_config excepted; files that are the
 * same stay as they are, and what was of organizations and roles that are gone is removed. The file that is included comes last, so that all that it names is there.
 *
 * @param home handle of the user's own organization, where it is known
 * @param revokedHosts the KRLs that `keepRevokedHosts` has put in place
 *
 * Resolves with what was made of the answer. Rejects with 'file_unwritable' and the codes of `clientConfig`, which change nothing that is in use.
 */
export async function writeSshFiles(
  where: Directories,
  reach: Reach,
  home: string | null,
  use: KeyUse,
  revokedHosts: RevokedHosts,
): Promise<Inventory> {
  const places = sshPlaces(where);
  const files = { ...systemFiles, home: where.home, userConfig: places.userConfig };
  const inventory = trustedInventory(reach, home, await takenNames(files, isSshConfigOfOurs));
  const config = sshConfig(places, inventory, use, revokedHosts);
  await makePrivateDirectory(places.knownHosts);
  await makePrivateDirectory(places.certificates);
  await writeIfNew(places.check, checkScript);
  await writeIfNew(places.command, commandFile(where));
  for (const { handle, knownHosts } of inventory.organizations)
    await writeIfNew(knownHostsFile(places, handle), knownHosts);
  await writeIfNew(places.inventory, `${JSON.stringify(reach)}\n`, largestInventory);
  await writeIfNew(places.config, config, largestInventory);
  await removeOthers(places, inventory);
  return inventory;
}

/** The line for the top of the user's ssh_config. */
export function ourLine(where: Directories): string {
  return includeLine(sshPlaces(where).config);
}

/** The last answer that was written, or null. */
export async function readReach(places: SshPlaces): Promise<Reach | null> {
  const bytes = await readBytesIfAny(places.inventory, largestInventory).catch(() => null);
  if (bytes === null) return null;
  try {
    return Reach.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
}

/** Removes every file of ours, and nothing that somebody else put among them. */
export async function removeSshFiles(places: SshPlaces): Promise<void> {
  try {
    await rm(places.config, { force: true });
    for (const directory of [places.certificates, places.knownHosts, places.revokedHosts])
      await rm(directory, { recursive: true, force: true });
    for (const file of [
      places.check,
      places.command,
      places.inventory,
      places.agents,
      places.looked,
      places.asked,
      places.ended,
    ])
      await rm(file, { force: true });
    await rmdir(places.directory).catch(() => undefined);
  } catch (error) {
    fail(
      'file_unwritable',
      `Cannot remove what is in ${places.directory}: ${systemReason(error)}.`,
      { path: places.directory },
      error,
    );
  }
}

/** Removes the certificates that are for another key: ssh would be told of a key and of a certificate that do not belong together. */
export async function removeCertificatesOfOthers(places: SshPlaces, key: PublicKey): Promise<void> {
  for (const path of await certificateFiles(places)) {
    if (!(await isFor(path, key))) await rm(path, { force: true });
  }
}

/** The roles' certificates that are there. */
export async function certificateFiles(places: SshPlaces): Promise<string[]> {
  return (await filesIn(places.certificates)).filter((path) => path.endsWith('-cert.pub'));
}

/** What is written down of certificates that could not be had. */
export async function troubleFiles(places: SshPlaces): Promise<string[]> {
  return (await filesIn(places.certificates)).filter((path) => path.endsWith('.trouble'));
}

async function isFor(path: string, key: PublicKey): Promise<boolean> {
  const certificate = await readRoleCertificate(path);
  try {
    return (
      certificate !== null && samePublicKey(parseCertificateLine(certificate.line).certificate.publicKey, key)
    );
  } catch {
    return false;
  }
}

/** Node, the program, and the three directories that decide where everything is: the check is run with whatever environment. */
function commandFile({ home, configuration, state }: Directories): string {
  const lines = [process.execPath, process.argv[1] ?? '', home, join(configuration, '..'), join(state, '..')];
  if (lines.some((line) => line.includes('\n')))
    fail('file_refused', 'The path of writ or of its directories holds a line break.');
  return `${lines.join('\n')}\n`;
}

async function writeIfNew(path: string, text: string, most?: number): Promise<void> {
  const there = await readBytesIfAny(path, most).catch(() => null);
  if (there === null || !Buffer.from(text).equals(there)) await writeAtomically(path, text, 0o600);
}

async function removeOthers(places: SshPlaces, { organizations }: Inventory): Promise<void> {
  const roles = organizations.flatMap((organization) =>
    [...organization.loginsRoles, ...organization.hosts.flatMap(({ roles }) => roles)].map(({ handle }) =>
      roleCertificateFile(places, { organization: organization.handle, role: handle }),
    ),
  );
  const kept = new Set([
    ...roles,
    ...organizations.flatMap(({ handle }) => [
      knownHostsFile(places, handle),
      revokedHostsFile(places, handle),
    ]),
  ]);
  const ofOrganizations = [places.knownHosts, places.revokedHosts];
  const there = (await Promise.all([places.certificates, ...ofOrganizations].map(filesIn))).flat();
  // What has another ending is somebody's lock, or trouble that is about to be over.
  const gone = there.filter(
    (path) => (path.endsWith('-cert.pub') || ofOrganizations.includes(dirname(path))) && !kept.has(path),
  );
  for (const path of gone) await rm(path, { force: true });
}

async function filesIn(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.map((name) => join(directory, name));
}
