import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { publicKeyFromObject } from '../../src/key/index.js';
import {
  decodeKrl,
  encodeKrl,
  joinRuns,
  leaveOutRuns,
  nextKrl,
  serialRuns,
  serialRunsOfBytes,
  type KrlContents,
  type SerialRange,
} from '../../src/krl/index.js';
import { codeOf } from '../coded.js';
import { denseSerials, serials } from './arbitrary.js';

const [ca, otherCa, lost, found] = Array.from({ length: 4 }, () =>
  publicKeyFromObject(generateKeyPairSync('ed25519').publicKey),
);
if (ca === undefined || otherCa === undefined || lost === undefined || found === undefined) throw new Error();
const top = (1n << 64n) - 1n;
const sha256 = (blob: Uint8Array) => createHash('sha256').update(blob).digest();
const sha1 = (blob: Uint8Array) => createHash('sha1').update(blob).digest();
const first = { version: 1n, generatedAt: 10n };
const second = { version: 2n, generatedAt: 20n };

const decoded = (contents: Partial<KrlContents>) => decodeKrl(encodeKrl({ ...first, ...contents }));

/** Few serials, so that sets meet at every place. */
const few = fc.array(
  fc
    .tuple(fc.bigInt(1n, 60n), fc.bigInt(0n, 8n))
    .map(([from, length]) => ({ first: from, last: from + length })),
  { maxLength: 12 },
);

function members(ranges: Iterable<SerialRange>): Set<bigint> {
  const all = new Set<bigint>();
  for (const range of ranges) for (let each = range.first; each <= range.last; each += 1n) all.add(each);
  return all;
}

const sorted = (all: Iterable<bigint>) => [...all].sort((a, b) => (a < b ? -1 : 1));

