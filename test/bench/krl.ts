// `npm run bench -- krl`: what it takes to make and to read KRLs of a million serials, against ssh-keygen beside it.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCertificateLine } from '@writ/openssh/certificate';
import { parsePublicKeyLine, type PublicKey } from '@writ/openssh/key';
import { decodeKrl, encodeKrl, isRevoked, nextKrl } from '@writ/openssh/krl';
import { report, type Row } from './frame.js';
import { addToMany } from './krl-service.js';
import { denseSerials, randomSerials } from './krl-serials.js';
import { median } from './measure.js';

const count = Number(process.argv[2] ?? '1000000');
const rounds = 3;

interface Kind {
  readonly name: string;
  readonly serials: BigUint64Array;
  /** Of the time that ssh-keygen -k takes. */
  readonly limit: number;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Milliseconds that something took, and what came of it. */
function timed<T>(act: () => T): readonly [number, T] {
  const begun = performance.now();
  const result = act();
  return [performance.now() - begun, result];
}

/** Values in the order of their rounds, each beside what ran right after it. */
function paired(
  name: string,
  unit: string,
  limit: number | null,
  pairs: readonly (readonly [number, number])[],
): Row {
  const ratio = median(pairs.map(([ours, theirs]) => ours / theirs));
  return {
    name,
    value: median(pairs.map(([ours]) => ours)),
    unit,
    baseline: median(pairs.map(([, theirs]) => theirs)),
    ratio,
    target: limit === null ? null : `≤ ${limit} ×`,
    met: limit === null ? null : ratio <= limit,
  };
}

let made = 0;

/** A certificate of the directory's CA with a serial: its file's name. */
function makeCertificate(directory: string, serial: bigint): string {
  const name = `key-${++made}`;
  const keygen = (...args: readonly string[]) =>
    execFileSync('ssh-keygen', args, { cwd: directory, stdio: 'pipe' });
  keygen('-q', '-t', 'ed25519', '-N', '', '-f', name);
  keygen('-q', '-s', 'ca', '-I', name, '-n', 'x', '-z', `${serial}`, '-V', '+1d', `${name}.pub`);
  return `${name}-cert.pub`;
}

/** Whether ssh-keygen -Q says that a certificate is revoked. */
function judge(directory: string, krl: string, certificate: string): boolean {
  const { status, stdout, stderr } = spawnSync('ssh-keygen', ['-Q', '-f', krl, certificate], {
    cwd: directory,
    encoding: 'utf8',
  });
  if (!stdout.startsWith(certificate)) throw new Error(`ssh-keygen -Q: ${stderr}`);
  return status !== 0;
}

function measure(directory: string, authority: PublicKey, { name, serials, limit }: Kind): readonly Row[] {
  writeFileSync(
    join(directory, 'specification'),
    Array.from(serials, (serial) => `serial: ${serial}\n`).join(''),
  );
  const known = new Set(serials);
  let free = 1n;
  while (known.has(free)) free += 1n;
  const revoked = makeCertificate(directory, serials.at(-1) ?? 0n);
  const good = makeCertificate(directory, free);
  const builds: (readonly [number, number])[] = [];
  const looks: (readonly [number, number])[] = [];
  const adds: number[] = [];
  let bytes: readonly [number, number] = [0, 0];
  for (let round = 0; round < rounds; round++) {
    const [ours, krl] = timed(() =>
      encodeKrl({ version: 1n, generatedAt: 1n, certificates: [{ authority, serials }] }),
    );
    const [theirs] = timed(() =>
      execFileSync('ssh-keygen', ['-k', '-q', '-f', 'theirs', '-s', 'ca.pub', 'specification'], {
        cwd: directory,
      }),
    );
    builds.push([ours, theirs]);
    writeFileSync(join(directory, 'ours'), krl);
    bytes = [krl.length, statSync(join(directory, 'theirs')).size];
    const { certificate } = parseCertificateLine(readFileSync(join(directory, revoked), 'utf8'));
    const [look, found] = timed(() =>
      isRevoked(decodeKrl(readFileSync(join(directory, 'theirs'))), certificate),
    );
    const [theirLook, theyFound] = timed(() => judge(directory, 'theirs', revoked));
    if (!found || !theyFound) throw new Error('a revoked certificate is good');
    looks.push([look, theirLook]);
    const [added, next] = timed(() =>
      encodeKrl(
        nextKrl(decodeKrl(krl), {
          version: 2n,
          generatedAt: 2n,
          added: { certificates: [{ authority, serials: [free] }] },
        }),
      ),
    );
    adds.push(added);
    writeFileSync(join(directory, 'next'), next);
    say(`${name}, round ${round + 1} of ${rounds}`);
  }
  const answers = ['ours', 'next'].map((krl) => [revoked, good].map((each) => judge(directory, krl, each)));
  if (JSON.stringify(answers) !== '[[true,false],[true,true]]')
    throw new Error(`ssh-keygen reads our KRLs otherwise: ${JSON.stringify(answers)}`);
  return [
    paired(`${name}: build from memory, against ssh-keygen -k`, 'ms', limit, builds),
    paired(`${name}: bytes, against ssh-keygen -k`, 'bytes', 1, [bytes]),
    paired(`${name}: read the file, look one up, against ssh-keygen -Q`, 'ms', 0.5, looks),
    {
      ...{ name: `${name}: read one, add one more, write the next`, value: median(adds), unit: 'ms' },
      ...{ baseline: null, ratio: null, target: null, met: null },
    },
  ];
}

const directory = mkdtempSync(join(tmpdir(), 'writ-bench-'));
try {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(directory, 'ca')]);
  const { key } = parsePublicKeyLine(readFileSync(join(directory, 'ca.pub'), 'utf8'));
  const many = count.toLocaleString('en');
  report('krl', [
    ...measure(directory, key, {
      name: `${many} random serials of 40 bits`,
      serials: randomSerials(count),
      limit: 0.5,
    }),
    ...measure(directory, key, {
      name: `${many} serials of ${(count * 20).toLocaleString('en')}`,
      serials: denseSerials(count, count * 20),
      limit: 0.25,
    }),
    ...(await addToMany(count)),
  ]);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
