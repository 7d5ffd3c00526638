import fc from 'fast-check';
import { isCodedError } from '@writ/kernel';
import {
  assembleCertificate,
  decodeCertificate,
  decodeTbs,
  encodeTbs,
  formatCertificateLine,
  lint,
  parseCertificateLine,
  verifyCertificate,
  type CertificateFields,
  type LintFinding,
  type NamedOption,
} from '../../src/certificate/index.js';
import { encodeSignature, publicKeyObject, signRaw } from '../../src/key/index.js';
import { withOneBitChanged } from '../bits.js';
import { codeOf } from '../coded.js';
import { vectors } from '../vectors.js';
import { certificateContents } from './arbitrary.js';
import { authority, ed25519Pair, fields, limits, signed } from './fixtures.js';

const seed = { seed: 20_260_101 };

function findings(subject: CertificateFields | Uint8Array): readonly string[] {
  try {
    lint(subject, limits);
    return [];
  } catch (error) {
    if (!isCodedError(error, 'lint_failed')) throw error;
    return (error.details['findings'] as readonly LintFinding[]).map(({ code }) => code);
  }
}

describe('the way of a certificate', () => {
  it('is encoded, linted, signed, decoded, verified, written and read', () => {
    const tbs = lint(fields, limits).take();
    const raw = signRaw(authority.privateKey, 'ssh-ed25519', tbs);
    const blob = assembleCertificate(tbs, encodeSignature('ssh-ed25519', raw));
    const certificate = decodeCertificate(blob);
    expect(certificate.keyId).toBe(fields.keyId);
    expect(encodeTbs(certificate)).toEqual(tbs);
    expect(verifyCertificate(certificate)).toBe(true);
    expect(verifyCertificate(certificate, publicKeyObject(authority.publicKey))).toBe(true);
    expect(verifyCertificate(certificate, publicKeyObject(ed25519Pair().publicKey))).toBe(false);
    const line = formatCertificateLine(certificate, 'anna  at work');
    expect(parseCertificateLine(`${line}\n`)).toEqual({ certificate, comment: 'anna  at work' });
    expect(parseCertificateLine(formatCertificateLine(certificate)).comment).toBe('');
  });

  it('decodes and encodes any contents to the same bytes, for every type of key and authority', () => {
    fc.assert(
      fc.property(certificateContents, (contents) => {
        const tbs = encodeTbs(contents);
        expect(decodeTbs(tbs)).toEqual(contents);
        expect(encodeTbs(decodeTbs(tbs))).toEqual(tbs);
      }),
      { ...seed, numRuns: 500 },
    );
  });

  it('does not change with the array it was decoded from', () => {
    const input = signed(fields);
    const certificate = decodeCertificate(input);
    const line = formatCertificateLine(certificate);
    input.fill(0);
    expect(formatCertificateLine(certificate)).toBe(line);
    expect(verifyCertificate(certificate)).toBe(true);
  });

  it('never verifies with one bit changed, and never ends in anything but a code', () => {
    const verified: Uint8Array[] = [];
    for (const changed of withOneBitChanged(signed(fields))) {
      codeOf(() => verifyCertificate(decodeCertificate(changed)) && verified.push(changed));
    }
    expect(verified).toEqual([]);
  });

  it('is refused at every length but its own', () => {
    const blob = signed(fields);
    for (let length = 0; length < blob.length; length += 1) {
      expect(codeOf(() => decodeCertificate(blob.subarray(0, length)))).not.toBeNull();
    }
  });
});

describe('linted bytes', () => {
  it('are taken once', () => {
    const linted = lint(fields, limits);
    linted.take();
    expect(codeOf(() => linted.take())).toBe('linted_already_taken');
    expect(codeOf(() => linted.copy())).toBe('linted_already_taken');
  });

  it('do not change with the array that was linted', () => {
    const tbs = encodeTbs(fields);
    const linted = lint(tbs, limits);
    const before = Uint8Array.from(tbs);
    tbs.fill(0);
    expect(linted.take()).toEqual(before);
  });

  it('are made by the lint alone', () => {
    const linted = lint(fields, limits);
    const Constructor = linted.constructor as new (key: symbol, bytes: Uint8Array) => unknown;
    expect(() => new Constructor(Symbol('lint'), new Uint8Array())).toThrow(TypeError);
    expect(Object.keys(linted)).toEqual([]);
  });
});

