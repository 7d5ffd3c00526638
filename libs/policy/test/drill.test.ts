import {
  canaryCommand,
  canaryRole,
  longestDrill,
  mayAcceptDelegation,
  mayDrill,
  mayGrantRole,
  mayRedefineRole,
  mayRegisterKey,
  mayWidenRole,
  validateRoleDefinition,
  type GrantedRole,
  type Granter,
  type GrantJudgement,
  type PartyAccount,
  type Recipient,
} from '../src/index.js';
import { ana } from './given.js';

const everything = [
  ...['user.invite', 'user.disable', 'user.reset', 'role.create', 'role.grant', 'certificate.revoke'],
  ...['delegation.accept', 'organization.read'],
];
const canarys: GrantedRole = { id: 'drill-id', name: 'drill-1', organizationId: 'acme-id', canary: true };
const bob = recipient('bob', account('bob'));

function account(name: string): PartyAccount {
  return { userId: `${name}-id`, userName: name, roleIds: new Set(), onlyOwner: false };
}

function recipient(name: string, ...party: readonly PartyAccount[]): Recipient {
  return { userId: `${name}-id`, userName: name, organizationId: 'acme-id', party };
}

function granter(permissions: readonly string[]): Granter {
  return {
    caller: { ...ana, permissions: new Set(permissions) },
    roleIds: new Set(),
    party: [account('ana')],
    firstOwner: false,
  };
}

function rulesOf(judgement: GrantJudgement): readonly string[] {
  return judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);
}

const plain: GrantJudgement = { allowed: true, exception: null };
const member = { organizationId: 'acme-id', permissions: new Set(['organization.read']) };

describe('the role of a canary', () => {
  it('lets whoever is in it only wait, and not for long', () => {
    const made = canaryRole({ name: 'drill-1', selector: { env: 'prod' }, logins: ['deploy', 'root'] });
    const judged = validateRoleDefinition(made);
    expect(judged).toMatchObject({
      valid: true,
      role: {
        ...{ name: 'drill-1', principals: 'role', selector: { env: 'prod' }, logins: ['deploy', 'root'] },
        ...{ extensions: [], criticalOptions: { forceCommand: canaryCommand }, maxTtlSeconds: longestDrill },
      },
    });
    expect(longestDrill).toBeLessThanOrEqual(900);
    expect(canaryCommand).toBe('echo writ-drill; exec cat >/dev/null');
  });

  it('is never changed, granted, delegated or come by with another key, whatever somebody may', () => {
    const owner = granter(everything);
    const change = { widens: false, command: 'kept' } as const;
    expect(rulesOf(mayGrantRole(owner, canarys, [bob]))).toEqual(['canary_role']);
    expect(rulesOf(mayGrantRole(owner, canarys, []))).toEqual(['canary_role']);
    expect(rulesOf(mayRedefineRole(owner, canarys, change, { holders: [], delegated: null }))).toEqual([
      'canary_role',
    ]);
    expect(rulesOf(mayAcceptDelegation(owner, canarys, [bob]))).toEqual(['canary_role']);
    expect(rulesOf(mayRegisterKey(owner, { ...member, roles: [canarys] }, bob))).toContain('canary_role');
  });

  it('gives nobody a reason to leave hosts alone while the drill goes on', () => {
    const own = recipient('ana', account('ana'));
    expect(mayWidenRole(granter([]), canarys, [own])).toEqual(plain);
    expect(rulesOf(mayWidenRole(granter([]), { ...canarys, canary: false }, [own]))).toEqual([
      'permission_missing',
      'caller_would_gain',
    ]);
  });
});

describe('beginning a drill', () => {
  it('takes what opening the account, creating a role and revoking take, and no grant', () => {
    const needed = ['user.invite', 'user.disable', 'role.create', 'certificate.revoke', 'organization.read'];
    expect(mayDrill(granter(needed), member)).toEqual(plain);
    for (const one of needed) {
      const rules = rulesOf(mayDrill(granter(needed.filter((each) => each !== one)), member));
      expect(rules).toEqual([one === 'organization.read' ? 'right_not_held' : 'permission_missing']);
    }
    expect(rulesOf(mayDrill(granter(needed), { ...member, organizationId: 'x' }))).toEqual([
      'of_another_organization',
    ]);
  });
});
