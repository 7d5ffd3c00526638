import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rewrap } from '../../src/commands/rewrap.js';
import { readConfig } from '../../src/config/config.js';
import { fakeTerminal } from './fake-terminal.js';

describe('rewrap at a terminal', () => {
  const directory = mkdtempSync(join(tmpdir(), 'writ-rewrap-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  const environment = { WRIT_STATE_DIR: join(directory, 'state') };
  const at = (terminal: ReturnType<typeof fakeTerminal>, ...words: string[]) =>
    rewrap.run({ words, environment, configuration: readConfig(environment), terminal });

  it('asks first, and says what becomes of backups; no is no', async () => {
    const terminal = fakeTerminal({ confirms: false });
    await expect(at(terminal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(terminal.asked).toHaveLength(1);
    expect(terminal.said.join('\n')).toMatch(/Backups .* present key-encryption secret/);
    expect(existsSync(environment.WRIT_STATE_DIR)).toBe(false);
  });

  it('does not ask whoever says --yes', async () => {
    const terminal = fakeTerminal({ confirms: false, hidden: 'a secret long enough' });
    await expect(at(terminal, '--yes')).rejects.toMatchObject({ code: 'not_initialized' });
    expect(terminal.asked).toEqual(['Key-encryption secret: ']);
  });
});
