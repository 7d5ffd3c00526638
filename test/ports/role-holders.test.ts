import { randomUUID } from 'node:crypto';
import {
  addMember,
  addRoleGroup,
  addToGroup,
  deleteGroup,
  insertGroup,
  insertRole,
  openScoped,
  removeFromGroup,
  removeMember,
  removeRoleGroup,
  type Holding,
  type HoldingChange,
  type Transaction,
} from '@writ/storage';
import { startTestPostgres } from '@writ/testkit';
import fc from 'fast-check';

const [users, groups, roles] = [6, 5, 3].map((count) =>
  Array.from({ length: count }, () => randomUUID()),
) as [string[], string[], string[]];
const organizationId = randomUUID();
const grantedById = randomUUID();

/** What was granted, and who is in what, as a plain model. */
class Model {
  readonly members = new Set<string>();
  readonly roleGroups = new Set<string>();
  readonly inGroup = new Set<string>();

  /** Everybody in a group, from nothing. */
  private people(group: string): readonly string[] {
    return [...this.inGroup].flatMap((tie) => {
      const [outer, member] = tie.split(' ');
      if (outer !== group || member === undefined) return [];
      return groups.includes(member) ? this.people(member) : [member];
    });
  }

  holders(): Set<string> {
    const byGroup = [...this.roleGroups].flatMap((tie) => {
      const [role, group = ''] = tie.split(' ');
      return this.people(group).map((user) => `${role} ${user}`);
    });
    return new Set([...this.members, ...byGroup]);
  }
}

type Step = readonly ['add' | 'remove', 'member' | 'role' | 'user' | 'group' | 'all', number, number];

/** Groups are only put into those that come before them, so that there is no circle. */
const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom('add', 'add', 'remove'),
  fc.constantFrom('member', 'role', 'user', 'group', 'group', 'all'),
  fc.nat(),
  fc.nat(),
);

const pick = (list: readonly string[], n: number): string => list[n % list.length] ?? '';
const told = (holdings: readonly Holding[]) =>
  holdings.map(({ roleId, userId }) => `${roleId} ${userId}`).sort();
const none: HoldingChange = { gained: [], lost: [] };

async function apply(tx: Transaction, model: Model, [verb, what, one, other]: Step): Promise<HoldingChange> {
  const add = verb === 'add';
  const keep = (set: Set<string>, tie: string) => (add ? set.add(tie) : set.delete(tie));
  const [role, group, user] = [pick(roles, one), pick(groups, one), pick(users, other)];
  if (what === 'member') {
    keep(model.members, `${role} ${user}`);
    const member = { organizationId, roleId: role, userId: user, grantedById };
    return (await (add ? addMember(tx, member) : removeMember(tx, member))) ?? none;
  }
  if (what === 'role') {
    const granted = pick(groups, other);
    keep(model.roleGroups, `${role} ${granted}`);
    const member = { organizationId, roleId: role, groupId: granted, grantedById };
    return (await (add ? addRoleGroup(tx, member) : removeRoleGroup(tx, member))) ?? none;
  }
  const members = { users: [] as string[], groups: [] as string[] };
  if (what !== 'group') members.users.push(...(what === 'all' ? users : [user]));
  if (what !== 'user')
    members.groups.push(...groups.slice((one % groups.length) + 1).slice(0, what === 'all' ? 9 : 1));
  for (const member of [...members.users, ...members.groups]) keep(model.inGroup, `${group} ${member}`);
  const change = { organizationId, groupId: group, ...members, addedById: grantedById };
  return add ? addToGroup(tx, change) : removeFromGroup(tx, change);
}

it('who is in a role is at any time what follows from grants and groups, and every change tells the difference', async () => {
  const server = await startTestPostgres();
  const database = await server.database();
  const scoped = openScoped({ connection: database.connection('app'), connections: 1 });
  const rolledBack = new Error('rolled back');
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30 }), async (steps) => {
        const run = scoped.within([organizationId], async (tx) => {
          for (const [n, id] of roles.entries()) await insertRole(tx, aRole(id, `role-${n}`));
          for (const [n, id] of groups.entries())
            await insertGroup(tx, { id, organizationId, name: `group-${n}` });
          const model = new Model();
          for (const each of steps) {
            const before = model.holders();
            const { gained, lost } = await apply(tx, model, each);
            const after = model.holders();
            expect(told(gained)).toEqual([...after].filter((tie) => !before.has(tie)).sort());
            expect(told(lost)).toEqual([...before].filter((tie) => !after.has(tie)).sort());
            const rows = await tx.roleHolder.findMany({ where: { organizationId } });
            expect(told(rows)).toEqual([...after].sort());
          }
          throw rolledBack;
        });
        await expect(run).rejects.toBe(rolledBack);
      }),
      { numRuns: 12 },
    );
    // What a deleted group held is gone with it.
    await scoped.within([organizationId], async (tx) => {
      const [group = '', inner = ''] = groups;
      await insertGroup(tx, { id: group, organizationId, name: 'gone' });
      await addToGroup(tx, {
        organizationId,
        groupId: group,
        users,
        groups: [inner],
        addedById: grantedById,
      });
      await deleteGroup(tx, organizationId, group);
      expect([await tx.group.count(), await tx.groupUser.count(), await tx.groupGroup.count()]).toEqual([
        0, 0, 0,
      ]);
    });
  } finally {
    await scoped.close();
    await server.stop();
  }
}, 60_000);

function aRole(id: string, name: string) {
  return {
    ...{ id, organizationId, handle: id, name, principals: 'logins', selector: null, logins: ['root'] },
    ...{
      maxTtlSeconds: 60,
      extensions: [],
      criticalOptions: {},
      keyTypes: ['ssh-ed25519'],
      keyIdTemplate: '{user}',
      commandSetBy: null,
      maxSessionSeconds: null,
    },
  };
}
