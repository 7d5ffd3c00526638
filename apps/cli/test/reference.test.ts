import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writ } from '../src/describe/tree.js';
import { cliErrorStatus } from '../src/errors.js';
import { exitStatus, exitStatusMeaning } from '../src/exit-status.js';
import { reference } from '../src/reference.js';

const path = fileURLToPath(new URL('../../../docs/cli.md', import.meta.url));
const begin = '<!-- made from apps/cli/src/describe: WRIT_DOCS=write npx jest apps/cli/test/reference -->';

describe('docs/cli.md', () => {
  it('has every command as it is described', () => {
    const text = readFileSync(path, 'utf8');
    const written = text.slice(0, text.indexOf(begin) + begin.length);
    const made = `${written}\n\n${reference(writ)}\n`;
    if (process.env['WRIT_DOCS'] === 'write') writeFileSync(path, made);
    expect(text).toContain(begin);
    expect(readFileSync(path, 'utf8')).toBe(made);
  });

  it('has a meaning for every exit status that an error can end in', () => {
    const meant = new Set<number>(Object.values(exitStatus));
    expect(Object.keys(exitStatusMeaning)).toEqual(Object.keys(exitStatus));
    for (const status of Object.values(cliErrorStatus)) expect(meant).toContain(status);
  });
});
