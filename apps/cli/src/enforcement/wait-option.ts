import type { EnforcementTotals } from '@writ/contract';
import { durationSeconds } from '../duration.js';
import { fail } from '../errors.js';
import { exitStatus, type ExitStatus } from '../exit-status.js';
import type { Input } from '../input.js';
import type { Client } from '../session/client.js';
import type { Terminal } from '../terminal/terminal.js';
import type { Followed } from './await-elsewhere.js';
import { awaitEnforcement, type EnforcementSeen, type Progress } from './await-enforcement.js';
import { enforcementText, progressText } from './enforcement-words.js';
import { isSettled, leavesUnknown } from './settled.js';

/** How a command with --wait ends: all hosts enforce it, all that were heard of lately do, one of those does not. */
export const waitStatus = { all: 0, someSilent: 3, someBehind: 4 } as const satisfies Readonly<
  Record<string, ExitStatus>
>;

/** How often it is said how far it is (ms). */
const sayEvery = 1_000;

const longestWait = 86_400;

/** What --wait says, in milliseconds; null: it was not given. 'usage_invalid'. */
export function waitOf(input: Input): number | null {
  const text = input.option('wait');
  if (text === undefined) return null;
  const seconds = durationSeconds(text);
  if (seconds > longestWait) fail('usage_invalid', '--wait is a day at most.');
  return seconds * 1_000;
}

/**
 * Before something is revoked: whether the caller may see at all what hosts enforce, so that nothing is half asked for. Rejects with
 * what the service refuses.
 */
export async function mayWait(client: Client): Promise<void> {
  await client.call('enforcement', { params: { ...client.organization, version: '0' }, query: { limit: 1 } });
}

/**
 * Waits for hosts, also customers', to enforce what was revoked, and says how far it is. Resolves to null where the service has not answered
 * in time; what was heard last is said then.
 * @param named the sessions that are to end were named, so that those of which nobody knows what they were opened with are no matter
 */
export async function waitAndSay(
  terminal: Terminal,
  client: Client,
  followed: Followed,
  waitMs: number,
  named = false,
): Promise<EnforcementSeen | null> {
  let last: Progress = { totals: null, elsewhere: [] };
  let said = Number.NEGATIVE_INFINITY;
  let words = '';
  const told = (progress: Progress): void => {
    last = progress;
    const { totals, elsewhere } = progress;
    const now = performance.now();
    const all = [totals, ...elsewhere.map((each) => each.totals)];
    const settled = all.every((each) => each === null || isSettled(each));
    if (totals === null || settled || now - said < sayEvery) return;
    const text = progressText(totals, elsewhere);
    if (text === words) return;
    [said, words] = [now, text];
    terminal.say(text);
  };
  const found = await awaitEnforcement(client, followed, { waitMs, told });
  if (found === null) {
    terminal.warn(
      `The service does not answer. What was heard last: ${lastText(last)}. \`writ host list\` says more once it answers.`,
    );
    return null;
  }
  const seen = named ? { ...found, unsure: [] } : found;
  terminal.say(enforcementText(seen));
  return seen;
}

function lastText({ totals, elsewhere }: Progress): string {
  return totals === null ? 'nothing' : progressText(totals, elsewhere);
}

/** How a command ends that saw this; null: nobody has answered, so that nobody has proved it. */
export function statusOf(seen: EnforcementSeen | null): ExitStatus {
  if (seen === null) return waitStatus.someBehind;
  const { behind, silent, uncut, unsure, elsewhere } = seen;
  const of = (is: (totals: EnforcementTotals) => boolean): boolean =>
    elsewhere.some(({ totals }) => totals !== null && is(totals));
  const own = behind.length + uncut.length + unsure.length;
  if (own > 0 || of((totals) => !isSettled(totals) || leavesUnknown(totals))) return waitStatus.someBehind;
  const unknown = elsewhere.some(({ totals }) => totals === null);
  if (silent.length > 0 || unknown || of((totals) => totals.silent + totals.never > 0))
    return waitStatus.someSilent;
  return waitStatus.all;
}

/**
 * Ends a command that has revoked something: with --wait it waits for the hosts, and says how far it is. With --json its result is printed,
 * also where the waiting fails: what is done is done. Resolves to how the command ends. Rejects as `waitAndSay` does.
 */
export async function endWaiting<R extends Followed>(
  terminal: Terminal,
  client: Client,
  result: R,
  { wait, json, named }: { readonly wait: number | null; readonly json: boolean; readonly named?: boolean },
): Promise<ExitStatus> {
  if (wait === null) {
    if (json) terminal.json(result);
    return exitStatus.ok;
  }
  let enforcement: EnforcementSeen | null = null;
  try {
    enforcement = await waitAndSay(terminal, client, result, wait, named);
  } finally {
    if (json) terminal.json({ ...result, enforcement });
  }
  return statusOf(enforcement);
}
