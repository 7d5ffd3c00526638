import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs the real ssh-keygen in UTC and returns what it prints; throws where it fails. */
export function sshKeygen(args: readonly string[], input: string | Uint8Array = ''): string {
  return execFileSync('ssh-keygen', [...args], {
    input,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs `use` with a new directory that is gone afterwards. */
export function inScratch<Result>(use: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'writ-interop-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One certificate as `ssh-keygen -L` prints it. */
export interface Listed {
  readonly type: string;
  readonly publicKey: string;
  readonly signingCa: string;
  readonly keyId: string;
  readonly serial: string;
  readonly valid: string;
  readonly principals: readonly string[];
  readonly criticalOptions: readonly string[];
  readonly extensions: readonly string[];
}

/** What `ssh-keygen -L` prints for each of the lines; it verifies every signature before it prints. */
export function listCertificates(lines: readonly string[]): Listed[] {
  const output = sshKeygen(['-L', '-f', '-'], `${lines.join('\n')}\n`);
  return output
    .split(/^\(stdin\):\d+:\n/m)
    .slice(1)
    .map(parseListed);
}

function parseListed(text: string): Listed {
  const single = (label: string): string => new RegExp(`^ {8}${label}: (.*)$`, 'm').exec(text)?.[1] ?? '';
  const list = (label: string): string[] => {
    const block =
      new RegExp(`^ {8}${label}: *(?:\\(none\\))?\\n((?: {16}.*\\n)*)`, 'm').exec(text)?.[1] ?? '';
    return block
      .split('\n')
      .slice(0, -1)
      .map((line) => line.slice(16));
  };
  return {
    type: single('Type'),
    publicKey: single('Public key'),
    signingCa: single('Signing CA'),
    keyId: single('Key ID'),
    serial: single('Serial'),
    valid: single('Valid'),
    principals: list('Principals'),
    criticalOptions: list('Critical Options'),
    extensions: list('Extensions'),
  };
}
