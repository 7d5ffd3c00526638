import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors.js';
import { writeAtomically } from '../files/atomic-file.js';
import { certificatesOnly } from './certificates-only.js';

/**
 * Gives ssh-agent (by its socket) a certificate with its key for so many seconds, after which it forgets it by itself. Whether and how
 * long it has the key alone stays as it is. `directory` is one of ours for what ssh-add wants side by side. Rejects with
 * 'agent_refused': no agent, or a passphrase, which nobody is asked for here.
 */
export async function addToAgent(
  agent: string,
  directory: string,
  key: string,
  certificate: string,
  seconds: number,
): Promise<void> {
  const scratch = await mkdtemp(join(directory, 'agent-'));
  try {
    const path = join(scratch, 'key');
    await symlink(key, path);
    await writeAtomically(`${path}-cert.pub`, `${certificate}\n`, 0o600);
    const words = ['-q', '-t', String(Math.max(1, seconds)), path];
    const added = certificatesOnly(agent, (socket) => sshAdd(words, { SSH_AUTH_SOCK: socket }));
    if ((await added.catch(() => -1)) !== 0)
      fail(
        'agent_refused',
        `ssh-agent does not take a certificate of ${key}: is it running, and the key without a passphrase?`,
      );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Has ssh-agent forget certificates, by their files; that it has none of them is no error. */
export async function removeFromAgent(certificateFiles: readonly string[]): Promise<void> {
  for (const file of certificateFiles) await sshAdd(['-q', '-d', file]);
}

/** ssh-add without a terminal to ask on; its status, or -1 where it cannot be started. */
function sshAdd(words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('ssh-add', words, {
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, SSH_ASKPASS_REQUIRE: 'never', ...more },
    });
    child.once('error', () => resolve(-1));
    child.once('close', (status) => resolve(status ?? -1));
  });
}
