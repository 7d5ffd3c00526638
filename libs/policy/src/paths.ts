/** A user or a group that is directly in a group; by name. */
export interface GroupMember {
  readonly group: string;
  readonly kind: 'user' | 'group';
  readonly member: string;
}

/**
 * By which groups each user is in a role: for each group that the role was granted to, one shortest chain from that group down
 * to the one that the user is in. Users and their chains in the order in which they are met.
 * @param granted the groups that the role was granted to
 * @param members all that is in these groups or in one of those below, without cycles
 */
export function pathsThroughGroups(
  granted: readonly string[],
  members: readonly GroupMember[],
): ReadonlyMap<string, readonly (readonly string[])[]> {
  const inside = new Map<string, GroupMember[]>();
  for (const each of members) inside.set(each.group, [...(inside.get(each.group) ?? []), each]);
  const paths = new Map<string, (readonly string[])[]>();
  for (const start of granted) {
    const chains = new Map<string, readonly string[]>([[start, [start]]]);
    const users = new Set<string>();
    // A map yields what is put into it while it is walked: all that is one step down comes before what is two.
    for (const [group, chain] of chains) {
      for (const { kind, member } of inside.get(group) ?? []) {
        if (kind === 'group') {
          if (!chains.has(member)) chains.set(member, [...chain, member]);
        } else if (!users.has(member)) {
          users.add(member);
          paths.set(member, [...(paths.get(member) ?? []), chain]);
        }
      }
    }
  }
  return paths;
}
