import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { buildCommandLine, type Built } from '../built.js';
import { startStub, signedIn, whoami, writ, type StubService } from '../stub-service.js';

describe('secrets', () => {
  let built: Built;
  let stub: StubService;
  beforeAll(async () => {
    built = buildCommandLine();
    stub = await startStub();
    stub.on('GET /v1/whoami', { status: 200, body: whoami });
    stub.on('POST /v1/sign-in', { status: 200, body: signedIn(1) });
    stub.on('POST /v1/sign-in/invitation', { status: 200, body: signedIn(1) });
    stub.on('POST /v1/password', { status: 204 });
    writeFileSync(join(built.directory, 'secret'), 'from a file\n');
    writeFileSync(join(built.directory, 'two-lines'), 'one\ntwo\n');
    writeFileSync(join(built.directory, 'empty'), '\n');
  });
  afterAll(async () => {
    await stub.stop();
    built.remove();
  });

  const file = (name: string): string => join(built.directory, name);
  const login = (more: readonly string[], env: Record<string, string> = {}, input = '') =>
    writ(built, { ...built.env, ...env }, ['login', '--url', stub.url, '--user', 'ana', ...more], input);
  const sent = (): unknown => stub.seen.findLast(({ route }) => route.startsWith('POST'))?.body ?? {};

  it('come from a file', async () => {
    expect(await login(['--password-file', file('secret')])).toMatchObject({ status: 0 });
    expect(sent()).toMatchObject({ password: 'from a file' });
  });

  it('come from standard input', async () => {
    expect(await login(['--password-file', '-'], {}, 'from a pipe\n')).toMatchObject({ status: 0 });
    expect(sent()).toMatchObject({ password: 'from a pipe' });
  });

  it('come from the environment', async () => {
    expect(await login([], { WRIT_PASSWORD: ' with blanks ' })).toMatchObject({ status: 0 });
    expect(sent()).toMatchObject({ password: ' with blanks ' });
  });

  it('come from a file descriptor, also one that is written late', async () => {
    const words = [built.bundle, 'login', '--url', stub.url, '--user', 'ana', '--password-fd', '3'];
    const child = spawn(process.execPath, words, {
      env: built.env,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const descriptor = child.stdio[3] as Writable;
    descriptor.write('from ');
    descriptor.end('3\n');
    expect(await ended).toBe(0);
    expect(sent()).toMatchObject({ password: 'from 3' });
  });

  it.each(['two-lines', 'empty'])('are one line, not %s', async (name) => {
    const ended = await login(['--password-file', file(name)]);
    expect(ended.status).toBe(1);
    expect(ended.stderr).toContain('[file_refused]');
  });

  it('are asked for on a terminal only', async () => {
    const ended = await login([]);
    expect(ended.status).toBe(20);
    expect(ended.stderr).toContain('[secret_missing]');
  });

  it('that cannot be read are an error of their own', async () => {
    expect((await login(['--password-file', file('nowhere')])).stderr).toContain('[file_unreadable]');
    expect((await login(['--password-fd', '99'])).stderr).toContain('[file_unreadable]');
    expect((await login(['--password-fd', 'x'])).stderr).toContain('[usage_invalid]');
  });

  it('are two with an invitation', async () => {
    writeFileSync(file('invitation'), 'writ_i.x.y\n');
    const ended = await login(['--invitation-file', file('invitation')], { WRIT_PASSWORD: 'a new one' });
    expect(ended).toMatchObject({ status: 0 });
    expect(sent()).toEqual({ invitation: 'writ_i.x.y', password: 'a new one', user: 'ana' });
    expect(await login(['--invitation'], { WRIT_INVITATION: 'writ_i.z', WRIT_PASSWORD: 'p' })).toMatchObject({
      status: 0,
    });
    expect(sent()).toEqual({ invitation: 'writ_i.z', password: 'p', user: 'ana' });
    // A new password is one, whatever the old one's variable says.
    const both = { WRIT_INVITATION: 'writ_i.z', WRIT_PASSWORD: 'old', WRIT_NEW_PASSWORD: 'new' };
    expect(await login(['--invitation', '--org', 'acme'], both)).toMatchObject({ status: 0 });
    expect(sent()).toMatchObject({ password: 'new', organization: 'acme' });
  });

  it('are two for a new password, and neither is printed or kept', async () => {
    mkdirSync(file('other'), { recursive: true });
    const env = { WRIT_PASSWORD: 'old secret', WRIT_NEW_PASSWORD: 'new secret' };
    const ended = await writ(built, { ...built.env, ...env }, ['password']);
    expect(ended).toMatchObject({ status: 0, stdout: '' });
    expect(sent()).toEqual({ currentPassword: 'old secret', newPassword: 'new secret' });
    expect(ended.stderr).not.toMatch(/old secret|new secret/);
    expect(readFileSync(join(built.env['HOME'] ?? '', '.config/writ/config.json'), 'utf8')).not.toMatch(
      /secret/,
    );
  });
});
