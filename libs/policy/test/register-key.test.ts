import {
  answersForKey,
  mayRegisterKey,
  type GrantedRole,
  type Granter,
  type GrantJudgement,
  type PartyAccount,
} from '../src/index.js';
import { ana } from './given.js';

const { organizationId } = ana;
const web: GrantedRole = { id: 'web-id', name: 'web', organizationId };
const account = (name: string, over: Partial<PartyAccount> = {}): PartyAccount => ({
  ...{ userId: `${name}-id`, userName: name, roleIds: new Set<string>(), onlyOwner: false },
  ...over,
});
const inWeb = { roleIds: new Set([web.id]) };
const deploy = { userId: 'deploy-id', userName: 'deploy', organizationId, party: [account('deploy', inWeb)] };

function granter(permissions: readonly string[], ...party: PartyAccount[]): Granter {
  const caller = { ...ana, permissions: new Set(permissions) };
  return { caller, roleIds: new Set(), party: [account('ana'), ...party], firstOwner: false };
}
const holds = (permissions: readonly string[], ...roles: readonly GrantedRole[]) => ({
  ...{ organizationId, permissions: new Set(permissions), roles },
});
const rulesOf = (judgement: GrantJudgement) =>
  judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);

const both = ['user.reset', 'role.grant'];

describe('answering for a key', () => {
  it('takes what registering it takes, and every permission of the account', () => {
    expect(answersForKey(new Set(['user.reset', 'a', 'b']), new Set(['a', 'b']))).toBe(true);
    expect(answersForKey(new Set(['a', 'b']), new Set(['a']))).toBe(false);
    expect(answersForKey(new Set(['user.reset', 'a']), new Set(['a', 'b']))).toBe(false);
  });
});

describe('registering a key of a service account', () => {
  it('takes what resetting an account takes', () => {
    const plain = { allowed: true, exception: null };
    expect(mayRegisterKey(granter(['user.reset', 'host.sign']), holds(['host.sign']), deploy)).toEqual(plain);
    expect(rulesOf(mayRegisterKey(granter([]), holds(['host.sign']), deploy))).toEqual([
      'permission_missing',
      'right_not_held',
    ]);
  });

  it('takes, for each role that the account is in, granting it to whoever registers the key', () => {
    const judge = (by: Granter) => mayRegisterKey(by, holds([], web), deploy);
    expect(rulesOf(judge(granter(both)))).toEqual(['caller_would_gain']);
    expect(rulesOf(judge(granter(['user.reset'])))).toEqual(['permission_missing', 'caller_would_gain']);
    const member = { ...granter(both), party: [account('ana', inWeb)] };
    expect(judge(member)).toEqual({ allowed: true, exception: null });
    // Somebody behind the caller's account is not in it.
    expect(rulesOf(judge({ ...member, party: [...member.party, account('mia')] }))).toEqual([
      'opener_would_gain',
    ]);
  });

  it('lets the only owner do it, and says so; also one who is behind the account already', () => {
    const owner = account('ana', { onlyOwner: true });
    const only = { ...granter(both), party: [owner] };
    const exceptional = { allowed: true, exception: 'only_owner' };
    expect(mayRegisterKey(only, holds([], web), deploy)).toEqual(exceptional);
    const behind = { ...deploy, party: [...deploy.party, owner] };
    expect(mayRegisterKey(only, holds([], web), behind)).toEqual(exceptional);
  });
});
