import { inspect } from 'node:util';
import type { AuthorityRef } from '@writ/issuance';
import {
  keyId,
  lint,
  noCriticalOptions,
  noExtensions,
  principal,
  serial,
  type LintedTbs,
} from '@writ/openssh/certificate';
import { decodeSignature } from '@writ/openssh/key';
import { generateAuthorityKey, LocalSigner, sealAuthorityKey, type AuthorityKey } from '../src/index.js';
import { aKey, authorityOf } from './given.js';

const key = aKey();
let made: AuthorityKey;
let subject: AuthorityKey;
let authority: AuthorityRef;

beforeAll(async () => {
  [made, subject] = [await generateAuthorityKey(), await generateAuthorityKey()];
  authority = authorityOf(made);
});

function linted(): LintedTbs {
  return lint(
    {
      certificateType: 'user',
      nonce: new Uint8Array(32),
      publicKey: subject.publicKey,
      serial: serial(1n),
      keyId: keyId('ana'),
      validPrincipals: [principal('root')],
      validAfter: 0n,
      validBefore: 100n,
      criticalOptions: noCriticalOptions,
      extensions: noExtensions,
      signatureKey: authority.publicKey,
    },
    { now: 10n, maxValidity: 100n, backdate: 60n },
  );
}

describe('the local signer', () => {
  it('opens a key once, however many ask at once', async () => {
    let loads = 0;
    const signer = new LocalSigner(key, (asked) => {
      loads += 1;
      return Promise.resolve(sealAuthorityKey(key, asked, made.privateKey));
    });
    const blobs = await Promise.all([1, 2, 3].map(() => signer.sign(authority, linted())));
    await signer.sign(authority, linted());
    expect(loads).toBe(1);
    expect(blobs.map((blob) => decodeSignature(blob).algorithm)).toEqual(Array(3).fill('ssh-ed25519'));
  });

  it('says that a key is unknown, and looks again the next time', async () => {
    const answers = [null, sealAuthorityKey(key, authority, made.privateKey)];
    const signer = new LocalSigner(key, () => Promise.resolve(answers.shift() ?? null));
    const bytes = linted();
    await expect(signer.sign(authority, bytes)).rejects.toMatchObject({ code: 'authority_key_unknown' });
    await expect(signer.sign(authority, bytes)).resolves.toBeInstanceOf(Uint8Array);
  });

  it('is unavailable while the sealed key cannot be had', async () => {
    const cause = new Error('the database is gone');
    const signer = new LocalSigner(key, () => Promise.reject(cause));
    await expect(signer.sign(authority, linted())).rejects.toMatchObject({
      code: 'signer_unavailable',
      cause,
    });
  });

  it('is unavailable for a key that was sealed for another record', async () => {
    const signer = new LocalSigner(key, () =>
      Promise.resolve(sealAuthorityKey(key, { ...authority, id: 'another' }, made.privateKey)),
    );
    await expect(signer.sign(authority, linted())).rejects.toMatchObject({
      code: 'signer_unavailable',
      cause: { code: 'sealed_record_unreadable' },
    });
  });

  it('refuses an authority that comes with another public key than the one it holds', async () => {
    const signer = new LocalSigner(key, (asked) =>
      Promise.resolve(sealAuthorityKey(key, asked, made.privateKey)),
    );
    await signer.sign(authority, linted());
    const other = { ...authority, publicKey: subject.publicKey };
    await expect(signer.sign(other, linted())).rejects.toMatchObject({ code: 'authority_key_unknown' });
  });

  it('shows itself neither as JSON nor to a console', async () => {
    const signer = new LocalSigner(key, (asked) =>
      Promise.resolve(sealAuthorityKey(key, asked, made.privateKey)),
    );
    await signer.sign(authority, linted());
    expect(JSON.stringify({ signer })).toBe('{"signer":"[local signer]"}');
    expect(inspect({ signer }, { depth: 9, showHidden: true })).toContain('[local signer]');
    expect(Reflect.ownKeys(signer)).toEqual([]);
  });
});
