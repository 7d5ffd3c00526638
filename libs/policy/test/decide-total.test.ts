import * as fc from 'fast-check';
import { subjectKeyTypes } from '@writ/openssh/key';
import { login, namePattern, type HostName, type Login, type NamePattern } from '@writ/openssh/trust';
import {
  certificateRules,
  decide,
  grantRules,
  groupRules,
  roleDefinitionRules,
  validateRoleDefinition,
  type DecisionInput,
  type KeyOwner,
  type Role,
} from '../src/index.js';
import {
  anaKey,
  anasKey,
  hostCa,
  hostInput,
  now,
  role,
  rsaKey,
  securityKey,
  userCa,
  userInput,
  web1,
} from './given.js';

/** Texts that have broken somebody's authority before, among plain and random ones. */
const text = fc.oneof(
  fc.constantFrom(
    '',
    'root',
    'root,admin',
    '*',
    '{user}',
    '{',
    '../x',
    '-o',
    'a\0b',
    'a\nb',
    '\ud800',
    '__proto__',
    'web',
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
);
/** Mostly good, so that the bad ones come singly, too. */
function mostly<T>(good: T, bad: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 7, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: bad });
}
const number = fc.oneof(
  fc.constantFrom(0, 1, -1, 60, 3600, NaN, Infinity, -Infinity, 0.5, 2 ** 31, 2 ** 53, 1e308),
  fc.double(),
  fc.integer(),
);
const limit = mostly(3600, number);
const anyOwner: fc.Arbitrary<KeyOwner | null> = fc.option(
  fc.record({
    kind: fc.constantFrom('user', 'host', 'authority'),
    organizationId: fc.constantFrom('acme-id', 'x'),
    ownerId: fc.constantFrom('ana-id', 'x'),
    revoked: fc.boolean(),
  }),
);
const aRole: fc.Arbitrary<Role> = fc.record({
  id: text,
  handle: mostly('r4t7y2u9i1o6p3a8', text),
  name: mostly('web', text),
  epoch: fc.bigInt(),
  principals: fc.constantFrom('logins', 'role'),
  selector: fc.constantFrom(null, {}, { env: 'prod' }),
  logins: mostly([login('root')], fc.array(text as fc.Arbitrary<Login>, { maxLength: 4 })),
  maxTtlSeconds: limit,
  extensions: mostly(['permit-pty'], fc.array(text, { maxLength: 4 })),
  criticalOptions: mostly(
    {},
    fc.record(
      {
        forceCommand: text,
        sourceAddress: fc.array(text, { maxLength: 3 }),
        verifyRequired: fc.constant(true as const),
      },
      { requiredKeys: [] },
    ),
  ),
  keyTypes: mostly(subjectKeyTypes, fc.array(fc.constantFrom(...subjectKeyTypes), { maxLength: 2 })),
  keyIdTemplate: mostly('{user}', text),
  maxSessionSeconds: mostly(null, fc.nat()),
  memberOf: mostly(true, fc.constant(false)),
});
const authority = fc.record({
  state: mostly<'next' | 'active' | 'retired'>('active', fc.constantFrom('next', 'retired')),
  maxValiditySeconds: limit,
});
const publicKey = fc.constantFrom(anaKey, rsaKey, securityKey);
const clock = fc.oneof(fc.constantFrom(0n, 1n, now), fc.bigInt({ min: 0n, max: 1n << 40n }));
const ttlSeconds = mostly<number | undefined>(undefined, number);

const userInputs: fc.Arbitrary<DecisionInput> = fc
  .record({
    roles: mostly([role()], fc.array(aRole, { minLength: 1, maxLength: 2 })),
    authority,
    now: clock,
    publicKey,
    keyOwner: mostly<KeyOwner | null>(anasKey, anyOwner),
    roleName: mostly<string | undefined>(undefined, text),
    ttlSeconds,
  })
  .map(({ roles, authority: over, now: at, publicKey: key, keyOwner, roleName, ttlSeconds: ttl }) =>
    userInput(
      { roles, authority: userCa(over), now: at },
      {
        publicKey: key,
        keyOwner,
        ...(roleName === undefined ? {} : { roleName }),
        ...(ttl === undefined ? {} : { ttlSeconds: ttl }),
      },
    ),
  );

const hostInputs: fc.Arbitrary<DecisionInput> = fc
  .record({
    authority,
    now: clock,
    publicKey,
    keyOwner: mostly<KeyOwner | null>(null, anyOwner),
    names: mostly([web1], fc.array(text as fc.Arbitrary<HostName>, { maxLength: 4 })),
    namePatterns: mostly(
      [namePattern('*.acme.example')],
      fc.array(text as fc.Arbitrary<NamePattern>, { maxLength: 2 }),
    ),
    replace: fc.boolean(),
    ttlSeconds,
  })
  .map(({ authority: over, now: at, ttlSeconds: ttl, ...request }) =>
    hostInput(
      { authority: hostCa(over), now: at },
      { ...request, ...(ttl === undefined ? {} : { ttlSeconds: ttl }) },
    ),
  );

const known: ReadonlySet<string> = new Set([
  ...certificateRules,
  ...roleDefinitionRules,
  ...grantRules,
  ...groupRules,
]);

describe('decide', () => {
  it.each([
    ['user', userInputs],
    ['host', hostInputs],
  ])('is total for %s certificates, and what it allows keeps every bound', (_kind, inputs) => {
    let allowed = 0;
    fc.assert(
      fc.property(inputs, (input) => {
        const decision = decide(input);
        if (!decision.allowed) {
          expect(decision.failures.length).toBeGreaterThan(0);
          expect(decision.failures.every(({ rule, message }) => known.has(rule) && message !== '')).toBe(
            true,
          );
          return;
        }
        allowed += 1;
        const { plan } = decision;
        expect(plan.validPrincipals.length).toBeGreaterThan(0);
        expect(plan.validPrincipals.every((each) => /^[^\s,*?!#"'`\p{C}]{1,255}$/u.test(each))).toBe(true);
        expect(plan.keyId).toMatch(/^[A-Za-z0-9@._:/=+-]{1,200}$/);
        expect(plan.validBefore).toBeGreaterThan(plan.validAfter);
        expect(Number(plan.validBefore - input.now)).toBeLessThanOrEqual(input.authority.maxValiditySeconds);
        expect(plan.validBefore - input.now).toBeLessThanOrEqual(plan.maxValidity);
        expect(plan.seen.length).toBeGreaterThan(1);
        expect(input.authority.state).toBe('active');
      }),
      { seed: 20_260_102, numRuns: 3000 },
    );
    expect(allowed).toBeGreaterThan(300);
    expect(allowed).toBeLessThan(2700);
  });

  it('agrees with the judgement of a role’s definition: what is valid gives its member a certificate', () => {
    let valid = 0;
    fc.assert(
      fc.property(aRole, (candidate) => {
        const judgement = validateRoleDefinition(candidate);
        if (!judgement.valid) return;
        valid += 1;
        const roles = [
          role({ ...judgement.role, maxTtlSeconds: 60, keyTypes: ['sk-ssh-ed25519@openssh.com'] }),
        ];
        expect(decide(userInput({ roles }, { publicKey: securityKey })).allowed).toBe(true);
      }),
      { seed: 3, numRuns: 3000 },
    );
    expect(valid).toBeGreaterThan(300);
  });
});
