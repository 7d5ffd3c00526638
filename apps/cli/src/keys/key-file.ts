import { rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { formatPublicKeyLine, parsePublicKeyLine, type PublicKey } from '@writ/openssh/key';
import { fail, systemReason } from '../errors.js';
import { makePrivateDirectory, writeAtomically } from '../files/atomic-file.js';
import { readText } from '../files/read.js';
import type { Terminal } from '../terminal/terminal.js';
import { sshKeygen } from './ssh-keygen.js';

/** A key on disk: `<path>` is the private key, where there is one, `<path>.pub` the public one. */
export interface KeyFile {
  readonly path: string;
  readonly publicKeyFile: string;
  readonly certificateFile: string;
  readonly publicKey: PublicKey;
  /** The line as it stands in the file, without options. */
  readonly line: string;
}

/** Reads a key by the path of its public half, or of its private half beside which the public one lies. */
export async function readKeyFile(given: string): Promise<KeyFile> {
  const path = resolve(given).replace(/\.pub$/, '');
  const publicKeyFile = `${path}.pub`;
  if (path.endsWith('-cert'))
    fail('usage_invalid', `${given} is a certificate; name the key that it is for.`, { path: given });
  const { key, comment } = parsePublicKeyLine(await readText(publicKeyFile));
  return {
    path,
    publicKeyFile,
    certificateFile: `${path}-cert.pub`,
    publicKey: key,
    line: formatPublicKeyLine({ key, comment }),
  };
}

/**
 * The same for a private key beside which its public half may be missing, as where it came out of a secret store: then that is written
 * there, for ssh wants it too. Rejects with the codes of `readKeyFile` and of `sshKeygen`, and 'file_unwritable'.
 */
export async function readPrivateKeyFile(given: string, terminal: Terminal): Promise<KeyFile> {
  const path = resolve(given);
  if (!path.endsWith('.pub') && !(await exists(`${path}.pub`)) && (await exists(path))) {
    const line = await sshKeygen(['-y', '-f', path], '', `read the key ${path}`);
    await writeAtomically(`${path}.pub`, line, 0o644);
    terminal.say(`Wrote its public half to ${path}.pub`);
  }
  return readKeyFile(path);
}

/** Where the key is that `writ` makes for itself, without an ending. */
export const ownKeyPath = (home: string): string => join(home, '.ssh', 'id_writ');

/** The key that `writ` makes for itself: ~/.ssh/id_writ, Ed25519, without a passphrase, for it is worth nothing without a certificate. */
export async function ownKeyFile(home: string, comment: string, terminal: Terminal): Promise<KeyFile> {
  const path = ownKeyPath(home);
  if (!(await exists(`${path}.pub`))) {
    if (await exists(path))
      fail('file_refused', `${path} is there but ${path}.pub is not; name a key with --key.`, { path });
    await makePrivateDirectory(dirname(path));
    await sshKeygen(['-q', '-t', 'ed25519', '-N', '', '-C', comment, '-f', path], '', `make the key ${path}`);
    terminal.say(`Made the key ${path}`);
  }
  return readKeyFile(path);
}

/** Puts a key of ours that was revoked, and is worth nothing any more, out of the way of the next one. */
export async function setAside({ path, publicKeyFile }: KeyFile, terminal: Terminal): Promise<void> {
  try {
    await rename(path, `${path}.revoked`);
    await rename(publicKeyFile, `${path}.revoked.pub`);
  } catch (error) {
    fail('file_unwritable', `Cannot put ${path} aside: ${systemReason(error)}.`, { path }, error);
  }
  terminal.say(`The key ${path} was revoked; it is now ${path}.revoked`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    return fail('file_unreadable', `Cannot look at ${path}: ${systemReason(error)}.`, { path }, error);
  }
}
