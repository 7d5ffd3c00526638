import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { principal } from '@writ/openssh/certificate';
import { fingerprint, parsePublicKeyLine, publicKeyFromObject } from '@writ/openssh/key';
import {
  authorizedKeysCertAuthorityLine,
  hostName,
  hostNameWithin,
  knownHostsCertAuthorityLine,
  knownHostsPattern,
  namePattern,
  parseKnownHostsCertAuthorityLine,
  patternWithin,
  sshdDropIn,
  trustedUserCaKeysFile,
} from '@writ/openssh/trust';
import fc from 'fast-check';

const sshd = process.env['WRIT_SSHD'] ?? '/usr/sbin/sshd';
const directory = mkdtempSync(join(tmpdir(), 'writ-trust-'));
const at = (name: string) => join(directory, name);
afterAll(() => rmSync(directory, { recursive: true }));

const objects = [
  generateKeyPairSync('ed25519').publicKey,
  ...['P-256', 'P-384', 'P-521'].map((namedCurve) => generateKeyPairSync('ec', { namedCurve }).publicKey),
  generateKeyPairSync('rsa', { modulusLength: 3072 }).publicKey,
];
const keys = objects.map(publicKeyFromObject);
const [key] = keys as [(typeof keys)[0], ...typeof keys];

/** The line that `ssh-keygen -F` finds for a host, or null. */
function found(host: string, knownHosts: string): string | null {
  writeFileSync(at('known_hosts'), knownHosts);
  const { stdout } = spawnSync('ssh-keygen', ['-F', host, '-f', at('known_hosts')], { encoding: 'utf8' });
  const [heading = '', line = ''] = stdout.split('\n');
  return /^# Host \S+ found: line 1 CA\s*$/.test(heading) ? line : null;
}

const labels = fc.constantFrom('a', 'b', 'web-1');
const names = fc.array(labels, { minLength: 1, maxLength: 3 }).map((each) => hostName(each.join('.')));
const patterns = fc.tuple(names, fc.boolean()).map(([name, wild]) => namePattern(wild ? `*.${name}` : name));

describe('a known_hosts @cert-authority line', () => {
  it('covers for ssh-keygen exactly the names that the patterns do', () => {
    let covered = 0;
    fc.assert(
      fc.property(fc.array(patterns, { minLength: 1, maxLength: 4 }), names, (list, name) => {
        const line = knownHostsCertAuthorityLine({ patterns: list, key, comment: 'acme host CA' });
        const within = hostNameWithin(name, list);
        covered += Number(within);
        expect(found(name, `${line}\n`)).toBe(within ? line : null);
        expect(parseKnownHostsCertAuthorityLine(line).key).toEqual(key);
      }),
      { seed: 11, numRuns: 100 },
    );
    expect(covered).toBeGreaterThan(10);
  });

  it('covers no name outside the organization where its pattern is within the organization', () => {
    const within = [namePattern('*.acme.example'), namePattern('b.example')];
    const fronts = ['', '*', '?', 'a*', 'a.', '*.', '?b.', '*.*', 'a*.a.', '**'];
    const ends = ['acme.example', '.acme.example', 'b.example', '.b.example', 'cme.example', '.example'];
    const hosts = ['', 'a.', 'b', 'ab.a.']
      .flatMap((front) => ['acme.example', 'b.example', 'acme.b.example'].map((end) => front + end))
      .map(hostName);
    let covered = 0;
    for (const text of fronts.flatMap((front) => ends.map((end) => front + end))) {
      const pattern = text.startsWith('.') || text.includes('..') ? null : knownHostsPattern(text);
      if (pattern === null || !patternWithin(pattern, within)) continue;
      const line = knownHostsCertAuthorityLine({ patterns: [pattern], key });
      const fits = hosts.filter((host) => found(host, `${line}\n`) !== null);
      expect(fits.filter((host) => !hostNameWithin(host, within))).toEqual([]);
      covered += fits.length;
    }
    expect(covered).toBeGreaterThan(10);
  });

  it('leaves out what is negated, and covers a port where the pattern names one', () => {
    const all = [
      knownHostsPattern('[*.acme.example]:2222'),
      knownHostsPattern('*.acme.example'),
      knownHostsPattern('!old.acme.example', { negation: true }),
    ];
    const line = knownHostsCertAuthorityLine({ patterns: all, key });
    expect(found('[web.acme.example]:2222', `${line}\n`)).toBe(line);
    expect(found('web.acme.example', `${line}\n`)).toBe(line);
    expect(found('[web.acme.example]:2223', `${line}\n`)).toBeNull();
    expect(found('old.acme.example', `${line}\n`)).toBeNull();
  });
});

