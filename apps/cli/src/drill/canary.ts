import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { call, type Drill, type Transport } from '@writ/contract';
import { checkCertificate } from '../keys/certificate-file.js';
import { readKeyFile, type KeyFile } from '../keys/key-file.js';
import { sshKeygen } from '../keys/ssh-keygen.js';
import { signInByKey } from '../session/sign-in-by-key.js';
import { trustedInventory } from '../ssh/inventory.js';
import type { CanaryWay } from './canary-login.js';
import { clearKilledDrills, makeDrillDirectory } from './drill-directory.js';

/** A directory of nobody else's for the time of a drill, with the canary's key in it. What killed drills have left goes first. */
export async function withCanaryKey<T>(work: (key: KeyFile, directory: string) => Promise<T>): Promise<T> {
  await clearKilledDrills(tmpdir());
  const directory = await makeDrillDirectory(tmpdir());
  try {
    const path = join(directory, 'canary');
    await sshKeygen(['-q', '-t', 'ed25519', '-N', '', '-C', 'drill', '-f', path], '', `make the key ${path}`);
    return await work(await readKeyFile(path), directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Which organization a drill is of: its handle, and its name. */
export interface DrilledOrganization {
  readonly handle: string;
  readonly name: string;
}

/**
 * Signs in as the canary, and gets its certificate and the ways to all hosts that it reaches, judged as those for plain `ssh` are
 * (`trustedInventory`). Resolves with the ways, and with what the service named and cannot be believed, in words. Rejects with the codes of the routes, and 'answer_unexpected'.
 */
export async function waysOfCanary(
  transport: Transport,
  { handle, name }: DrilledOrganization,
  drill: Drill,
  { key, directory, login }: { readonly key: KeyFile; readonly directory: string; readonly login: string },
): Promise<{ readonly ways: readonly CanaryWay[]; readonly leftOut: readonly string[] }> {
  const who = { organization: name, serviceAccount: drill.name };
  const { accessToken } = await signInByKey(transport, who, key);
  const issued = await call(transport, 'issueUserCertificate', {
    params: { organization: handle },
    body: { publicKey: key.line, role: drill.name },
    idempotencyKey: randomUUID(),
    accessToken,
  });
  await writeFile(key.certificateFile, `${checkCertificate(key, issued.certificate, 'user').line}\n`, {
    mode: 0o600,
  });
  const reach = await call(transport, 'listReach', { accessToken });
  const own = { organizations: reach.organizations.filter((each) => each.handle === handle) };
  // Only full names are used, which no other host has.
  const untaken = { configured: () => false, known: () => false };
  const { organizations, leftOut } = trustedInventory(own, handle, untaken);
  const knownHostsFile = join(directory, 'known_hosts');
  await writeFile(knownHostsFile, organizations.map(({ knownHosts }) => knownHosts).join(''), {
    mode: 0o600,
  });
  const files = { keyFile: key.path, certificateFile: key.certificateFile, knownHostsFile };
  const ways = organizations.flatMap(({ hosts }) =>
    hosts.map(({ name: host, address, port, jump }) => ({
      name: host,
      address,
      port,
      jump,
      login,
      ...files,
    })),
  );
  return { ways, leftOut };
}
