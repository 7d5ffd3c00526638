import * as fc from 'fast-check';
import type { PublicKey, SubjectKeyType } from '@writ/openssh/key';
import { login, type Login } from '@writ/openssh/trust';
import {
  decide,
  indexedHosts,
  reaches,
  roleWord,
  type AccessRequest,
  type DecisionInput,
  type Labels,
  type Role,
  type SoughtHost,
} from '../src/index.js';
import { ana, anaKey, anasKey, now, role, rsaKey, securityKey, userCa, userInput } from './given.js';
import { planOf, rulesOf } from './outcomes.js';

const prod = { env: 'prod', tier: 'web' };
const web: SoughtHost = { kind: 'joined', name: 'web-1.acme.example', labels: prod };

/** A role for joined hosts. */
function onHosts(over: Partial<Role> = {}): Role {
  return role({ principals: 'role', selector: { env: 'prod' }, ...over });
}

function accessInput(
  over: Partial<DecisionInput<AccessRequest>> = {},
  request: Partial<AccessRequest> = {},
): DecisionInput<AccessRequest> {
  return {
    caller: ana,
    roles: [onHosts()],
    authority: userCa(),
    now,
    backdate: 60n,
    ...over,
    request: { kind: 'access', account: 'active', target: { host: web, login: 'root' }, ...request },
  };
}

/** The names of the roles by which it works, or the failures as 'rule: message'. */
function judged(input: DecisionInput<AccessRequest>): readonly string[] {
  const decision = decide(input);
  return decision.allowed
    ? decision.roles.map(({ name }) => name)
    : decision.failures.map(({ rule, message }) => `${rule}: ${message}`);
}

