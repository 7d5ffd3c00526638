import { randomBytes } from 'node:crypto';
import {
  authorityKeyKinds,
  generateAuthorityKey,
  KeyEncryptionKey,
  LocalSigner,
  sealAuthorityKey,
} from '@writ/signer';
import { signerContract } from '@writ/testkit/contracts';
import { aCaller, anAuthority } from '@writ/testkit/fixtures';

signerContract('the local signer', async () => {
  const key = new KeyEncryptionKey(randomBytes(32));
  const sealed = new Map<string, Uint8Array>();
  const authorities = await Promise.all(
    authorityKeyKinds.map(async (kind) => {
      const { publicKey, privateKey } = await generateAuthorityKey(kind);
      const authority = anAuthority(aCaller(), { publicKey });
      sealed.set(authority.id, sealAuthorityKey(key, authority, privateKey));
      return authority;
    }),
  );
  const signer = new LocalSigner(key, ({ id }) => Promise.resolve(sealed.get(id) ?? null));
  return { signer, authorities, close: () => Promise.resolve() };
});
