import type { Login } from '@writ/openssh/trust';
import type { SubjectKeyType } from '@writ/openssh/key';
import { login } from '@writ/openssh/trust';
import { decide, type KeyOwner, type Role } from '../src/index.js';
import { ana, anaKey, anasKey, now, role, rsaKey, securityKey, userCa, userInput } from './given.js';
import { failuresOf, planOf, rulesOf } from './outcomes.js';

describe('a user certificate that is allowed', () => {
  const plan = planOf(userInput());

  it('says what the role says, and no more', () => {
    expect(plan).toMatchObject({
      certificateType: 'user',
      publicKey: anaKey,
      keyId: 'ana@acme/web',
      validPrincipals: ['root', 'deploy'],
      validAfter: now - 60n,
      validBefore: now + 3600n,
      maxValidity: 3600n,
      criticalOptions: { unknown: [] },
      extensions: { permitPty: true, permitAgentForwarding: false, permitPortForwarding: false, other: [] },
      claims: [],
    });
  });

  it('names the role and no login where the role is for joined hosts', () => {
    const onHosts = role({ principals: 'role', selector: { env: 'prod' } });
    expect(planOf(userInput({ roles: [onHosts] })).validPrincipals).toEqual(['role:r4t7y2u9i1o6p3a8']);
    expect(rulesOf(userInput({ roles: [{ ...onHosts, logins: [] }] }))).toEqual(['logins_empty']);
  });

  it('names who it is for and everything it rests on', () => {
    expect(plan).toMatchObject({
      organizationId: 'acme-id',
      userId: 'ana-id',
      actorName: 'ana',
      roleId: 'web-id',
      sessionId: 'session-id',
      seen: [
        { id: 'ana-id', epoch: 3n },
        { id: 'web-id', epoch: 5n },
        { id: 'user-ca-id', epoch: 7n },
      ],
    });
  });

  it('is frozen all through', () => {
    const parts = [plan, plan.validPrincipals, plan.seen, plan.claims, plan.criticalOptions, plan.extensions];
    expect(parts.every((part) => Object.isFrozen(part))).toBe(true);
  });

  it('is the same for the same input', () => {
    expect(decide(userInput())).toEqual(decide(userInput()));
  });
});

describe('the role', () => {
  const db = role({ id: 'db-id', name: 'db', memberOf: true });
  const foreign = role({ id: 'ops-id', name: 'ops', memberOf: false });

  it('is the only one the caller is in, and roles of others count for nothing', () => {
    expect(planOf(userInput({ roles: [foreign, role()] })).roleId).toBe('web-id');
  });

  it('is the one that was named', () => {
    expect(planOf(userInput({ roles: [role(), db] }, { roleName: 'db' })).roleId).toBe('db-id');
  });

  it('has to be named where there are several, and the refusal lists them', () => {
    const failures = failuresOf(userInput({ roles: [role(), foreign, db] }));
    expect(failures).toMatchObject([
      { rule: 'role_ambiguous', message: expect.stringMatching(/db, web\.$/) as string },
    ]);
    expect(JSON.stringify(failures)).not.toContain('ops');
  });

  it('is missing for somebody in none', () => {
    expect(rulesOf(userInput({ roles: [foreign] }))).toEqual(['role_missing']);
  });

  it.each([
    ['of somebody else', 'ops'],
    ['that does not exist', 'nope'],
    ['in another spelling', 'WEB'],
    ['with no name', ''],
  ])('cannot be one %s', (_what, roleName) => {
    expect(rulesOf(userInput({ roles: [role(), foreign] }, { roleName }))).toEqual(['role_not_granted']);
  });

  it('is refused alike whether it exists or not, so that a name tells nothing', () => {
    const of = (roleName: string) => failuresOf(userInput({ roles: [foreign] }, { roleName }));
    expect(of('ops')).toEqual(of('nope'));
  });
});