describe('access to a host as a login', () => {
  it('is by every role of the caller that reaches the host as that login, by name', () => {
    const roles = [
      onHosts({ name: 'web-b' }),
      onHosts({ name: 'web-a', selector: prod }),
      onHosts({ name: 'db', selector: { tier: 'db' } }),
      onHosts({ name: 'reader', logins: [login('viewer')] }),
      onHosts({ name: 'ops', memberOf: false }),
      role({ name: 'anywhere' }),
    ];
    expect(judged(accessInput({ roles }))).toEqual(['web-a', 'web-b']);
    expect(judged(accessInput({ roles }, { roleName: 'web-b' }))).toEqual(['web-b']);
  });

  it.each<[string, readonly Role[], string, readonly string[]]>([
    [
      'chosen by no role',
      [onHosts({ selector: { env: 'stage' } })],
      'root',
      ['host_not_chosen: No role in sight chooses web-1.acme.example, which carries env=prod,tier=web.'],
    ],
    [
      'reached, but not as that login',
      [onHosts({ logins: [login('www'), login('deploy')] })],
      'root',
      ['login_not_of_role: The role web reaches web-1.acme.example as www, deploy, not as root.'],
    ],
    [
      'reached by a role without logins',
      [onHosts({ logins: [] })],
      'root',
      ['login_not_of_role: The role web reaches web-1.acme.example as nobody, not as root.'],
    ],
    [
      'reached by roles of others',
      [onHosts({ name: 'web-b', memberOf: false }), onHosts({ name: 'web-a', memberOf: false })],
      'root',
      [
        'role_not_granted: The role web-a reaches web-1.acme.example as root, and ana is not a member of it.',
        'role_not_granted: The role web-b reaches web-1.acme.example as root, and ana is not a member of it.',
      ],
    ],
    [
      'reached by an own role, and by one of others that would do',
      [
        onHosts({ name: 'own', logins: [login('www')] }),
        onHosts({ name: 'others', logins: [login('www')], memberOf: false }),
        onHosts({ name: 'web', memberOf: false }),
      ],
      'root',
      [
        'login_not_of_role: The role own reaches web-1.acme.example as www, not as root.',
        'role_not_granted: The role web reaches web-1.acme.example as root, and ana is not a member of it.',
      ],
    ],
    [
      'reached only as another login, by roles of others',
      [onHosts({ logins: [login('www')], memberOf: false })],
      'root',
      ['login_not_of_role: The role web reaches web-1.acme.example as www, not as root.'],
    ],
    [
      'wanted by a role whose certificates joined hosts do not believe',
      [role({ name: 'anywhere' }), role({ name: 'other', logins: [login('www')] })],
      'root',
      [
        'host_not_chosen: No role in sight chooses web-1.acme.example, which carries env=prod,tier=web.',
        'role_for_logins: ana may be root by the role anywhere wherever the user CA itself is trusted; joined hosts do not believe such certificates.',
      ],
    ],
  ])('names the missing link where the host is %s', (_what, roles, as, words) => {
    expect(judged(accessInput({ roles }, { target: { host: web, login: as } }))).toEqual(words);
  });

  it.each<[SoughtHost, string]>([
    [
      { kind: 'unknown', asked: 'web-9' },
      'host_unknown: There is no host web-9 that a role in sight reaches.',
    ],
    [
      { kind: 'signed', name: 'old.acme.example' },
      'host_not_joined: Keys of old.acme.example were signed, but it has not joined, and roles reach joined hosts only.',
    ],
    [
      { kind: 'ambiguous', asked: 'web', names: ['web.eu.acme.example', 'web.us.acme.example'] },
      'host_ambiguous: web may mean web.eu.acme.example or web.us.acme.example; say which.',
    ],
  ])('says of a host of kind %j that there is none to reach', (host, words) => {
    expect(judged(accessInput({}, { target: { host, login: 'root' } }))).toEqual([words]);
  });

  it('says of a named role that it does not choose the host, and of a host without labels that it has none', () => {
    const bare: SoughtHost = { kind: 'joined', name: 'bare.acme.example', labels: {} };
    expect(judged(accessInput({}, { roleName: 'web', target: { host: bare, login: 'root' } }))).toEqual([
      'host_not_chosen: The role web is none that chooses bare.acme.example, which carries no labels.',
    ]);
  });

  it('is refused by everything that refuses a certificate, but for the key', () => {
    const of = (over: Partial<Role>, rest: Partial<DecisionInput<AccessRequest>> = {}) =>
      judged(accessInput({ roles: [onHosts(over)], ...rest })).map((text) => text.replace(/:.*/, ''));
    expect(of({}, { authority: userCa({ state: 'retired' }) })).toEqual(['authority_not_active']);
    expect(of({ selector: { a: 'b' } }, { authority: userCa({ maxValiditySeconds: 0 }) })).toEqual([
      'host_not_chosen',
      'limit_invalid',
    ]);
    expect(of({ maxTtlSeconds: 0 })).toEqual(['limit_invalid']);
    expect(of({ handle: 'a b' })).toEqual(['principal_invalid']);
    expect(of({ extensions: ['x'] })).toEqual(['extension_unknown']);
    expect(of({ criticalOptions: { forceCommand: '' } })).toEqual(['force_command_invalid']);
    expect(of({ keyIdTemplate: '{x}' })).toEqual(['key_id_field_unknown']);
    expect(of({ keyTypes: [] })).toEqual(['key_type_not_allowed']);
    expect(of({ keyTypes: ['ssh-ed25519'], criticalOptions: { verifyRequired: true } })).toEqual([
      'security_key_required',
    ]);
    expect(of({ criticalOptions: { verifyRequired: true } })).toEqual(['web']);
  });

  it('is nobody’s whose account is not open', () => {
    expect(judged(accessInput({}, { account: 'disabled' }))).toEqual([
      'account_not_active: The account ana is disabled; `writ user enable ana` opens it again.',
    ]);
    for (const account of ['locked', 'disabled'] as const)
      expect(judged({ ...accessInput({}, { account }), caller: { ...ana, userName: 'msp/ana' } })[0]).toMatch(
        /^account_not_active: The account msp\/ana is .*; (the lock ends by itself, or )?msp ends that\.$/,
      );
    expect(judged(accessInput({ roles: [] }, { account: 'invited' }))).toEqual([
      'account_not_active: ana has not accepted the invitation yet, so nobody can sign in as ana.',
      'host_not_chosen: No role in sight chooses web-1.acme.example, which carries env=prod,tier=web.',
    ]);
  });

  it('is to whatever the role reaches where no target is named', () => {
    const { target: _, ...request } = accessInput({}).request;
    expect(judged({ ...accessInput({ roles: [role(), onHosts({ name: 'two' })] }), request })).toEqual([
      'role_ambiguous: A certificate carries exactly one role; name one: you are in two, web.',
    ]);
    expect(judged({ ...accessInput({ roles: [role()] }), request: { ...request, roleName: 'web' } })).toEqual(
      ['web'],
    );
  });
});

