import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import {
  assembleCertificate,
  decodeCertificate,
  encodeTbs,
  formatCertificateLine,
  keyId,
  lint,
  noCriticalOptions,
  noExtensions,
  principal,
  serial,
  type CertificateFields,
} from '@writ/openssh/certificate';
import {
  encodeSignature,
  parsePublicKeyLine,
  publicKeyFromObject,
  signatureAlgorithmFor,
  signRaw,
  type PublicKey,
} from '@writ/openssh/key';
import { encodeKrl } from '@writ/openssh/krl';
import {
  knownHostsCertAuthorityLine,
  knownHostsPattern,
  sshdDropIn,
  trustedUserCaKeysFile,
} from '@writ/openssh/trust';
import { makeHostKeys, runProgram, startSshd, type Sshd, type SshResult } from '@writ/testkit/sshd';

const me = userInfo().username;
const directory = mkdtempSync(join(tmpdir(), 'writ-sshd-'));
const at = (name: string) => join(directory, name);
const now = () => BigInt(Math.floor(Date.now() / 1000));

interface TestAuthority {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
}

function authority(privateKey: KeyObject): TestAuthority {
  return { privateKey, publicKey: publicKeyFromObject(privateKey) };
}

const ec = (namedCurve: string) => authority(generateKeyPairSync('ec', { namedCurve }).privateKey);
const userAuthorities = {
  Ed25519: authority(generateKeyPairSync('ed25519').privateKey),
  'ECDSA P-256': ec('P-256'),
  'ECDSA P-384': ec('P-384'),
  'ECDSA P-521': ec('P-521'),
  'RSA 3072': authority(generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey),
};
const hostAuthority = authority(generateKeyPairSync('ed25519').privateKey);
const stranger = authority(generateKeyPairSync('ed25519').privateKey);

const subjects = {
  ed25519: ['-t', 'ed25519'],
  'ecdsa-256': ['-t', 'ecdsa', '-b', '256'],
  'ecdsa-384': ['-t', 'ecdsa', '-b', '384'],
  'ecdsa-521': ['-t', 'ecdsa', '-b', '521'],
  'rsa-2048': ['-t', 'rsa', '-b', '2048'],
};

/** Lints, signs and assembles; writes `<key>-cert.pub`, as `writ cert issue` does. `unchecked` signs what lint would refuse. */
function certify(
  key: string,
  signer: TestAuthority,
  change: Partial<CertificateFields> = {},
  unchecked = false,
): void {
  const fields: CertificateFields = {
    certificateType: 'user',
    nonce: randomBytes(32),
    publicKey: parsePublicKeyLine(readFileSync(`${key}.pub`, 'utf8')).key,
    serial: serial(7n),
    keyId: keyId('ana@acme/web-admin'),
    validPrincipals: [principal(me)],
    validAfter: now() - 60n,
    validBefore: now() + 600n,
    criticalOptions: noCriticalOptions,
    extensions: { ...noExtensions, permitPty: true },
    signatureKey: signer.publicKey,
    ...change,
  };
  const tbs = unchecked
    ? encodeTbs(fields)
    : lint(fields, { now: now(), maxValidity: 3600n, backdate: 60n }).take();
  const algorithm = signatureAlgorithmFor(signer.publicKey);
  const blob = assembleCertificate(
    tbs,
    encodeSignature(algorithm, signRaw(signer.privateKey, algorithm, tbs)),
  );
  writeFileSync(`${key}-cert.pub`, `${formatCertificateLine(decodeCertificate(blob))}\n`);
}

function subject(name: string, options: readonly string[] = subjects.ed25519): string {
  const key = at(name);
  execFileSync('ssh-keygen', ['-q', ...options, '-N', '', '-C', name, '-f', key]);
  return key;
}

let sshd: Sshd;
const keys: Record<string, string> = {};

/** Plain `ssh`, told nothing but where the host is; BatchMode makes every question a failure. */
function ssh(key: string, options: readonly string[] = [], command = 'echo in'): Promise<SshResult> {
  return runProgram('ssh', [
    '-F',
    'none',
    ...options,
    '-p',
    String(sshd.port),
    '-i',
    key,
    '-o',
    'BatchMode=yes',
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'IdentityAgent=none',
    '-o',
    'HostKeyAlias=web-1.acme.example',
    '-o',
    `UserKnownHostsFile=${at('known_hosts')}`,
    '-o',
    'GlobalKnownHostsFile=/dev/null',
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    'UpdateHostKeys=no',
    `${me}@127.0.0.1`,
    command,
  ]);
}