describe('sets of serials', () => {
  it('are joined and left out of each other as sets are', () => {
    fc.assert(
      fc.property(few, few, (left, right) => {
        const [a, b] = [members(left), members(right)];
        const joined = joinRuns(serialRuns(left), serialRuns(right));
        const rest = leaveOutRuns(serialRuns(left), serialRuns(right));
        expect(sorted(members(joined))).toEqual(sorted(new Set([...a, ...b])));
        expect(sorted(members(rest))).toEqual(sorted([...a].filter((each) => !b.has(each))));
        for (const runs of [joined, rest]) {
          const all = [...runs];
          expect(all.every((each, at) => at === 0 || each.first > (all[at - 1]?.last ?? 0n) + 1n)).toBe(true);
        }
        const asked = Array.from({ length: 71 }, (_, serial) => BigInt(serial));
        expect(asked.filter((each) => joined.has(each))).toEqual(sorted(new Set([...a, ...b])));
      }),
      { seed: 11, numRuns: 400 },
    );
  });

  it('are joined where one is much larger than the other, with runs that swallow many', () => {
    const many = serialRuns(Array.from({ length: 500 }, (_, index) => BigInt(index) * 3n + 10n));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.bigInt(1n, 1600n), fc.bigInt(0n, 40n)), { maxLength: 6 }), (pairs) => {
        const few = pairs.map(([from, length]) => ({ first: from, last: from + length }));
        const wanted = [...serialRuns([...many, ...few])];
        expect([...joinRuns(many, serialRuns(few))]).toEqual(wanted);
        expect([...joinRuns(serialRuns(few), many)]).toEqual(wanted);
      }),
      { seed: 14, numRuns: 200 },
    );
  });

  it('know whether a range meets them', () => {
    const runs = serialRuns([{ first: 5n, last: 9n }, 20n]);
    const asked: (readonly [bigint, bigint])[] = [
      [1n, 4n],
      [1n, 5n],
      [7n, 8n],
      [9n, 30n],
      [10n, 19n],
      [21n, top],
    ];
    expect(asked.map(([from, last]) => runs.meets({ first: from, last }))).toEqual([
      false,
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  it('are read from bytes as from ranges', () => {
    const bytesOf = (ranges: readonly SerialRange[]) => {
      const bytes = Buffer.alloc(16 * ranges.length);
      ranges.forEach(({ first: from, last }, index) => {
        bytes.writeBigUInt64BE(from, 16 * index);
        bytes.writeBigUInt64BE(last, 16 * index + 8);
      });
      return bytes;
    };
    fc.assert(
      fc.property(few, (ranges) => {
        expect([...serialRunsOfBytes(bytesOf(ranges))]).toEqual([...serialRuns(ranges)]);
      }),
      { seed: 15, numRuns: 100 },
    );
    expect(codeOf(() => serialRunsOfBytes(new Uint8Array(8)))).toBe('krl_range_malformed');
    expect(codeOf(() => serialRunsOfBytes(bytesOf([{ first: 1n << 32n, last: 5n }])))).toBe(
      'krl_range_malformed',
    );
    expect(codeOf(() => serialRunsOfBytes(bytesOf([{ first: 0n, last: 5n }])))).toBe(
      'krl_serial_out_of_range',
    );
  });

  it('reach over all serials', () => {
    const all = serialRuns([{ first: 1n, last: top }]);
    expect([...joinRuns(all, serialRuns([5n]))]).toEqual([...all]);
    expect([...leaveOutRuns(all, serialRuns([1n, 1n << 32n, top]))]).toEqual([
      { first: 2n, last: (1n << 32n) - 1n },
      { first: (1n << 32n) + 1n, last: top - 1n },
    ]);
    expect([...leaveOutRuns(serialRuns([4n, { first: 6n, last: top }]), all)]).toEqual([]);
  });

  it('come out of a KRL as they went in, bitmaps across any border of 32 bits included', () => {
    fc.assert(
      fc.property(
        fc.oneof(serials, denseSerials),
        fc.constantFrom(0n, (1n << 32n) - 700n),
        (input, above) => {
          const raised = input.map((each) =>
            typeof each === 'bigint' ? each + above : { first: each.first, last: each.last },
          );
          const [section] = decoded({ certificates: [{ authority: null, serials: raised }] }).certificates;
          expect([...(section?.serials.runs() ?? [])]).toEqual([...serialRuns(raised)]);
        },
      ),
      { seed: 12, numRuns: 100 },
    );
  });
});

describe('the KRL after another', () => {
  it('is the one that is made of everything at once', () => {
    fc.assert(
      fc.property(few, few, few, (there, coming, going) => {
        const previous = decoded({ comment: 'c', certificates: [{ authority: ca, serials: there }] });
        const next = nextKrl(previous, {
          ...second,
          added: { certificates: [{ authority: ca, serials: coming }] },
          removed: { certificates: [{ authority: ca, serials: going }] },
        });
        const gone = members(going);
        const left = [...members(there)].filter((each) => !gone.has(each));
        const wanted = {
          ...second,
          comment: 'c',
          certificates: [{ authority: ca, serials: [...left, ...coming] }],
        };
        expect(Buffer.compare(encodeKrl(next), encodeKrl(wanted))).toBe(0);
      }),
      { seed: 13, numRuns: 200 },
    );
  });

  it('adds and removes entries of every kind, under their own authority', () => {
    const previous = decoded({
      comment: 'before',
      certificates: [
        { authority: ca, serials: [1n, 2n], keyIds: ['anna', 'ben'] },
        { authority: null, keyIds: ['cleo'] },
      ],
      keys: [lost],
      fingerprintsSha1: [sha1(lost.blob)],
      fingerprintsSha256: [sha256(lost.blob)],
      extensions: [{ name: 'note@acme.example', contents: Buffer.from('x') }],
    });
    const next = nextKrl(previous, {
      ...second,
      comment: 'after',
      added: {
        certificates: [
          { authority: otherCa, serials: [7n] },
          { authority: ca, keyIds: ['dora'] },
        ],
        keys: [found, found.blob],
        fingerprintsSha1: [sha1(found.blob)],
        fingerprintsSha256: [sha256(found.blob)],
      },
      removed: {
        certificates: [
          { authority: ca, serials: [2n], keyIds: ['ben', 'nobody'] },
          { authority: null, keyIds: ['cleo'] },
        ],
        keys: [lost],
        fingerprintsSha1: [sha1(lost.blob)],
        fingerprintsSha256: [sha256(lost.blob)],
      },
    });
    const wanted: KrlContents = {
      ...second,
      comment: 'after',
      certificates: [
        { authority: ca, serials: [1n], keyIds: ['anna', 'dora'] },
        { authority: otherCa, serials: [7n] },
      ],
      keys: [found],
      fingerprintsSha1: [sha1(found.blob)],
      fingerprintsSha256: [sha256(found.blob)],
    };
    expect(Buffer.compare(encodeKrl(next), encodeKrl(wanted))).toBe(0);
  });

  it('says the same where nothing changes', () => {
    const contents = { certificates: [{ authority: ca, serials: [1n], keyIds: ['anna'] }], keys: [lost] };
    expect(
      Buffer.compare(encodeKrl(nextKrl(decoded(contents), second)), encodeKrl({ ...second, ...contents })),
    ).toBe(0);
  });

  it('is refused for an authority that is named twice', () => {
    const twice = { certificates: [{ authority: ca }, { authority: ca, serials: [1n] }] };
    expect(codeOf(() => nextKrl(decoded({}), { ...second, added: twice }))).toBe('krl_authority_repeated');
    expect(codeOf(() => nextKrl(decoded({}), { ...second, removed: twice }))).toBe('krl_authority_repeated');
  });
});
