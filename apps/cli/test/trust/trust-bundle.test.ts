import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fingerprint, parsePublicKeyLine, publicKeyFromObject } from '@writ/openssh/key';
import { formatTrustBundle, namePattern, parseKnownHostsCertAuthorityLine } from '@writ/openssh/trust';
import { isCodedError } from '@writ/kernel';
import { expectSigner, readSignedBundle } from '../../src/trust/signed-bundle.js';
import { writtenAs } from '../../src/trust/written-as.js';

const newKey = () => publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
const bundle = {
  organization: 'abcdefghijklmnop',
  name: 'acme',
  version: 7n,
  madeAt: 1_795_000_000n,
  userAuthorities: [newKey(), newKey()],
  hostAuthorities: [newKey()],
  revokedAuthorities: [],
  namePatterns: [namePattern('*.acme.example')],
};

function codeOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return isCodedError(error) ? error.code : 'not coded';
  }
}

describe('a signed trust bundle', () => {
  let directory: string;
  let signed: string;
  let key: string;

  /** Signed by ssh-keygen, as any other tool could. */
  function signedBy(namespace: string): string {
    const made = execFileSync('ssh-keygen', ['-Y', 'sign', '-f', join(directory, 'key'), '-n', namespace], {
      input: formatTrustBundle(bundle),
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return made + formatTrustBundle(bundle);
  }

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'writ-trust-'));
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'key')]);
    key = fingerprint(parsePublicKeyLine(readFileSync(join(directory, 'key.pub'), 'utf8')).key);
    signed = signedBy('trust@writ');
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('is believed of the key that has signed it, and of no other', () => {
    const read = readSignedBundle(signed);
    expect(read).toEqual({ bundle, signedBy: key });
    expectSigner(read, key);
    expect(codeOf(() => expectSigner(read, fingerprint(newKey())))).toBe('trust_bundle_refused');
  });

  it('is refused where one byte differs, where it is unsigned, and where it was signed for something else', () => {
    expect(codeOf(() => readSignedBundle(signed.replace('version 7', 'version 8')))).toBe(
      'sshsig_not_verified',
    );
    expect(codeOf(() => readSignedBundle(formatTrustBundle(bundle)))).toBe('trust_bundle_refused');
    expect(codeOf(() => readSignedBundle(signedBy('bundle@writ')))).toBe('sshsig_namespace_differs');
    expect(codeOf(() => readSignedBundle(`${signed}more\n`))).toBe('sshsig_not_verified');
  });

  it('is verified by ssh-keygen as the docs say', () => {
    const file = join(directory, 'acme.trust');
    writeFileSync(file, signed);
    writeFileSync(join(directory, 'signers'), `acme ${readFileSync(join(directory, 'key.pub'), 'utf8')}`);
    const said = execFileSync(
      'sh',
      [
        '-c',
        "sed -n '1,/END SSH SIGNATURE/p' acme.trust > acme.sig; sed '1,/END SSH SIGNATURE/d' acme.trust | ssh-keygen -Y verify -f signers -I acme -n trust@writ -s acme.sig",
      ],
      { cwd: directory, encoding: 'utf8' },
    );
    expect(said).toContain('Good "trust@writ" signature');
  });
});

describe('a trust bundle in the words of another tool', () => {
  const hostLine = /^.*@cert-authority.*$/m;

  it('is lines for known_hosts and for TrustedUserCAKeys', () => {
    const knownHosts = writtenAs('known-hosts', bundle);
    expect(parseKnownHostsCertAuthorityLine(knownHosts.trimEnd()).patterns).toEqual(['*.acme.example']);
    expect(writtenAs('user-ca', bundle).trimEnd().split('\n')).toHaveLength(2);
  });

  it('takes what was revoked along wherever clients read it', () => {
    const revoked = { ...bundle, revokedAuthorities: bundle.hostAuthorities };
    const [line = ''] = /^@revoked \* .*$/m.exec(writtenAs('known-hosts', revoked)) ?? [];
    expect(line).toMatch(/acme revoked CA$/);
    for (const form of ['cloud-init', 'dockerfile', 'configmap', 'ansible'] as const)
      expect(writtenAs(form, revoked)).toContain(line);
    expect(writtenAs('user-ca', revoked)).toBe(writtenAs('user-ca', bundle));
  });

  it('is a Dockerfile line that a shell runs to the same line', () => {
    const directory = mkdtempSync(join(tmpdir(), 'writ-trust-'));
    try {
      const [line = ''] = hostLine.exec(writtenAs('dockerfile', bundle)) ?? [];
      const command = line.replace(/^RUN /, '').replace('/etc/ssh/ssh_known_hosts', 'known_hosts');
      execFileSync('sh', ['-c', command], { cwd: directory });
      expect(readFileSync(join(directory, 'known_hosts'), 'utf8')).toBe(writtenAs('known-hosts', bundle));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it.each(['cloud-init', 'configmap'] as const)(
    'is a block of YAML (%s) that holds the lines unchanged',
    (form) => {
      const lines = writtenAs(form, bundle).split('\n');
      const block = (after: RegExp) => {
        const start = lines.findIndex((line) => after.test(line)) + 1;
        const indent = /^ */.exec(lines[start] ?? '')?.[0] ?? '';
        const end = lines.findIndex((line, index) => index > start && !line.startsWith(indent));
        return lines.slice(start, end).map((line) => `${line.slice(indent.length)}\n`);
      };
      const contents = form === 'cloud-init' ? /content: \|/ : /ssh_known_hosts: \|/;
      expect(block(contents).join('')).toBe(writtenAs('known-hosts', bundle));
    },
  );

  it('is a ConfigMap whose name Kubernetes takes, wherever it is cut', () => {
    const nameOf = (name: string) =>
      /^ {2}name: (.*)$/m.exec(writtenAs('configmap', { ...bundle, name }))?.[1] ?? '';
    expect(nameOf('acme')).toBe('writ-trust-acme');
    for (let length = 1; length <= 62; length += 1) {
      const name = nameOf(`${'a'.repeat(length)}-${'b'.repeat(62 - length)}`);
      expect(name).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    }
  });

  it('is an Ansible task with the line quoted', () => {
    expect(writtenAs('ansible', bundle)).toContain(
      `    line: '${writtenAs('known-hosts', bundle).trimEnd()}'\n`,
    );
  });
});
