import { createHash } from 'node:crypto';
import { fingerprint, type PublicKey } from '@writ/openssh/key';
import {
  decodeKrl,
  encodeKrl,
  isRevoked,
  nextKrl,
  type KrlContents,
  type SerialRange,
} from '@writ/openssh/krl';
import fc from 'fast-check';
import { judge, knownKeyIds, knownSerials, listing, makeSubjects, type Subjects } from './krl-subjects.js';

const subjects: Subjects = makeSubjects();
afterAll(() => subjects.remove());

const largest = (1n << 64n) - 1n;
const ours = (krl: Uint8Array) => {
  const decoded = decodeKrl(krl);
  return [...subjects.certificates, ...subjects.keys].map(({ read }) => isRevoked(decoded, read));
};

const serials = fc
  .array(
    fc.oneof(
      fc.constantFrom(...knownSerials.slice(1).map(BigInt)),
      fc.bigInt(1n, 300n),
      fc.bigInt(1n, largest),
      fc
        .tuple(fc.bigInt(1n, 40_000n), fc.bigInt(0n, 500n))
        .map(([first, more]) => ({ first, last: first + more })),
      fc
        .tuple(fc.bigInt(1n, largest), fc.bigInt(1n, largest))
        .map(([a, b]) => (a < b ? { first: a, last: b } : { first: b, last: a })),
    ),
    { maxLength: 60 },
  )
  .map((all): (bigint | SerialRange)[] => all);
const publicKeys = subjects.keys.map(({ read }) => read);
const contents: fc.Arbitrary<KrlContents> = fc.record({
  version: fc.bigInt(0n, largest),
  generatedAt: fc.bigInt(1n, 4_000_000_000n),
  comment: fc.string({ maxLength: 20 }).filter((text) => !text.includes('\0')),
  certificates: fc.uniqueArray(
    fc.record({
      authority: fc.constantFrom<PublicKey | null>(...subjects.authorities.map(({ key }) => key), null),
      serials,
      keyIds: fc.array(fc.oneof(fc.constantFrom(...knownKeyIds), fc.stringMatching(/^[a-z]{1,6}$/)), {
        maxLength: 4,
      }),
    }),
    { selector: ({ authority }) => authority, maxLength: 3 },
  ),
  keys: fc.array(fc.constantFrom(...publicKeys), { maxLength: 2 }),
  fingerprintsSha1: fc.array(
    fc.constantFrom(...publicKeys.map(({ blob }) => createHash('sha1').update(blob).digest())),
    { maxLength: 1 },
  ),
  fingerprintsSha256: fc.array(
    fc.oneof(
      fc.constantFrom(...publicKeys.map(({ blob }) => createHash('sha256').update(blob).digest())),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
    ),
    { maxLength: 2 },
  ),
});

/** What ssh-keygen is to list: the runs of serials, then key ids, authority by authority. */
function expectedListing({ certificates = [] }: KrlContents): string[] {
  return certificates.flatMap(({ authority, serials: input = [], keyIds = [] }) => {
    const lines = [
      ...runs(input).map(({ first, last }) => `serial: ${first === last ? `${first}` : `${first}-${last}`}`),
      ...[...new Set(keyIds)].sort().map((keyId) => `id: ${keyId}`),
    ];
    const heading =
      authority === null ? '# Wildcard CA' : `# CA key ${authority.type} ${fingerprint(authority)}`;
    return lines.length === 0 ? [] : [heading, ...lines];
  });
}

function runs(input: Iterable<bigint | SerialRange>): SerialRange[] {
  const ranges = Array.from(input, (each) => (typeof each === 'bigint' ? { first: each, last: each } : each));
  ranges.sort((a, b) => (a.first < b.first ? -1 : 1));
  const joined: SerialRange[] = [];
  for (const { first, last } of ranges) {
    const before = joined.at(-1);
    if (before !== undefined && first <= before.last + 1n) {
      joined[joined.length - 1] = { first: before.first, last: last > before.last ? last : before.last };
    } else joined.push({ first, last });
  }
  return joined;
}

describe('a KRL of ours', () => {
  it('means to ssh-keygen exactly what it was made of, and what we read in it', () => {
    let revoked = 0;
    fc.assert(
      fc.property(contents, (input) => {
        const krl = encodeKrl(input);
        const answers = judge(subjects, krl);
        revoked += answers.filter(Boolean).length;
        expect(ours(krl)).toEqual(answers);
        expect(listing(subjects, krl).filter((each) => !/^(?:# )?hash/.test(each))).toEqual(
          expectedListing(input),
        );
      }),
      { seed: 20_260_101, numRuns: 200 },
    );
    expect(revoked).toBeGreaterThan(200);
  });

  it('means the same after something was added to it and taken away again', () => {
    fc.assert(
      fc.property(contents, contents, (input, more) => {
        const { version, generatedAt } = input;
        const longer = encodeKrl(nextKrl(decodeKrl(encodeKrl(input)), { version, generatedAt, added: more }));
        expect(ours(longer)).toEqual(judge(subjects, longer));
        const removed = { certificates: more.certificates ?? [] };
        const shorter = encodeKrl(nextKrl(decodeKrl(longer), { version, generatedAt, removed }));
        const answers = judge(subjects, shorter);
        expect(ours(shorter)).toEqual(answers);
      }),
      { seed: 20_260_103, numRuns: 25 },
    );
  });

  it.each([
    ['fill one bitmap to the last bit that ssh-keygen takes', 16_384],
    ['need two', 16_385],
    ['need four', 60_000],
  ])('is read by ssh-keygen where its serials %s', (_, last) => {
    const odd = Array.from({ length: Math.floor(last / 2) }, (__, index) => BigInt(index) * 2n + 1n);
    const [ca] = subjects.authorities;
    const certificates = [{ authority: ca?.key ?? null, serials: [...odd, BigInt(last)] }];
    const input: KrlContents = { version: 1n, generatedAt: 1n, certificates };
    expect(listing(subjects, encodeKrl(input))).toEqual(expectedListing(input));
  });
});
