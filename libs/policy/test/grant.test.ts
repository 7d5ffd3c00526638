import {
  mayCreateRole,
  mayGrantRole,
  mayCloseAccount,
  mayOpenAccount,
  mayRevokeKeyOf,
  mayWidenRole,
  type Account,
  type GrantedRole,
  type Granter,
  type GrantJudgement,
  type Party,
  type PartyAccount,
  type Recipient,
} from '../src/index.js';
import { ana } from './given.js';

const web: GrantedRole = { id: 'web-id', name: 'web', organizationId: 'acme-id' };
const db: GrantedRole = { id: 'db-id', name: 'db', organizationId: 'acme-id' };
const bob: Recipient = recipient('bob', account('bob'));
const self: Recipient = recipient('ana', account('ana'));

function account(name: string, over: Partial<PartyAccount> = {}): PartyAccount {
  return { userId: `${name}-id`, userName: name, roleIds: new Set(), onlyOwner: false, ...over };
}

function recipient(name: string, ...party: Party): Recipient {
  return { userId: `${name}-id`, userName: name, organizationId: 'acme-id', party };
}

/** Ana, with those who may be behind her account. */
function granter(permissions: readonly string[], over: Partial<Granter> = {}): Granter {
  return {
    caller: { ...ana, permissions: new Set(permissions) },
    roleIds: new Set(),
    party: [account('ana')],
    firstOwner: false,
    ...over,
  };
}

function rulesOf(judgement: GrantJudgement): readonly string[] {
  return judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);
}

const plain: GrantJudgement = { allowed: true, exception: null };
const exceptional: GrantJudgement = { allowed: true, exception: 'only_owner' };

describe('putting a host into the reach of a role', () => {
  const inWeb = { roleIds: new Set(['web-id']) };

  it('takes the permission, inside the organization', () => {
    expect(mayWidenRole(granter(['role.grant']), web)).toEqual(plain);
    expect(rulesOf(mayWidenRole(granter([]), { ...web, organizationId: 'x' }))).toEqual([
      'permission_missing',
      'of_another_organization',
    ]);
  });

  it('gives nothing to the caller, nor to who may be behind their account', () => {
    const member = granter(['role.grant'], { party: [account('ana', inWeb)] });
    expect(rulesOf(mayWidenRole(member, web))).toEqual(['caller_would_gain']);
    expect(mayWidenRole(member, db)).toEqual(plain);
    const opened = granter(['role.grant'], { party: [account('ana'), account('mia', inWeb)] });
    expect(rulesOf(mayWidenRole(opened, web))).toEqual(['opener_would_gain']);
  });

  it('is open to the only owner, and that is said', () => {
    const owner = granter(['role.grant'], { party: [account('ana', { ...inWeb, onlyOwner: true })] });
    expect(mayWidenRole(owner, web)).toEqual(exceptional);
  });
});

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

  it('to an account that one may be behind oneself is refused alike', () => {
    const judgement = mayGrantRole(may, web, recipient('bob', account('ana'), account('bob')));
    expect(rulesOf(judgement)).toEqual(['caller_would_gain']);
    expect(JSON.stringify(judgement)).toContain("behind both your account and bob's: you.");
    expect(mayGrantRole(may, web, recipient('bob', account('bob'), account('oli')))).toEqual(plain);
  });

  it('to whoever may be behind the caller is refused: they would have made an account to grant it to themselves', () => {
    const sock = granter(['role.grant'], { party: [account('ana'), account('mia')] });
    const judgement = mayGrantRole(sock, web, recipient('mia', account('mia')));
    expect(rulesOf(judgement)).toEqual(['opener_would_gain']);
    expect(JSON.stringify(judgement)).toContain(
      "Not in the role web, and perhaps behind both your account and mia's: mia.",
    );
  });

  it('between two accounts of the same opener is refused, and names all who would gain', () => {
    const sibling = granter(['role.grant'], { party: [account('ana'), account('mia'), account('oli')] });
    const judgement = mayGrantRole(
      sibling,
      web,
      recipient('bob', account('bob'), account('mia'), account('oli')),
    );
    expect(rulesOf(judgement)).toEqual(['opener_would_gain']);
    expect(JSON.stringify(judgement)).toContain(': mia, oli.');
  });

  it('that all who may be behind both hold already gains nobody anything', () => {
    const member = { roleIds: new Set(['web-id']) };
    const holder = granter(['role.grant'], { party: [account('ana', member), account('mia', member)] });
    expect(mayGrantRole(holder, web, recipient('bob', account('ana', member), account('bob')))).toEqual(
      plain,
    );
    expect(mayGrantRole(holder, web, recipient('mia', account('mia', member)))).toEqual(plain);
    expect(rulesOf(mayGrantRole(holder, db, self))).toEqual(['caller_would_gain']);
  });

  it('to oneself is open to the only owner, and the judgement says so', () => {
    const only = account('ana', { onlyOwner: true });
    const owner = granter(['role.grant'], { party: [only] });
    expect(mayGrantRole(owner, web, recipient('ana', only))).toEqual(exceptional);
    expect(mayGrantRole(owner, web, recipient('bob', account('bob'), only))).toEqual(exceptional);
    expect(mayGrantRole(owner, web, bob)).toEqual(plain);
  });

  it('has the only owner’s exception where nobody but the only owner may be behind both', () => {
    const only = account('zoe', { onlyOwner: true });
    const administrator = granter(['role.grant'], { party: [account('ana'), only] });
    expect(mayGrantRole(administrator, web, recipient('bob', account('bob'), only))).toEqual(exceptional);
    expect(rulesOf(mayGrantRole(administrator, web, recipient('ana', account('ana'), only)))).toEqual([
      'caller_would_gain',
    ]);
    expect(
      rulesOf(mayGrantRole(administrator, web, recipient('bob', account('bob'), account('ana'), only))),
    ).toEqual(['caller_would_gain']);
  });

  it('has no exception without the permission', () => {
    const only = account('ana', { onlyOwner: true });
    expect(rulesOf(mayGrantRole(granter([], { party: [only] }), web, recipient('ana', only)))).toEqual([
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
  it('takes the permission, inside the organization', () => {
    expect(mayCreateRole(granter(['role.create']), { organizationId: 'acme-id' })).toEqual(plain);
    expect(rulesOf(mayCreateRole(granter([]), { organizationId: 'x' }))).toEqual([
      'permission_missing',
      'of_another_organization',
    ]);
  });
});

describe('closing an account', () => {
  const account = { organizationId: 'acme-id', permissions: new Set(['user.read']) };

  it('takes no role of the account: nobody is given anything', () => {
    const member: Account = { ...account, roles: [web] };
    expect(mayCloseAccount(granter(['user.disable', 'user.read']), member)).toEqual(plain);
  });

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

describe('revoking the key of an account', () => {
  it('takes certificate.revoke and every permission that the account holds, inside the organization', () => {
    const account = { organizationId: 'acme-id', permissions: new Set(['user.read']) };
    expect(mayRevokeKeyOf(granter(['certificate.revoke', 'user.read']), account)).toEqual(plain);
    expect(rulesOf(mayRevokeKeyOf(granter([]), { ...account, organizationId: 'x' }))).toEqual([
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
