import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { openRecord, rewrapRecord, sealRecord } from '../src/index.js';
import { aKey, anIdentity, codeOf } from './given.js';

const key = aKey();
const secret = Buffer.from('attack at dawn');

describe('a sealed record', () => {
  it('opens to what was sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), (plaintext) => {
        const opened = openRecord(key, anIdentity(), sealRecord(key, anIdentity(), plaintext));
        expect(Buffer.compare(opened, plaintext)).toBe(0);
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('says nothing of its content and differs each time', () => {
    const one = Buffer.from(sealRecord(key, anIdentity(), secret));
    const two = Buffer.from(sealRecord(key, anIdentity(), secret));
    expect(one.includes(secret)).toBe(false);
    expect(one.equals(two)).toBe(false);
  });

  it('has the layout that its version says: header, nonce, as much ciphertext as text, tag', () => {
    const envelope = Buffer.from(sealRecord(key, anIdentity(), secret));
    expect(envelope.subarray(0, 4).toString()).toBe('WRS1');
    expect(envelope).toHaveLength(4 + 12 + secret.length + 16);
  });

  it.each([
    ['purpose', anIdentity({ purpose: 'authority-key' })],
    ['organization', anIdentity({ organizationId: 'another' })],
    ['record', anIdentity({ recordId: 'another' })],
    ['fingerprint', anIdentity({ fingerprint: 'another' })],
    ['boundary between two members', anIdentity({ organizationId: 'or', recordId: '' })],
  ])('does not open under another %s', (_what, identity) => {
    const envelope = sealRecord(key, anIdentity(), secret);
    expect(codeOf(() => openRecord(key, identity, envelope))).toBe('sealed_record_unreadable');
  });

  it('does not open under another key', () => {
    const envelope = sealRecord(key, anIdentity(), secret);
    expect(codeOf(() => openRecord(aKey(), anIdentity(), envelope))).toBe('sealed_record_unreadable');
  });

  it('does not open with any bit of it changed', () => {
    const envelope = sealRecord(key, anIdentity(), secret);
    for (let bit = 0; bit < envelope.length * 8; bit++) {
      const changed = Uint8Array.from(envelope);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const expected = bit < 32 ? 'sealed_record_malformed' : 'sealed_record_unreadable';
      expect(codeOf(() => openRecord(key, anIdentity(), changed))).toBe(expected);
    }
  });

  it('is refused at every length but its own', () => {
    const envelope = sealRecord(key, anIdentity(), secret);
    for (let length = 0; length < envelope.length; length++) {
      const code = codeOf(() => openRecord(key, anIdentity(), envelope.subarray(0, length)));
      expect(code).toBe(length < 33 ? 'sealed_record_malformed' : 'sealed_record_unreadable');
    }
    const longer = Buffer.concat([envelope, Buffer.of(0)]);
    expect(codeOf(() => openRecord(key, anIdentity(), longer))).toBe('sealed_record_unreadable');
  });

  it('is neither empty nor huge', () => {
    expect(codeOf(() => sealRecord(key, anIdentity(), Buffer.of()))).toBe('sealed_record_malformed');
    expect(codeOf(() => sealRecord(key, anIdentity(), Buffer.alloc(70_000)))).toBe('sealed_record_malformed');
  });
});

describe('rewrapping', () => {
  it('moves a record to another key and to nothing else', () => {
    const next = aKey();
    const moved = rewrapRecord(key, next, anIdentity(), sealRecord(key, anIdentity(), secret));
    expect(Buffer.compare(openRecord(next, anIdentity(), moved), secret)).toBe(0);
    expect(codeOf(() => openRecord(key, anIdentity(), moved))).toBe('sealed_record_unreadable');
  });

  it('refuses what the old key does not open', () => {
    const foreign = sealRecord(aKey(), anIdentity(), secret);
    expect(codeOf(() => rewrapRecord(key, aKey(), anIdentity(), foreign))).toBe('sealed_record_unreadable');
  });
});

describe('the key-encryption key', () => {
  it('shows itself neither as JSON nor to a console, and holds nothing that can be listed', () => {
    expect(JSON.stringify({ key })).toBe('{"key":"[key-encryption key]"}');
    expect(inspect({ key }, { depth: 9, showHidden: true })).toContain('[key-encryption key]');
    expect(Reflect.ownKeys(key)).toEqual([]);
  });

  it('wipes the bytes it was made from', () => {
    const bytes = Buffer.alloc(32, 7);
    expect(new (key.constructor as new (b: Uint8Array) => unknown)(bytes)).toBeDefined();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });
});
