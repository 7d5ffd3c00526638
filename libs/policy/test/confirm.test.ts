import {
  mayConfirmAccount,
  type Confirmable,
  type ConfirmJudgement,
  type Granter,
  type PartyAccount,
} from '../src/index.js';
import { ana } from './given.js';

function account(name: string, onlyOwner = false): PartyAccount {
  return { userId: `${name}-id`, userName: name, roleIds: new Set(), onlyOwner };
}

/** Ana, with those who may be behind her account. */
function granter(over: Partial<Granter> = {}): Granter {
  return {
    caller: { ...ana, permissions: new Set(['user.invite', 'user.read']) },
    roleIds: new Set(),
    party: [account('ana')],
    firstOwner: false,
    ...over,
  };
}

const sock: Confirmable = {
  userId: 'sock-id',
  userName: 'sock',
  organizationId: 'acme-id',
  permissions: new Set(['user.read']),
  roles: [],
  owner: false,
  party: [account('sock'), account('mia')],
  openInvitation: false,
};

function rulesOf(judgement: ConfirmJudgement): readonly string[] {
  return judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);
}

const plain: ConfirmJudgement = { allowed: true, exception: null, belowId: null };

describe('confirming an account', () => {
  it('cuts it off from all who may be behind it', () => {
    expect(mayConfirmAccount(granter(), sock)).toEqual(plain);
  });

  it('takes user.invite and every right that the account holds, as opening it would', () => {
    const roles = [{ id: 'web-id', name: 'web', organizationId: 'acme-id' }];
    const caller = { ...ana, permissions: new Set<string>() };
    expect(rulesOf(mayConfirmAccount(granter({ caller }), { ...sock, roles }))).toEqual([
      'permission_missing',
      'right_not_held',
      'role_not_held',
    ]);
    expect(mayConfirmAccount(granter({ roleIds: new Set(['web-id']) }), { ...sock, roles })).toEqual(plain);
  });

  it('waits for the invitation to be used: nobody knows who will', () => {
    expect(rulesOf(mayConfirmAccount(granter(), { ...sock, openInvitation: true }))).toEqual([
      'invitation_open',
    ]);
  });

  it.each([
    ['whoever opened it', [account('sock'), account('ana')], ': you.'],
    ['somebody whom the same one let in', sock.party, ': mia.'],
  ])('is refused to %s', (_, party, named) => {
    const judgement = mayConfirmAccount(granter({ party: [account('ana'), account('mia')] }), {
      ...sock,
      party,
    });
    expect(rulesOf(judgement)).toEqual(['account_not_apart']);
    expect(JSON.stringify(judgement)).toContain(`behind both your account and sock's${named}`);
  });

  it('is refused to oneself, and to whom the account may be behind, be it the only owner’s', () => {
    const own = { ...sock, userId: 'ana-id', party: [account('ana', true)], owner: true };
    const first = granter({ party: [account('ana', true)], firstOwner: true });
    expect(rulesOf(mayConfirmAccount(first, own))).toEqual(['account_not_apart']);
    const below = granter({ party: [account('ana'), account('sock', true)] });
    expect(rulesOf(mayConfirmAccount(below, { ...sock, party: [account('sock', true)] }))).toEqual([
      'account_not_apart',
    ]);
  });

  it('leaves the only owner behind the account who may be behind the caller, too, and says so', () => {
    const administrator = granter({ party: [account('ana'), account('zoe', true)] });
    const party = [account('sock'), account('mia'), account('zoe', true)];
    const below: ConfirmJudgement = { allowed: true, exception: 'only_owner', belowId: 'zoe-id' };
    expect(mayConfirmAccount(administrator, { ...sock, party })).toEqual(below);
    const also = granter({ party: [account('ana'), account('mia'), account('zoe', true)] });
    expect(rulesOf(mayConfirmAccount(also, { ...sock, party }))).toEqual(['account_not_apart']);
  });

  it('of another owner is open to the first one, and says so', () => {
    const party = [account('sock'), account('ana')];
    const free: ConfirmJudgement = { allowed: true, exception: 'only_owner', belowId: null };
    expect(mayConfirmAccount(granter({ firstOwner: true }), { ...sock, owner: true, party })).toEqual(free);
    expect(rulesOf(mayConfirmAccount(granter(), { ...sock, owner: true, party }))).toEqual([
      'account_not_apart',
    ]);
    expect(rulesOf(mayConfirmAccount(granter({ firstOwner: true }), { ...sock, party }))).toEqual([
      'account_not_apart',
    ]);
  });
});
