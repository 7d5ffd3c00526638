import { decodeCertificate, verifyCertificate } from '@writ/openssh/certificate';
import { fingerprint } from '@writ/openssh/key';
import { issueCertificate } from '../src/index.js';
import { authority, hostRequest, start, subjectKey, userRequest, world } from './given.js';

const now = BigInt(Math.floor(start / 1000));

describe('issuing a user certificate', () => {
  it('returns a certificate that says what the plan says and verifies under the authority', async () => {
    const { ports } = world();
    const { certificate } = await issueCertificate(ports, userRequest());
    expect(verifyCertificate(certificate)).toBe(true);
    expect(decodeCertificate(certificate.blob)).toMatchObject({
      certificateType: 'user',
      publicKey: subjectKey,
      serial: 17n,
      keyId: 'ana@acme/web',
      validPrincipals: ['root', 'deploy'],
      validAfter: now - 60n,
      validBefore: now + 3600n,
      criticalOptions: { forceCommand: 'uptime', sourceAddress: ['10.0.0.0/8'] },
      extensions: { permitPty: true, permitPortForwarding: false },
      signatureKey: { type: 'ssh-ed25519', blob: Buffer.from(authority('user').publicKey.blob) },
    });
  });

  it('takes the steps in their order, each once', async () => {
    const { ports, asked } = world();
    await issueCertificate(ports, userRequest());
    expect(asked).toEqual(['serial', 'sign', 'verify', 'record']);
  });

  it('records what it returns, who it is for, and what the decision saw', async () => {
    const { ports, records } = world();
    const idempotency = { key: 'once', requestDigest: new Uint8Array(32) };
    const { certificate, record } = await issueCertificate(ports, userRequest({ idempotency }));
    expect(records).toEqual([record]);
    expect(record).toEqual({
      organizationId: 'acme-id',
      authorityId: 'user-ca-id',
      serial: 17n,
      certificateType: 'user',
      keyId: 'ana@acme/web',
      validPrincipals: ['root', 'deploy'],
      validAfter: now - 60n,
      validBefore: now + 3600n,
      publicKeyFingerprint: fingerprint(subjectKey),
      userId: 'ana-id',
      roleId: 'web-id',
      sessionId: 'session-id',
      certificate: certificate.blob,
      issuedAt: start,
      seen: [
        { id: 'ana-id', epoch: 3n },
        { id: 'web-id', epoch: 5n },
        { id: 'user-ca-id', epoch: 7n },
      ],
      actorName: 'ana',
      requestId: 'request-id',
      idempotency,
    });
  });

  it('uses a new nonce each time', async () => {
    const { ports } = world();
    const [one, two] = await Promise.all([1, 2].map(() => issueCertificate(ports, userRequest())));
    expect(one?.certificate.nonce).toHaveLength(32);
    expect(one?.certificate.nonce).not.toEqual(two?.certificate.nonce);
  });
});

describe('issuing a host certificate', () => {
  it('returns a certificate of the name, with no options', async () => {
    const { ports } = world();
    const { certificate, record } = await issueCertificate(ports, hostRequest());
    expect(verifyCertificate(certificate)).toBe(true);
    expect(certificate).toMatchObject({
      certificateType: 'host',
      keyId: 'host:web-1.acme.example',
      validPrincipals: ['web-1.acme.example'],
      criticalOptions: { unknown: [] },
      extensions: { permitPty: false, other: [] },
    });
    expect(record).toMatchObject({ roleId: null, userId: 'ana-id', certificateType: 'host' });
    expect(record.seen.map(({ id }) => id)).toEqual(['ana-id', 'host-ca-id', 'name-id']);
  });

  it('issues nothing for a name that is not the key’s yet', async () => {
    const { ports, asked } = world();
    const issuing = issueCertificate(ports, hostRequest({ nameKeys: new Map() }));
    await expect(issuing).rejects.toMatchObject({
      code: 'names_unclaimed',
      details: { names: ['web-1.acme.example'] },
    });
    expect(asked).toEqual([]);
  });
});