describe('a certificate for a host and a login', () => {
  const target = { host: web, login: 'root' };

  it('is of the first role by name that reaches it and allows the key', () => {
    const roles = [
      onHosts({ id: 'c', name: 'c' }),
      onHosts({ id: 'b', name: 'b' }),
      onHosts({ id: 'a', name: 'a', keyTypes: ['ssh-rsa'] }),
    ];
    expect(planOf(userInput({ roles }, { target })).roleId).toBe('b');
    expect(planOf(userInput({ roles }, { target, roleName: 'c' })).roleId).toBe('c');
    expect(planOf(userInput({ roles }, { target, publicKey: rsaKey })).roleId).toBe('a');
  });

  it('is refused with what speaks against each of the roles, once', () => {
    const roles = [
      onHosts({ name: 'a', keyTypes: ['ssh-rsa'] }),
      onHosts({ name: 'b', keyTypes: ['ssh-rsa'] }),
      onHosts({ name: 'c', keyIdTemplate: '{x}' }),
    ];
    expect(rulesOf(userInput({ roles }, { target, keyOwner: null }))).toEqual([
      'key_unproved',
      'key_type_not_allowed',
      'key_id_field_unknown',
    ]);
    expect(rulesOf(userInput({ roles }, { target: { host: web, login: 'www' } }))).toEqual([
      'login_not_of_role',
      'login_not_of_role',
      'login_not_of_role',
    ]);
  });
});

const labels: fc.Arbitrary<Labels> = fc.dictionary(
  fc.constantFrom('env', 'tier', 'region', '__proto__', 'constructor'),
  fc.constantFrom('prod', 'web', 'eu'),
  { maxKeys: 3 },
);
const keyType = fc.constantFrom<SubjectKeyType>('ssh-ed25519', 'ssh-rsa', 'sk-ssh-ed25519@openssh.com');
/** Mostly good, so that the bad ones come singly, too. */
function mostly<T>(good: T, bad: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(good) }, { weight: 1, arbitrary: bad });
}
const aRole: fc.Arbitrary<Role> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    handle: mostly('r1', fc.constantFrom('r2', 'a b')),
    principals: mostly<Role['principals']>('role', fc.constant('logins')),
    selector: mostly<Labels | null>({ env: 'prod' }, fc.option(labels)),
    logins: mostly([login('root')], fc.subarray([login('root'), login('www')])),
    maxTtlSeconds: mostly(3600, fc.constant(0)),
    extensions: mostly<readonly string[]>(['permit-pty'], fc.constant(['x'])),
    criticalOptions: mostly<Role['criticalOptions']>(
      {},
      fc.constantFrom({ verifyRequired: true as const }, { forceCommand: '' }),
    ),
    keyTypes: fc.uniqueArray(keyType),
    memberOf: mostly(true, fc.constant(false)),
  })
  .map((over) => role({ ...over, id: over.name }));

describe('explaining and issuing', () => {
  it('agree: access is allowed exactly when some key gets a certificate that the host believes for the login', () => {
    const keys: readonly PublicKey[] = [anaKey, rsaKey, securityKey];
    let allowed = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(aRole, { selector: ({ name }) => name }),
        fc.oneof(fc.constant(prod), labels),
        fc.constantFrom<'next' | 'active'>('active', 'active', 'next'),
        (roles, carried, state) => {
          const target = { host: { ...web, labels: carried }, login: 'root' };
          const common = { roles, authority: userCa({ state }) };
          const explained = decide(accessInput(common, { target }));
          const plans = keys.flatMap((publicKey) => {
            const issued = decide(userInput(common, { target, publicKey, keyOwner: anasKey }));
            return issued.allowed ? [issued.plan] : [];
          });
          expect(explained.allowed).toBe(plans.length > 0);
          const believed = roles
            .filter((each) => reaches(each, carried) && each.logins.includes('root' as Login))
            .map(({ handle }) => roleWord(handle));
          for (const { validPrincipals, roleId } of plans) {
            expect(validPrincipals).toHaveLength(1);
            expect(believed).toContain(validPrincipals[0]);
            expect(explained).toMatchObject({
              roles: expect.arrayContaining([expect.objectContaining({ id: roleId })]) as unknown,
            });
          }
          if (explained.allowed) allowed += 1;
          else expect(explained.failures.length).toBeGreaterThan(0);
        },
      ),
      { seed: 20_261_126, numRuns: 1000 },
    );
    expect(allowed).toBeGreaterThan(100);
    expect(allowed).toBeLessThan(950);
  });
});

describe('an index of hosts', () => {
  it('finds exactly the hosts that a role reaches', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(labels), aRole, (hosts, each) => {
        const reached = indexedHosts(hosts).reachedBy(each);
        expect(reached).toEqual(hosts.flatMap((carried, place) => (reaches(each, carried) ? [place] : [])));
        found += reached.length;
      }),
      { seed: 7, numRuns: 1000 },
    );
    expect(found).toBeGreaterThan(100);
  });
});
