import {
  mayRedefineRole,
  type GrantedRole,
  type GrantJudgement,
  type Granter,
  type InRole,
  type Party,
  type PartyAccount,
  type Recipient,
} from '../src/index.js';
import { ana } from './given.js';

const web: GrantedRole = { id: 'web-id', name: 'web', organizationId: 'acme-id' };
const account = (name: string, onlyOwner = false): PartyAccount => ({
  ...{ userId: `${name}-id`, userName: name, roleIds: new Set<string>(), onlyOwner },
});
const person = (name: string, ...behind: Party): Recipient => ({
  ...{ userId: `${name}-id`, userName: name, organizationId: 'acme-id', party: [account(name), ...behind] },
});
/** Ana, with those who may be behind her account. */
function granter(
  party: Party = [account('ana')],
  permissions = ['role.create', 'role.grant', 'delegation.accept'],
): Granter {
  const caller = { ...ana, permissions: new Set(permissions) };
  return { caller, roleIds: new Set(), party, firstOwner: false };
}
const inRole = (holders: readonly Recipient[], delegated: InRole['delegated'] = null): InRole => ({
  holders,
  delegated,
});
const rulesOf = (judgement: GrantJudgement) =>
  judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);
const plain = { allowed: true, exception: null };
const narrower = { widens: false, command: 'none' } as const;
const wider = { widens: true, command: 'none' } as const;
const choosing = { widens: false, command: 'chosen' } as const;

describe('giving a role another definition', () => {
  it('takes role.create inside one organization, whoever is in it, where nobody gains', () => {
    const all = inRole([person('ana')], [person('ana')]);
    expect(mayRedefineRole(granter([account('ana')], ['role.create']), web, narrower, all)).toEqual(plain);
    const foreign = { ...web, organizationId: 'x' };
    expect(rulesOf(mayRedefineRole(granter([], ['role.grant']), foreign, narrower, inRole([])))).toEqual([
      'permission_missing',
      'of_another_organization',
    ]);
  });

  it('takes role.grant where it widens', () => {
    expect(mayRedefineRole(granter(), web, wider, inRole([person('bob')]))).toEqual(plain);
    const judged = mayRedefineRole(granter([account('ana')], ['role.create']), web, wider, inRole([]));
    expect(judged).toMatchObject({
      failures: [{ rule: 'permission_missing', message: expect.stringContaining('role.grant') as string }],
    });
  });

  it('gives nothing to the caller, nor to who may be behind their account and a holder’s', () => {
    const self = mayRedefineRole(granter(), web, wider, inRole([person('bob'), person('ana')]));
    expect(self).toMatchObject({
      failures: [
        { rule: 'caller_would_gain', message: expect.stringContaining('You are in the role web') as string },
      ],
    });
    // An account that the caller has opened may be theirs.
    const puppet = person('puppet', account('ana'));
    expect(mayRedefineRole(granter(), web, wider, inRole([person('bob'), puppet]))).toMatchObject({
      failures: [
        {
          rule: 'caller_would_gain',
          message: expect.stringContaining(
            "more to: you, perhaps behind both your account and puppet's",
          ) as string,
        },
      ],
    });
    const opener = granter([account('ana'), account('mia')]);
    expect(rulesOf(mayRedefineRole(opener, web, wider, inRole([person('mia')])))).toEqual([
      'opener_would_gain',
    ]);
  });

  it('is open to the only owner, and that is said', () => {
    const only = account('ana', true);
    expect(mayRedefineRole(granter([only]), web, wider, inRole([person('bob', only)]))).toEqual({
      ...{ allowed: true, exception: 'only_owner' },
    });
  });

  it('takes what accepting takes where the role is delegated', () => {
    const delegated = [person('msp-bob')];
    expect(mayRedefineRole(granter(), web, wider, inRole([], delegated))).toEqual(plain);
    const administrator = granter([account('ana')], ['role.create', 'role.grant']);
    expect(mayRedefineRole(administrator, web, wider, inRole([], delegated))).toMatchObject({
      failures: [{ message: expect.stringContaining('delegation.accept') as string }],
    });
    const own = [person('msp-bob', account('ana'))];
    expect(rulesOf(mayRedefineRole(granter(), web, wider, inRole([], own)))).toEqual(['caller_would_gain']);
    expect(mayRedefineRole(granter([account('ana', true)]), web, wider, inRole([], own))).toEqual({
      ...{ allowed: true, exception: 'only_owner' },
    });
  });

  it('lets nobody choose what others run in a role that is not theirs', () => {
    const others = inRole([person('bob')]);
    expect(mayRedefineRole(granter(), web, choosing, others)).toMatchObject({
      failures: [
        { rule: 'caller_would_gain', message: expect.stringContaining('You choose what') as string },
      ],
    });
    expect(rulesOf(mayRedefineRole(granter(), web, choosing, inRole([], [])))).toEqual(['caller_would_gain']);
    const inIt = { ...account('ana'), roleIds: new Set(['web-id']) };
    expect(mayRedefineRole(granter([inIt]), web, choosing, others)).toEqual(plain);
    expect(rulesOf(mayRedefineRole(granter([inIt], ['role.create']), web, choosing, others))).toEqual([
      'permission_missing',
    ]);
    expect(rulesOf(mayRedefineRole(granter([inIt, account('mia')]), web, choosing, others))).toEqual([
      'opener_would_gain',
    ]);
    expect(mayRedefineRole(granter([account('ana', true)]), web, choosing, others)).toEqual({
      ...{ allowed: true, exception: 'only_owner' },
    });
    // Nobody runs it yet.
    expect(mayRedefineRole(granter([account('ana')], ['role.create']), web, choosing, inRole([]))).toEqual(
      plain,
    );
  });

  it('counts who chose the command that stays as in the role', () => {
    const kept = { widens: true, command: 'kept' } as const;
    const others = inRole([person('bob')], []);
    const by = (chooser: Recipient): GrantedRole => ({ ...web, commandBy: chooser });
    expect(rulesOf(mayRedefineRole(granter(), by(person('ana')), kept, others))).toEqual([
      'caller_would_gain',
    ]);
    expect(mayRedefineRole(granter(), by(person('mia')), kept, others)).toEqual(plain);
    const only = granter([account('ana', true)]);
    expect(mayRedefineRole(only, by(person('ana')), kept, others)).toMatchObject({ exception: 'only_owner' });
    expect(mayRedefineRole(only, by(person('ana')), kept, inRole([]))).toMatchObject({
      exception: 'only_owner',
    });
    // Where every command may be run, nobody runs theirs.
    expect(mayRedefineRole(granter(), by(person('ana')), wider, others)).toEqual(plain);
  });

  it('says once what both rules say', () => {
    const judged = mayRedefineRole(granter([], []), { ...web, organizationId: 'x' }, wider, inRole([], []));
    expect(rulesOf(judged)).toEqual([
      'permission_missing',
      'of_another_organization',
      'permission_missing',
      'permission_missing',
    ]);
  });
});
