import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { bounded } from '../../src/bounded-map.js';
import { certificateId, parseCertificateId } from '../../src/certificates/certificate-id.js';
import { randomHandle } from '../../src/handle.js';
import { requestDigest } from '../../src/idempotency/request-digest.js';
import { refusal } from '../../src/refusal.js';

describe('names of certificates', () => {
  it('read back as they were written', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('user' as const, 'host' as const),
        fc.bigInt(1n, (1n << 63n) - 1n),
        (type, serial) => {
          expect(parseCertificateId(certificateId({ type, serial }))).toEqual({ type, serial });
        },
      ),
      { seed: 4 },
    );
  });
  it.each(['user:0', 'user:01', 'user:9223372036854775808', 'user:', 'role:1', 'user:1 ', 'USER:1', '1'])(
    '%s is none',
    (text) => expect(parseCertificateId(text)).toBeNull(),
  );
});

describe('the digest of a request', () => {
  it('does not depend on the order of fields, and on everything else', () => {
    const hex = (id: string, body: unknown) => Buffer.from(requestDigest(id, body)).toString('hex');
    const first = hex('issue', { a: 1, b: { c: ['x', 'y'], d: null } });
    expect(hex('issue', { b: { d: null, c: ['x', 'y'] }, a: 1 })).toBe(first);
    expect(hex('revoke', { a: 1, b: { c: ['x', 'y'], d: null } })).not.toBe(first);
    expect(hex('issue', { a: 1, b: { c: ['y', 'x'], d: null } })).not.toBe(first);
    expect(hex('issue', { a: '1', b: { c: ['x', 'y'], d: null } })).not.toBe(first);
  });
});

describe('a bounded map', () => {
  it('forgets what was looked up longest ago', () => {
    const map = bounded<string, number>(2);
    map.set('a', 1);
    map.set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('c', 3);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
    map.delete('a');
    expect(map.get('a')).toBeUndefined();
  });
});

describe('handles', () => {
  it('are 16 of a-z 0-9, whatever the random bytes', () => {
    for (let n = 0; n < 100; n += 1) expect(randomHandle(randomBytes)).toMatch(/^[a-z0-9]{16}$/);
    let rejected = true;
    const handle = randomHandle((count) => {
      const bytes = new Uint8Array(count).fill(rejected ? 255 : 251);
      rejected = false;
      return bytes;
    });
    expect(handle).toBe('9'.repeat(16));
  });
});

describe('refusals', () => {
  it('say the first reason, and how many more there are', () => {
    const failure = (rule: string) => ({ rule, message: `${rule} is why.` });
    expect(refusal('request_refused', [failure('a')]).message).toBe('a is why.');
    const three = refusal('request_refused', [failure('a'), failure('b'), failure('c')]);
    expect(three.message).toBe('a is why. (and 2 more)');
    expect(three.details['failures']).toHaveLength(3);
  });
});
