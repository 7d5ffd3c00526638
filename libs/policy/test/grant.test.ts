import {
  mayCreateRole,
  mayGrantRole,
  mayCloseAccount,
  mayOpenAccount,
  type Account,
  type GrantedRole,
  type Granter,
  type GrantJudgement,
  type Recipient,
} from '../src/index.js';
import { ana } from './given.js';

const web: GrantedRole = { id: 'web-id', name: 'web', organizationId: 'acme-id' };
const db: GrantedRole = { id: 'db-id', name: 'db', organizationId: 'acme-id' };
const bob: Recipient = {
  userId: 'bob-id',
  organizationId: 'acme-id',
  openInvitationById: null,
  lastOpenedById: null,
};
const self: Recipient = { ...bob, userId: 'ana-id' };

function granter(permissions: readonly string[], over: Partial<Granter> = {}): Granter {
  return {
    caller: { ...ana, permissions: new Set(permissions) },
    roleIds: new Set(),
    onlyOwner: false,
    ...over,
  };
}

function rulesOf(judgement: GrantJudgement): readonly string[] {
  return judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);
}

const plain: GrantJudgement = { allowed: true, exception: null };
const exceptional: GrantJudgement = { allowed: true, exception: 'only_owner' };

describe('granting a role', () => {
  const may = granter(['role.grant']);

  it('takes the permission', () => {
    expect(mayGrantRole(may, web, bob)).toEqual(plain);
    expect(rulesOf(mayGrantRole(granter([]), web, bob))).toEqual(['permission_missing']);
  });

  it('stays inside the organization', () => {
    expect(rulesOf(mayGrantRole(may, { ...web, organizationId: 'x' }, bob))).toEqual([
      'of_another_organization',
    ]);
    expect(rulesOf(mayGrantRole(may, web, { ...bob, organizationId: 'x' }))).toEqual([
      'of_another_organization',
    ]);
  });

  it('to oneself is refused, because it would be a gain', () => {
    expect(rulesOf(mayGrantRole(may, web, self))).toEqual(['caller_would_gain']);
  });

  it('to an account that one’s own invitation still opens is refused alike', () => {
    const invited = { ...bob, openInvitationById: 'ana-id' };
    expect(rulesOf(mayGrantRole(may, web, invited))).toEqual(['caller_would_gain']);
    expect(mayGrantRole(may, web, { ...bob, openInvitationById: 'oli-id' })).toEqual(plain);
  });

  it('to an account that one’s own invitation has opened is refused until somebody else opens it', () => {
    const mine = { ...bob, lastOpenedById: 'ana-id' };
    expect(rulesOf(mayGrantRole(may, web, mine))).toEqual(['caller_would_gain']);
    expect(mayGrantRole(may, web, { ...bob, lastOpenedById: 'oli-id' })).toEqual(plain);
    expect(mayGrantRole(granter(['role.grant'], { onlyOwner: true }), web, mine)).toEqual(exceptional);
  });

  it('that one holds already gains nothing', () => {
    const holder = granter(['role.grant'], { roleIds: new Set(['web-id']) });
    expect(mayGrantRole(holder, web, { ...bob, openInvitationById: 'ana-id' })).toEqual(plain);
    expect(mayGrantRole(holder, web, self)).toEqual(plain);
    expect(rulesOf(mayGrantRole(holder, db, self))).toEqual(['caller_would_gain']);
  });

  it('to oneself is open to the only owner, and the judgement says so', () => {
    const owner = granter(['role.grant'], { onlyOwner: true });
    expect(mayGrantRole(owner, web, self)).toEqual(exceptional);
    expect(mayGrantRole(owner, web, bob)).toEqual(plain);
  });

  it('has no exception without the permission', () => {
    expect(rulesOf(mayGrantRole(granter([], { onlyOwner: true }), web, self))).toEqual([
      'permission_missing',
    ]);
  });

  it('is refused with every reason at once', () => {
    expect(rulesOf(mayGrantRole(granter([]), { ...web, organizationId: 'x' }, self))).toEqual([
      'permission_missing',
      'of_another_organization',
      'caller_would_gain',
    ]);
  });
});

