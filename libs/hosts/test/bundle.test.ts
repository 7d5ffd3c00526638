import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeKrl } from '@writ/openssh/krl';
import { fingerprint, formatPublicKeyLine, publicKeyFromObject } from '@writ/openssh/key';
import { login } from '@writ/openssh/trust';
import {
  bundleList,
  bundleText,
  canaryKey,
  hostChallengeText,
  hostFiles,
  principalsOn,
  saysTheSame,
  type CommonState,
  type HostRole,
} from '../src/index.js';

const identity = { organization: 'k3v9q2m7x1c8z5b4', host: 'host-id', version: 12n, madeAt: 1_767_323_045n };
const key = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
const web: HostRole = {
  handle: 'r4t7y2u9i1o6p3a8',
  name: 'web',
  maxSessionSeconds: null,
  selector: { env: 'prod' },
  logins: [login('root'), login('deploy')],
};
const common: CommonState = {
  organizationHandle: identity.organization,
  organizationName: 'acme',
  roles: [],
  userAuthorities: [key],
  nextBundleKey: null,
};
const everywhere: HostRole = {
  handle: 'q4t7y2u9i1o6p3a8',
  name: 'everywhere',
  maxSessionSeconds: null,
  selector: null,
  logins: [login('deploy')],
};

describe('who may be which login on a host', () => {
  it('is said by the roles that choose it, and not by those that are good where nobody chooses', () => {
    expect([...principalsOn([everywhere, web], { env: 'prod' })]).toEqual([
      ['deploy', ['role:r4t7y2u9i1o6p3a8']],
      ['root', ['role:r4t7y2u9i1o6p3a8']],
    ]);
  });

  it('is nobody of a role that does not choose it', () => {
    expect([...principalsOn([web], { env: 'stage' })]).toEqual([]);
    expect([...principalsOn([web], {})]).toEqual([]);
    expect([
      ...principalsOn(
        [
          { ...web, selector: {} },
          { ...web, selector: null },
        ],
        { env: 'prod' },
      ),
    ]).toEqual([]);
  });
});

describe('a bundle', () => {
  it('lists its files by name, with lines and digests, and then holds them in that order', () => {
    const files = [
      { name: 'trusted_user_ca_keys', text: 'a\nb\n' },
      { name: 'principals/root', text: 'role:x\n' },
      { name: 'principals/deploy', text: '' },
    ];
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(bundleText(identity, files)).toBe(
      [
        'writ-bundle 1',
        'organization k3v9q2m7x1c8z5b4',
        'host host-id',
        'version 12',
        'made 1767323045',
        `file principals/deploy 0 ${digest('')}`,
        `file principals/root 1 ${digest('role:x\n')}`,
        `file trusted_user_ca_keys 2 ${digest('a\nb\n')}`,
        'end',
        'role:x',
        'a',
        'b',
        '',
      ].join('\n'),
    );
  });

  it.each([
    ['../sshd_config', 'x\n'],
    ['/etc/passwd', 'x\n'],
    ['principals/../root', 'x\n'],
    ['principals/', 'x\n'],
    ['certificates/9', 'x\n'],
    ['sshd.conf', 'x\n'],
    ['canary.pub', 'no line end'],
  ])('refuses the file %s with %j', (name, text) => {
    const making = () => bundleText(identity, [{ name, text }]);
    expect(making).toThrow(expect.objectContaining({ code: 'bundle_file_refused' }) as Error);
  });

  it('names no file twice', () => {
    const file = { name: 'canary.pub', text: 'x\n' };
    expect(() => bundleText(identity, [file, file])).toThrow('twice');
  });

  it('says the same as another that differs in certificates alone', () => {
    const list = (certificate: string, root: string): string =>
      bundleList([
        { name: 'principals/root', text: root },
        { name: 'certificates/1', text: certificate },
      ]);
    expect(saysTheSame(list('a\n', 'role:x\n'), list('b\n', 'role:x\n'))).toBe(true);
    expect(saysTheSame(list('a\n', 'role:x\n'), list('a\n', 'role:y\n'))).toBe(false);
  });

  it('holds what the host needs, and nothing else', () => {
    const files = hostFiles({ ...common, roles: [web] })({
      labels: { env: 'prod' },
      certificates: [],
      takesLimits: true,
    });
    expect(files.map(({ name }) => name)).toEqual([
      'trusted_user_ca_keys',
      'canary.pub',
      'principals/deploy',
      'principals/root',
    ]);
    expect(files[0]?.text).toBe(`${formatPublicKeyLine({ key, comment: 'acme user CA' })}\n`);
  });

  it('is written once where hosts have it in common, and each has its own all the same', () => {
    const ofHost = hostFiles({ ...common, roles: [web] });
    const [one, same, other] = [
      { env: 'prod', tier: 'web' },
      { tier: 'web', env: 'prod' },
      { env: 'test', tier: 'web' },
    ].map((labels) => ofHost({ labels, certificates: [], takesLimits: true }));
    expect(same).toEqual(one);
    expect(same?.every((file, place) => file === one?.[place])).toBe(true);
    expect(other?.map(({ name }) => name)).toEqual(['trusted_user_ca_keys', 'canary.pub']);
    expect(bundleList(same ?? [])).toBe(bundleList(one?.map((file) => ({ ...file })) ?? []));
  });

  it('says how long sessions may last of the roles that choose the host, to a kit that knows what that is', () => {
    const roles: readonly HostRole[] = [
      { ...web, handle: 'z9', maxSessionSeconds: 28_800 },
      { ...web, handle: 'a0', name: 'ops', maxSessionSeconds: 60 },
      { ...web, handle: 'b1', selector: { env: 'test' }, maxSessionSeconds: 60 },
      { ...everywhere, maxSessionSeconds: 60 },
      web,
    ];
    const ofHost = hostFiles({ ...common, roles });
    const labels = { env: 'prod' };
    const limits = ofHost({ labels, certificates: [], takesLimits: true }).filter(
      ({ name }) => name === 'session_limits',
    );
    expect(limits).toEqual([{ name: 'session_limits', text: 'role:a0 60 ops\nrole:z9 28800 web\n' }]);
    expect(bundleList(limits)).toContain('file session_limits 2 ');
    const older = ofHost({ labels, certificates: [], takesLimits: false });
    expect(older.map(({ name }) => name)).not.toContain('session_limits');
  });

  it('announces the key that signs bundles next', () => {
    const files = hostFiles({ ...common, nextBundleKey: key })({
      labels: {},
      certificates: [],
      takesLimits: true,
    });
    expect(files.find(({ name }) => name === 'next_bundle_key.pub')?.text).toBe(
      `${formatPublicKeyLine({ key, comment: 'signs bundles of acme next' })}\n`,
    );
  });
});

