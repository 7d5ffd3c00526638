import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BundleParts, signedBundle } from './bundle.js';
import { certify, type KeyFile, makeKey } from './keys.js';
import { Machine } from './machine.js';
import { installed, share, shells } from './toolbox.js';
import { treeOf } from './tree.js';

type Files = Record<string, string>;

/** A bundle that is good but for one thing. */
interface Bad {
  readonly code: string;
  readonly parts?: Partial<BundleParts>;
  readonly files?: (good: Files, machine: Machine) => Files;
  readonly key?: (machine: Machine) => KeyFile;
  readonly bytes?: (good: Buffer) => Buffer;
}

const without = (files: Files, name: string): Files =>
  Object.fromEntries(Object.entries(files).filter(([each]) => each !== name));
const changeByte = (at: (bytes: Buffer) => number) => (bytes: Buffer) => {
  const changed = Buffer.from(bytes);
  const place = at(bytes);
  changed[place] = (changed[place] ?? 0) ^ 1;
  return changed;
};
const withName = (name: string): Bad => ({
  code: 'bundle_name_unknown',
  files: (good) => ({ ...good, [name]: 'role:webadmin\n' }),
});
const withCertificate = (make: (machine: Machine, line: string) => string): Bad => ({
  code: 'bundle_certificate_wrong',
  files: (good, machine) => ({
    ...good,
    'certificates/1': make(machine, machine.service.joined?.keys[0] ?? ''),
  }),
});
const altered = (alter: (text: string) => string, code: string): Bad => ({ code, parts: { alter } });

const bad: Record<string, Bad> = {
  'is older': { code: 'bundle_older', parts: { version: 4 } },
  'has the number of the applied one and says something else': {
    code: 'bundle_version_reused',
    parts: { version: 5 },
    files: (good) => ({ ...good, 'principals/root': 'role:other\n' }),
  },
  'has one byte changed in its list': {
    code: 'bundle_signature_wrong',
    bytes: changeByte((bytes) => bytes.indexOf('\nversion ') + 9),
  },
  'has one byte changed in a file': {
    code: 'bundle_signature_wrong',
    bytes: changeByte((bytes) => bytes.length - 2),
  },
  'has one byte changed in its signature': {
    code: 'bundle_signature_wrong',
    bytes: changeByte((bytes) => bytes.indexOf('\n') + 100),
  },
  "is another host's": { code: 'bundle_of_another_host', parts: { host: 'h1st0h0st0h0st00' } },
  "is another organization's": {
    code: 'bundle_of_another_organization',
    parts: { organization: 'glob0glob0glob00' },
  },
  'is signed by another key': {
    code: 'bundle_key_unknown',
    key: (machine) => machine.service.userAuthority,
  },
  'is empty': { code: 'bundle_unreadable', bytes: () => Buffer.alloc(0) },
  'is cut off in its signature': { code: 'bundle_unreadable', bytes: (bytes) => bytes.subarray(0, 120) },
  'is cut off in its list': {
    code: 'bundle_signature_wrong',
    bytes: (bytes) => bytes.subarray(0, bytes.indexOf('\nfile ') + 20),
  },
  'is cut off by one byte': { code: 'bundle_signature_wrong', bytes: (bytes) => bytes.subarray(0, -1) },
  'is signed and cut off in its list': altered(
    (text) => text.slice(0, text.indexOf('\nend\n') + 1),
    'bundle_unreadable',
  ),
  'is signed and lacks its last line': altered((text) => text.replace(/[^\n]*\n$/, ''), 'bundle_count_wrong'),
  'has a line too many': altered((text) => `${text}more\n`, 'bundle_count_wrong'),
  'has an unfinished line too many': altered((text) => `${text}more`, 'bundle_count_wrong'),
  'counts a line too many': altered(
    (text) => text.replace(/^(file trusted_user_ca_keys) 1/m, '$1 2'),
    'bundle_count_wrong',
  ),
  'has a wrong digest': altered(
    (text) => text.replace(/^(file canary\.pub 1) ./m, '$1 x'.replace('x', text.includes('1 0') ? '1' : '0')),
    'bundle_digest_wrong',
  ),
  'is of a later kind': altered(
    (text) => text.replace('writ-bundle 1', 'writ-bundle 2'),
    'bundle_unreadable',
  ),
  'has a strange line in its list': altered(
    (text) => text.replace('\nend\n', '\nlink current /\nend\n'),
    'bundle_unreadable',
  ),
  'names a file twice': altered(
    (text) => text.replace(/^(file canary\.pub.*\n)/m, '$1$1'),
    'bundle_unreadable',
  ),
  'has a file ../x': withName('../x'),
  'has an absolute file': withName('/tmp/x'),
  'has a file below its own directory': withName('principals/../../../x'),
  'has principals of ..': withName('principals/..'),
  'has principals in a directory': withName('principals/a/b'),
  'has a ninth certificate': withName('certificates/9'),
  'has an sshd_config': withName('sshd_config'),
  'has a manifest of its own': withName('manifest'),
  'is too large': {
    code: 'bundle_too_large',
    files: (good) => ({ ...good, 'principals/root': 'role:webadmin\n'.repeat(80_000) }),
  },
  'has too many files': {
    code: 'bundle_too_large',
    files: (good) => ({
      ...good,
      ...Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`principals/u${n}`, ''])),
    }),
  },
  'lets in a login by its own name': {
    code: 'bundle_principals_wrong',
    files: (good) => ({ ...good, 'principals/root': 'root\n' }),
  },
  'has an option before a role': {
    code: 'bundle_principals_wrong',
    files: (good) => ({ ...good, 'principals/root': 'command="x" role:webadmin\n' }),
  },
  'has no authority': { code: 'bundle_incomplete', files: (good) => without(good, 'trusted_user_ca_keys') },
  'has no line of an authority': {
    code: 'bundle_incomplete',
    files: (good) => ({ ...good, trusted_user_ca_keys: '' }),
  },
  'has garbage for an authority': {
    code: 'bundle_keys_wrong',
    files: (good) => ({
      ...good,
      trusted_user_ca_keys: `${good['trusted_user_ca_keys']}ssh-ed25519 AAAA x\n`,
    }),
  },
  'has an option before an authority': {
    code: 'bundle_keys_wrong',
    files: (good) => ({ ...good, trusted_user_ca_keys: `cert-authority ${good['trusted_user_ca_keys']}` }),
  },
  'announces two keys': {
    code: 'bundle_keys_wrong',
    files: (good, { service }) => ({
      ...good,
      'next_bundle_key.pub': `${service.userAuthority.line}\n${service.hostAuthority.line}\n`,
    }),
  },
  'announces a key with an option': {
    code: 'bundle_keys_wrong',
    files: (good, { service }) => ({
      ...good,
      'next_bundle_key.pub': `cert-authority ${service.userAuthority.line}\n`,
    }),
  },
  'has no canary': { code: 'bundle_incomplete', files: (good) => without(good, 'canary.pub') },
  'lacks a certificate': {
    code: 'bundle_certificate_wrong',
    files: (good) => without(good, 'certificates/1'),
  },
  'has more certificates than there are keys': {
    code: 'bundle_certificate_wrong',
    files: (good) => ({ ...good, 'certificates/2': good['certificates/1'] ?? '' }),
  },
  'certifies another key': withCertificate((machine) =>
    certify(machine.directory, machine.service.hostAuthority, machine.userKey.line, {
      type: 'host',
      principals: ['web-1.acme.example'],
    }),
  ),
  'certifies another name': withCertificate((machine, line) =>
    certify(machine.directory, machine.service.hostAuthority, line, {
      type: 'host',
      principals: ['web-11.acme.example', 'xweb-1.acme.example'],
    }),
  ),
  'has a user certificate for the host key': withCertificate((machine, line) =>
    certify(machine.directory, machine.service.hostAuthority, line, {
      type: 'user',
      principals: ['web-1.acme.example'],
    }),
  ),
  'has garbage for a certificate': withCertificate(() => 'ssh-ed25519-cert-v01@openssh.com AAAA x\n'),
};

