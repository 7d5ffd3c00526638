import { createHash, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { publicKeyFromObject, type PublicKey } from '../../src/key/index.js';
import {
  decodeKrl,
  encodeKrl,
  type KrlContents,
  type KrlExtension,
  type SerialRange,
} from '../../src/krl/index.js';
import { serialRuns } from '../../src/krl/serial-runs.js';
import { codeOf } from '../coded.js';
import { denseSerials, serials } from './arbitrary.js';

const keys = Array.from({ length: 4 }, () => publicKeyFromObject(generateKeyPairSync('ed25519').publicKey));
const [ca] = keys;
const empty = { version: 1n, generatedAt: 2n };
const extension: KrlExtension = { name: 'note@acme.example', contents: Buffer.from('x') };
const u64 = fc.bigInt(0n, (1n << 64n) - 1n);
const keyId = fc.string({ unit: 'grapheme', maxLength: 8 }).filter((text) => !text.includes('\0'));

const extensions = fc.array(
  fc.record({ name: keyId.filter((name) => name !== ''), contents: fc.uint8Array({ maxLength: 8 }) }),
  { maxLength: 2 },
);

const contents: fc.Arbitrary<KrlContents> = fc.record({
  version: u64,
  generatedAt: u64,
  comment: keyId,
  certificates: fc.uniqueArray(
    fc.record({
      authority: fc.constantFrom(...keys, null),
      serials,
      keyIds: fc.array(keyId, { maxLength: 5 }),
      extensions,
    }),
    { selector: ({ authority }) => authority, maxLength: 4 },
  ),
  keys: fc.array(fc.constantFrom(...keys, ...keys.map(({ blob }) => blob)), { maxLength: 5 }),
  fingerprintsSha1: fc.array(fc.uint8Array({ minLength: 20, maxLength: 20 }), { maxLength: 5 }),
  fingerprintsSha256: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 5 }),
  extensions,
});

function joined(input: Iterable<bigint | SerialRange>): SerialRange[] {
  return [...serialRuns(input)];
}

function ordered(entries: Iterable<Uint8Array | string> = []): string[] {
  return [...new Set(Array.from(entries, (each) => Buffer.from(each as string).toString('hex')))].sort();
}

const blobOf = (key: PublicKey | Uint8Array) => ('blob' in key ? key.blob : key);

function comparable(read: readonly KrlExtension[] = []): string[] {
  return read.map((each) => `${each.name} ${Buffer.from(each.contents).toString('hex')}`);
}