async function refused(key: string, why: RegExp): Promise<void> {
  const since = sshd.lineCount();
  const result = await ssh(key);
  expect(result.stderr).toMatch(/Permission denied/);
  expect(result.status).toBe(255);
  await sshd.logged(/^Connection (closed|reset) by/, since);
  expect(sshd.log(since)).toMatch(why);
}

beforeAll(async () => {
  chmodSync(directory, 0o755);
  for (const [name, options] of Object.entries(subjects)) keys[name] = subject(name, options);
  const hostKeys = await makeHostKeys(directory, ['ed25519', 'ecdsa', 'rsa']);
  for (const hostKey of hostKeys) {
    certify(hostKey, hostAuthority, {
      certificateType: 'host',
      validPrincipals: [principal('web-1.acme.example')],
      extensions: noExtensions,
    });
  }
  writeFileSync(
    at('user_ca.pub'),
    trustedUserCaKeysFile(Object.values(userAuthorities).map(({ publicKey }) => ({ key: publicKey }))),
  );
  writeFileSync(
    at('known_hosts'),
    `${knownHostsCertAuthorityLine({ patterns: [knownHostsPattern('*.acme.example')], key: hostAuthority.publicKey })}\n`,
  );
  writeFileSync(
    at('revoked_keys'),
    encodeKrl({
      version: 1n,
      generatedAt: now(),
      comment: '',
      certificates: [],
      keys: [],
      fingerprintsSha256: [],
    }),
  );
  sshd = await startSshd(directory, [
    sshdDropIn({
      hostKeys,
      hostCertificates: hostKeys.map((key) => `${key}-cert.pub`),
      trustedUserCaKeys: at('user_ca.pub'),
      revokedKeys: at('revoked_keys'),
    }),
  ]);
});