describe('creating a role', () => {
  const draft = { name: 'new', organizationId: 'acme-id' };

  it('takes the permission, inside the organization', () => {
    expect(mayCreateRole(granter(['role.create']), draft, [])).toEqual(plain);
    expect(rulesOf(mayCreateRole(granter([]), { ...draft, organizationId: 'x' }, []))).toEqual([
      'permission_missing',
      'of_another_organization',
    ]);
  });

  it('with members takes what granting takes, for each of them', () => {
    const may = granter(['role.create', 'role.grant']);
    expect(mayCreateRole(may, draft, [bob])).toEqual(plain);
    expect(rulesOf(mayCreateRole(granter(['role.create']), draft, [bob]))).toEqual(['permission_missing']);
    expect(rulesOf(mayCreateRole(may, draft, [bob, self]))).toEqual(['caller_would_gain']);
  });

  it('with oneself as a member is open to the only owner, and the judgement says so', () => {
    const owner = granter(['role.create', 'role.grant'], { onlyOwner: true });
    expect(mayCreateRole(owner, draft, [bob])).toEqual(plain);
    expect(mayCreateRole(owner, draft, [bob, self])).toEqual(exceptional);
  });
});

describe('closing an account', () => {
  const account = { organizationId: 'acme-id', permissions: new Set(['user.read']) };

  it('takes user.disable and every permission that the account holds, inside the organization', () => {
    expect(mayCloseAccount(granter(['user.disable', 'user.read']), account)).toEqual(plain);
    const foreign = { organizationId: 'x', permissions: new Set(['user.disable']) };
    expect(rulesOf(mayCloseAccount(granter([]), foreign))).toEqual([
      'permission_missing',
      'of_another_organization',
      'right_not_held',
    ]);
  });
});

describe('inviting, resetting and enabling an account', () => {
  const account: Account = { organizationId: 'acme-id', permissions: new Set(['user.read']), roles: [] };

  it.each(['user.invite', 'user.reset'])('takes %s', (permission) => {
    expect(mayOpenAccount(granter([permission, 'user.read']), permission, account)).toEqual(plain);
    expect(rulesOf(mayOpenAccount(granter(['user.read']), permission, account))).toEqual([
      'permission_missing',
    ]);
  });

  it('stays inside the organization', () => {
    const may = granter(['user.reset', 'user.read']);
    const foreign = { ...account, organizationId: 'x' };
    expect(rulesOf(mayOpenAccount(may, 'user.reset', foreign))).toEqual(['of_another_organization']);
  });

  it('takes every permission that the account holds', () => {
    const owner = { ...account, permissions: new Set(['user.read', 'role.grant', 'host.sign']) };
    const judgement = mayOpenAccount(granter(['user.reset', 'user.read']), 'user.reset', owner);
    expect(judgement).toMatchObject({
      failures: [
        { rule: 'right_not_held', message: 'The account holds what you do not: host.sign, role.grant.' },
      ],
    });
  });

  it('takes every role that the account is in, for which role.grant is no substitute', () => {
    const member = { ...account, roles: [web, db] };
    const may = granter(['user.reset', 'user.read', 'role.grant'], { roleIds: new Set(['web-id']) });
    expect(mayOpenAccount(may, 'user.reset', member)).toMatchObject({
      failures: [{ rule: 'role_not_held', message: 'The account is in roles that you are not in: db.' }],
    });
    const both = granter(['user.reset', 'user.read'], { roleIds: new Set(['web-id', 'db-id']) });
    expect(mayOpenAccount(both, 'user.reset', member)).toEqual(plain);
  });

  it('is refused with every reason at once', () => {
    const member = { organizationId: 'x', permissions: new Set(['role.grant']), roles: [web] };
    expect(rulesOf(mayOpenAccount(granter([]), 'user.reset', member))).toEqual([
      'permission_missing',
      'of_another_organization',
      'right_not_held',
      'role_not_held',
    ]);
  });
});
