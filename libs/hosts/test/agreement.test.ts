import * as fc from 'fast-check';
import { generateKeyPairSync } from 'node:crypto';
import { publicKeyFromObject, subjectKeyTypes } from '@writ/openssh/key';
import { login } from '@writ/openssh/trust';
import { decide, type Authority, type Caller, type Labels, type Role } from '@writ/policy';
import { principalsOn } from '../src/index.js';

const key = publicKeyFromObject(generateKeyPairSync('ed25519').publicKey);
const ana: Caller = {
  organizationId: 'acme-id',
  organizationHandle: 'k3v9q2m7x1c8z5b4',
  organizationName: 'acme',
  userId: 'ana-id',
  userName: 'ana',
  epoch: 1n,
  permissions: new Set(),
  authentication: { method: 'password', at: 0, strength: 'single', sessionId: null },
};
const authority: Authority = {
  id: 'ca-id',
  organizationId: 'acme-id',
  kind: 'user',
  publicKey: key,
  maxValiditySeconds: 7200,
  epoch: 1n,
  state: 'active',
};
const keyOwner = { kind: 'user', organizationId: 'acme-id', ownerId: 'ana-id', revoked: false } as const;

const labels: fc.Arbitrary<Labels> = fc.dictionary(
  fc.constantFrom('env', 'tier'),
  fc.constantFrom('prod', 'web'),
);
const logins = ['root', 'www', 'deploy'].map((text) => login(text));
/** As the service has them: a role by logins has no selector. */
const aRole: fc.Arbitrary<Role> = fc
  .record({
    handle: fc.constantFrom('r1', 'r2', 'r3', 'r4'),
    selector: fc.option(labels),
    logins: fc.subarray(logins),
    memberOf: fc.boolean(),
    maxTtlSeconds: fc.constantFrom(60, 3600, 0),
  })
  .map((over) => ({
    ...over,
    id: over.handle,
    name: over.handle,
    epoch: 1n,
    principals: over.selector === null ? 'logins' : 'role',
    extensions: [],
    criticalOptions: {},
    keyTypes: subjectKeyTypes,
    keyIdTemplate: '{user}@{organization}/{role}',
    maxSessionSeconds: null,
  }));

describe('what is explained, issued and written into the principals files of hosts', () => {
  it('is the same', () => {
    let yes = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(aRole, { selector: ({ handle }) => handle, maxLength: 4 }),
        labels,
        fc.constantFrom(...logins),
        (roles, carried, as) => {
          const target = {
            host: { kind: 'joined', name: 'web-1.acme.example', labels: carried },
            login: as,
          } as const;
          const common = { caller: ana, roles, authority, now: 1_767_323_045n, backdate: 60n };
          const explained = decide({ ...common, request: { kind: 'access', account: 'active', target } });
          const issued = decide({ ...common, request: { kind: 'user', publicKey: key, keyOwner, target } });
          const believed = principalsOn(roles, carried).get(as) ?? [];
          const named = issued.allowed ? issued.plan.validPrincipals : [];
          expect(explained.allowed).toBe(named.some((principal) => believed.includes(principal)));
          // And nothing is left out: each role that the host believes, of which ana is, and that gives certificates.
          const good = roles.filter(
            (role) =>
              role.memberOf &&
              role.maxTtlSeconds > 0 &&
              believed.some((word) => word === `role:${role.handle}`),
          );
          const by = explained.allowed ? explained.roles.map(({ handle }) => handle) : [];
          expect(by).toEqual(good.map(({ handle }) => handle).sort());
          if (explained.allowed) yes += 1;
        },
      ),
      { seed: 4, numRuns: 1000 },
    );
    expect(yes).toBeGreaterThan(20);
  });
});
