import { validateRoleDefinition, type RoleDefinition } from '../src/index.js';

const web: RoleDefinition = {
  name: 'web',
  principals: 'logins',
  selector: null,
  logins: ['root', 'deploy'],
  maxTtlSeconds: 28_800,
  extensions: ['permit-pty', 'x@acme.example'],
  criticalOptions: {},
  keyTypes: ['ssh-ed25519', 'sk-ssh-ed25519@openssh.com'],
  keyIdTemplate: '{user}@{organization}/{role}',
  maxSessionSeconds: null,
};

const onHosts: RoleDefinition = { ...web, principals: 'role', selector: { env: 'prod' } };

function rulesOf(over: Partial<RoleDefinition>): readonly string[] {
  const judgement = validateRoleDefinition({ ...web, ...over });
  return judgement.valid ? [] : judgement.failures.map(({ rule }) => rule);
}

describe('a role definition', () => {
  it('becomes the role it defines', () => {
    expect(validateRoleDefinition(web)).toEqual({ valid: true, role: web });
  });

  it('is for the hosts that it chooses', () => {
    expect(validateRoleDefinition(onHosts)).toEqual({ valid: true, role: onHosts });
  });

  it.each([60, 28_800, 604_800])(
    'bounds how long sessions on these hosts last: %d seconds',
    (maxSessionSeconds) => {
      const bounded = { ...onHosts, maxSessionSeconds };
      expect(validateRoleDefinition(bounded)).toEqual({ valid: true, role: bounded });
    },
  );

  it.each([59, 604_801, 90.5, NaN, Infinity])('does not bound them to %d seconds', (maxSessionSeconds) => {
    expect(rulesOf({ ...onHosts, maxSessionSeconds })).toEqual(['session_limit_invalid']);
  });

  it('gets its source addresses in canonical spelling and keeps its command as it is', () => {
    const criticalOptions = {
      forceCommand: ' echo  hi ',
      sourceAddress: ['2001:DB8::/32', '10.0.0.1'],
      verifyRequired: true,
    } as const;
    expect(validateRoleDefinition({ ...web, criticalOptions })).toMatchObject({
      role: { criticalOptions: { ...criticalOptions, sourceAddress: ['10.0.0.1/32', '2001:db8::/32'] } },
    });
  });

  const refused: readonly (readonly [string, Partial<RoleDefinition>, string[]])[] = [
    ['an empty name', { name: '' }, ['role_name_invalid']],
    ['a name that would forge a key id', { name: 'web/root' }, ['role_name_invalid']],
    ['a long name', { name: 'x'.repeat(64) }, ['role_name_invalid']],
    ['principals left unsaid', { principals: '' }, ['principals_kind_unknown']],
    ['a role without hosts', { principals: 'role' }, ['selector_missing']],
    ['an empty selector', { principals: 'role', selector: {} }, ['selector_missing']],
    ['labels that are none', { principals: 'role', selector: { env: 'a b' } }, ['labels_invalid']],
    ['logins for chosen hosts', { selector: { env: 'prod' } }, ['selector_unexpected']],
    ['no logins', { logins: [] }, ['logins_empty']],
    ['a login that is a path', { logins: ['../root'] }, ['login_invalid']],
    ['a login that is an option', { logins: ['-oProxyCommand=x'] }, ['login_invalid']],
    ['a login with a comma', { logins: ['root,admin'] }, ['principal_invalid', 'login_invalid']],
    ['a login that begins with a digit', { logins: ['0day'] }, ['login_invalid']],
    ['a long login', { logins: ['x'.repeat(65)] }, ['login_invalid']],
    ['a login twice', { logins: ['root', 'root'] }, ['login_repeated']],
    ['too many logins', { logins: Array.from({ length: 257 }, (_, i) => `u${i}`) }, ['principals_too_many']],
    ['sessions that nobody would end', { maxSessionSeconds: 3600 }, ['session_limit_unkept']],
    ['no lifetime', { maxTtlSeconds: 0 }, ['limit_invalid']],
    ['an endless lifetime', { maxTtlSeconds: Infinity }, ['limit_invalid']],
    ['a lifetime that is no number', { maxTtlSeconds: NaN }, ['limit_invalid']],
    ['an unknown extension', { extensions: ['permit-all'] }, ['extension_unknown']],
    ['an empty command', { criticalOptions: { forceCommand: '' } }, ['force_command_invalid']],
    ['no addresses', { criticalOptions: { sourceAddress: [] } }, ['source_address_empty']],
    ['a broken address', { criticalOptions: { sourceAddress: ['x'] } }, ['source_address_invalid']],
    ['no key types', { keyTypes: [] }, ['key_types_empty']],
    ['DSA', { keyTypes: ['ssh-dss'] }, ['key_type_unknown']],
    ['a certificate type', { keyTypes: ['ssh-ed25519-cert-v01@openssh.com'] }, ['key_type_unknown']],
    ['a key type twice', { keyTypes: ['ssh-rsa', 'ssh-rsa'] }, ['key_type_repeated']],
    [
      'verification without a security key',
      { keyTypes: ['ssh-rsa'], criticalOptions: { verifyRequired: true } },
      ['security_key_required'],
    ],
    ['an unknown field', { keyIdTemplate: '{user}-{serial}' }, ['key_id_field_unknown']],
    ['a template that names somebody', { keyIdTemplate: 'bo@globex/web' }, ['key_id_without_user']],
    ['a template that names its user late', { keyIdTemplate: 'msp/{user}' }, ['key_id_without_user']],
    ['a template that lengthens a name', { keyIdTemplate: '{user}-admin' }, ['key_id_without_user']],
    ['a template like msp/ana of who is msp', { keyIdTemplate: '{user}/ana' }, ['key_id_without_user']],
    ['a template of another organization', { keyIdTemplate: '{user}@globex' }, ['key_id_without_user']],
    ['a template that lengthens it', { keyIdTemplate: '{user}@{organization}x' }, ['key_id_without_user']],
    ['a template that is no key id', { keyIdTemplate: '{user} at {role}' }, ['key_id_unrepresentable']],
    ['an empty template', { keyIdTemplate: '' }, ['key_id_unrepresentable']],
  ];
  it.each(refused)('is refused with %s', (_what, over, rules) => {
    expect(rulesOf(over)).toEqual(rules);
  });

  it('is refused with every reason at once', () => {
    expect(
      rulesOf({
        name: 'a b',
        principals: 'anything',
        logins: [],
        maxTtlSeconds: -1,
        extensions: ['x', 'x'],
        criticalOptions: { forceCommand: '', sourceAddress: ['x'], verifyRequired: true },
        keyTypes: ['ssh-dss', 'ssh-dss'],
        keyIdTemplate: '{x}',
      }),
    ).toEqual([
      'role_name_invalid',
      'principals_kind_unknown',
      'logins_empty',
      'limit_invalid',
      'extension_unknown',
      'extension_repeated',
      'extension_unknown',
      'force_command_invalid',
      'source_address_invalid',
      'key_type_unknown',
      'key_type_repeated',
      'key_id_field_unknown',
    ]);
  });
});

it.each([
  '{user}',
  '{user}:{role}',
  '{user}=x',
  '{user}@{organization}',
  '{user}@{organization}/{role}',
  '{user}@{organization}:x',
])('a key id %s names whom it is of', (keyIdTemplate) => {
  expect(validateRoleDefinition({ ...web, keyIdTemplate }).valid).toBe(true);
});
