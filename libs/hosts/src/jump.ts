/** Why a host cannot be reached through another one. */
export interface JumpProblem {
  readonly rule: 'jump_unknown' | 'jump_loop';
  readonly message: string;
}

/**
 * Why `host` cannot be reached through `jump`; null when it can. `jumps` names every joined host of the organization, and the
 * one that it is reached through itself; null: directly.
 */
export function jumpProblem(
  host: string,
  jump: string,
  jumps: ReadonlyMap<string, string | null>,
): JumpProblem | null {
  if (!jumps.has(jump)) {
    return { rule: 'jump_unknown', message: `There is no joined host named ${jump} in this organization.` };
  }
  const way = [host];
  for (let at: string | null = jump; at !== null; at = jumps.get(at) ?? null) {
    if (way.includes(at)) {
      return { rule: 'jump_loop', message: `That would go round in a circle: ${[...way, at].join(', ')}.` };
    }
    way.push(at);
  }
  return null;
}