const fetcherOf = { dash: 'curl', busybox: 'wget', bash: 'curl' } as const;

describe.each(installed(shells))('in %s, a bundle', (shell) => {
  let machine: Machine;
  beforeAll(async () => {
    machine = await Machine.start({ shell, fetcher: fetcherOf[shell] });
    machine.service.version = 5;
    await machine.joined();
  });
  afterAll(() => machine.stop());

  function badBundle(one: Bad): Buffer {
    const { service } = machine;
    const good = service.files();
    const bytes = signedBundle(one.key?.(machine) ?? service.bundleKey, {
      organization: service.organization,
      host: service.joined?.id ?? '',
      version: 6,
      files: one.files?.(good, machine) ?? good,
      ...one.parts,
    });
    return one.bytes?.(bytes) ?? bytes;
  }

  it.each(share(shell, Object.entries(bad)))('that %s is refused, and nothing changes', async (_, one) => {
    const bundle = badBundle(one);
    machine.service.bundleInstead = () => bundle;
    const passing = ['failure', 'contact'];
    const before = treeOf(machine.state, passing);
    const said = await machine.run(['sync']);
    expect(said).toMatchObject({ status: 7, stdout: '' });
    expect(said.stderr).toContain(`(${one.code})`);
    expect(treeOf(machine.state, passing)).toEqual(before);
    expect(machine.read('failure')).toContain(` ${one.code} `);
    expect(machine.service.reports.at(-1)).toMatchObject({ bundle: '5', result: one.code });
    expect(await machine.logsIn()).toBe(true);
  });

  it('that is good is taken after all those', async () => {
    machine.service.bundleInstead = undefined;
    machine.service.version = 6;
    machine.service.principals = { root: ['webadmin'], [machine.login]: ['webadmin', 'second'] };
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(machine.read('current/manifest')).toContain('\nversion 6\n');
    expect(await machine.logsIn('second')).toBe(true);
    expect(await machine.ordinaryLogsIn()).toBe(true);
    expect(machine.service.reports.at(-1)).toMatchObject({ bundle: '6', result: 'ok' });
  });

  it('that did not change is not sent again', async () => {
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    const { version, krlVersion, requests } = machine.service;
    expect(requests.at(-3)).toBe(
      `GET /host/changes?wait=0&nonce=yes&limits=yes&bundle=${version}&krl=${krlVersion}&cut=0`,
    );
  });

  it('whose files were damaged on the host is put in place anew', async () => {
    const path = join(machine.state, 'current', 'principals', machine.login);
    writeFileSync(path, 'role:intruder\n');
    expect(await machine.logsIn('intruder')).toBe(true);
    expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    expect(await machine.logsIn('intruder')).toBe(false);
    expect(await machine.logsIn('second')).toBe(true);
  });
});

it('the key that signs bundles is the one that the join token names, or the secret is not sent', async () => {
  const machine = await Machine.start({ shell: installed(shells)[0] ?? 'dash' });
  const other = makeKey(machine.directory, 'other');
  const before = treeOf(machine.directory);
  const said = await machine.join([], machine.service.tokenWith({ bundleKey: other.fingerprint }));
  expect(said.status).toBe(7);
  expect(said.stderr).toContain('(bundle_key_wrong)');
  expect(machine.service.requests).toEqual(['GET /trust/bundle-key.pub']);
  expect(treeOf(machine.directory)).toEqual(before);
  await machine.stop();
});