describe('the lifetime', () => {
  it.each([
    [1, 1n],
    [3600, 3600n],
  ])('may be %d s', (ttlSeconds, ttl) => {
    const plan = planOf(userInput({}, { ttlSeconds }));
    expect(plan.validBefore - now).toBe(ttl);
    expect(plan.maxValidity).toBe(3600n);
  });

  it('is as long as role and authority both allow when none is asked for', () => {
    const authority = userCa({ maxValiditySeconds: 1800 });
    expect(planOf(userInput({ authority })).validBefore - now).toBe(1800n);
  });

  it.each([0, -1, -0, 0.5, 3600.0001, NaN, Infinity, -Infinity, 2 ** 53, 1e300])(
    'is never %p s',
    (ttlSeconds) => {
      expect(rulesOf(userInput({}, { ttlSeconds }))).toEqual(['ttl_invalid']);
    },
  );

  it('is never shortened silently', () => {
    expect(rulesOf(userInput({}, { ttlSeconds: 3601 }))).toEqual(['ttl_beyond_role']);
    expect(rulesOf(userInput({}, { ttlSeconds: 7201 }))).toEqual(['ttl_beyond_role', 'ttl_beyond_authority']);
    const authority = userCa({ maxValiditySeconds: 1800 });
    expect(rulesOf(userInput({ authority }, { ttlSeconds: 1801 }))).toEqual(['ttl_beyond_authority']);
  });

  it.each([0, -1, NaN, Infinity, 1.5])('is none under a limit of %p s', (limit) => {
    expect(rulesOf(userInput({ roles: [role({ maxTtlSeconds: limit })] }))).toEqual(['limit_invalid']);
    expect(rulesOf(userInput({ authority: userCa({ maxValiditySeconds: limit }) }))).toEqual([
      'limit_invalid',
    ]);
  });

  it('does not begin before 1970, whatever the clock says', () => {
    expect(planOf(userInput({ now: 5n })).validAfter).toBe(0n);
  });
});

describe('the certified key', () => {
  const refusals: readonly (readonly [string, KeyOwner | null, string[]])[] = [
    ['that nobody has proved', null, ['key_unproved']],
    ['of another account', { ...anasKey, ownerId: 'bob-id' }, ['key_of_another_account']],
    ['of an authority', { ...anasKey, kind: 'authority', ownerId: 'user-ca-id' }, ['key_of_an_authority']],
    ['of a host', { ...anasKey, kind: 'host', ownerId: 'web-1-id' }, ['key_of_a_host']],
    ['of an authority with the id of the caller', { ...anasKey, kind: 'authority' }, ['key_of_an_authority']],
    ['that was revoked', { ...anasKey, revoked: true }, ['key_revoked']],
    [
      'of another account that was revoked',
      { ...anasKey, ownerId: 'bob-id', revoked: true },
      ['key_of_another_account', 'key_revoked'],
    ],
  ];
  it.each(refusals)('is not one %s', (_what, keyOwner, rules) => {
    expect(rulesOf(userInput({}, { keyOwner }))).toEqual(rules);
  });

  it('is of a type that the role lists', () => {
    const roles = [role({ keyTypes: ['ssh-ed25519', 'ecdsa-sha2-nistp256'] })];
    expect(rulesOf(userInput({ roles }))).toEqual([]);
    expect(rulesOf(userInput({ roles }, { publicKey: rsaKey }))).toEqual(['key_type_not_allowed']);
  });

  it('is of no type where the role lists none', () => {
    const failures = failuresOf(userInput({ roles: [role({ keyTypes: [] })] }));
    expect(failures).toMatchObject([
      { rule: 'key_type_not_allowed', message: expect.stringContaining('none') as string },
    ]);
  });

  it('is a security key where the role demands verification, which sshd checks for no other', () => {
    const roles = [role({ criticalOptions: { verifyRequired: true } })];
    expect(rulesOf(userInput({ roles }))).toEqual(['security_key_required']);
    expect(planOf(userInput({ roles }, { publicKey: securityKey })).criticalOptions.verifyRequired).toBe(
      true,
    );
  });
});

