import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cancelled } from '../../src/commands/cancelled.js';
import { init } from '../../src/commands/init.js';
import { restore } from '../../src/commands/restore.js';
import { readConfig } from '../../src/config/config.js';
import { fakeTerminal } from './fake-terminal.js';

const initWords = ['--org', 'acme', '--names', '*.acme.example', '--owner', 'ana'];
const password = 'correct horse battery staple';

describe('init, before it makes anything', () => {
  const directory = mkdtempSync(join(tmpdir(), 'writ-init-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const state = join(directory, 'state');

  const run = (variables: Record<string, string>, terminal = fakeTerminal({})) => {
    const environment = { WRIT_STATE_DIR: state, ...variables };
    return init.run({ words: initWords, environment, configuration: readConfig(environment), terminal });
  };

  it('asks for the password: whoever interrupts leaves nothing behind', async () => {
    const terminal = fakeTerminal({ hidden: cancelled() });
    await expect(run({}, terminal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(terminal.asked).toEqual(["The owner's password: "]);
    expect(existsSync(state)).toBe(false);
  });

  it('looks for the secret that was named', async () => {
    const missing = { WRIT_KEY_ENCRYPTION_SECRET_FILE: join(directory, 'nothing') };
    const terminal = fakeTerminal({ hidden: password });
    await expect(run(missing, terminal)).rejects.toMatchObject({ code: 'secret_file_unreadable' });
    expect(terminal.asked).toEqual([]);
    expect(existsSync(state)).toBe(false);
  });

  const file = join(directory, 'file');
  it.each([
    ['is a file', file],
    ['would be below a file', join(file, 'state')],
    ['would be in /proc', '/proc/x'],
    ['would be far below /proc', '/proc/x/y/z'],
  ])('refuses a state directory that %s', async (_what, path) => {
    writeFileSync(file, '');
    const variables = { WRIT_STATE_DIR: path, WRIT_OWNER_PASSWORD: password };
    await expect(run(variables)).rejects.toMatchObject({ code: 'state_dir_unusable', details: { path } });
    const environment = variables;
    const invocation = { environment, configuration: readConfig(environment), terminal: fakeTerminal({}) };
    const restored = restore.run({ ...invocation, words: [file, '--secret-later'] });
    await expect(restored).rejects.toMatchObject({ code: 'state_dir_unusable', details: { path } });
  });
});
