import {
  mayCreateRole,
  mayGrantRole,
  mayCloseAccount,
  mayOpenAccount,
  mayRevokeKeyOf,
  mayRevokeWith,
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

const grant = (by: Granter, role: GrantedRole, ...to: readonly Recipient[]) => mayGrantRole(by, role, to);

function rulesOf(judgement: GrantJudgement): readonly string[] {
  return judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);
}

const plain: GrantJudgement = { allowed: true, exception: null };
const exceptional: GrantJudgement = { allowed: true, exception: 'only_owner' };

describe('putting a host into the reach of a role', () => {
  it('takes the permission, inside the organization', () => {
    expect(mayWidenRole(granter(['role.grant']), web, [bob])).toEqual(plain);
    expect(rulesOf(mayWidenRole(granter([]), { ...web, organizationId: 'x' }, [bob]))).toEqual([
      'permission_missing',
      'of_another_organization',
    ]);
  });

  it('gives nothing to the caller, nor to who may be behind their account', () => {
    const judgement = mayWidenRole(granter(['role.grant']), web, [bob, self]);
    expect(rulesOf(judgement)).toEqual(['caller_would_gain']);
    expect(JSON.stringify(judgement)).toContain('and so of: you.');
    const opened = granter(['role.grant'], { party: [account('ana'), account('mia')] });
    expect(rulesOf(mayWidenRole(opened, web, [recipient('mia', account('mia'))]))).toEqual([
      'opener_would_gain',
    ]);
    expect(mayWidenRole(opened, web, [bob])).toEqual(plain);
  });

  it('gives nothing to the caller through an account that they may be behind', () => {
    const judgement = mayWidenRole(granter(['role.grant']), web, [
      recipient('bob', account('bob'), account('ana')),
    ]);
    expect(rulesOf(judgement)).toEqual(['caller_would_gain']);
    expect(JSON.stringify(judgement)).toContain("perhaps behind both your account and bob's");
  });

  it('is open to the only owner, and that is said', () => {
    const only = account('ana', { onlyOwner: true });
    const owner = granter(['role.grant'], { party: [only] });
    expect(mayWidenRole(owner, web, [recipient('ana', only)])).toEqual(exceptional);
  });
});

describe('granting a role', () => {
  const may = granter(['role.grant']);

  it('takes the permission', () => {
    expect(grant(may, web, bob)).toEqual(plain);
    expect(rulesOf(grant(granter([]), web, bob))).toEqual(['permission_missing']);
  });

  it('stays inside the organization', () => {
    expect(rulesOf(grant(may, { ...web, organizationId: 'x' }, bob))).toEqual(['of_another_organization']);
    expect(rulesOf(grant(may, web, { ...bob, organizationId: 'x' }))).toEqual(['of_another_organization']);
  });

  it('to oneself is refused, because it would be a gain', () => {
    expect(rulesOf(grant(may, web, self))).toEqual(['caller_would_gain']);
  });

  it('to an account that one may be behind oneself is refused alike', () => {
    const judgement = grant(may, web, recipient('bob', account('ana'), account('bob')));
    expect(rulesOf(judgement)).toEqual(['caller_would_gain']);
    expect(JSON.stringify(judgement)).toContain("behind both your account and bob's: you.");
    expect(grant(may, web, recipient('bob', account('bob'), account('oli')))).toEqual(plain);
  });

  it('to whoever may be behind the caller is refused: they would have made an account to grant it to themselves', () => {
    const sock = granter(['role.grant'], { party: [account('ana'), account('mia')] });
    const judgement = grant(sock, web, recipient('mia', account('mia')));
    expect(rulesOf(judgement)).toEqual(['opener_would_gain']);
    expect(JSON.stringify(judgement)).toContain(
      "Not in the role web, and perhaps behind both your account and mia's: mia.",
    );
  });

  it('between two accounts of the same opener is refused, and names all who would gain', () => {
    const sibling = granter(['role.grant'], { party: [account('ana'), account('mia'), account('oli')] });
    const judgement = grant(sibling, web, recipient('bob', account('bob'), account('mia'), account('oli')));
    expect(rulesOf(judgement)).toEqual(['opener_would_gain']);
    expect(JSON.stringify(judgement)).toContain(': mia, oli.');
  });

  it('that all who may be behind both hold already gains nobody anything', () => {
    const member = { roleIds: new Set(['web-id']) };
    const holder = granter(['role.grant'], { party: [account('ana', member), account('mia', member)] });
    expect(grant(holder, web, recipient('bob', account('ana', member), account('bob')))).toEqual(plain);
    expect(grant(holder, web, recipient('mia', account('mia', member)))).toEqual(plain);
    expect(rulesOf(grant(holder, db, self))).toEqual(['caller_would_gain']);
  });

  it('to oneself is open to the only owner, and the judgement says so', () => {
    const only = account('ana', { onlyOwner: true });
    const owner = granter(['role.grant'], { party: [only] });
    expect(grant(owner, web, recipient('ana', only))).toEqual(exceptional);
    expect(grant(owner, web, recipient('bob', account('bob'), only))).toEqual(exceptional);
    expect(grant(owner, web, bob)).toEqual(plain);
  });

  it('has the only owner’s exception where nobody but the only owner may be behind both', () => {
    const only = account('zoe', { onlyOwner: true });
    const administrator = granter(['role.grant'], { party: [account('ana'), only] });
    expect(grant(administrator, web, recipient('bob', account('bob'), only))).toEqual(exceptional);
    expect(rulesOf(grant(administrator, web, recipient('ana', account('ana'), only)))).toEqual([
      'caller_would_gain',
    ]);
    expect(
      rulesOf(grant(administrator, web, recipient('bob', account('bob'), account('ana'), only))),
    ).toEqual(['caller_would_gain']);
  });

  it('has no exception without the permission', () => {
    const only = account('ana', { onlyOwner: true });
    expect(rulesOf(grant(granter([], { party: [only] }), web, recipient('ana', only)))).toEqual([
      'permission_missing',
    ]);
  });

  it('is refused with every reason at once', () => {
    expect(rulesOf(grant(granter([]), { ...web, organizationId: 'x' }, self))).toEqual([
      'permission_missing',
      'of_another_organization',
      'caller_would_gain',
    ]);
  });
});

