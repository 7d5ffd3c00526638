import { generateKeyPairSync } from 'node:crypto';
import { serial, type Serial } from '@writ/openssh/certificate';
import { encodeSignature, publicKeyFromObject, signRaw } from '@writ/openssh/key';
import {
  cycleErrorCodes,
  issueCertificate,
  recorderErrorCodes,
  serialSourceErrorCodes,
  signerErrorCodes,
  type IssuancePorts,
  type Signer,
} from '../src/index.js';
import { anotherPair, authority, ending, signerWith, start, userRequest, world } from './given.js';

const closed: ReadonlySet<unknown> = new Set([
  ...cycleErrorCodes,
  ...signerErrorCodes,
  ...serialSourceErrorCodes,
  ...recorderErrorCodes,
]);

/** The error that issuing with these ports ends in, after a check that nothing was recorded. */
async function endOf(over: Partial<IssuancePorts>, request = userRequest()) {
  const { ports, records, asked } = world(over);
  const error = await issueCertificate(ports, request).then(
    () => Promise.reject(new Error('a certificate was issued')),
    (e: unknown) => e as { code: unknown; details: Record<string, unknown>; cause?: unknown },
  );
  expect(records).toEqual([]);
  expect(closed.has(error.code)).toBe(true);
  return { ...error, code: error.code, cause: error.cause, asked };
}

const garbage = (blob: Uint8Array): Signer => ({ sign: () => Promise.resolve(blob) });

describe('a request that is refused', () => {
  it('takes no serial, and says every reason', async () => {
    const request = userRequest({ roles: [], authority: { ...authority('user'), state: 'retired' } });
    const { code, details, asked } = await endOf({}, request);
    expect(code).toBe('request_refused');
    expect(details['failures']).toMatchObject([{ rule: 'authority_not_active' }, { rule: 'role_missing' }]);
    expect(asked).toEqual([]);
  });
});

describe('a port that fails', () => {
  const record = (end: () => Promise<never>): Partial<IssuancePorts> => ({ recorder: { record: end } });
  const sign = (end: () => Promise<never>): Partial<IssuancePorts> => ({ signer: { sign: end } });
  const take = (end: () => Promise<never>): Partial<IssuancePorts> => ({ serials: { take: end } });

  it.each([
    ['serial source', 'storage_unavailable', take],
    ['serial source', 'storage_full', take],
    ['serial source', 'serials_exhausted', take],
    ['signer', 'signer_unavailable', sign],
    ['signer', 'authority_key_unknown', sign],
    ['recorder', 'storage_unavailable', record],
    ['recorder', 'storage_full', record],
  ])('(%s: %s) ends the cycle with its own code', async (_port, code, port) => {
    expect((await endOf(port(() => ending(code)))).code).toBe(code);
  });

  it.each([
    ['serial source', 'storage_unavailable', take],
    ['signer', 'signer_unavailable', sign],
    ['recorder', 'storage_unavailable', record],
  ])('(%s) in a way of its own ends in %s, and the cause is kept', async (_port, code, port) => {
    const bug = new TypeError('x is not a function');
    expect(await endOf(port(() => Promise.reject(bug)))).toMatchObject({ code, cause: bug });
    expect((await endOf(port(() => ending('a_code_of_another_library')))).code).toBe(code);
    const thrown = port(() => {
      throw bug;
    });
    expect((await endOf(thrown)).code).toBe(code);
  });
});

