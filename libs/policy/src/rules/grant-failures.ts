import type { Caller } from '../caller.js';
import type { Failure } from '../failure.js';
import type { Party } from '../party.js';

/** The caller's administrative role does not permit this. */
export function missingPermission(permission: string): Failure {
  return { rule: 'permission_missing', message: `This takes the permission ${permission}.` };
}

/** Nothing is handed on across organizations. */
export const ofAnotherOrganization: Failure = {
  rule: 'of_another_organization',
  message: 'The role or the account belongs to another organization.',
};

/** An account as a sentence names it. */
interface Named {
  readonly userId: string;
  readonly userName: string;
}

/** How many accounts a sentence names before it counts. */
const mostNamed = 5;

/** Whoever is behind the caller's account and a recipient's would come into a role that is not theirs. */
export function wouldGain(
  roleName: string,
  caller: Caller,
  recipients: readonly Named[],
  gaining: Party,
): Failure {
  if (recipients.some(({ userId }) => userId === caller.userId)) {
    return {
      rule: 'caller_would_gain',
      message: `You are not in the role ${roleName}, and you would grant it to yourself; somebody else who may grant roles has to do it.`,
    };
  }
  return {
    rule: gaining.some(({ userId }) => userId === caller.userId) ? 'caller_would_gain' : 'opener_would_gain',
    message:
      `Not in the role ${roleName}, and perhaps behind both your account and ${ofAll(recipients)}: ${names(gaining, caller)}. ` +
      'Somebody whose account is not theirs has to grant it, or to confirm first that these are different people (`writ user confirm`).',
  };
}

/** "bob's", "those of bob, cleo", "those of bob, … and 12 more" */
function ofAll(accounts: readonly Named[]): string {
  const [first, ...others] = accounts.map(({ userName }) => userName);
  if (others.length === 0) return `${first}'s`;
  const named = [first, ...others].slice(0, mostNamed).join(', ');
  const more = accounts.length - mostNamed;
  return `those of ${named}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Whoever may be behind the caller's account would reach one more host. */
export function wouldReach(
  roleName: string,
  caller: Caller,
  holders: readonly Named[],
  gaining: Party,
): Failure {
  const own = holders.some(({ userId }) => userId === caller.userId);
  return {
    rule: gaining.some(({ userId }) => userId === caller.userId) ? 'caller_would_gain' : 'opener_would_gain',
    message:
      `These labels put the host into the reach of the role ${roleName}, and so of: ` +
      (own
        ? 'you. Somebody who is not in the role has to do it.'
        : `${names(gaining, caller)}, perhaps behind both your account and ${ofAll(holders)}. Somebody whose account is not ` +
          'theirs has to do it, or to confirm first that these are different people (`writ user confirm`).'),
  };
}

/** Whoever is behind the caller's account and a holder's would be more, or in more places, by a role that widens. */
export function wouldWiden(
  roleName: string,
  caller: Caller,
  holders: readonly Named[],
  gaining: Party,
): Failure {
  if (holders.some(({ userId }) => userId === caller.userId)) {
    return {
      rule: 'caller_would_gain',
      message: `You are in the role ${roleName}, which would give you more; somebody else who may grant roles has to do it.`,
    };
  }
  return {
    rule: gaining.some(({ userId }) => userId === caller.userId) ? 'caller_would_gain' : 'opener_would_gain',
    message:
      `The role ${roleName} would give more to: ${names(gaining, caller)}, perhaps behind both your account and ${ofAll(holders)}. ` +
      'Somebody whose account is not theirs has to do it, or to confirm first that these are different people (`writ user confirm`).',
  };
}

/** Whoever is behind the caller's account and that of who chose the command would have others run it in a role that is not theirs. */
export function wouldRun(roleName: string, caller: Caller, chooser: Named, gaining: Party): Failure {
  const whose =
    chooser.userId === caller.userId
      ? `You choose what those in the role ${roleName} run, and are not in it`
      : `What those in the role ${roleName} run was chosen by ${chooser.userName}; not in the role, and perhaps behind both accounts: ${names(gaining, caller)}`;
  return {
    rule: gaining.some(({ userId }) => userId === caller.userId) ? 'caller_would_gain' : 'opener_would_gain',
    message: `${whose}. Somebody else who may grant roles has to do it.`,
  };
}

/** The role of a drill's canary is what it is, and the canary's alone. */
export function canaryStays(roleName: string): Failure {
  return {
    rule: 'canary_role',
    message: `${roleName} is the role of a drill's canary: it is never changed, and nobody else comes into it. It goes when the drill ends.`,
  };
}

/** Whoever is behind both accounts would confirm themselves. */
export function notApart(caller: Caller, account: Named, common: Party): Failure {
  return {
    rule: 'account_not_apart',
    message:
      `Perhaps behind both your account and ${account.userName}'s: ${names(common, caller)}. ` +
      'Somebody whose account is not theirs has to confirm it.',
  };
}

/** Whoever holds the invitation may not be whom the caller has in mind. */
export function invitationOpen(userName: string): Failure {
  return {
    rule: 'invitation_open',
    message: `An invitation for ${userName} is still open; confirm the account when its person has used it.`,
  };
}

function names(party: Party, caller: Caller): string {
  return party.map(({ userId, userName }) => (userId === caller.userId ? 'you' : userName)).join(', ');
}