describe('the lint of fields', () => {
  it('finds every broken rule at once', () => {
    const codes = findings({
      ...fields,
      nonce: new Uint8Array(8),
      validPrincipals: [],
      validBefore: 0xffff_ffff_ffff_ffffn,
    });
    expect(codes).toEqual([
      'nonce_length_refused',
      'principals_empty',
      'validity_unbounded',
      'validity_too_long',
    ]);
  });

  it('takes a window that begins now, and none that begins later', () => {
    expect(findings({ ...fields, validAfter: limits.now })).toEqual([]);
    expect(findings({ ...fields, validAfter: limits.now + 1n })).toEqual(['validity_not_begun']);
  });

  it('reports what has no encoding as a finding', () => {
    expect(findings({ ...fields, validBefore: -1n })).toEqual(['wire_integer_out_of_range']);
  });

  it('passes on an error that is not ours', () => {
    const broken = {
      ...fields,
      get nonce(): Uint8Array {
        throw new RangeError('not ours');
      },
    };
    expect(() => lint(broken, limits)).toThrow(RangeError);
  });

  const other = ed25519Pair().publicKey;
  const x: NamedOption = { name: 'x@acme.example', value: Buffer.from('1') };
  const { criticalOptions, extensions } = fields;
  it.each<[string, Partial<CertificateFields>]>([
    ['certificateType', { certificateType: 'host', extensions: { ...extensions, permitPty: false } }],
    ['nonce', { nonce: new Uint8Array(32) }],
    ['publicKey', { publicKey: other }],
    ['serial', { serial: 18n as CertificateFields['serial'] }],
    ['keyId', { keyId: 'berta' as CertificateFields['keyId'] }],
    ['validPrincipals', { validPrincipals: fields.validPrincipals.slice(1) }],
    ['validPrincipals in another order', { validPrincipals: fields.validPrincipals.toReversed() }],
    ['validAfter', { validAfter: fields.validAfter + 1n }],
    ['validBefore', { validBefore: fields.validBefore - 1n }],
    ['forceCommand', { criticalOptions: { ...criticalOptions, forceCommand: 'id' } }],
    ['sourceAddress', { criticalOptions: { ...criticalOptions, sourceAddress: ['10.0.0.0/8'] } }],
    ['verifyRequired', { criticalOptions: { ...criticalOptions, verifyRequired: true } }],
    ['permitX11Forwarding', { extensions: { ...extensions, permitX11Forwarding: true } }],
    ['permitAgentForwarding', { extensions: { ...extensions, permitAgentForwarding: true } }],
    ['permitPortForwarding', { extensions: { ...extensions, permitPortForwarding: true } }],
    ['permitPty', { extensions: { ...extensions, permitPty: false } }],
    ['permitUserRc', { extensions: { ...extensions, permitUserRc: true } }],
    ['noTouchRequired', { extensions: { ...extensions, noTouchRequired: true } }],
    ['an extension more', { extensions: { ...extensions, other: [x] } }],
    ['signatureKey', { signatureKey: other }],
  ])('notices that the bytes say another %s', (_name, change) => {
    const asked: CertificateFields = { ...fields, ...change };
    expect(findings(swapping(fields, asked))).toContain('contents_differ');
  });

  it.each<[string, readonly NamedOption[], readonly NamedOption[]]>([
    ['another value', [x], [{ ...x, value: Buffer.from('2') }]],
    ['no value', [x], [{ ...x, value: null }]],
    ['a value where there was none', [{ ...x, value: null }], [x]],
    ['another name', [x], [{ ...x, name: 'y@acme.example' }]],
  ])('notices an extension with %s', (_name, encoded, asked) => {
    const swapped = swapping(
      { ...fields, extensions: { ...extensions, other: encoded } },
      { ...fields, extensions: { ...extensions, other: asked } },
    );
    expect(findings(swapped)).toEqual(['contents_differ']);
  });

  it('notices a restriction that nobody asked for', () => {
    const restricted = { ...fields, criticalOptions: { ...criticalOptions, sourceAddress: ['10.0.0.0/8'] } };
    expect(findings(swapping(restricted, fields))).toEqual(['contents_differ']);
    expect(findings(restricted)).toEqual([]);
  });

  it('does not mind the order in which other extensions were given', () => {
    const y: NamedOption = { name: 'aa@acme.example', value: null };
    expect(findings({ ...fields, extensions: { ...extensions, other: [x, y] } })).toEqual([]);
  });

  it('finds an option that is named twice', () => {
    expect(findings({ ...fields, extensions: { ...extensions, other: [x, x] } })).toEqual([
      'option_duplicated',
    ]);
  });
});

/** Fields that say `encoded` when they are encoded and `asked` when they are compared, as with an encoder's mistake. */
function swapping(encoded: CertificateFields, asked: CertificateFields): CertificateFields {
  let reads = 0;
  return new Proxy(asked, {
    get(target, member, receiver): unknown {
      // The encoder reads the type once; the comparison begins with it.
      if (member === 'certificateType') reads += 1;
      return Reflect.get(reads < 2 ? encoded : target, member, receiver);
    },
  });
}

describe('a certificate line', () => {
  const [made] = vectors<readonly { certificate: string }[]>('certificates/made-by-ssh-keygen.json');
  const [type = '', encoded = ''] = made?.certificate.split(' ') ?? [];

  it.each([
    ['key_line_malformed', ''],
    ['key_line_malformed', type],
    ['key_line_malformed', `${type} ${encoded} a\n${type} ${encoded} b`],
    ['certificate_type_unknown', `ssh-ed25519 ${encoded}`],
    ['certificate_line_malformed', `ssh-rsa-cert-v01@openssh.com ${encoded}`],
    ['base64_malformed', `${type} ${encoded}*`],
  ])('is refused with %s: %s', (code, line) => {
    expect(codeOf(() => parseCertificateLine(line))).toBe(code);
  });

  it('is not written with a comment of two lines', () => {
    const { certificate } = parseCertificateLine(`${type} ${encoded}`);
    expect(codeOf(() => formatCertificateLine(certificate, 'a\nb'))).toBe('key_line_malformed');
  });
});
