import { createHash, generateKeyPairSync } from 'node:crypto';
import { publicKeyFromObject, type PublicKey } from '../../src/key/index.js';
import { decodeKrl, encodeKrl, isRevoked, revocationReason, type KrlContents } from '../../src/krl/index.js';
import { krlBytes, section, strings } from './bytes.js';

const newKey = (): PublicKey => publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
const [ca, otherCa, subject, otherKey] = [newKey(), newKey(), newKey(), newKey()];
const certificate = { publicKey: subject, serial: 5n, keyId: 'anna', signatureKey: ca };
const sha256 = ({ blob }: PublicKey) => createHash('sha256').update(blob).digest();

const krl = (contents: Partial<KrlContents>) =>
  decodeKrl(encodeKrl({ version: 1n, generatedAt: 1n, ...contents }));

describe('a certificate', () => {
  it.each<[string, Partial<KrlContents>, string | null]>([
    ['nothing', {}, null],
    ['its serial', { certificates: [{ authority: ca, serials: [5n] }] }, 'serial'],
    ['another serial', { certificates: [{ authority: ca, serials: [4n, 6n] }] }, null],
    ['its serial of another authority', { certificates: [{ authority: otherCa, serials: [5n] }] }, null],
    ['its serial of any authority', { certificates: [{ authority: null, serials: [5n] }] }, 'serial'],
    ['its key id', { certificates: [{ authority: ca, keyIds: ['anna'] }] }, 'key_id'],
    ['a key id that its own begins', { certificates: [{ authority: ca, keyIds: ['ann', 'anna2'] }] }, null],
    ['its key id of another authority', { certificates: [{ authority: otherCa, keyIds: ['anna'] }] }, null],
    ['its key id of any authority', { certificates: [{ authority: null, keyIds: ['anna'] }] }, 'key_id'],
    ['its key', { keys: [subject] }, 'key'],
    ['its key by digest', { fingerprintsSha256: [sha256(subject)] }, 'key'],
    ['another key', { keys: [otherKey], fingerprintsSha256: [sha256(otherKey)] }, null],
    ["its authority's key", { keys: [ca] }, 'signature_key'],
    ["its authority's key by digest", { fingerprintsSha256: [sha256(ca)] }, 'signature_key'],
    [
      'its serial for any authority, behind a section for its own',
      {
        certificates: [
          { authority: null, serials: [5n] },
          { authority: ca, serials: [6n] },
        ],
      },
      'serial',
    ],
  ])('where the KRL has %s: %s', (_, contents, reason) => {
    expect(revocationReason(krl(contents), certificate)).toBe(reason);
    expect(isRevoked(krl(contents), certificate)).toBe(reason !== null);
  });

  it('with serial 0 is never revoked by serial', () => {
    const all = krl({
      certificates: [{ authority: null, serials: [{ first: 1n, last: (1n << 64n) - 1n }] }],
    });
    expect(isRevoked(all, { ...certificate, serial: 0n })).toBe(false);
    expect(isRevoked(all, { ...certificate, serial: (1n << 64n) - 1n })).toBe(true);
  });
});

describe('a key', () => {
  it('is revoked by itself or a digest of itself, and by nothing about certificates', () => {
    expect(isRevoked(krl({ keys: [subject] }), subject)).toBe(true);
    expect(isRevoked(krl({ fingerprintsSha256: [sha256(subject)] }), subject)).toBe(true);
    expect(isRevoked(krl({ keys: [otherKey] }), subject)).toBe(false);
    expect(
      isRevoked(krl({ certificates: [{ authority: ca, serials: [5n], keyIds: ['anna'] }] }), subject),
    ).toBe(false);
  });

  it('is revoked by a SHA-1 digest', () => {
    const sha1 = createHash('sha1').update(subject.blob).digest();
    const read = krl({ fingerprintsSha1: [sha1] });
    expect(decodeKrl(krlBytes(section(3, strings(sha1)))).fingerprintsSha1.has(sha1)).toBe(true);
    expect(read.fingerprintsSha1.size).toBe(1);
    expect(revocationReason(read, subject)).toBe('key');
    expect(revocationReason(read, { ...certificate, publicKey: otherKey, signatureKey: subject })).toBe(
      'signature_key',
    );
    expect(isRevoked(read, otherKey)).toBe(false);
  });
});