afterAll(async () => {
  await sshd.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('a real sshd believes', () => {
  it.each(
    Object.keys(userAuthorities).flatMap((signer) =>
      Object.keys(subjects).map((key) => [key, signer] as const),
    ),
  )('a %s certificate signed by %s', async (key, signer) => {
    certify(keys[key] ?? '', userAuthorities[signer as keyof typeof userAuthorities]);
    const result = await ssh(keys[key] ?? '');
    expect(result).toMatchObject({ status: 0, stdout: 'in\n' });
  });

  it.each(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'rsa-sha2-512'])(
    'and ssh believes its %s host certificate, with nothing but a @cert-authority line',
    async (type) => {
      certify(keys['ed25519'] ?? '', userAuthorities.Ed25519);
      const result = await ssh(keys['ed25519'] ?? '', [
        '-v',
        '-o',
        `HostKeyAlgorithms=${type}-cert-v01@openssh.com`,
      ]);
      expect(result.status).toBe(0);
      expect(result.stderr).toMatch(
        /Host 'web-1\.acme\.example' is known and matches the .*-CERT host certificate/,
      );
    },
  );

  it('the key id and serial, which it logs', async () => {
    certify(keys['ed25519'] ?? '', userAuthorities.Ed25519, { serial: serial(4242n) });
    await ssh(keys['ed25519'] ?? '');
    await sshd.logged(/Accepted certificate ID "ana@acme\/web-admin" \(serial 4242\) signed by ED25519 CA/);
  });

  it('a forced command, carried exactly', async () => {
    const command = `echo "it's  \\"exact\\""; echo $SSH_ORIGINAL_COMMAND`;
    certify(keys['ed25519'] ?? '', userAuthorities.Ed25519, {
      criticalOptions: { forceCommand: command, unknown: [] },
    });
    const result = await ssh(keys['ed25519'] ?? '', [], 'asked for this');
    expect(result.stdout).toBe('it\'s  "exact"\nasked for this\n');
  });

  it('a source address it comes from', async () => {
    certify(keys['ed25519'] ?? '', userAuthorities.Ed25519, {
      criticalOptions: { sourceAddress: ['127.0.0.0/8'], unknown: [] },
    });
    expect((await ssh(keys['ed25519'] ?? '')).status).toBe(0);
  });
});

describe('a real sshd refuses', () => {
  let key: string;
  beforeAll(() => {
    key = subject('refused');
  });

  it('a login that the certificate does not name', async () => {
    certify(key, userAuthorities.Ed25519, { validPrincipals: [principal('somebody-else')] });
    await refused(key, /name is not a listed principal/);
  });

  it('a certificate of an authority it does not trust', async () => {
    certify(key, stranger);
    await refused(key, /Failed publickey/);
  });

  it('a host certificate that is used as a user certificate', async () => {
    certify(key, userAuthorities.Ed25519, { certificateType: 'host', extensions: noExtensions });
    // The client already leaves it aside and offers the bare key, which no file authorizes.
    const result = await ssh(key, ['-v']);
    expect(result.stderr).toMatch(/not a user certificate/);
    expect(result.status).toBe(255);
  });

  it('a certificate that has expired, or is not valid yet', async () => {
    certify(key, userAuthorities.Ed25519, { validAfter: now() - 60n, validBefore: now() - 1n }, true);
    await refused(key, /Certificate invalid: expired/);
    certify(key, userAuthorities.Ed25519, { validAfter: now() + 300n }, true);
    await refused(key, /Certificate invalid: not yet valid/);
  });

  it('a source address it does not come from', async () => {
    certify(key, userAuthorities.Ed25519, {
      criticalOptions: { sourceAddress: ['192.0.2.0/24'], unknown: [] },
    });
    await refused(key, /valid certificate but not from a permitted source address/);
  });

  it('a critical option it does not know', async () => {
    certify(
      key,
      userAuthorities.Ed25519,
      { criticalOptions: { unknown: [{ name: 'never-heard-of@writ.example', value: null }] } },
      true,
    );
    await refused(key, /critical option .*not supported|Unknown critical option|never-heard-of/i);
  });

  it('a revoked serial, a revoked key with any certificate, and all that a revoked authority has signed', async () => {
    const revokedKeys = readFileSync(at('revoked_keys'));
    const publicKey = parsePublicKeyLine(readFileSync(`${key}.pub`, 'utf8')).key;
    const base = {
      version: 2n,
      generatedAt: now(),
      comment: '',
      certificates: [],
      keys: [],
      fingerprintsSha256: [],
    };
    try {
      writeFileSync(
        at('revoked_keys'),
        encodeKrl({
          ...base,
          certificates: [{ authority: userAuthorities.Ed25519.publicKey, serials: [666n], keyIds: [] }],
        }),
      );
      certify(key, userAuthorities.Ed25519, { serial: serial(665n) });
      expect((await ssh(key)).status).toBe(0);
      certify(key, userAuthorities.Ed25519, { serial: serial(666n) });
      await refused(key, /revoked/i);
      writeFileSync(at('revoked_keys'), encodeKrl({ ...base, version: 3n, keys: [publicKey] }));
      certify(key, userAuthorities.Ed25519, { serial: serial(665n) });
      await refused(key, /revoked/i);
      // An authority that it still believes, by its fingerprint alone.
      const digest = createHash('sha256').update(userAuthorities.Ed25519.publicKey.blob).digest();
      writeFileSync(at('revoked_keys'), encodeKrl({ ...base, version: 4n, fingerprintsSha256: [digest] }));
      await refused(key, /revoked/i);
      certify(key, userAuthorities['ECDSA P-256'], { serial: serial(665n) });
      expect((await ssh(key)).status).toBe(0);
    } finally {
      writeFileSync(at('revoked_keys'), revokedKeys);
    }
  });
});

describe('a real ssh refuses', () => {
  it('a host whose certificate is not for the name it was asked for', async () => {
    certify(keys['ed25519'] ?? '', userAuthorities.Ed25519);
    const result = await ssh(keys['ed25519'] ?? '', ['-o', 'HostKeyAlias=web-2.acme.example']);
    expect(result.status).toBe(255);
    expect(result.stderr).toMatch(/name is not a listed principal|Host key verification failed/);
  });

  it('a host outside the names that its authority is believed for', async () => {
    certify(keys['ed25519'] ?? '', userAuthorities.Ed25519);
    const result = await ssh(keys['ed25519'] ?? '', ['-o', 'HostKeyAlias=web-1.globex.example']);
    expect(result.status).toBe(255);
    expect(result.stderr).toMatch(/Host key verification failed/);
  });
});
