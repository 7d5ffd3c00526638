import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPublicKeyLine, publicKeyFromObject } from '@writ/openssh/key';
import {
  bundleText,
  filesOfBundle,
  hostWarnings,
  waitingFor,
  type BundleFile,
  type HostProgress,
} from '../src/index.js';

const now = 1_767_323_045n;
const name = 'web-1.acme.example';
const identity = { organization: 'k3v9q2m7x1c8z5b4', host: 'host-id', version: 12n, madeAt: now };

/** Line of a host certificate that real ssh-keygen made, valid until then. */
function certificateUntil(validBefore: bigint): string {
  const directory = mkdtempSync(join(tmpdir(), 'writ-hosts-'));
  try {
    const keygen = (...words: string[]) => execFileSync('ssh-keygen', ['-q', ...words], { cwd: directory });
    keygen('-t', 'ed25519', '-N', '', '-f', 'ca');
    keygen('-t', 'ed25519', '-N', '', '-f', 'key');
    const hex = (seconds: bigint): string => `0x${seconds.toString(16)}`;
    keygen('-s', 'ca', '-h', '-I', 'web', '-n', name, '-V', `0x1:${hex(validBefore)}`, 'key.pub');
    return readFileSync(join(directory, 'key-cert.pub'), 'utf8');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const newKey = () => publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
const authority = newKey();
const certificate = certificateUntil(now + 1n);
const files: readonly BundleFile[] = [
  { name: 'certificates/1', text: certificate },
  { name: 'principals/root', text: 'role:web\nrole:ops\n' },
  { name: 'principals/www', text: '' },
  { name: 'trusted_user_ca_keys', text: `${formatPublicKeyLine({ key: authority, comment: 'acme' })}\n` },
];
const bundle = `-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----\n${bundleText(identity, files)}`;
const report = { bundle: '12', krl: 'aa', result: 'ok', words: '' };
const progress: HostProgress = { report, version: 12n, bundle, krl: 'aa' };

const waiting = (over: Partial<HostProgress>, login = 'root', principals = ['role:web'], at = now) =>
  waitingFor(name, { ...progress, ...over }, login, { authority, principals }, at).map(
    ({ rule, message }) => `${rule}: ${message}`,
  );

describe('the files of a bundle', () => {
  it('are read back as they were written, signed or not', () => {
    for (const text of [bundle, bundleText(identity, files)]) {
      expect(Object.fromEntries(filesOfBundle(text))).toEqual({
        'certificates/1': [certificate.trimEnd()],
        'principals/root': ['role:web', 'role:ops'],
        'principals/www': [],
        trusted_user_ca_keys: [formatPublicKeyLine({ key: authority, comment: 'acme' })],
      });
    }
  });
});

describe('access that is allowed', () => {
  it('waits for nothing on a host that uses the bundle which lists the role', () => {
    expect(waiting({})).toEqual([]);
    expect(waiting({}, 'root', ['role:none', 'role:ops'])).toEqual([]);
  });

  it.each<[string, Partial<HostProgress>, string, RegExp]>([
    ['has reported', { report: null }, 'root', /^host_never_reported: web-1\.acme\.example has joined, but /],
    [
      'uses a bundle',
      { report: { ...report, bundle: '' } },
      'root',
      /^host_behind: .* uses no bundle, not 12, the newest that was made for it\.$/,
    ],
    [
      'uses the newest one',
      { report: { ...report, bundle: '11', result: 'sshd_refused', words: 'sshd -t: no' } },
      'root',
      /^host_behind: .* uses bundle 11, not 12, .*; it said sshd_refused: sshd -t: no\.$/,
    ],
    ['uses one that is known', { bundle: null }, 'root', /^host_behind: /],
    ['has one for the login', {}, 'deploy', /^host_behind: .* has not fetched the bundle yet that says so/],
    ['lists the role for the login', {}, 'www', /^host_behind: .* has not fetched the bundle yet/],
  ])('waits until the host %s', (_what, over, login, words) => {
    expect(waiting(over, login)).toEqual([expect.stringMatching(words)]);
  });

  it('waits until the host knows the CA that signs now', () => {
    const certificates = { authority: newKey(), principals: ['role:web'] };
    expect(waitingFor(name, progress, 'root', certificates, now)).toEqual([
      expect.objectContaining({
        rule: 'host_behind',
        message: expect.stringMatching(/the user CA yet that signs/) as string,
      }),
    ]);
    const none = bundleText(identity, files.slice(0, 3));
    expect(
      waitingFor(name, { ...progress, bundle: none }, 'root', { ...certificates, authority }, now),
    ).toHaveLength(1);
  });

  it('waits for valid certificates of the host', () => {
    expect(waiting({}, 'root', ['role:web'], now + 1n)).toEqual([
      expect.stringMatching(/^host_certificate_expired: Certificates of web-1/),
    ]);
  });
});

describe('a host whose KRL is not the newest', () => {
  it('is pointed out, once it has reported any', () => {
    expect(hostWarnings(name, progress)).toEqual([]);
    expect(hostWarnings(name, { ...progress, krl: 'bb' })).toMatchObject([{ rule: 'krl_behind' }]);
    expect(hostWarnings(name, { ...progress, report: null })).toEqual([]);
  });
});
