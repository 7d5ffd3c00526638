import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../errors.js';
import { writeAtomically } from '../files/atomic-file.js';
import { readBytesIfAny } from '../files/read.js';
import { certificatesOnly } from './certificates-only.js';
import type { SshPlaces } from './places.js';

/** More agents than one has open at a time are not remembered. */
const mostAgents = 20;

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

/** Writes down which agent (by its socket) is about to be given a certificate. Rejects with 'file_unwritable'. */
export async function rememberAgent({ agents }: SshPlaces, agent: string): Promise<void> {
  const known = await rememberedAgents(agents);
  if (known.includes(agent) || agent.includes('\n')) return;
  await writeAtomically(agents, [...known.slice(1 - mostAgents), agent, ''].join('\n'), 0o600);
}

/**
 * Has every ssh-agent that was given certificates forget these, by their files: this may be another terminal than the one that used them.
 * That an agent is gone, or has none of them, is no error. Resolves with those (by their sockets) that have said nothing, and may go on offering them.
 */
export async function removeFromAgents(
  { agents }: SshPlaces,
  certificateFiles: readonly string[],
): Promise<readonly string[]> {
  if (certificateFiles.length === 0) return [];
  const { SSH_AUTH_SOCK: own = '' } = process.env;
  const asked = [...new Set([own, ...(await rememberedAgents(agents))])].filter((agent) => agent !== '');
  const heard = await Promise.all(asked.map((agent) => removeFrom(agent, certificateFiles)));
  return asked.filter((_, index) => heard[index] === false);
}

/** False where the agent has said nothing. */
async function removeFrom(agent: string, certificateFiles: readonly string[]): Promise<boolean> {
  for (const file of certificateFiles) {
    const status = await sshAdd(['-q', '-d', file], { SSH_AUTH_SOCK: agent });
    if (status === silent) return false;
    if (status === unreachable) return true;
  }
  return true;
}

/** What ssh-add ends in where there is no agent; and here, where it cannot be started or has heard nothing. */
const unreachable = 2;
const silent = -1;
/** How long an agent may take to answer (ms): one that was forwarded from a machine that sleeps says nothing. */
const patience = 3000;

async function rememberedAgents(path: string): Promise<string[]> {
  const bytes = await readBytesIfAny(path).catch(() => null);
  return bytes === null
    ? []
    : new TextDecoder()
        .decode(bytes)
        .split('\n')
        .filter((line) => line !== '');
}

/** ssh-add without a terminal to ask on; its status, or `silent`. */
function sshAdd(words: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn('ssh-add', words, {
      stdio: 'ignore',
      detached: true,
      timeout: patience,
      env: { ...process.env, SSH_ASKPASS_REQUIRE: 'never', ...more },
    });
    child.once('error', () => resolve(silent));
    child.once('close', (status) => resolve(status ?? silent));
  });
}
