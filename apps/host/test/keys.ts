import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key pair made by ssh-keygen, in files. */
export interface KeyFile {
  readonly path: string;
  /** `type base64`, without a comment. */
  readonly line: string;
  readonly fingerprint: string;
}

export function makeKey(directory: string, name: string, type = 'ed25519'): KeyFile {
  const path = join(directory, name);
  execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', name, '-f', path]);
  return keyFile(path);
}

export function keyFile(path: string): KeyFile {
  const line = readFileSync(`${path}.pub`, 'utf8').trim().split(' ').slice(0, 2).join(' ');
  return { path, line, fingerprint: fingerprintOf(line) };
}

export function fingerprintOf(line: string): string {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** An armored SSHSIG over the text. */
export function signText(key: KeyFile, namespace: string, text: string | Buffer): string {
  return execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-f', key.path, '-n', namespace], {
    input: text,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });
}

/** Whether the SSHSIG (base64 of the bytes, without armor) verifies over the text with that key, as ssh-keygen sees it. */
export function verifyText(
  directory: string,
  line: string,
  namespace: string,
  text: string,
  signature: string,
): boolean {
  const signers = join(directory, 'verify.signers');
  const armored = join(directory, 'verify.sig');
  writeFileSync(signers, `prover ${line}\n`);
  const lines = signature.match(/.{1,70}/g) ?? [];
  writeFileSync(armored, `-----BEGIN SSH SIGNATURE-----\n${lines.join('\n')}\n-----END SSH SIGNATURE-----\n`);
  const { status } = spawnSync(
    'ssh-keygen',
    ['-Y', 'verify', '-f', signers, '-I', 'prover', '-n', namespace, '-s', armored],
    { input: text },
  );
  return status === 0;
}

interface Certified {
  readonly type: 'user' | 'host';
  readonly principals: readonly string[];
  /** As ssh-keygen's -V takes it. */
  readonly validity?: string;
  readonly serial?: number;
  readonly keyId?: string;
}

/** The certificate of a public-key line, one line. */
export function certify(directory: string, authority: KeyFile, line: string, what: Certified): string {
  const path = join(directory, 'to-certify');
  writeFileSync(`${path}.pub`, `${line} x\n`);
  execFileSync('ssh-keygen', [
    '-q',
    ...['-s', authority.path, '-I', what.keyId ?? what.type, '-z', String(what.serial ?? 1)],
    ...(what.type === 'host' ? ['-h'] : []),
    ...['-n', what.principals.join(','), '-V', what.validity ?? '-5m:+8h', `${path}.pub`],
  ]);
  const certificate = readFileSync(`${path}-cert.pub`, 'utf8');
  rmSync(`${path}-cert.pub`);
  return certificate;
}

/** A KRL that revokes these public-key lines, and has that number. */
export function makeKrl(directory: string, version: number, lines: readonly string[]): Buffer {
  const path = join(directory, 'krl');
  writeFileSync(`${path}.in`, lines.map((line) => `${line} revoked\n`).join(''));
  execFileSync('ssh-keygen', ['-q', '-k', '-z', String(version), '-f', path, `${path}.in`]);
  // -z numbers it only where one is made anew.
  const made = readFileSync(path);
  made.writeBigUInt64BE(BigInt(version), 12);
  rmSync(path);
  return made;
}
