import fc from 'fast-check';
import sshpk from 'sshpk';
import {
  assembleCertificate,
  decodeCertificate,
  formatCertificateLine,
  lint,
} from '@writ/openssh/certificate';
import { encodeSignature, signatureAlgorithmFor, signRaw, type PublicKey } from '@writ/openssh/key';
import { certificateFields, limits } from './arbitrary-fields.js';
import { authorities, subjects } from './vectors.js';

/** sshpk knows no security keys, and it takes a signature only with the curve's full-length r. */
const readable = subjects.filter(({ type }) => !type.startsWith('sk-'));

function sshpkFingerprint(key: PublicKey): string {
  return sshpk.parseKey(Buffer.from(key.blob), 'rfc4253').fingerprint('sha256').toString();
}

describe("sshpk's reader as another opinion", () => {
  const pairs = authorities.flatMap((authority) => readable.map((subject) => ({ authority, subject })));

  it.each(pairs)('$subject.type certified by $authority.name', ({ authority, subject }) => {
    const algorithm = signatureAlgorithmFor(authority.publicKey);
    const samples = fc.sample(certificateFields(subject, authority.publicKey), { numRuns: 20, seed: 7 });
    for (const fields of samples) {
      const { validPrincipals, certificateType } = fields;
      if (Buffer.compare(subject.blob, authority.publicKey.blob) === 0) continue;
      const tbs = lint(fields, limits).take();
      const blob = assembleCertificate(
        tbs,
        encodeSignature(algorithm, signRaw(authority.privateKey, algorithm, tbs)),
      );
      const theirs = sshpk.parseCertificate(formatCertificateLine(decodeCertificate(blob)), 'openssh');
      expect(theirs.subjectKey.fingerprint('sha256').toString()).toBe(sshpkFingerprint(subject));
      expect(theirs.issuerKey?.fingerprint('sha256').toString()).toBe(sshpkFingerprint(authority.publicKey));
      expect(BigInt(`0x${theirs.serial.toString('hex')}`)).toBe(fields.serial);
      expect(theirs.validFrom.getTime()).toBe(Number(fields.validAfter) * 1000);
      expect(theirs.validUntil.getTime()).toBe(Number(fields.validBefore) * 1000);
      expect(theirs.subjects.map(({ type, uid, hostname }) => [type, uid ?? hostname])).toEqual(
        validPrincipals.map((name) => [certificateType, name]),
      );
    }
  });
});

describe("sshpk's Signature", () => {
  it('builds the ECDSA blob that we build, wherever it knows the curve', () => {
    const authority = authorities.find(({ publicKey }) => publicKey.type === 'ecdsa-sha2-nistp256');
    if (authority === undefined) throw new Error('there is a P-256 authority');
    let compared = 0;
    for (let round = 0; round < 50; round += 1) {
      const raw = Buffer.from(signRaw(authority.privateKey, 'ecdsa-sha2-nistp256', Buffer.from([round])));
      if (raw[0] === 0 || raw[32] === 0) continue;
      const mpint = (bytes: Buffer): Buffer =>
        (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
      const theirs = new sshpk.Signature({
        type: 'ecdsa',
        parts: [
          { name: 'r', data: mpint(raw.subarray(0, 32)) },
          { name: 's', data: mpint(raw.subarray(32)) },
        ],
      }).toBuffer('ssh');
      expect(Buffer.from(encodeSignature('ecdsa-sha2-nistp256', raw))).toEqual(theirs);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(40);
  });
});
