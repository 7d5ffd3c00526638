import { isCodedError } from '@writ/kernel';
import {
  assembleCertificate,
  decodeCertificate,
  encodeTbs,
  formatCertificateLine,
  lint,
  lintRules,
  noExtensions,
  parseCertificateLine,
  verifyCertificate,
  type Extensions,
  type LintFinding,
} from '../../src/certificate/index.js';
import { parsePublicKeyLine } from '../../src/key/index.js';
import { codeOf } from '../coded.js';
import { bytes, vectors } from '../vectors.js';

interface Made {
  readonly name: string;
  readonly authority: string;
  readonly subject: string;
  readonly certificate: string;
  readonly expect: {
    readonly keyId: string;
    readonly serial: number | string;
    readonly host?: boolean;
    readonly principals: readonly string[];
    readonly validAfter: number;
    readonly validBefore: number | string;
    readonly extensions: readonly (keyof Extensions)[];
    readonly other?: readonly (readonly [string, string | null])[];
    readonly unknown?: readonly (readonly [string, string | null])[];
    readonly forceCommand?: string;
    readonly sourceAddress?: readonly string[];
    readonly verifyRequired?: true;
  };
}

interface Lint {
  readonly now: string;
  readonly maxValidity: string;
  readonly backdate: string;
  readonly good: readonly { name: string; tbs: string }[];
  readonly refused: readonly { code: string; name: string; tbs: string }[];
}

const made = vectors<readonly Made[]>('certificates/made-by-ssh-keygen.json');
const hostile = vectors<readonly { code: string; name: string; blob: string }[]>('certificates/hostile.json');
const linted = vectors<Lint>('certificates/lint.json');
const limits = {
  now: BigInt(linted.now),
  maxValidity: BigInt(linted.maxValidity),
  backdate: BigInt(linted.backdate),
};

function named(options: readonly (readonly [string, string | null])[] = []): unknown {
  return options.map(([name, value]) => ({ name, value: value === null ? null : Buffer.from(value) }));
}

describe('certificates made by ssh-keygen -s', () => {
  it.each(made)('$name', ({ authority, subject, certificate: line, expect: wanted }) => {
    const { certificate, comment } = parseCertificateLine(line);
    const { nonce, signature, tbs, blob, ...contents } = certificate;
    expect(contents).toEqual({
      certificateType: wanted.host === true ? 'host' : 'user',
      publicKey: parsePublicKeyLine(subject).key,
      signatureKey: parsePublicKeyLine(authority).key,
      serial: BigInt(wanted.serial),
      keyId: wanted.keyId,
      validPrincipals: wanted.principals,
      validAfter: BigInt(wanted.validAfter),
      validBefore: BigInt(wanted.validBefore),
      criticalOptions: {
        ...(wanted.forceCommand !== undefined && { forceCommand: wanted.forceCommand }),
        ...(wanted.sourceAddress !== undefined && { sourceAddress: wanted.sourceAddress }),
        ...(wanted.verifyRequired !== undefined && { verifyRequired: wanted.verifyRequired }),
        unknown: named(wanted.unknown),
      },
      extensions: {
        ...noExtensions,
        ...Object.fromEntries(wanted.extensions.map((extension) => [extension, true])),
        other: named(wanted.other),
      },
    });
    expect(nonce).toHaveLength(32);
    expect(encodeTbs(certificate)).toEqual(Uint8Array.from(tbs));
    expect(assembleCertificate(tbs, signature)).toEqual(Uint8Array.from(blob));
    expect(verifyCertificate(certificate)).toBe(true);
    expect(formatCertificateLine(certificate, comment)).toBe(line);
  });
});

describe('a hostile certificate', () => {
  it.each(hostile)('is refused with $code: $name', ({ code, blob }) => {
    expect(codeOf(() => decodeCertificate(bytes(blob)))).toBe(code);
  });

  it('is refused with certificate_too_large before anything is read', () => {
    expect(codeOf(() => decodeCertificate(new Uint8Array(257 * 1024)))).toBe('certificate_too_large');
  });
});

function findings(tbs: string): readonly LintFinding[] {
  try {
    lint(bytes(tbs), limits);
    return [];
  } catch (error) {
    if (!isCodedError(error, 'lint_failed')) throw error;
    return error.details['findings'] as readonly LintFinding[];
  }
}

describe('the lint', () => {
  it.each(linted.good)('passes $name', ({ tbs }) => {
    expect(findings(tbs)).toEqual([]);
    expect(lint(bytes(tbs), limits).take()).toEqual(Uint8Array.from(bytes(tbs)));
  });

  it.each(linted.refused)('finds $code: $name', ({ code, tbs }) => {
    const found = findings(tbs);
    expect(found.map((finding) => finding.code)).toContain(code);
    for (const finding of found) {
      expect(finding.message).toMatch(/\.$/);
      expect(finding.citation).not.toBe('');
    }
  });

  it('has one vector or more for each rule, and one rule for each code', () => {
    const codes = lintRules.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    const covered = new Set(linted.refused.map(({ code }) => code));
    expect(codes.filter((code) => !covered.has(code))).toEqual([]);
  });
});