describe('a signature that is not the authority’s', () => {
  const foreign = (): Signer => signerWith(anotherPair.privateKey);
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  const otherBytes: Signer = {
    sign: () =>
      Promise.resolve(
        encodeSignature('ssh-ed25519', signRaw(anotherPair.privateKey, 'ssh-ed25519', Buffer.from('other'))),
      ),
  };

  it.each<readonly [string, Signer]>([
    ['by another key', foreign()],
    ['by a key of another type', signerWith(ec.privateKey)],
    ['over other bytes', otherBytes],
    ['of no bytes', garbage(new Uint8Array())],
    ['of garbage', garbage(Buffer.from('garbage'))],
    ['of zeros', garbage(encodeSignature('ssh-ed25519', new Uint8Array(64)))],
  ])('(%s) is neither returned nor recorded', async (_what, signer) => {
    const { code, asked } = await endOf({ signer });
    expect(code).toBe('signature_invalid');
    expect(asked).not.toContain('record');
  });

  it('is not excused by an authority that happens to be named with the signing key', async () => {
    // The certificate's own signature key is compared with the authority's, too.
    const request = userRequest({ authority: authority('user', publicKeyFromObject(ec.publicKey)) });
    expect((await endOf({}, request)).code).toBe('signature_invalid');
  });

  it.each([undefined, null, 1, 'true', {}])('is what a verifier means that answers %p', async (answer) => {
    const verify = () => Promise.resolve(answer as boolean);
    expect((await endOf({ verify })).code).toBe('signature_invalid');
  });

  it('is what a verifier means that rejects', async () => {
    const bug = new Error('operation not supported');
    expect(await endOf({ verify: () => Promise.reject(bug) })).toMatchObject({
      code: 'signature_invalid',
      cause: bug,
    });
  });
});

describe('what our own certificate may not be', () => {
  it.each([0n, -1n, 1n << 63n])('a certificate with the serial %s is not signed', async (number) => {
    const serials = { take: () => Promise.resolve(number as Serial) };
    const { code, asked } = await endOf({ serials });
    expect(code).toBe('lint_failed');
    expect(asked).toEqual(['serial']);
  });

  it('a certificate with a short nonce is not signed', async () => {
    const { code, details } = await endOf({ randomBytes: () => new Uint8Array(8) });
    expect(code).toBe('lint_failed');
    expect(details['findings']).toMatchObject([{ code: 'nonce_length_refused' }]);
  });
});

describe('a clock that moves while the certificate is signed', () => {
  /** Decides at the start, and reads `later` from then on. */
  const jumping = (later: number) => {
    let reads = 0;
    return () => (reads++ === 0 ? start : later);
  };

  it.each([
    ['past its end', start + 3600_000, 'validity_lapsed'],
    ['back, so that it would last longer than allowed', start - 60_000, 'validity_lapsed'],
  ])('%s ends the cycle', async (_how, later, code) => {
    const { code: ended, asked } = await endOf({ clock: jumping(later) });
    expect(ended).toBe(code);
    expect(asked).toEqual(['serial', 'sign', 'verify']);
  });

  it('a little changes nothing', async () => {
    const { ports } = world({ clock: jumping(start + 3599_000) });
    await expect(issueCertificate(ports, userRequest())).resolves.toBeDefined();
  });
});

describe('what is not recorded is not returned', () => {
  it('when what the decision saw has changed', async () => {
    const { ports } = world({}, { outcome: 'stale', changed: ['web-id'] });
    await expect(issueCertificate(ports, userRequest())).rejects.toMatchObject({
      code: 'decision_stale',
      details: { changed: ['web-id'] },
    });
  });

  it('when the Idempotency-Key is taken', async () => {
    const { ports } = world({}, { outcome: 'duplicate' });
    await expect(issueCertificate(ports, userRequest())).rejects.toMatchObject({
      code: 'idempotency_key_taken',
    });
  });

  it('before the recorder has said so', async () => {
    let commit: (() => void) | undefined;
    const { ports } = world({
      recorder: { record: () => new Promise((resolve) => (commit = () => resolve({ outcome: 'recorded' }))) },
      serials: { take: () => Promise.resolve(serial(1n)) },
    });
    let returned = false;
    const issuing = issueCertificate(ports, userRequest()).then(() => (returned = true));
    while (commit === undefined) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    expect(returned).toBe(false);
    commit();
    await issuing;
    expect(returned).toBe(true);
  });
});
