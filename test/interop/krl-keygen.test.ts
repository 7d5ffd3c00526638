import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Specification } from '@writ/cli/testing';
import { isCodedError } from '@writ/kernel';
import { fingerprint, formatPublicKeyLine } from '@writ/openssh/key';
import { decodeKrl, encodeKrl, isRevoked, type Krl } from '@writ/openssh/krl';
import fc from 'fast-check';
import { judge, knownKeyIds, knownSerials, listing, makeSubjects, type Subjects } from './krl-subjects.js';

const subjects: Subjects = makeSubjects();
afterAll(() => subjects.remove());
const at = (name: string) => join(subjects.directory, name);

/** Runs `ssh-keygen -k` over specifications, each with its own options, the later ones as updates. */
function keygen(
  specifications: readonly { readonly authority: string | null; readonly text: string }[],
): Uint8Array {
  rmSync(at('theirs.krl'), { force: true });
  specifications.forEach(({ authority, text }, index) => {
    writeFileSync(at('specification'), text);
    const options = [...(index > 0 ? ['-u'] : []), ...(authority === null ? [] : ['-s', authority])];
    execFileSync('ssh-keygen', ['-k', '-q', '-f', 'theirs.krl', ...options, 'specification'], {
      cwd: subjects.directory,
      stdio: 'pipe',
    });
  });
  return readFileSync(at('theirs.krl'));
}

/** What `writ krl build` makes of the same. */
function fromSpecifications(
  specifications: readonly { readonly authority: string | null; readonly text: string }[],
): Uint8Array {
  const specification = new Specification();
  for (const { authority, text } of specifications) {
    const key = subjects.authorities.find(({ file }) => file === authority)?.key;
    specification.add('specification', text, authority === 'none' ? null : key);
  }
  return encodeKrl({ version: 0n, generatedAt: 1n, ...specification.difference });
}

const ours = (krl: Krl) =>
  [...subjects.certificates, ...subjects.keys].map(({ read }) => isRevoked(krl, read));

const largest = (1n << 64n) - 1n;
const base = fc.constantFrom(
  (value: bigint) => `${value}`,
  (value: bigint) => `0x${value.toString(16)}`,
  (value: bigint) => `0${value.toString(8)}`,
);
const number = fc.oneof(
  fc.constantFrom(...knownSerials.slice(1).map(BigInt)),
  fc.bigInt(1n, 200n),
  fc.bigInt(1n, 10_000n),
  fc.bigInt(1n, largest),
);
const serialLine = fc.tuple(number, base).map(([value, spell]) => `serial: ${spell(value)}`);
/** ssh-keygen takes no range of one serial. */
const rangeLine = fc
  .uniqueArray(number, { minLength: 2, maxLength: 2 })
  .map((ends) => ends.sort((a, b) => (a < b ? -1 : 1)))
  .chain((ends) => base.map((spell) => `serial: ${ends.map(spell).join('-')}`));
const keyIdLine = fc
  .oneof(fc.constantFrom(...knownKeyIds, ''), fc.stringMatching(/^[a-z]{1,6}$/))
  .map((keyId) => `id: ${keyId}`);
const keyLine = fc
  .tuple(fc.constantFrom('key', 'sha1', 'sha256'), fc.constantFrom(...subjects.keys))
  .map(([word, { read }]) => `${word}: ${formatPublicKeyLine({ key: read })}`);
const certificateLine = fc
  .constantFrom(...subjects.certificates)
  .map(({ file }) => `key: ${readFileSync(at(file), 'utf8').trimEnd()}`);
const hashLine = fc.constantFrom(...subjects.keys).map(({ read }) => `hash: ${fingerprint(read)}`);

const certificateLines = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: serialLine },
    { weight: 2, arbitrary: rangeLine },
    { weight: 2, arbitrary: keyIdLine },
  ),
  { minLength: 1, maxLength: 40 },
);
const plainLines = fc.array(fc.oneof(keyLine, certificateLine, hashLine), { minLength: 1, maxLength: 3 });
const specifications = fc.array(
  fc
    .oneof(
      { weight: 4, arbitrary: fc.tuple(fc.constantFrom('ca-0.pub', 'ca-1.pub', 'none'), certificateLines) },
      { weight: 1, arbitrary: fc.tuple(fc.constant(null), plainLines) },
    )
    .map(([authority, lines]) => ({ authority, text: `# generated\n\n${lines.join('\n')}\n` })),
  { minLength: 1, maxLength: 3 },
);

describe('a KRL of ssh-keygen -k', () => {
  it('is read by us and answers as it does to ssh-keygen; ours of the same contents is no longer', () => {
    let revoked = 0;
    fc.assert(
      fc.property(specifications, (input) => {
        const theirs = keygen(input);
        const read = decodeKrl(theirs);
        const answers = judge(subjects, 'theirs.krl');
        revoked += answers.filter(Boolean).length;
        expect(ours(read)).toEqual(answers);
        const again = encodeKrl(read);
        expect(again.length).toBeLessThanOrEqual(theirs.length);
        expect(listing(subjects, again)).toEqual(listing(subjects, 'theirs.krl'));
        const built = fromSpecifications(input);
        expect(built.length).toBeLessThanOrEqual(theirs.length);
        expect(judge(subjects, built)).toEqual(answers);
        expect(listing(subjects, built).sort()).toEqual(listing(subjects, 'theirs.krl').sort());
      }),
      { seed: 20_260_102, numRuns: 150 },
    );
    expect(revoked).toBeGreaterThan(150);
  });

  it.each([
    ['sparse', 5_000, 1n << 40n],
    ['dense', 5_000, 100_000n],
    ['denser', 5_000, 15_000n],
  ])('of %s serials is no shorter than ours', (_, count, below) => {
    const seen = fc.sample(fc.bigInt(1n, below), { seed: 3, numRuns: count });
    const theirs = keygen([
      { authority: 'ca-0.pub', text: seen.map((each) => `serial: ${each}\n`).join('') },
    ]);
    const [authority] = subjects.authorities;
    const certificates = [{ authority: authority?.key ?? null, serials: BigUint64Array.from(seen) }];
    expect(encodeKrl({ version: 0n, generatedAt: 1n, certificates }).length).toBeLessThanOrEqual(
      theirs.length,
    );
  });

  it('of a key that is named twice is no shorter than ours', () => {
    for (const { read } of subjects.keys) {
      const line = formatPublicKeyLine({ key: read });
      const input = [{ authority: null, text: `${line}\nkey: ${line}\n` }];
      const theirs = keygen(input);
      const built = fromSpecifications(input);
      expect(built.length).toBeLessThanOrEqual(theirs.length);
      expect(judge(subjects, built)).toEqual(judge(subjects, 'theirs.krl'));
    }
  });

  it('may hold a bitmap that ssh-keygen itself cannot read, and neither do we', () => {
    const odd = Array.from({ length: 8193 }, (_, index) => `serial: ${index * 2 + 1}\n`).join('');
    const theirs = keygen([{ authority: 'ca-0.pub', text: odd }]);
    expect(statSync(at('theirs.krl')).size).toBeGreaterThan(2048);
    expect(() => judge(subjects, 'theirs.krl')).toThrow('bignum is too large');
    try {
      decodeKrl(theirs);
      throw new Error('it was read');
    } catch (error) {
      expect(isCodedError(error, 'krl_bitmap_too_large')).toBe(true);
    }
  });
});
