import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writ } from '../src/describe/tree.js';
import { cliErrorStatus } from '../src/errors.js';
import { exitStatus, exitStatusMeaning } from '../src/exit-status.js';
import { problemExitStatus } from '../src/problem-exit-status.js';
import { reference } from '../src/reference.js';

const path = fileURLToPath(new URL('../../../docs/cli.md', import.meta.url));
/** The service's statuses, from its source: an application does not import another. */
const service = Object.fromEntries(
  [
    ...readFileSync(new URL('../../api/src/exit-status.ts', import.meta.url), 'utf8').matchAll(
      /^ {2}([a-z_]+): (\d+),/gm,
    ),
  ].map(([, code = '', status]) => [code, Number(status)]),
);
const begin = '<!-- made from apps/cli/src/describe: WRIT_DOCS=write npx jest apps/cli/test/reference -->';

describe('docs/cli.md', () => {
  it('has every command as it is described', () => {
    const text = readFileSync(path, 'utf8');
    const written = text.slice(0, text.indexOf(begin) + begin.length);
    const made = `${written}\n\n${reference(writ, service)}\n`;
    if (process.env['WRIT_DOCS'] === 'write') writeFileSync(path, made);
    expect(text).toContain(begin);
    expect(readFileSync(path, 'utf8')).toBe(made);
  });

  it('has one number for each code, whichever program ends with it', () => {
    const ours: Readonly<Record<string, number>> = { ...problemExitStatus, ...cliErrorStatus };
    const both = Object.keys(service).filter((code) => code in ours);
    expect(both).toEqual(expect.arrayContaining(['usage_invalid', 'secret_missing', 'storage_full']));
    for (const code of both) expect({ code, status: service[code] }).toEqual({ code, status: ours[code] });
  });

  it('has one meaning for each number: below 10 that of the table', () => {
    const low = Object.values(service).filter((status) => status < 10);
    expect(Object.values(exitStatus)).toEqual(expect.arrayContaining(low));
    const high = Object.values(exitStatus).filter((status) => status >= 10 && status < 100);
    expect(high).toEqual([service['secret_missing']]);
  });

  it('has a meaning for every exit status that an error can end in', () => {
    const meant = new Set<number>(Object.values(exitStatus));
    expect(Object.keys(exitStatusMeaning)).toEqual(Object.keys(exitStatus));
    for (const status of Object.values(cliErrorStatus)) expect(meant).toContain(status);
  });
});