describe('a KRL that we write', () => {
  it('reads back as the same contents, and writes again as the same bytes', () => {
    fc.assert(
      fc.property(contents, (input) => {
        const bytes = encodeKrl(input);
        const read = decodeKrl(bytes);
        expect(read).toMatchObject({
          version: input.version,
          generatedAt: input.generatedAt,
          comment: input.comment,
        });
        const wanted = (input.certificates ?? []).filter(
          ({ serials: some = [], keyIds = [], extensions: more = [] }) =>
            joined(some).length > 0 || [...keyIds].length > 0 || more.length > 0,
        );
        expect(read.certificates.map(({ authority }) => authority)).toEqual(
          wanted.map(({ authority }) => authority),
        );
        read.certificates.forEach((each, index) => {
          expect(joined(each.serials)).toEqual(joined(wanted[index]?.serials ?? []));
          expect(ordered(each.keyIds)).toEqual(ordered(wanted[index]?.keyIds));
          expect(comparable(each.extensions)).toEqual(comparable(wanted[index]?.extensions));
        });
        expect(comparable(read.extensions)).toEqual(comparable(input.extensions));
        expect(ordered(read.keys)).toEqual(ordered(Array.from(input.keys ?? [], blobOf)));
        expect(ordered(read.fingerprintsSha1)).toEqual(ordered(input.fingerprintsSha1));
        expect(ordered(read.fingerprintsSha256)).toEqual(ordered(input.fingerprintsSha256));
        expect(Buffer.compare(encodeKrl(read), bytes)).toBe(0);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('answers for every serial on either side of every border', () => {
    fc.assert(
      fc.property(fc.oneof(serials, denseSerials), (input) => {
        const [section] = decodeKrl(
          encodeKrl({ ...empty, certificates: [{ authority: null, serials: input }] }),
        ).certificates;
        const has = (serial: bigint) => section?.serials.has(serial) ?? false;
        const wrong = joined(input).filter(
          ({ first, last }) =>
            !has(first) || !has((first + last) / 2n) || !has(last) || has(first - 1n) || has(last + 1n),
        );
        expect(wrong).toEqual([]);
        expect(has(0n)).toBe(false);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  it('is only a header where nothing is revoked', () => {
    const bytes = encodeKrl({ ...empty, certificates: [{ authority: null }] });
    expect(bytes).toHaveLength(44);
    expect(decodeKrl(bytes)).toMatchObject({ version: 1n, generatedAt: 2n, comment: '', certificates: [] });
  });

  it('does not hold on to the bytes it is read from', () => {
    const bytes = encodeKrl({ ...empty, certificates: [{ authority: null, keyIds: ['anna'] }] });
    const read = decodeKrl(bytes);
    bytes.fill(0);
    expect([...(read.certificates[0]?.keyIds ?? [])]).toEqual(['anna']);
  });

  it.each<[string, KrlContents, string]>([
    ['NUL in the comment', { ...empty, comment: 'a\0b' }, 'krl_comment_malformed'],
    [
      'NUL in a key id',
      { ...empty, certificates: [{ authority: null, keyIds: ['a\0'] }] },
      'krl_key_id_malformed',
    ],
    [
      'half a character',
      { ...empty, certificates: [{ authority: null, keyIds: ['\ud800'] }] },
      'krl_key_id_malformed',
    ],
    ['serial 0', { ...empty, certificates: [{ authority: null, serials: [0n] }] }, 'krl_serial_out_of_range'],
    [
      'one authority twice',
      {
        ...empty,
        certificates: [
          { authority: null, keyIds: ['a'] },
          { authority: null, keyIds: ['b'] },
        ],
      },
      'krl_authority_repeated',
    ],
    [
      'a SHA-1 digest as SHA-256',
      { ...empty, fingerprintsSha256: [new Uint8Array(20)] },
      'krl_fingerprint_malformed',
    ],
    [
      'a SHA-256 digest as SHA-1',
      { ...empty, fingerprintsSha1: [new Uint8Array(32)] },
      'krl_fingerprint_malformed',
    ],
    ['a key that is none', { ...empty, keys: [Buffer.from('\0\0\0\u0001 ')] }, 'krl_key_malformed'],
    ['a key cut short', { ...empty, keys: [new Uint8Array(3)] }, 'wire_truncated'],
    [
      'an extension without a name',
      { ...empty, extensions: [{ name: '', contents: new Uint8Array() }] },
      'krl_extension_malformed',
    ],
    [
      'NUL in the name of an extension',
      { ...empty, extensions: [{ name: 'a\0', contents: new Uint8Array() }] },
      'krl_extension_malformed',
    ],
    [
      'more extensions than we read, wherever they are',
      {
        ...empty,
        extensions: Array.from({ length: 128 }, () => extension),
        certificates: [{ authority: null, extensions: Array.from({ length: 129 }, () => extension) }],
      },
      'krl_extensions_too_many',
    ],
    ['a negative version', { ...empty, version: -1n }, 'wire_integer_out_of_range'],
    ['a time of 2^64', { ...empty, generatedAt: 1n << 64n }, 'wire_integer_out_of_range'],
    ['128 MiB', { ...empty, comment: 'x'.repeat(0x800_0000) }, 'krl_too_large'],
  ])('refuses %s', (_, input, code) => {
    expect(codeOf(() => encodeKrl(input))).toBe(code);
  });

  it('has at most 4096 authorities, to write and to read', () => {
    const authorities = Array.from({ length: 4097 }, () =>
      publicKeyFromObject(generateKeyPairSync('ed25519').publicKey),
    );
    const certificates = authorities.map((authority) => ({ authority, keyIds: ['a'] }));
    expect(codeOf(() => encodeKrl({ ...empty, certificates }))).toBe('krl_authorities_too_many');
    const all = encodeKrl({ ...empty, certificates: certificates.slice(1) });
    const one = encodeKrl({ ...empty, certificates: certificates.slice(0, 1) });
    expect(decodeKrl(all).certificates).toHaveLength(4096);
    expect(codeOf(() => decodeKrl(Buffer.concat([all, one.subarray(44)])))).toBe('krl_authorities_too_many');
  });
});

describe('reading a KRL', () => {
  it('refuses more bytes than OpenSSH loads', () => {
    expect(codeOf(() => decodeKrl(new Uint8Array(0x800_0001)))).toBe('krl_too_large');
  });

  it('keeps ranges and bitmaps folded, however much they hold', () => {
    const wide = [{ first: 1n, last: (1n << 63n) - 1n }];
    const krl = decodeKrl(encodeKrl({ ...empty, certificates: [{ authority: ca ?? null, serials: wide }] }));
    expect([...(krl.certificates[0]?.serials ?? [])]).toEqual(wide);
    expect(krl.certificates[0]?.serials.has(1n << 62n)).toBe(true);
  });

  it('finds what it revokes by digest', () => {
    const digests = keys.map(({ blob }) => createHash('sha256').update(blob).digest());
    const krl = decodeKrl(encodeKrl({ ...empty, fingerprintsSha256: digests }));
    expect(digests.every((each) => krl.fingerprintsSha256.has(each))).toBe(true);
    expect(krl.fingerprintsSha256.has(Buffer.alloc(32))).toBe(false);
  });
});
