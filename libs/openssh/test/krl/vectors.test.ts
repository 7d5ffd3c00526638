import { readFileSync } from 'node:fs';
import { parsePublicKeyLine } from '../../src/key/index.js';
import { decodeKrl, encodeKrl, isRevoked, type RevocableCertificate } from '../../src/krl/index.js';
import type { PublicKey } from '../../src/key/index.js';
import { fromBase64 } from '../../src/wire/index.js';
import { codeOf } from '../coded.js';

interface Subject {
  readonly publicKey: string;
  readonly serial?: string;
  readonly keyId?: string;
  readonly signatureKey?: string;
}

interface MadeVectors {
  readonly subjects: readonly Subject[];
  readonly krls: readonly {
    readonly name: string;
    readonly krl: string;
    readonly revoked: readonly boolean[];
  }[];
}

interface HostileVector {
  readonly code: string;
  readonly name: string;
  readonly krl: string;
}

const made = vectors('made-by-ssh-keygen.json') as MadeVectors;
const hostile = vectors('hostile.json') as readonly HostileVector[];

function vectors(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../../test/vectors/krl/${name}`, import.meta.url), 'utf8'));
}

function subject({ publicKey, serial, keyId, signatureKey }: Subject): RevocableCertificate | PublicKey {
  const { key } = parsePublicKeyLine(publicKey);
  if (serial === undefined || keyId === undefined || signatureKey === undefined) return key;
  return {
    publicKey: key,
    serial: BigInt(serial),
    keyId,
    signatureKey: parsePublicKeyLine(signatureKey).key,
  };
}

describe('a KRL made by ssh-keygen', () => {
  const subjects = made.subjects.map(subject);

  it.each(made.krls)('of $name answers as ssh-keygen does', ({ krl, revoked }) => {
    const decoded = decodeKrl(fromBase64(krl));
    expect(subjects.map((each) => isRevoked(decoded, each))).toEqual(revoked);
    const again = decodeKrl(encodeKrl(decoded));
    expect(subjects.map((each) => isRevoked(again, each))).toEqual(revoked);
  });

  it('is never shorter than ours', () => {
    for (const { krl } of made.krls) {
      const bytes = fromBase64(krl);
      expect(encodeKrl(decodeKrl(bytes)).length).toBeLessThanOrEqual(bytes.length);
    }
  });

  it('ends in a coded error or at a section where it is cut short', () => {
    for (const { krl } of made.krls) {
      const bytes = fromBase64(krl);
      const step = Math.max(1, Math.floor(bytes.length / 200));
      const codes = new Set<string | null>();
      for (let end = 0; end < bytes.length; end += step)
        codes.add(codeOf(() => decodeKrl(bytes.subarray(0, end))));
      expect([...codes].filter((code) => !['wire_truncated', 'krl_not_a_krl', null].includes(code))).toEqual(
        [],
      );
    }
  });
});

describe('a KRL is refused', () => {
  it.each(hostile)('$code: $name', ({ code, krl }) => {
    expect(codeOf(() => decodeKrl(fromBase64(krl)))).toBe(code);
  });
});
