import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isBundleName } from '@writ/hosts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const kit = readFileSync(join(root, 'apps/host/writ-host'), 'utf8');

/** One function of the kit, as it stands there. */
function shellFunction(name: string): string {
  const [found] = new RegExp(`^${name}\\(\\) \\{\\n[^]*?^\\}\\n`, 'm').exec(kit) ?? [];
  if (found === undefined) throw new Error(`the kit has no function ${name}`);
  return found;
}

const logins = [
  '',
  'root',
  '_x',
  '-x',
  '9x',
  'a.b',
  'a@b',
  'a b',
  'a/b',
  '..',
  'ä',
  'x'.repeat(64),
  'x'.repeat(65),
];
const certificates = ['0', '1', '8', '9', '10', '', '1/2', 'x', '*'];
const candidates = [
  ...[
    'trusted_user_ca_keys',
    'canary.pub',
    'next_bundle_key.pub',
    'manifest',
    'sshd_config',
    'next_bundle_key',
    '',
  ],
  ...['trusted_user_ca_keys/', './canary.pub', '../canary.pub', '/canary.pub', 'canary_pub', 'canary.pub '],
  ...['principals', 'certificates', 'theirs/settings', 'CANARY.PUB', 'principals/root/', 'certificates/1 '],
  ...logins.map((login) => `principals/${login}`),
  ...certificates.map((n) => `certificates/${n}`),
];

it('what the service puts into a bundle is what the kit takes out of one', () => {
  const script = `LC_ALL=C
${shellFunction('is_login')}${shellFunction('is_bundle_name')}
for name in "$@"; do if is_bundle_name "$name"; then printf '%s\\n' "$name"; fi; done`;
  const taken = execFileSync('sh', ['-c', script, 'sh', ...candidates], { encoding: 'utf8' });
  const expected = candidates.filter((name) => isBundleName(name));
  expect(taken.split('\n').slice(0, -1)).toEqual(expected);
  expect(expected).toEqual(
    expect.arrayContaining(['next_bundle_key.pub', 'principals/a@b', 'certificates/8']),
  );
});
