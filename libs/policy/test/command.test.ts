import {
  mayAcceptDelegation,
  mayGrantRole,
  mayWidenRole,
  type GrantedRole,
  type GrantJudgement,
  type Granter,
  type Party,
  type PartyAccount,
  type Recipient,
} from '../src/index.js';
import { ana } from './given.js';

const account = (name: string, roleIds: readonly string[] = [], onlyOwner = false): PartyAccount => ({
  ...{ userId: `${name}-id`, userName: name, roleIds: new Set(roleIds), onlyOwner },
});
const person = (name: string, ...behind: Party): Recipient => ({
  ...{ userId: `${name}-id`, userName: name, organizationId: 'acme-id', party: [account(name), ...behind] },
});
const chosenBy = (commandBy: Recipient): GrantedRole => ({
  ...{ id: 'web-id', name: 'web', organizationId: 'acme-id', commandBy },
});
function granter(...party: Party): Granter {
  const caller = { ...ana, permissions: new Set(['role.grant', 'delegation.accept']) };
  return { caller, roleIds: new Set(), party, firstOwner: false };
}
const rulesOf = (judgement: GrantJudgement) =>
  judgement.allowed ? [] : judgement.failures.map(({ rule }) => rule);

/** Each brings bob, who has nothing to do with ana, into the role or further by it. */
describe.each<[string, (by: Granter, role: GrantedRole) => GrantJudgement]>([
  ['granting a role', (by, role) => mayGrantRole(by, role, [person('bob')])],
  ['widening a role by labels', (by, role) => mayWidenRole(by, role, [person('bob')])],
  ['accepting a delegation', (by, role) => mayAcceptDelegation(by, role, [person('bob')])],
])('%s with a command', (_, judge) => {
  it('is for somebody else than who chose the command', () => {
    expect(judge(granter(account('ana')), chosenBy(person('mia')))).toEqual({
      allowed: true,
      exception: null,
    });
    expect(judge(granter(account('ana')), chosenBy(person('ana')))).toMatchObject({
      failures: [
        { rule: 'caller_would_gain', message: expect.stringContaining('You choose what') as string },
      ],
    });
  });

  it('is not for a second account of theirs, nor for the first one by a second', () => {
    const puppet = person('puppet', account('ana'));
    expect(judge(granter(account('ana')), chosenBy(puppet))).toMatchObject({
      failures: [
        { rule: 'caller_would_gain', message: expect.stringContaining('chosen by puppet') as string },
      ],
    });
    expect(rulesOf(judge(granter(account('ana'), account('mia')), chosenBy(person('mia'))))).toEqual([
      'opener_would_gain',
    ]);
  });

  it('is for those who are in the role, and for the only owner, which is said', () => {
    const inIt = account('ana', ['web-id']);
    expect(judge(granter(inIt), chosenBy(person('ana')))).toEqual({ allowed: true, exception: null });
    expect(judge(granter(account('ana', [], true)), chosenBy(person('ana')))).toEqual({
      ...{ allowed: true, exception: 'only_owner' },
    });
  });
});
