import { generateKeyPairSync } from 'node:crypto';
import { issueCertificate, poolVerifier } from '../src/index.js';
import { publicKeyFromObject } from '@writ/openssh/key';
import { anotherPair, authority, signerWith, userRequest, world } from './given.js';

describe('the verifier in the thread pool', () => {
  it('says yes to the authority’s certificates and no to another’s', async () => {
    const verify = poolVerifier();
    const { certificate } = await issueCertificate(world().ports, userRequest());
    expect(await verify(certificate, authority('user').publicKey)).toBe(true);
    expect(await verify(certificate, publicKeyFromObject(anotherPair.publicKey))).toBe(false);
  });

  it('says no to bytes that were changed', async () => {
    const { certificate } = await issueCertificate(world().ports, userRequest());
    const tbs = Uint8Array.from(certificate.tbs);
    tbs[tbs.length - 1] = (tbs[tbs.length - 1] ?? 0) ^ 1;
    expect(await poolVerifier()({ ...certificate, tbs }, authority('user').publicKey)).toBe(false);
  });

  it('goes on verifying for more authorities than it keeps', async () => {
    const verify = poolVerifier(2);
    const pairs = Array.from({ length: 4 }, () => generateKeyPairSync('ed25519'));
    for (const round of [1, 2]) {
      for (const pair of pairs) {
        const key = publicKeyFromObject(pair.publicKey);
        const { ports } = world({ signer: signerWith(pair.privateKey) });
        const request = userRequest({ authority: authority('user', key), requestId: `${round}` });
        const { certificate } = await issueCertificate(ports, request);
        expect(await verify(certificate, key)).toBe(true);
      }
    }
  });
});
