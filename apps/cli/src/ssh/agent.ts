import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors.js';
import { writeAtomically } from '../files/atomic-file.js';

/**
 * Gives ssh-agent a key and its certificate until `end` (s since 1970); it forgets both by itself. `directory` is one of ours for what
 * ssh-add wants side by side. Rejects with 'agent_refused': no agent, or a passphrase, which nobody is asked for here.
 */
export async function addToAgent(
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
    if ((await sshAdd(['-q', '-t', String(Math.max(1, seconds)), path])) !== 0)
      fail(
        'agent_refused',
        `ssh-agent does not take ${key}: is it running, and the key without a passphrase?`,
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
function sshAdd(words: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('ssh-add', words, {
      stdio: 'ignore',
      detached: true,
      env: { ...process.env, SSH_ASKPASS_REQUIRE: 'never' },
    });
    child.once('error', () => resolve(-1));
    child.once('close', (status) => resolve(status ?? -1));
  });
}