describe('granting a role to all whom a group brings', () => {
  const may = granter(['role.grant']);
  const only = account('zoe', { onlyOwner: true });

  it('is judged for each of them, and with nobody in it only by the permission', () => {
    expect(grant(may, web)).toEqual(plain);
    expect(rulesOf(grant(granter([]), web))).toEqual(['permission_missing']);
    expect(grant(may, web, bob, recipient('cleo', account('cleo')))).toEqual(plain);
    expect(rulesOf(grant(may, web, bob, self))).toEqual(['caller_would_gain']);
    expect(rulesOf(grant(may, web, bob, { ...bob, organizationId: 'x' }))).toEqual([
      'of_another_organization',
    ]);
  });

  it('names those by whom somebody would gain, and all who would', () => {
    const sock = granter(['role.grant'], { party: [account('ana'), account('mia'), account('oli')] });
    const judgement = grant(
      sock,
      web,
      bob,
      recipient('cleo', account('cleo'), account('mia')),
      recipient('dan', account('dan'), account('oli')),
    );
    expect(rulesOf(judgement)).toEqual(['opener_would_gain']);
    expect(JSON.stringify(judgement)).toContain('your account and those of cleo, dan: mia, oli.');
    const many = Array.from({ length: 7 }, (_, n) => recipient(`m${n}`, account(`m${n}`), account('ana')));
    expect(JSON.stringify(grant(may, web, ...many))).toContain(
      'those of m0, m1, m2, m3, m4 and 2 more: you.',
    );
  });

  it('is open where only the only owner gains, and that is said', () => {
    const administrator = granter(['role.grant'], { party: [account('ana'), only] });
    expect(grant(administrator, web, recipient('bob', account('bob'), only), bob)).toEqual(exceptional);
    expect(rulesOf(grant(administrator, web, recipient('bob', account('bob'), only), self))).toEqual([
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
  it('takes beside revoking what ending it otherwise takes', () => {
    expect(mayRevokeWith(granter(['certificate.revoke', 'host.remove']), 'host.remove')).toEqual(plain);
    expect(rulesOf(mayRevokeWith(granter(['host.remove']), 'host.remove'))).toEqual(['permission_missing']);
    expect(rulesOf(mayRevokeWith(granter([]), 'authority.manage'))).toEqual([
      'permission_missing',
      'permission_missing',
    ]);
  });

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
