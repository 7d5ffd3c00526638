/**
 * Exit statuses of `writ`, once. docs/cli.md prints this table. `writ server`, `init`, `rewrap`, `backup` and
 * `restore` end with the status of the service's own process: below 10 those mean the same, the others are its own.
 */
export const exitStatus = {
  ok: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  notSignedIn: 4,
  unreachable: 5,
  notFound: 6,
  conflict: 7,
  tryAgain: 8,
  secretMissing: 20,
  cancelled: 130,
  outputClosed: 141,
} as const;

export type ExitStatus = (typeof exitStatus)[keyof typeof exitStatus];

/** What each status means, in the order of the table. */
export const exitStatusMeaning: Readonly<Record<keyof typeof exitStatus, string>> = {
  ok: 'done',
  failed: 'failed for a reason that has no status of its own',
  usage: 'the command line, or something named on it, cannot be right: nothing was tried',
  refused: 'the service refused: a rule of the role, a missing permission, a wrong password',
  notSignedIn: 'nobody is signed in here, or the session has ended: `writ login`',
  unreachable: 'the server cannot be reached, or is not who it should be (TLS), or is not a Writ service',
  notFound: 'what was named does not exist in this organization',
  conflict: 'taken, already so, or changed by somebody else in the meantime',
  tryAgain: 'not now: too many attempts, or the service is starting, stopping or without its database',
  secretMissing: 'no password, invitation or key-encryption secret was given, and nobody can be asked',
  cancelled: 'interrupted, or a question was not answered, or with no',
  outputClosed: 'done, but nobody reads standard output any more',
};
