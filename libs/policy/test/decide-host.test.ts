import { fingerprint } from '@writ/openssh/key';
import { hostName, namePattern, type HostName } from '@writ/openssh/trust';
import type { KeyOwner } from '../src/index.js';
import { ana, anaKey, heldBy, hostCa, hostInput, now, web1 } from './given.js';
import { planOf, rulesOf } from './outcomes.js';

const own = fingerprint(anaKey);
const web2 = hostName('web-2.acme.example');

describe('a host certificate that is allowed', () => {
  const plan = planOf(hostInput({}, { nameKeys: heldBy(web1, own) }));

  it('carries the names and nothing a user certificate could', () => {
    expect(plan).toMatchObject({
      certificateType: 'host',
      keyId: 'host:web-1.acme.example',
      validPrincipals: ['web-1.acme.example'],
      validBefore: now + 7200n,
      criticalOptions: { unknown: [] },
      extensions: { permitPty: false, other: [] },
      roleId: null,
      userId: 'oli-id',
      claims: [],
    });
  });

  it('rests on the caller, the authority and every name', () => {
    expect(plan.seen).toEqual([
      { id: 'oli-id', epoch: 3n },
      { id: 'host-ca-id', epoch: 7n },
      { id: 'web-1.acme.example-id', epoch: 9n },
    ]);
  });

  it('is named after its first name that a key id has room for, else after its key', () => {
    const long = hostName(
      `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(10)}.acme.example`,
    );
    expect(planOf(hostInput({}, { names: [long, web1] })).keyId).toBe('host:web-1.acme.example');
    expect(planOf(hostInput({}, { names: [long] })).keyId).toBe(`host:${own}`);
  });

  it('lives no longer than the authority allows', () => {
    expect(planOf(hostInput({}, { ttlSeconds: 60 })).validBefore).toBe(now + 60n);
    expect(rulesOf(hostInput({}, { ttlSeconds: 7201 }))).toEqual(['ttl_beyond_authority']);
    expect(rulesOf(hostInput({}, { ttlSeconds: NaN }))).toEqual(['ttl_invalid']);
  });
});

describe('who may have a host key signed', () => {
  it('needs the permission', () => {
    expect(rulesOf(hostInput({ caller: ana }))).toEqual(['permission_missing']);
  });

  it('needs an active host CA of their own organization', () => {
    expect(rulesOf(hostInput({ authority: hostCa({ kind: 'user' }) }))).toEqual(['authority_kind_mismatch']);
    expect(rulesOf(hostInput({ authority: hostCa({ organizationId: 'x' }) }))).toEqual([
      'authority_of_another_organization',
    ]);
  });
});

describe('the host key', () => {
  const host: KeyOwner = { kind: 'host', organizationId: 'acme-id', ownerId: 'web-1-id', revoked: false };
  const cases: readonly (readonly [string, KeyOwner | null, string[]])[] = [
    ["nobody's", null, []],
    ["a host's of the organization", host, []],
    ["an authority's", { ...host, kind: 'authority' }, ['key_of_an_authority']],
    ["a person's", { ...host, kind: 'user' }, ['key_of_a_user']],
    ["another organization's host's", { ...host, organizationId: 'other' }, ['key_of_another_organization']],
    ['revoked', { ...host, revoked: true }, ['key_revoked']],
  ];
  it.each(cases)('that is %s', (_what, keyOwner, rules) => {
    expect(rulesOf(hostInput({}, { keyOwner }))).toEqual(rules);
  });
});

describe('the names', () => {
  it('are never none', () => {
    expect(rulesOf(hostInput({}, { names: [] }))).toEqual(['names_empty']);
  });

  it('stay inside the organization', () => {
    const names = [web1, hostName('github.com'), hostName('acme.example'), hostName('evilacme.example')];
    expect(rulesOf(hostInput({}, { names }))).toEqual(Array(3).fill('name_outside_organization'));
  });

  it('are all outside where the organization has none', () => {
    expect(rulesOf(hostInput({}, { namePatterns: [] }))).toEqual(['name_outside_organization']);
  });

  it('may be one that a pattern names exactly', () => {
    const namePatterns = [namePattern('bastion')];
    expect(rulesOf(hostInput({}, { names: [hostName('bastion')], namePatterns }))).toEqual([]);
  });

  it.each([
    '*.acme.example',
    '',
    'WEB-1.acme.example',
    'web-1.acme.example.',
    '10.0.0.1',
    'a,b.acme.example',
    '::1',
  ])('are plain names and not %j', (text) => {
    expect(rulesOf(hostInput({}, { names: [text as HostName] }))).toContain('name_invalid');
  });

  it('are each named once', () => {
    expect(rulesOf(hostInput({}, { names: [web1, web1] }))).toEqual(['name_repeated']);
  });

  it('are at most 256', () => {
    const names = Array.from({ length: 257 }, (_, i) => hostName(`h${i}.acme.example`));
    expect(rulesOf(hostInput({}, { names }))).toEqual(['principals_too_many']);
  });

  it('that are free are to be claimed first', () => {
    const plan = planOf(hostInput({}, { names: [web1, web2], nameKeys: new Map([[web1, null]]) }));
    expect(plan.claims).toEqual([
      { name: web1, replace: false },
      { name: web2, replace: false },
    ]);
    expect(plan.seen).toHaveLength(2);
  });

  it('that lost all their keys are to be claimed, on the epoch that was seen', () => {
    const plan = planOf(hostInput({}, { nameKeys: heldBy(web1) }));
    expect(plan.claims).toEqual([{ name: web1, replace: false }]);
    expect(plan.seen).toContainEqual({ id: 'web-1.acme.example-id', epoch: 9n });
  });

  it('that belong to other keys are refused', () => {
    expect(rulesOf(hostInput({}, { nameKeys: heldBy(web1, 'SHA256:another') }))).toEqual([
      'name_of_another_key',
    ]);
  });

  it('that belong to several keys serve each of them', () => {
    expect(planOf(hostInput({}, { nameKeys: heldBy(web1, 'SHA256:another', own) })).claims).toEqual([]);
  });

  it('that belong to other keys are taken over when that is asked for, and only those', () => {
    const nameKeys = new Map([...heldBy(web1, 'SHA256:another'), ...heldBy(web2, own)]);
    const plan = planOf(hostInput({}, { names: [web1, web2], nameKeys, replace: true }));
    expect(plan.claims).toEqual([{ name: web1, replace: true }]);
  });
});

describe('a refusal', () => {
  it('lists every rule at once', () => {
    const input = hostInput(
      { caller: ana, authority: hostCa({ state: 'retired' }) },
      {
        keyOwner: { kind: 'user', organizationId: 'acme-id', ownerId: 'ana-id', revoked: true },
        names: [web1, hostName('github.com')],
        nameKeys: heldBy(web1, 'SHA256:another'),
        ttlSeconds: 0,
      },
    );
    expect(rulesOf(input)).toEqual([
      'permission_missing',
      'authority_not_active',
      'key_of_a_user',
      'key_revoked',
      'name_of_another_key',
      'name_outside_organization',
      'ttl_invalid',
    ]);
  });
});
