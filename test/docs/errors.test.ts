import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { problemStatus } from '@writ/contract';
import {
  bundleKeyRules,
  hostChangeRules,
  hostProblemCodes,
  hostsErrorCodes,
  hostWarningRules,
  joinRules,
  statementRules,
  waitingRules,
} from '@writ/hosts';
import {
  cycleErrorCodes,
  recorderErrorCodes,
  serialSourceErrorCodes,
  signerErrorCodes,
} from '@writ/issuance';
import { opensshErrorCodes } from '@writ/openssh';
import { certificateRules, grantRules, groupRules, roleDefinitionRules } from '@writ/policy';
import { keyStoreErrorCodes } from '@writ/signer';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const rows = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, -1),
  );
const documented = new Set(rows.map(([code]) => (code ?? '').replaceAll('`', '')));

/** Codes that a file closes in a union of string literals, or in the keys of a table: those that no list exports. */
function codesIn(path: string, pattern: RegExp): string[] {
  return [...readFileSync(join(root, path), 'utf8').matchAll(pattern)].map(([, code]) => code ?? '');
}

const codes = [
  ...opensshErrorCodes,
  ...certificateRules,
  ...roleDefinitionRules,
  ...grantRules,
  ...groupRules,
  ...hostsErrorCodes,
  ...joinRules,
  ...statementRules,
  ...bundleKeyRules,
  ...hostChangeRules,
  ...hostProblemCodes,
  ...waitingRules,
  ...hostWarningRules,
  ...signerErrorCodes,
  ...serialSourceErrorCodes,
  ...recorderErrorCodes,
  ...cycleErrorCodes,
  ...keyStoreErrorCodes,
  ...Object.keys(problemStatus),
  ...codesIn('libs/storage/src/errors.ts', /^ {2}\| '([a-z_]+)'/gm),
  ...codesIn('apps/api/src/revocations/revocation-rules.ts', /'([a-z_]+)'/g),
  ...codesIn('apps/api/src/errors.ts', /^ {2}\| '([a-z_]+)'/gm),
  ...codesIn('apps/api/src/exit-status.ts', /^ {2}([a-z_]+): \d+,/gm),
  ...codesIn('apps/cli/src/errors.ts', /^ {2}([a-z_]+): exitStatus/gm),
  ...codesIn('apps/host/writ-host', /\bfail \d ([a-z_]+)/g),
  ...codesIn('apps/host/writ-host', /\bfail \d "\$\{code:-([a-z_]+)\}"/g),
  ...codesIn('apps/host/writ-host', /\bbad_bundle ([a-z_]+)/g).map((code) => `bundle_${code}`),
  ...codesIn('apps/host/writ-host', /\bbad_krl ([a-z_]+)/g).map((code) => `revocations_${code}`),
  ...codesIn('apps/host/writ-host', /\bbad_cut ([a-z_]+)/g).map((code) => `cut_${code}`),
];

describe('docs/errors.md', () => {
  it('finds the codes of every part', () => {
    expect(readdirSync(join(root, 'libs')).sort()).toEqual(
      ['contract', 'hosts', 'issuance', 'kernel', 'openssh', 'policy', 'signer', 'storage', 'testkit'].sort(),
    );
    expect(codes).toEqual(
      expect.arrayContaining(['schema_newer', 'port_taken', 'clock_behind', 'krl_older']),
    );
  });

  it('has a row for every code', () => {
    expect(codes.filter((code) => !documented.has(code))).toEqual([]);
  });

  it('has no row for a code that does not exist', () => {
    expect([...documented].filter((code) => !codes.includes(code))).toEqual([]);
  });

  it('says cause and cure in every row', () => {
    expect(rows.filter((cells) => cells.some((cell) => cell === ''))).toEqual([]);
  });

  it('names the statuses that the API and the process really use', () => {
    const statuses = new Map<string, string[]>();
    for (const [code, status] of rows) {
      if (status !== undefined && /^\d+$/.test(status)) {
        const name = (code ?? '').replaceAll('`', '');
        statuses.set(name, [...(statuses.get(name) ?? []), status]);
      }
    }
    for (const [code, status] of Object.entries(problemStatus))
      expect(statuses.get(code)).toContain(String(status));
    for (const [, code, status] of readFileSync(join(root, 'apps/api/src/exit-status.ts'), 'utf8').matchAll(
      /^ {2}([a-z_]+): (\d+),/gm,
    )) {
      expect({ code, statuses: statuses.get(code ?? '') }).toMatchObject({
        statuses: expect.arrayContaining([status]) as string[],
      });
    }
  });
});
