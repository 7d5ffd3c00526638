import type { Failure } from './failure.js';

/** One group is directly in another; both by name. */
export interface Nesting {
  readonly group: string;
  readonly member: string;
}

/** Most groups in one chain, from the outermost to the innermost: deeper, nobody sees any more who is in it. */
export const deepestNesting = 8;

/**
 * Why `added` may not come on top of `nestings`, which hold no cycle; nothing where it may. A group is never in itself, by
 * whatever chain, and no chain is longer than `deepestNesting`. All that is in a longest chain counts once.
 */
export function nestingFailures(nestings: readonly Nesting[], added: Nesting): readonly Failure[] {
  const { group, member } = added;
  const below = neighbours(nestings, ({ group: outer, member: inner }) => [outer, inner]);
  if (chain(below, member).reached.has(group)) {
    const message =
      group === member
        ? `The group ${group} cannot be in itself.`
        : `The group ${group} is in ${member} already; ${member} in ${group} would be a circle.`;
    return [{ rule: 'group_cycle', message }];
  }
  const above = neighbours(nestings, ({ group: outer, member: inner }) => [inner, outer]);
  const length = chain(above, group).length + chain(below, member).length;
  if (length <= deepestNesting) return [];
  const message = `With ${member} in ${group}, ${length} groups would be in one another; at most ${deepestNesting} may.`;
  return [{ rule: 'group_too_deep', message }];
}

type Neighbours = ReadonlyMap<string, readonly string[]>;

function neighbours(
  nestings: readonly Nesting[],
  ends: (nesting: Nesting) => readonly [string, string],
): Neighbours {
  const found = new Map<string, string[]>();
  for (const nesting of nestings) {
    const [from, to] = ends(nesting);
    found.set(from, [...(found.get(from) ?? []), to]);
  }
  return found;
}

/** All that can be reached from a group, itself included, and how many groups the longest way takes. */
function chain(
  next: Neighbours,
  start: string,
): { readonly reached: ReadonlySet<string>; readonly length: number } {
  const lengths = new Map<string, number>();
  const longest = (from: string): number => {
    const known = lengths.get(from);
    if (known !== undefined) return known;
    const length = 1 + Math.max(0, ...(next.get(from) ?? []).map(longest));
    lengths.set(from, length);
    return length;
  };
  const length = longest(start);
  return { reached: new Set(lengths.keys()), length };
}
