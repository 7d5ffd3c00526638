import { canonicalCidrList, type CriticalOptions } from '@writ/openssh/certificate';
import { all, met, metIfMade, unmet, type Outcome } from '../outcome.js';
import type { RoleCriticalOptions } from '../role.js';

const longestCommand = 4096;

type Draft<Options> = { -readonly [Name in keyof Options]: Options[Name] };

/** The critical options that a role puts on a certificate (PROTOCOL.certkeys "Critical options"). */
export function criticalOptionsOf(role: RoleCriticalOptions): Outcome<CriticalOptions> {
  return filledIn<CriticalOptions>(role, { unknown: [] });
}

/** The critical options of a role, each checked, addresses in canonical spelling. */
export function checkedOptions(role: RoleCriticalOptions): Outcome<RoleCriticalOptions> {
  return filledIn<RoleCriticalOptions>(role, {});
}

function filledIn<Options extends RoleCriticalOptions>(
  role: RoleCriticalOptions,
  draft: Draft<Options>,
): Outcome<Options> {
  const judged = all({
    forceCommand: command(role.forceCommand),
    sourceAddress: addresses(role.sourceAddress),
  });
  if (!judged.met) return judged;
  const { forceCommand, sourceAddress } = judged.value;
  const options: Draft<RoleCriticalOptions> = draft;
  if (forceCommand !== undefined) options.forceCommand = forceCommand;
  if (sourceAddress !== undefined) options.sourceAddress = sourceAddress;
  if (role.verifyRequired === true) options.verifyRequired = true;
  return met(draft);
}

/** The text is carried exactly; only what could not be carried is refused. */
function command(text: string | undefined): Outcome<string | undefined> {
  if (text === undefined || isCommand(text)) return met(text);
  return unmet({
    rule: 'force_command_invalid',
    message: `The role's forced command is empty, longer than ${longestCommand} characters, or holds a NUL or broken text.`,
  });
}

function isCommand(text: string): boolean {
  return (
    text.length > 0 && text.length <= longestCommand && !text.includes('\0') && !/\p{Surrogate}/u.test(text)
  );
}

function addresses(list: readonly string[] | undefined): Outcome<readonly string[] | undefined> {
  if (list === undefined) return met(undefined);
  if (list.length === 0) {
    return unmet({
      rule: 'source_address_empty',
      message: 'The role lists no source addresses, so it allows none.',
    });
  }
  return metIfMade(() => canonicalCidrList(list), {
    rule: 'source_address_invalid',
    message: "One of the role's source addresses is not an address or network (CIDR) as sshd reads them.",
  });
}
