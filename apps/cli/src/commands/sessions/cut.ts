import type { HostSession } from '@writ/contract';
import { reportedSessions, unheardText } from '../../enforcement/reported-sessions.js';
import { endWaiting, mayWait, waitOf, waitStatus } from '../../enforcement/wait-option.js';
import { fail } from '../../errors.js';
import { exitStatus } from '../../exit-status.js';
import { actorNameIn } from '../../names.js';
import { counted } from '../../numbers.js';
import type { Run } from '../../run.js';
import { signedIn, type Client } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';
import { instant } from '../../view/fields.js';
import { cameFrom, restsOn } from '../../view/host-session.js';

/** So many are said one by one before it is asked, and so many are cut with one request. */
const said = 20;
const atOnce = 500;

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const ids = input.argumentList('session');
  const [host, user, reason] = [input.option('host'), input.option('user'), input.option('reason')];
  if (ids.length === 0 && host === undefined && user === undefined)
    fail(
      'usage_invalid',
      `Name sessions by their ids (\`writ sessions list${input.inOrganization}\`), or say --host, --user or both.`,
    );
  const wait = waitOf(input);
  const client = await signedIn(surroundings, input);
  if (wait !== null) await mayWait(client);
  const wanted = {
    ...(host === undefined ? {} : { host }),
    ...(user === undefined
      ? {}
      : { user: actorNameIn(input.option('org') ?? client.session.tokens.organization.name, user) }),
  };
  const { sessions: items, unheard } = await terminal.working('Reading sessions', () =>
    reportedSessions(client, wanted, ids.length === 0 ? (wait ?? 0) : 0),
  );
  const sessions = chosen(items, ids);
  if (sessions.length === 0) {
    const enforcement = wait === null ? {} : { enforcement: null };
    if (input.json) terminal.json({ sessions: [], krlVersion: null, ...enforcement });
    terminal.say(`No host has reported such a session${unheardText(unheard)}.`);
    return wait !== null && unheard.length > 0 ? waitStatus.someSilent : exitStatus.ok;
  }
  for (const each of sessions.slice(0, said)) terminal.say(`  ${sentence(each)}`);
  if (sessions.length > said) terminal.say(`  and ${sessions.length - said} more`);
  await askToGoOn(terminal, `End ${counted(sessions.length, 'session')}?`, input.flag('yes'));
  const krlVersion = await terminal.working('Telling hosts', () => cut(client, sessions, reason));
  if (!input.json)
    terminal.say(
      `Hosts that have KRL version ${krlVersion} end ${counted(sessions.length, 'session')}. What they rest on stays good.`,
    );
  const named = sessions.map(({ host: on, id }) => ({ host: on, session: id }));
  // All of a host are named one by one; another of a user's may be among those of which nobody knows whose they are.
  const waiting = { wait, json: input.json, named: user === undefined };
  return endWaiting(terminal, client, { sessions: named, krlVersion }, waiting);
};

/** Those with these ids, or all where none is named. `usage_invalid` for an id that is none of theirs. */
function chosen(items: readonly HostSession[], ids: readonly string[]): readonly HostSession[] {
  const unknown = ids.find((id) => !items.some((each) => each.id === id));
  if (unknown !== undefined)
    fail(
      'usage_invalid',
      `No host has reported a session ${unknown}: \`writ sessions list\` shows what is open.`,
    );
  return ids.length === 0 ? items : items.filter(({ id }) => ids.includes(id));
}

/** 'web-1.acme.example 0f3b…: ana as root from 192.0.2.7 since 2026-01-31 08:00 UTC, role admin' */
function sentence(session: HostSession): string {
  const { host, id, user, login, from, began } = session;
  return `${host} ${id}: ${user ?? 'somebody'} as ${login ?? 'unknown'} from ${cameFrom(from)} since ${instant(began)}, ${restsOn(session)}`;
}

/** Resolves to the KRL version that says so. */
async function cut(
  client: Client,
  sessions: readonly HostSession[],
  reason: string | undefined,
): Promise<string> {
  let version = '0';
  for (let from = 0; from < sessions.length; from += atOnce) {
    const named = sessions.slice(from, from + atOnce).map(({ host, id }) => ({ host, session: id }));
    const body = { sessions: named, ...(reason === undefined ? {} : { reason }) };
    const { krlVersion } = await client.call('cutSessions', { params: client.organization, body });
    version = krlVersion ?? version;
  }
  return version;
}