describe('the canary', () => {
  it('is revoked, says ssh-keygen, by a KRL that names it and by no other', () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-canary-'));
    try {
      const at = (name: string): string => join(directory, name);
      const canary = canaryKey(identity.organization);
      const digest = Buffer.from(fingerprint(canary).slice(7), 'base64');
      writeFileSync(at('canary.pub'), `${formatPublicKeyLine({ key: canary })}\n`);
      writeFileSync(at('with'), encodeKrl({ version: 1n, generatedAt: 0n, fingerprintsSha256: [digest] }));
      writeFileSync(at('without'), encodeKrl({ version: 1n, generatedAt: 0n }));
      const ask = (krl: string): string => {
        try {
          return execFileSync('ssh-keygen', ['-Qf', at(krl), at('canary.pub')], { encoding: 'utf8' });
        } catch (error) {
          return (error as { stdout: string }).stdout;
        }
      };
      expect([ask('with'), ask('without')]).toEqual([
        expect.stringContaining('REVOKED'),
        expect.not.stringContaining('REVOKED'),
      ]);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("is another one for each organization, and always the organization's own", () => {
    const [one, again, other] = ['a', 'a', 'b'].map((handle) => fingerprint(canaryKey(handle)));
    expect(one).toBe(again);
    expect(one).not.toBe(other);
  });
});

describe('what a host proves', () => {
  it('names action, organization, host, every key, nonce and end', () => {
    const text = hostChallengeText({
      action: 'join',
      audience: identity.organization,
      host: 'web-1.acme.example',
      fingerprints: ['SHA256:one', 'SHA256:two'],
      nonce: 'n'.repeat(43),
      expiresAt: 1_767_323_045_000,
    });
    expect(text).toBe(
      [
        'writ proof of host v1',
        'action join',
        'audience k3v9q2m7x1c8z5b4',
        'host web-1.acme.example',
        'key SHA256:one',
        'key SHA256:two',
        `nonce ${'n'.repeat(43)}`,
        'expires 2026-01-02T03:04:05.000Z',
        '',
      ].join('\n'),
    );
  });
});