describe('the principals', () => {
  it('are never none: an empty list allows nothing', () => {
    expect(rulesOf(userInput({ roles: [role({ logins: [] })] }))).toEqual(['logins_empty']);
  });

  it('are at most 256', () => {
    const logins = Array.from({ length: 257 }, (_, i) => login(`u${i}`));
    expect(rulesOf(userInput({ roles: [role({ logins })] }))).toEqual(['principals_too_many']);
    expect(planOf(userInput({ roles: [role({ logins: logins.slice(1) })] })).validPrincipals).toHaveLength(
      256,
    );
  });

  it.each(['', 'root,admin', 'a b', '*', 'ro?t', '!root', 'a\nb', 'a\0b', '"a"', '#a', 'x'.repeat(256)])(
    'are refused where a stored login is %j, and never split',
    (text) => {
      const logins = [login('root'), text as Login];
      expect(rulesOf(userInput({ roles: [role({ logins })] }))).toEqual(['principal_invalid']);
    },
  );
});

describe('the authority', () => {
  it.each([
    ['of another organization', userCa({ organizationId: 'other' }), ['authority_of_another_organization']],
    ['for hosts', userCa({ kind: 'host' }), ['authority_kind_mismatch']],
    ['that comes next', userCa({ state: 'next' }), ['authority_not_active']],
    ['that was retired', userCa({ state: 'retired' }), ['authority_not_active']],
    [
      'with all of this',
      userCa({ organizationId: 'other', kind: 'host', state: 'next' }),
      ['authority_of_another_organization', 'authority_kind_mismatch', 'authority_not_active'],
    ],
  ])('is not one %s', (_what, authority, rules) => {
    expect(rulesOf(userInput({ authority }))).toEqual(rules);
  });
});

describe('critical options and extensions', () => {
  const under = (over: Partial<Role>) => userInput({ roles: [role(over)] });

  it('are the role’s, addresses in canonical spelling', () => {
    const criticalOptions = { forceCommand: 'echo "hi there"\n', sourceAddress: ['10.1.0.0/16', '10.0.0.1'] };
    expect(planOf(under({ criticalOptions })).criticalOptions).toEqual({
      forceCommand: 'echo "hi there"\n',
      sourceAddress: ['10.0.0.1/32', '10.1.0.0/16'],
      unknown: [],
    });
  });

  it.each(['', 'a\0b', '\ud800', 'x'.repeat(4097)])('refuse the forced command %j', (forceCommand) => {
    expect(rulesOf(under({ criticalOptions: { forceCommand } }))).toEqual(['force_command_invalid']);
  });

  it('take an empty list of addresses for none', () => {
    expect(rulesOf(under({ criticalOptions: { sourceAddress: [] } }))).toEqual(['source_address_empty']);
  });

  it.each([
    '',
    '*',
    '10.0.0.0/33',
    '10.0.0.1/8',
    'fe80::1%eth0',
    'example.org',
    '10.0.0.1,10.0.0.2',
    '!10.0.0.1',
  ])('refuse the address %j', (address) => {
    expect(rulesOf(under({ criticalOptions: { sourceAddress: [address] } }))).toEqual([
      'source_address_invalid',
    ]);
  });

  it('are none where the role lists none', () => {
    expect(planOf(under({ extensions: [] })).extensions).toEqual({
      permitX11Forwarding: false,
      permitAgentForwarding: false,
      permitPortForwarding: false,
      permitPty: false,
      permitUserRc: false,
      noTouchRequired: false,
      other: [],
    });
  });

  it('keep extensions of a domain in order', () => {
    const extensions = ['z@acme.example', 'permit-user-rc', 'a@acme.example', 'm@acme.example'];
    expect(planOf(under({ extensions })).extensions).toMatchObject({
      permitUserRc: true,
      permitPty: false,
      other: [
        { name: 'a@acme.example', value: null },
        { name: 'm@acme.example', value: null },
        { name: 'z@acme.example', value: null },
      ],
    });
  });

  it.each([
    '',
    'permit-everything',
    'Permit-pty',
    'permit-pty ',
    '@acme',
    'a@',
    'a b@acme',
    'a@b\n',
    '__proto__',
  ])('refuse the extension %j', (extension) => {
    expect(rulesOf(under({ extensions: [extension] }))).toEqual(['extension_unknown']);
  });

  it('refuse one that is listed twice', () => {
    expect(rulesOf(under({ extensions: ['permit-pty', 'permit-pty'] }))).toEqual(['extension_repeated']);
  });
});

