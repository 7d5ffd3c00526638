import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('docs/configuration.md', () => {
  it('describes every variable of the service, and no other', () => {
    const known = [...read('apps/api/src/config/known-variables.ts').matchAll(/^ {2}(WRIT_[A-Z_]+):/gm)].map(
      ([, name]) => name,
    );
    const [service = '', cli = ''] = page.split('## The command line');
    const described = (text: string) =>
      new Set(
        [...text.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) => cell.match(/WRIT_[A-Z_]+/g) ?? []),
      );
    expect([...described(service)].sort()).toEqual(known.sort());
    for (const name of described(cli)) expect(known).not.toContain(name);
  });

  it('gives the defaults that are in force', () => {
    const source = read('apps/api/src/config/config.ts').replaceAll('_', '');
    for (const [, name = '', value = ''] of page.matchAll(
      /^\| `(WRIT_MAX_[A-Z_]+|WRIT_[A-Z_]+_SECONDS)` +\| `(\d+)`/gm,
    )) {
      expect(source).toMatch(new RegExp(`'${name.replaceAll('_', '')}'.*, ${value}\\)`));
    }
  });
});