describe('files of public keys', () => {
  const fingerprints = (name: string, text: string) => {
    writeFileSync(at(name), text);
    return execFileSync('ssh-keygen', ['-l', '-f', at(name)], { encoding: 'utf8' })
      .trimEnd()
      .split('\n')
      .map((each) => each.split(' ').slice(1, -1).join(' '));
  };

  it('TrustedUserCAKeys: ssh-keygen reads every key and comment', () => {
    const text = trustedUserCaKeysFile(
      keys.map((each, index) => ({ key: each, comment: `authority # ${index} "ü"` })),
    );
    const read = fingerprints('user_ca.pub', text);
    expect(read.map((each) => each.split(' ')[0])).toEqual(keys.map(fingerprint));
    expect(read.every((each) => / authority # \d "/.test(each))).toBe(true);
  });

  it('authorized_keys: ssh-keygen reads the key behind the option', () => {
    const principals = ['role:web-admin', 'anna@acme.example'].map(principal);
    const lines = keys.map((each) =>
      authorizedKeysCertAuthorityLine({ key: each, principals, comment: 'acme CA' }),
    );
    expect(fingerprints('authorized_keys', `${lines.join('\n')}\n`)).toEqual(
      keys.map((each) => `${fingerprint(each)} acme CA`),
    );
  });
});

describe('an sshd drop-in', () => {
  const folder = at('plain');
  const spaced = at('with space, and = ~ @');
  const settings = (where: string) => ({
    comment: 'Written by Writ',
    hostKeys: [join(where, 'host key')],
    hostCertificates: [join(where, 'host key-cert.pub'), join(where, 'other-cert.pub')],
    trustedUserCaKeys: join(where, 'user_ca.pub'),
    authorizedPrincipalsFile: join(where, 'principals/%u'),
    revokedKeys: join(where, 'revoked.krl'),
  });

  beforeAll(() => {
    if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
    for (const where of [folder, spaced]) {
      mkdirSync(where);
      const hostKey = join(where, 'host key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
      execFileSync('ssh-keygen', ['-q', '-s', hostKey, '-h', '-I', 'host', '-n', 'web-1', `${hostKey}.pub`], {
        stdio: 'pipe',
      });
      writeFileSync(join(where, 'other-cert.pub'), readFileSync(`${hostKey}-cert.pub`));
    }
  });

  it.each([
    ['plain paths', folder],
    ['paths that need quotes', spaced],
  ])('with %s: sshd takes it and sets exactly that', (_, where) => {
    const config = at('sshd_config');
    writeFileSync(config, sshdDropIn(settings(where)));
    expect(spawnSync(sshd, ['-t', '-f', config], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
    const effective = execFileSync(sshd, ['-T', '-f', config], { encoding: 'utf8' }).split('\n');
    expect(effective.filter((each) => /^(?:hostkey|hostcertificate) /.test(each))).toEqual([
      `hostkey ${where}/host key`,
      `hostcertificate ${where}/host key-cert.pub`,
      `hostcertificate ${where}/other-cert.pub`,
    ]);
    for (const expected of [
      `trustedusercakeys ${where}/user_ca.pub`,
      `authorizedprincipalsfile ${where}/principals/%u`,
      `revokedkeys ${where}/revoked.krl`,
    ]) {
      expect(effective).toContain(expected);
    }
  });

  it('stands first in a file with Include, and its values win', () => {
    const dropIn = at('10-writ.conf');
    writeFileSync(dropIn, sshdDropIn(settings(folder)));
    const config = at('sshd_config');
    writeFileSync(config, `Include ${dropIn}\nRevokedKeys /etc/other\nTrustedUserCAKeys /etc/other\n`);
    const effective = execFileSync(sshd, ['-T', '-f', config], { encoding: 'utf8' });
    expect(effective).toContain(`revokedkeys ${folder}/revoked.krl\n`);
    expect(effective).toContain(`trustedusercakeys ${folder}/user_ca.pub\n`);
  });
});

it('the test keys are what they seem', () => {
  expect(keys.map(({ type }) => type)).toEqual([
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'ssh-rsa',
  ]);
  expect(parsePublicKeyLine(trustedUserCaKeysFile([{ key }])).key).toEqual(key);
});