describe('the key id', () => {
  const under = (keyIdTemplate: string, userName = 'ana') =>
    userInput({ roles: [role({ keyIdTemplate })], caller: { ...ana, userName } });

  it.each([
    ['{user}', 'ana'],
    ['fixed', 'fixed'],
    ['{role}:{user}:{role}', 'web:ana:web'],
    ['u={user}/o={organization}', 'u=ana/o=acme'],
  ])('is %s rendered', (template, keyId) => {
    expect(planOf(under(template)).keyId).toBe(keyId);
  });

  it.each(['{serial}', '{User}', '{}', '{user }', '{__proto__}', '{constructor}', '{user}{nope}'])(
    'has no field like in %s',
    (template) => {
      expect(rulesOf(under(template))).toEqual(['key_id_field_unknown']);
    },
  );

  it.each([
    '',
    '{user',
    'user}',
    '{{user}}',
    '{user} {role}',
    '$USER',
    '%u',
    '{user}\n',
    'x'.repeat(201),
    'é',
  ])('is never what %j renders to', (template) => {
    expect(rulesOf(under(template))).toHaveLength(1);
    expect(rulesOf(under(template))[0]).toMatch(/^key_id_/);
  });

  it.each(['', 'ana bob', 'ana/root', 'ana:x', 'a=b', 'ana\nAccepted publickey for root', '{role}', '$&'])(
    'cannot be forged by a user called %j',
    (userName) => {
      expect(rulesOf(under('{user}', userName))).toEqual(['key_id_unrepresentable']);
    },
  );

  it('names somebody from outside with their organization, and nobody else so', () => {
    const outsider = (userName: string, homeName: string) => ({
      ...userInput(),
      caller: { ...ana, userName, homeName },
    });
    expect(planOf(outsider('msp/ana', 'msp')).keyId).toBe('msp/ana@acme/web');
    for (const [userName, homeName] of [
      ['msp/ana/root', 'msp'],
      ['msp/ana', 'globex'],
      ['m:p/ana', 'm:p'],
    ] as const)
      expect(rulesOf(outsider(userName, homeName))).toEqual(['key_id_unrepresentable']);
  });

  it('is at most 200 characters long once rendered', () => {
    expect(rulesOf(under('{user}', 'x'.repeat(201)))).toEqual(['key_id_unrepresentable']);
    expect(planOf(under('{user}', 'x'.repeat(200))).keyId).toHaveLength(200);
  });
});

describe('a refusal', () => {
  it('lists every rule at once', () => {
    const broken = role({
      logins: [],
      maxTtlSeconds: 60,
      keyTypes: ['sk-ssh-ed25519@openssh.com'] as SubjectKeyType[],
      extensions: ['nope'],
      criticalOptions: { forceCommand: '', sourceAddress: [], verifyRequired: true },
      keyIdTemplate: '{nope}',
    });
    const input = userInput(
      { roles: [broken], authority: userCa({ state: 'retired' }) },
      { keyOwner: null, ttlSeconds: 7201 },
    );
    expect(rulesOf(input)).toEqual([
      'authority_not_active',
      'key_unproved',
      'ttl_beyond_role',
      'ttl_beyond_authority',
      'key_type_not_allowed',
      'security_key_required',
      'logins_empty',
      'force_command_invalid',
      'source_address_empty',
      'extension_unknown',
      'key_id_field_unknown',
    ]);
  });

  it('without a role still judges what needs none', () => {
    const input = userInput(
      { roles: [], authority: userCa({ state: 'next' }) },
      { keyOwner: null, ttlSeconds: 1e9 },
    );
    expect(rulesOf(input)).toEqual([
      'authority_not_active',
      'key_unproved',
      'role_missing',
      'ttl_beyond_authority',
    ]);
  });

  it('says each reason in a sentence of its own', () => {
    const failures = failuresOf(userInput({ roles: [] }, { keyOwner: null, ttlSeconds: 0 }));
    expect(failures.every(({ message }) => /^[A-Z].*\.$/.test(message))).toBe(true);
  });
});
