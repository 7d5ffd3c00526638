import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificateLine, type Certificate } from '@writ/openssh/certificate';
import { decodePublicKey, formatPublicKeyLine, parsePublicKeyLine, type PublicKey } from '@writ/openssh/key';
import { WireWriter } from '@writ/openssh/wire';

/** A certificate or key in a file, and as we read it. */
export interface Subject {
  readonly file: string;
  readonly read: Certificate | PublicKey;
}

/** Authorities and the certificates and keys that KRLs are asked about, all made by ssh-keygen. */
export interface Subjects {
  readonly directory: string;
  readonly authorities: readonly { readonly file: string; readonly key: PublicKey }[];
  readonly certificates: readonly (Subject & { readonly read: Certificate })[];
  readonly keys: readonly (Subject & { readonly read: PublicKey })[];
  remove(): void;
}

/** Serials that KRLs in these tests like to be about. */
export const knownSerials = [
  '0',
  '1',
  '2',
  '7',
  '8',
  '100',
  '16384',
  '16385',
  '4294967296',
  '18446744073709551615',
];
export const knownKeyIds = ['anna@acme', 'ben', 'host:web-1.acme.example', 'a', 'anna@acm'];

/** Makes two authorities and, with them, a certificate for each of `knownSerials`. */
export function makeSubjects(): Subjects {
  const directory = mkdtempSync(join(tmpdir(), 'writ-krl-'));
  const keygen = (...args: readonly string[]) =>
    execFileSync('ssh-keygen', args, { cwd: directory, stdio: 'pipe' });
  const line = (file: string) => readFileSync(join(directory, file), 'utf8');
  const newKey = (name: string, ...type: readonly string[]) => {
    keygen('-q', '-t', ...type, '-N', '', '-C', '', '-f', name);
    return `${name}.pub`;
  };
  const authorities = [newKey('ca-0', 'ed25519'), newKey('ca-1', 'rsa', '-b', '3072')].map((file) => ({
    file,
    key: parsePublicKeyLine(line(file)).key,
  }));
  writeFileSync(join(directory, 'sk.pub'), `${formatPublicKeyLine({ key: securityKey() })}\n`);
  const files = [
    newKey('key-0', 'ed25519'),
    newKey('key-1', 'ecdsa', '-b', '521'),
    newKey('key-2', 'rsa', '-b', '2048'),
    'sk.pub',
  ];
  const certificates = knownSerials.map((serial, index) => {
    const name = `cert-${index}`;
    writeFileSync(join(directory, `${name}.pub`), line(files[index % files.length] ?? ''));
    const keyId = knownKeyIds[index % knownKeyIds.length] ?? '';
    keygen('-q', '-s', `ca-${index % 2}`, '-I', keyId, '-z', serial, '-n', 'x', '-V', '+1d', `${name}.pub`);
    return { file: `${name}-cert.pub`, read: parseCertificateLine(line(`${name}-cert.pub`)).certificate };
  });
  return {
    directory,
    authorities,
    certificates,
    keys: [...files, ...authorities.map(({ file }) => file)].map((file) => ({
      file,
      read: parsePublicKeyLine(line(file)).key,
    })),
    remove: () => rmSync(directory, { recursive: true }),
  };
}

/** A key of a security key; its public half needs no device. */
function securityKey(): PublicKey {
  const jwk = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
  const writer = new WireWriter();
  writer.text('sk-ssh-ed25519@openssh.com');
  writer.string(Buffer.from(jwk.x ?? '', 'base64url'));
  writer.text('ssh:');
  return decodePublicKey(writer.bytes());
}

/** What `ssh-keygen -Q` says of each subject: true for REVOKED. Throws where it cannot read the KRL. */
export function judge(subjects: Subjects, krl: Uint8Array | string): boolean[] {
  const asked = [...subjects.certificates, ...subjects.keys].map(({ file }) => file);
  const { stdout, stderr } = query(subjects, krl, ...asked);
  const answers = stdout.trimEnd().split('\n');
  if (answers.length !== asked.length) throw new Error(`ssh-keygen -Q: ${stderr}`);
  return answers.map((answer) => answer.endsWith(': REVOKED'));
}

/** What `ssh-keygen -Q -l` lists, without its comments: serials and key ids under the fingerprint of each authority. */
export function listing(subjects: Subjects, krl: Uint8Array | string): string[] {
  const { status, stdout, stderr } = query(subjects, krl, '-l');
  if (status !== 0) throw new Error(`ssh-keygen -Q -l: ${stderr}`);
  return stdout.split('\n').filter((each) => /^(?:serial|id|hash): |^# (?:CA key|Wildcard|hash)/.test(each));
}

function query(subjects: Subjects, krl: Uint8Array | string, ...args: readonly string[]) {
  const file = typeof krl === 'string' ? krl : 'ours.krl';
  if (typeof krl !== 'string') writeFileSync(join(subjects.directory, file), krl);
  return spawnSync('ssh-keygen', ['-Q', '-f', file, ...args], {
    cwd: subjects.directory,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
}
