import fc from 'fast-check';
import {
  canonicalCidrList,
  keyId,
  noCriticalOptions,
  noExtensions,
  principal,
  serial,
  type CertificateFields,
  type NamedOption,
} from '@writ/openssh/certificate';
import type { PublicKey } from '@writ/openssh/key';

/** 2026-01-01T00:00:00Z */
export const now = 1_767_225_600n;
export const limits = { now, maxValidity: 366n * 86_400n, backdate: 3_600n };

const keyIdText = fc.string({ unit: fc.constantFrom(...'aZ09@._:/=+-'), minLength: 1, maxLength: 200 });
const principalText = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'azAZ09._-@:/\\$%&()+;<=>[]^{|}~ä安'), minLength: 1, maxLength: 60 }),
  fc.constant('role:web-admin'),
  fc.constant('p'.repeat(255)),
);
/** Text of a forced command: everything that fits one line of a listing. */
const commandText = fc.string({
  unit: fc.constantFrom(...'abc $"\'\\,;&|<>()*?!#`~ä安'),
  minLength: 1,
  maxLength: 80,
});

const networks = fc
  .array(
    fc.oneof(
      fc.tuple(fc.nat(0xff_ffff), fc.integer({ min: 8, max: 32 })).map(([bits, prefix]) => {
        const address = ((0x0a00_0000 | bits) & (-1 << (32 - prefix))) >>> 0;
        return `${[24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')}/${prefix}`;
      }),
      fc.array(fc.nat(0xffff), { minLength: 0, maxLength: 6 }).map((groups) => {
        const hex = ['2001', 'db8', ...groups.map((group) => group.toString(16))];
        return hex.length === 8 ? `${hex.join(':')}/128` : `${hex.join(':')}::/${16 * hex.length}`;
      }),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map(canonicalCidrList);

const vendorExtensions: fc.Arbitrary<readonly NamedOption[]> = fc.uniqueArray(
  fc.record({
    name: fc
      .string({ unit: fc.constantFrom(...'azAZ-'), minLength: 1, maxLength: 10 })
      .map((name) => `${name}@acme.example`),
    value: fc.option(
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      { nil: null },
    ),
  }),
  { maxLength: 3, selector: ({ name }) => name },
);

const user = fc.record({
  certificateType: fc.constant('user' as const),
  criticalOptions: fc
    .record(
      { forceCommand: commandText, sourceAddress: networks, verifyRequired: fc.constant<true>(true) },
      { requiredKeys: [] },
    )
    .map((known) => ({ ...noCriticalOptions, ...known })),
  extensions: fc.record({
    permitX11Forwarding: fc.boolean(),
    permitAgentForwarding: fc.boolean(),
    permitPortForwarding: fc.boolean(),
    permitPty: fc.boolean(),
    permitUserRc: fc.boolean(),
    noTouchRequired: fc.boolean(),
    other: vendorExtensions,
  }),
});
const host = fc.record({
  certificateType: fc.constant('host' as const),
  criticalOptions: fc.constant(noCriticalOptions),
  extensions: vendorExtensions.map((other) => ({ ...noExtensions, other })),
});

/** Certificates that pass the lint at `now`, for one subject under one authority. */
export function certificateFields(
  publicKey: PublicKey,
  signatureKey: PublicKey,
): fc.Arbitrary<CertificateFields> {
  return fc
    .record({
      kind: fc.oneof({ arbitrary: user, weight: 4 }, { arbitrary: host, weight: 1 }),
      nonce: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
      serial: fc.bigInt(1n, (1n << 63n) - 1n).map(serial),
      keyId: keyIdText.map(keyId),
      validPrincipals: fc.array(principalText.map(principal), { minLength: 1, maxLength: 8 }),
      early: fc.bigInt(0n, limits.backdate),
      length: fc.bigInt(1n, limits.maxValidity),
    })
    .map(({ kind, early, length, ...rest }) => ({
      ...rest,
      ...kind,
      publicKey,
      signatureKey,
      validAfter: now - early,
      validBefore: now + length,
    }));
}
