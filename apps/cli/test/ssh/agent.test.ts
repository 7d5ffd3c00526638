import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sshPlaces } from '../../src/ssh/places.js';
import { addToAgent, rememberAgent, removeFromAgents } from '../../src/ssh/agent.js';

/** On a real ssh-agent and ssh-add. */
let directory: string;
let agent: ChildProcess;
const at = (name: string): string => join(directory, name);
const socket = (): string => at('socket');
const places = () => ({
  ...sshPlaces({ home: directory, configuration: directory, state: directory }),
  agents: at('agents'),
});

function run(program: string, ...words: readonly string[]): string {
  const { status, stdout } = spawnSync(program, words, {
    env: { ...process.env, SSH_AUTH_SOCK: socket() },
    encoding: 'utf8',
  });
  if (program !== 'ssh-add' || words[0] !== '-L') expect(status).toBe(0);
  return stdout;
}
/** What the agent has, by type. */
const held = (): string[] =>
  [...run('ssh-add', '-L').matchAll(/^(ssh|ecdsa|sk)-\S+/gm)].map(([type]) => type);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'writ-agent-test-'));
  agent = spawn('ssh-agent', ['-D', '-a', socket()], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(agent.stdout ?? agent, 'data');
  run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', at('ca'));
});
afterAll(() => {
  agent.kill();
  rmSync(directory, { recursive: true });
});
afterEach(() => run('ssh-add', '-q', '-D'));

/** A key and its certificate, in files; the certificate's line. */
function certified(name: string, ...type: readonly string[]): string {
  run('ssh-keygen', '-q', '-N', '', '-f', at(name), ...type);
  run('ssh-keygen', '-q', '-s', at('ca'), '-I', name, '-n', 'nobody', '-V', '+1h', at(`${name}.pub`));
  return readFileSync(at(`${name}-cert.pub`), 'utf8').trim();
}

describe('what ssh-agent is given', () => {
  it.each([
    ['ed25519', ['-t', 'ed25519'], 'ssh-ed25519-cert-v01@openssh.com'],
    ['rsa', ['-t', 'rsa', '-b', '2048', '-m', 'PEM'], 'ssh-rsa-cert-v01@openssh.com'],
    ['ecdsa', ['-t', 'ecdsa'], 'ecdsa-sha2-nistp256-cert-v01@openssh.com'],
  ])(
    'is the certificate of an %s key, which the agent can use, and not the key',
    async (name, type, expected) => {
      const line = certified(name, ...type);
      await addToAgent(socket(), directory, at(name), line, 3600);
      expect(held()).toEqual([expected]);
      expect(run('ssh-add', '-T', at(`${name}-cert.pub`))).toBe('');
      // In another terminal, without an agent, after one that is gone.
      delete process.env['SSH_AUTH_SOCK'];
      for (const each of [at('gone'), socket(), socket()]) await rememberAgent(places(), each);
      await removeFromAgents(places(), [at('never-cert.pub'), at(`${name}-cert.pub`)]);
      expect(held()).toEqual([]);
      expect(readFileSync(at('agents'), 'utf8')).toBe(`${at('gone')}\n${socket()}\n`);
      rmSync(at('agents'));
      process.env['SSH_AUTH_SOCK'] = socket();
      await addToAgent(socket(), directory, at(name), line, 3600);
      await removeFromAgents(places(), [at(`${name}-cert.pub`)]);
      expect(held()).toEqual([]);
    },
  );

  it('is taken from every agent but one that says nothing, which nobody waits for', async () => {
    const line = certified('told', '-t', 'ed25519');
    await addToAgent(socket(), directory, at('told'), line, 3600);
    const mute = createServer(() => undefined).listen(at('mute'));
    try {
      for (const each of [at('mute'), socket()]) await rememberAgent(places(), each);
      const files = Array.from({ length: 5 }, () => at('told-cert.pub'));
      delete process.env['SSH_AUTH_SOCK'];
      expect(await removeFromAgents(places(), files)).toEqual([at('mute')]);
      expect(held()).toEqual([]);
      await expect(addToAgent(at('mute'), directory, at('told'), line, 60)).rejects.toMatchObject({
        code: 'agent_refused',
      });
    } finally {
      mute.close();
      rmSync(at('agents'));
    }
  });

  it('ends by itself, and leaves a key that was there already as long as it was to be there', async () => {
    const line = certified('own', '-t', 'ed25519');
    run('ssh-add', '-q', '-k', at('own'));
    await addToAgent(socket(), directory, at('own'), line, 1);
    while (held().includes('ssh-ed25519-cert-v01@openssh.com'));
    expect(held()).toEqual(['ssh-ed25519']);
  });

  it('a key with a passphrase, and an agent that is not there, are said', async () => {
    const line = certified('locked', '-t', 'ed25519');
    run('ssh-keygen', '-q', '-p', '-P', '', '-N', 'passphrase', '-f', at('locked'));
    await expect(addToAgent(socket(), directory, at('locked'), line, 60)).rejects.toMatchObject({
      code: 'agent_refused',
    });
    await expect(addToAgent(at('nowhere'), directory, at('ca'), line, 60)).rejects.toMatchObject({
      code: 'agent_refused',
    });
    expect(held()).toEqual([]);
  });
});
