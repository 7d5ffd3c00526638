import {
  authorityKeyIdentity,
  authorityKeyKinds,
  generateAuthorityKey,
  openAuthorityKey,
  sealAuthorityKey,
  sealRecord,
} from '../src/index.js';
import { aKey, authorityOf, codeOf } from './given.js';

const key = aKey();

describe('an authority key', () => {
  it.each([
    ['ed25519', 'ssh-ed25519', undefined],
    ['ecdsa-256', 'ecdsa-sha2-nistp256', undefined],
    ['ecdsa-384', 'ecdsa-sha2-nistp384', undefined],
    ['ecdsa-521', 'ecdsa-sha2-nistp521', undefined],
    ['rsa-3072', 'ssh-rsa', 3072],
    ['rsa-4096', 'ssh-rsa', 4096],
  ] as const)('of kind %s is made, sealed and opened', async (kind, type, modulusLength) => {
    const made = await generateAuthorityKey(kind);
    expect(made.publicKey.type).toBe(type);
    expect(made.privateKey.asymmetricKeyDetails?.modulusLength).toBe(modulusLength);
    const authority = authorityOf(made);
    const opened = openAuthorityKey(key, authority, sealAuthorityKey(key, authority, made.privateKey));
    expect(opened.equals(made.privateKey)).toBe(true);
  });

  it('is Ed25519 unless something else is said, and of a known kind', async () => {
    expect((await generateAuthorityKey()).publicKey.type).toBe('ssh-ed25519');
    expect(authorityKeyKinds[0]).toBe('ed25519');
  });

  it('does not open for another authority, organization or public key', async () => {
    const made = await generateAuthorityKey();
    const authority = authorityOf(made);
    const sealed = sealAuthorityKey(key, authority, made.privateKey);
    const others = [
      { ...authority, id: 'another' },
      { ...authority, organizationId: 'another' },
      { ...authority, publicKey: (await generateAuthorityKey()).publicKey },
    ];
    for (const other of others) {
      expect(codeOf(() => openAuthorityKey(key, other, sealed))).toBe('sealed_record_unreadable');
    }
  });

  it('does not open to a private key that is not the half of the public one', async () => {
    const authority = authorityOf(await generateAuthorityKey());
    const foreign = await generateAuthorityKey();
    const bytes = foreign.privateKey.export({ format: 'der', type: 'pkcs8' });
    const sealed = sealRecord(key, authorityKeyIdentity(authority), bytes);
    expect(codeOf(() => openAuthorityKey(key, authority, sealed))).toBe('sealed_record_unreadable');
  });
});
