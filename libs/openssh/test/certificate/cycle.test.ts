import {
  assembleCertificate,
  decodeCertificate,
  encodeTbs,
  formatCertificateLine,
  lint,
  parseCertificateLine,
  verifyCertificate,
} from '../../src/certificate/index.js';
import { encodeSignature, signRaw } from '../../src/key/index.js';
import { codeOf } from '../coded.js';
import { authority, fields, limits } from './fixtures.js';

describe('a certificate', () => {
  it('is encoded, linted, signed, decoded and verified', () => {
    const linted = lint(fields, limits);
    const tbs = linted.take();
    expect(codeOf(() => linted.take())).toBe('linted_already_taken');
    const raw = signRaw(authority.privateKey, 'ssh-ed25519', tbs);
    const certificate = decodeCertificate(assembleCertificate(tbs, encodeSignature('ssh-ed25519', raw)));
    expect(certificate).toMatchObject({ ...fields, publicKey: { type: 'ssh-ed25519' } });
    expect(encodeTbs(certificate)).toEqual(tbs);
    expect(verifyCertificate(certificate)).toBe(true);
    expect(parseCertificateLine(formatCertificateLine(certificate, 'a b')).comment).toBe('a b');
  });
});
