import {
  mayAcceptDelegation,
  type GrantedRole,
  type GrantJudgement,
  type Party,
  type PartyAccount,
} from '../src/index.js';
import { ana } from './given.js';

const web: GrantedRole = { id: 'web-id', name: 'web', organizationId: 'acme-id' };
const account = (name: string, onlyOwner = false): PartyAccount => ({
  ...{ userId: `${name}-id`, userName: name, roleIds: new Set<string>(), onlyOwner },
});
const recipient = (name: string, ...party: Party) => ({
  ...{ userId: `${name}-id`, userName: name, organizationId: 'msp-id', party },
});
const by = (party: Party, permissions: readonly string[] = ['delegation.accept']) => ({
  caller: { ...ana, permissions: new Set(permissions) },
  party,
});
const rulesOf = (judgement: GrantJudgement) =>
  judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);

describe('accepting a delegation', () => {
  const bo = recipient('bo', account('bo'));

  it('takes the permission, in the organization of the role', () => {
    expect(mayAcceptDelegation(by([account('ana')]), web, [bo])).toEqual({ allowed: true, exception: null });
    expect(rulesOf(mayAcceptDelegation(by([], []), { ...web, organizationId: 'x' }, [bo]))).toEqual([
      'permission_missing',
      'of_another_organization',
    ]);
  });

  it('gives nothing to the caller, nor to who may be behind their account', () => {
    const self = recipient('ana', account('ana'));
    expect(rulesOf(mayAcceptDelegation(by([account('ana')]), web, [bo, self]))).toEqual([
      'caller_would_gain',
    ]);
    const mia = recipient('bo', account('bo'), account('mia'));
    expect(rulesOf(mayAcceptDelegation(by([account('ana'), account('mia')]), web, [mia]))).toEqual([
      'opener_would_gain',
    ]);
  });

  it('is open to the only owner, and that is said', () => {
    const only = account('ana', true);
    expect(mayAcceptDelegation(by([only]), web, [recipient('ana', only)])).toEqual({
      ...{ allowed: true, exception: 'only_owner' },
    });
  });
});
