import fc from 'fast-check';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeTbs, parseCertificateLine, verifyCertificate } from '@writ/openssh/certificate';
import { formatPublicKeyLine } from '@writ/openssh/key';
import { inScratch, sshKeygen } from './ssh-keygen.js';
import { subjects, vectorPath } from './vectors.js';

/** An option of `ssh-keygen -O` beside what it must become in the certificate. */
const flags = [
  ['permit-X11-forwarding', 'permitX11Forwarding'],
  ['permit-agent-forwarding', 'permitAgentForwarding'],
  ['permit-port-forwarding', 'permitPortForwarding'],
  ['permit-pty', 'permitPty'],
  ['permit-user-rc', 'permitUserRc'],
  ['no-touch-required', 'noTouchRequired'],
] as const;

const request = fc.record({
  subject: fc.constantFrom(...subjects),
  serial: fc.bigInt(0n, (1n << 64n) - 1n),
  keyId: fc.string({ unit: fc.constantFrom(...'abc XYZ"\'()=安'), minLength: 1, maxLength: 30 }),
  principals: fc.array(fc.string({ unit: fc.constantFrom(...'ab*?.:@ä'), minLength: 1, maxLength: 10 }), {
    maxLength: 5,
  }),
  from: fc.integer({ min: 1_000_000_000, max: 1_900_000_000 }),
  length: fc.integer({ min: 1, max: 100_000_000 }),
  set: fc.subarray([...flags]),
  command: fc.option(fc.string({ unit: fc.constantFrom(...'abc $"\'\\,;='), minLength: 1, maxLength: 30 }), {
    nil: undefined,
  }),
  addresses: fc.option(fc.constantFrom('10.0.0.0/8', '192.0.2.1,2001:DB8::/32', '0.0.0.0/0'), {
    nil: undefined,
  }),
  verify: fc.boolean(),
});

const time = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(/[-:T]|\.000Z/g, '');

describe('certificates that ssh-keygen -s makes are decoded as what was asked for', () => {
  it('with any mixture of its options', () => {
    inScratch((folder) => {
      const authority = join(folder, 'authority');
      copyFileSync(vectorPath('keys/private/ed25519'), authority);
      chmodSync(authority, 0o600);
      const samples = fc.sample(request, { numRuns: 60, seed: 20_260_101 });
      for (const {
        subject,
        serial,
        keyId,
        principals,
        from,
        length,
        set,
        command,
        addresses,
        verify,
      } of samples) {
        writeFileSync(
          join(folder, 'subject.pub'),
          `${formatPublicKeyLine({ key: subject, comment: 'c' })}\n`,
        );
        const options = [
          'clear',
          ...set.map(([name]) => name),
          ...(command === undefined ? [] : [`force-command=${command}`]),
          ...(addresses === undefined ? [] : [`source-address=${addresses}`]),
          ...(verify ? ['verify-required'] : []),
        ].flatMap((option) => ['-O', option]);
        const window = `${time(from)}:${time(from + length)}`;
        const names = principals.length === 0 ? [] : ['-n', principals.join(',')];
        sshKeygen([
          ...['-q', '-s', authority, '-I', keyId, '-z', String(serial), '-V', window],
          ...names,
          ...options,
          join(folder, 'subject.pub'),
        ]);
        const { certificate } = parseCertificateLine(readFileSync(join(folder, 'subject-cert.pub'), 'utf8'));
        expect(certificate).toMatchObject({
          certificateType: 'user',
          publicKey: { type: subject.type },
          serial,
          keyId,
          validPrincipals: principals,
          validAfter: BigInt(from),
          validBefore: BigInt(from + length),
          criticalOptions: {
            ...(command !== undefined && { forceCommand: command }),
            ...(addresses !== undefined && { sourceAddress: addresses.split(',') }),
            ...(verify && { verifyRequired: true }),
            unknown: [],
          },
          extensions: Object.fromEntries(
            flags.map(([name, member]) => [member, set.some(([each]) => each === name)]),
          ),
        });
        expect(Object.keys(certificate.criticalOptions)).toHaveLength(
          1 + [command, addresses, verify || undefined].filter((each) => each !== undefined).length,
        );
        expect(encodeTbs(certificate)).toEqual(new Uint8Array(certificate.tbs));
        expect(verifyCertificate(certificate)).toBe(true);
      }
    });
  });
});
