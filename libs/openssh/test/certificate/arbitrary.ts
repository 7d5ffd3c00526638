import fc from 'fast-check';
import {
  noCriticalOptions,
  type CertificateContents,
  type NamedOption,
} from '../../src/certificate/index.js';
import { parsePublicKeyLine } from '../../src/key/index.js';
import { vectors } from '../vectors.js';

const keys = vectors<readonly { line: string }[]>('keys/public.json').map(
  ({ line }) => parsePublicKeyLine(line).key,
);
const u64 = fc.bigInt(0n, 0xffff_ffff_ffff_ffffn);
const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((each) => !each.includes('\0'));
const bytes = fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each));

const otherOptions: fc.Arbitrary<readonly NamedOption[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.string({ unit: fc.constantFrom(...'aXz@.-~!'), minLength: 1, maxLength: 12 }),
      value: fc.option(bytes, { nil: null }),
    }),
    { maxLength: 4, selector: ({ name }) => name },
  )
  .map((options) => options.sort((a, b) => (a.name < b.name ? -1 : 1)));

/** Anything that a certificate can say, sensible or not, with each type of key on both sides. */
export const certificateContents: fc.Arbitrary<CertificateContents> = fc.record({
  certificateType: fc.constantFrom('user', 'host'),
  nonce: bytes,
  publicKey: fc.constantFrom(...keys),
  serial: u64,
  keyId: text,
  validPrincipals: fc.array(text, { maxLength: 5 }),
  validAfter: u64,
  validBefore: u64,
  criticalOptions: fc
    .record(
      {
        forceCommand: text,
        sourceAddress: fc.array(fc.string({ unit: fc.constantFrom(...'0a./:') }), {
          minLength: 1,
          maxLength: 4,
        }),
        verifyRequired: fc.constant<true>(true),
      },
      { requiredKeys: [] },
    )
    .chain((known) => otherOptions.map((unknown) => ({ ...noCriticalOptions, ...known, unknown }))),
  extensions: fc.record({
    permitX11Forwarding: fc.boolean(),
    permitAgentForwarding: fc.boolean(),
    permitPortForwarding: fc.boolean(),
    permitPty: fc.boolean(),
    permitUserRc: fc.boolean(),
    noTouchRequired: fc.boolean(),
    other: otherOptions,
  }),
  signatureKey: fc.constantFrom(...keys),
});
