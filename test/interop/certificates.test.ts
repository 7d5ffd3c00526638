import fc from 'fast-check';
import {
  assembleCertificate,
  decodeCertificate,
  formatCertificateLine,
  lint,
  verifyCertificate,
  type CertificateFields,
  type NamedOption,
} from '@writ/openssh/certificate';
import { encodeSignature, fingerprint, signatureAlgorithmFor, signRaw } from '@writ/openssh/key';
import { certificateFields, limits } from './arbitrary-fields.js';
import { listCertificates, type Listed } from './ssh-keygen.js';
import { authorities, subjects } from './vectors.js';

const perPair = 75;
const shortName: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'ED25519',
  'ecdsa-sha2-nistp256': 'ECDSA',
  'ecdsa-sha2-nistp384': 'ECDSA',
  'ecdsa-sha2-nistp521': 'ECDSA',
  'ssh-rsa': 'RSA',
  'sk-ssh-ed25519@openssh.com': 'ED25519-SK',
  'sk-ecdsa-sha2-nistp256@openssh.com': 'ECDSA-SK',
};

/** What `ssh-keygen -L` must print for these fields, made from the fields alone. */
function listing(fields: CertificateFields): Listed {
  const { publicKey, signatureKey, criticalOptions, extensions } = fields;
  const wireName = `${publicKey.type.replace('@openssh.com', '')}-cert-v01@openssh.com`;
  const time = (seconds: bigint): string => new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  return {
    type: `${wireName} ${fields.certificateType} certificate`,
    publicKey: `${shortName[publicKey.type]}-CERT ${fingerprint(publicKey)}`,
    signingCa: `${shortName[signatureKey.type]} ${fingerprint(signatureKey)} (using ${signatureAlgorithmFor(signatureKey)})`,
    keyId: `"${fields.keyId}"`,
    serial: String(fields.serial),
    valid: `from ${time(fields.validAfter)} to ${time(fields.validBefore)}`,
    principals: fields.validPrincipals,
    criticalOptions: [
      ...(criticalOptions.forceCommand === undefined
        ? []
        : [`force-command ${criticalOptions.forceCommand}`]),
      ...(criticalOptions.sourceAddress === undefined
        ? []
        : [`source-address ${criticalOptions.sourceAddress.join(',')}`]),
      ...(criticalOptions.verifyRequired === undefined ? [] : ['verify-required']),
    ],
    extensions: [
      ...extensions.other.map((each) => [each.name, unknownOption(each)] as const),
      ...Object.entries({
        'no-touch-required': extensions.noTouchRequired,
        'permit-X11-forwarding': extensions.permitX11Forwarding,
        'permit-agent-forwarding': extensions.permitAgentForwarding,
        'permit-port-forwarding': extensions.permitPortForwarding,
        'permit-pty': extensions.permitPty,
        'permit-user-rc': extensions.permitUserRc,
      }).flatMap(([name, set]) => (set ? [[name, name] as const] : [])),
    ]
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([, line]) => line),
  };
}

function unknownOption({ name, value }: NamedOption): string {
  if (value === null) return `${name} UNKNOWN FLAG OPTION`;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(value.length);
  const hex = Buffer.concat([length, value]).toString('hex');
  return `${name} UNKNOWN OPTION: ${hex} (len ${value.length + 4})`;
}

const pairs = authorities.flatMap((authority) =>
  subjects
    .filter(({ blob }) => Buffer.compare(blob, authority.publicKey.blob) !== 0)
    .map((subject) => ({ authority, subject, name: `${subject.type} certified by ${authority.name}` })),
);

describe('ssh-keygen -L reads our certificates as what they say', () => {
  it.each(pairs)('$name', ({ authority, subject }) => {
    const samples = fc.sample(certificateFields(subject, authority.publicKey), {
      numRuns: perPair,
      seed: 20_260_101,
    });
    const algorithm = signatureAlgorithmFor(authority.publicKey);
    const lines = samples.map((fields) => {
      const tbs = lint(fields, limits).take();
      const signature = encodeSignature(algorithm, signRaw(authority.privateKey, algorithm, tbs));
      const certificate = decodeCertificate(assembleCertificate(tbs, signature));
      expect(verifyCertificate(certificate)).toBe(true);
      return formatCertificateLine(certificate, 'a comment');
    });
    expect(listCertificates(lines)).toEqual(samples.map(listing));
  });

  it('in thousands', () => {
    expect(pairs.length * perPair).toBeGreaterThan(2_500);
  });
});
