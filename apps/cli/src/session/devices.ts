import { join } from 'node:path';
import { makePrivateDirectory, writeAtomically } from '../files/atomic-file.js';
import type { Directories } from '../files/directories.js';
import { readBytesIfAny } from '../files/read.js';

/** What an account at a service once gave this machine to be told from strangers by. */
export interface Device {
  readonly url: string;
  readonly organization: string;
  readonly user: string;
  readonly deviceToken: string;
}

/** Whose token is wanted. Without an organization that of the last one in which this user signed in. */
export interface DeviceQuestion {
  readonly url: string;
  readonly organization: string | undefined;
  readonly user: string;
}

/** Accounts of which tokens are kept; who has more was last here with another one long ago. */
const most = 64;

const fileOf = (where: Directories): string => join(where.state, 'devices.json');

/** The token to show, or undefined. A file that cannot be read holds none: signing in does not depend on it. */
export async function deviceTokenFor(
  where: Directories,
  question: DeviceQuestion,
): Promise<string | undefined> {
  return (await readDevices(where)).find((device) => isOf(device, question))?.deviceToken;
}

/** Keeps a token, for its owner alone (0600), in the place of the account's last one. Rejects with 'file_unwritable'. */
export async function keepDevice(where: Directories, device: Device): Promise<void> {
  const others = (await readDevices(where)).filter((other) => !isOf(other, device));
  await makePrivateDirectory(where.state);
  const devices = [device, ...others].slice(0, most);
  await writeAtomically(fileOf(where), `${JSON.stringify(devices, null, 2)}\n`, 0o600);
}

function isOf(device: Device, { url, organization, user }: DeviceQuestion): boolean {
  return (
    device.url === url &&
    device.user === user &&
    (organization === undefined || device.organization === organization)
  );
}

/** Newest first. */
async function readDevices(where: Directories): Promise<readonly Device[]> {
  try {
    const bytes = await readBytesIfAny(fileOf(where));
    const kept: unknown = bytes === null ? [] : JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(kept) ? kept.filter(isDevice) : [];
  } catch {
    return [];
  }
}

function isDevice(value: unknown): value is Device {
  if (typeof value !== 'object' || value === null) return false;
  const { url, organization, user, deviceToken } = value as Record<string, unknown>;
  return [url, organization, user, deviceToken].every((field) => typeof field === 'string');
}
