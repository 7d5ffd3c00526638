import type { AuthorityRef, Signer } from '@writ/issuance';
import { decodeSignature, publicKeyObject, verifySignature } from '@writ/openssh/key';
import { encodeTbs } from '@writ/openssh/certificate';
import { certificateFields, lintedFields } from '../fixtures/certificate.js';
import { newKeyPair } from '../fixtures/keys.js';

/** A signer, and authorities whose keys it holds. */
export interface SignerUnderTest {
  readonly signer: Signer;
  /** Of as many key types as it can hold; at least one. */
  readonly authorities: readonly AuthorityRef[];
  close(): Promise<void>;
}

/** Registers the tests that every Signer passes. `open` is called once. */
export function signerContract(name: string, open: () => Promise<SignerUnderTest>): void {
  describe(`${name} is a Signer`, () => {
    let subject: SignerUnderTest;
    const first = (): AuthorityRef => {
      const [authority] = subject.authorities;
      if (authority === undefined) throw new Error('The signer under test holds no key.');
      return authority;
    };

    beforeAll(async () => {
      subject = await open();
    });
    afterAll(() => subject.close());

    it('signs exactly the linted bytes, with the key of the authority that was named', async () => {
      for (const authority of subject.authorities) {
        const fields = certificateFields(authority.publicKey);
        const blob = await subject.signer.sign(authority, lintedFields(fields));
        const object = publicKeyObject(authority.publicKey);
        expect(verifySignature(object, authority.publicKey, encodeTbs(fields), blob)).toBe(true);
      }
    });

    it('signs RSA with SHA-512 and never with SHA-1', async () => {
      for (const authority of subject.authorities) {
        const { algorithm } = decodeSignature(
          await subject.signer.sign(authority, lintedFields(certificateFields(authority.publicKey))),
        );
        const { type } = authority.publicKey;
        expect(algorithm).toBe(type === 'ssh-rsa' ? 'rsa-sha2-512' : type);
      }
    });

    it('signs many at once', async () => {
      const authority = first();
      const object = publicKeyObject(authority.publicKey);
      const verified = await Promise.all(
        Array.from({ length: 64 }, async () => {
          const fields = certificateFields(authority.publicKey);
          const blob = await subject.signer.sign(authority, lintedFields(fields));
          return verifySignature(object, authority.publicKey, encodeTbs(fields), blob);
        }),
      );
      expect(verified.every((each) => each)).toBe(true);
    });

    it('takes linted bytes once', async () => {
      const authority = first();
      const linted = lintedFields(certificateFields(authority.publicKey));
      await subject.signer.sign(authority, linted);
      await expect(subject.signer.sign(authority, linted)).rejects.toMatchObject({
        code: 'linted_already_taken',
      });
    });

    it('refuses an authority whose key it does not hold', async () => {
      const authority = { ...first(), id: '00000000-0000-4000-8000-000000000000' };
      const linted = lintedFields(certificateFields(authority.publicKey));
      await expect(subject.signer.sign(authority, linted)).rejects.toMatchObject({
        code: 'authority_key_unknown',
      });
    });

    it('refuses an authority that is named with another public key than its own', async () => {
      const authority = { ...first(), publicKey: newKeyPair().publicKey };
      const linted = lintedFields(certificateFields(authority.publicKey));
      await expect(subject.signer.sign(authority, linted)).rejects.toMatchObject({
        code: 'authority_key_unknown',
      });
    });
  });
}
