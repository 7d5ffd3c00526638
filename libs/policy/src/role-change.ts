import type { DefinedRole } from './role-definition.js';

/** What another definition of a role changes for those who are in it. */
export interface RoleChange {
  /** They may be somebody, somewhere, in some way or for a time that they might not before. */
  readonly widens: boolean;
  /**
   * Which certificates say what the role gives no more: 'all' that were issued of it, or those that last 'longer' from now than
   * it gives. Where it is about logins or hosts of a role that hosts know, 'none': what they are told of it ends it there.
   */
  readonly ends: 'none' | 'longer' | 'all';
  /** Whether those in it have to run a command that is 'chosen' now, run the one that was there ('kept'), or may run any ('none'). */
  readonly command: 'none' | 'kept' | 'chosen';
}

/** What one part of a definition gives beside and in place of what it gave. */
interface Difference {
  readonly more: boolean;
  readonly less: boolean;
}

/**
 * What becomes of a role by another definition of it; the text for logs is nobody's gain or loss. Total and pure (domain.md "Who
 * grants what", "Losing access").
 */
export function roleChange(before: DefinedRole, after: DefinedRole): RoleChange {
  const logins = ofLists(before.logins, after.logins);
  const reach = ofReach(before, after);
  const time = {
    more: after.maxTtlSeconds > before.maxTtlSeconds,
    less: after.maxTtlSeconds < before.maxTtlSeconds,
  };
  // Certificates say nothing of it: hosts are told, and end what lasts longer.
  const longer = longestSession(after) > longestSession(before);
  const said = [
    ofLists(before.extensions, after.extensions),
    ofLists(before.keyTypes, after.keyTypes),
    ...ofOptions(before.criticalOptions, after.criticalOptions),
    ...(before.principals === after.principals ? [] : [{ more: true, less: true }]),
    ...(before.principals === 'logins' ? [logins] : []),
  ];
  const widens = longer || [logins, reach, time, ...said].some(({ more }) => more);
  const command = ofCommand(before.criticalOptions, after.criticalOptions);
  if (said.some(({ less }) => less)) return { widens, ends: 'all', command };
  return { widens, ends: time.less ? 'longer' : 'none', command };
}

function longestSession({ maxSessionSeconds }: DefinedRole): number {
  return maxSessionSeconds ?? Infinity;
}

function ofLists(before: readonly string[], after: readonly string[]): Difference {
  return {
    more: after.some((each) => !before.includes(each)),
    less: before.some((each) => !after.includes(each)),
  };
}

/** A selector that asks for less chooses more hosts; one that asks for something else chooses others. */
function ofReach(before: DefinedRole, after: DefinedRole): Difference {
  const asked = ({ selector }: DefinedRole) =>
    Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
  const { more, less } = ofLists(asked(before), asked(after));
  return { more: less, less: more };
}

function ofOptions(
  before: DefinedRole['criticalOptions'],
  after: DefinedRole['criticalOptions'],
): readonly Difference[] {
  const [from, to] = [before.sourceAddress, after.sourceAddress];
  return [
    // Another command is one that nobody could run before, in place of the other.
    ofBounds(before.forceCommand, after.forceCommand),
    from === undefined || to === undefined ? ofBounds(from, to) : ofLists(from, to),
    ofBounds(before.verifyRequired, after.verifyRequired),
  ];
}

function ofCommand(
  before: DefinedRole['criticalOptions'],
  after: DefinedRole['criticalOptions'],
): RoleChange['command'] {
  if (after.forceCommand === undefined) return 'none';
  return after.forceCommand === before.forceCommand ? 'kept' : 'chosen';
}

/** Of something that bounds what may be done where it is there. */
function ofBounds(before: unknown, after: unknown): Difference {
  return { more: before !== undefined && before !== after, less: after !== undefined && before !== after };
}
