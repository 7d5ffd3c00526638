import type { NextAuthority } from '@writ/contract';
import type { Run } from '../../run.js';
import { advised } from '../../session/advice.js';
import { signedIn } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';
import { strong } from '../../terminal/text.js';
import { instant } from '../../view/fields.js';
import { authorityKind } from './kind.js';

/** What is named on a terminal; --json has the rest. */
const mostNamed = 20;

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const kind = authorityKind(input);
  const client = await signedIn(surroundings, input);
  const params = { ...client.organization, kind };
  const next = await client.call('showNextAuthority', { params });
  const { fingerprint } = next.authority;
  const despite = input.flag('despite-unaware');
  const unaware = whoIsUnaware(next, surroundings.clock());
  // Where nobody can be asked the service refuses, and says why itself; who it is stands here alone.
  const refused = unaware.length > 0 && !despite && !terminal.canAsk;
  for (const line of refused ? unaware.slice(1) : unaware) terminal.say(line);
  const question = unaware.length > 0 ? 'Let it sign all the same?' : `Let ${fingerprint} sign from now on?`;
  await askToGoOn(terminal, question, input.flag('yes') && (despite || unaware.length === 0));
  // On a terminal the answer was the word; elsewhere it has to stand in the command.
  const despiteUnaware = despite || (unaware.length > 0 && terminal.canAsk);
  const active = await client
    .call('activateAuthority', { params, body: { fingerprint, despiteUnaware } })
    .catch((error: unknown) => {
      throw advised(error, 'authority_unknown_to_hosts', whatHelps(next));
    });
  if (input.json) return terminal.json(active);
  terminal.say([
    strong(active.fingerprint),
    ` signs ${kind} certificates now; the one before it is believed until its last certificate has ended.`,
  ]);
};

function whoIsUnaware(
  { authority, hosts, unaware, unawareHosts, clientsUntil }: NextAuthority,
  now: number,
): readonly string[] {
  if (authority.kind === 'host') {
    if (Date.parse(clientsUntil) <= now) return [];
    return [
      `Clients that signed in before this key was made may not know it until ${instant(clientsUntil)}: they refuse hosts, or ask about them, until \`writ hosts\`, \`writ login\` or their next certificate.`,
    ];
  }
  if (unaware === 0) return [];
  const named = unawareHosts.slice(0, mostNamed);
  return [
    `${unaware} of ${hosts} hosts have not said that they know this key; they would refuse its certificates:`,
    ...named.map(
      ({ name, lastSeenAt }) =>
        `  ${name}, ${lastSeenAt === null ? 'never seen' : `last seen ${instant(lastSeenAt)}`}`,
    ),
    ...(unaware > named.length ? [`  and ${unaware - named.length} more`] : []),
  ];
}

/** What somebody can do about it who was not asked. */
function whatHelps({ authority, clientsUntil }: NextAuthority): string {
  const wait =
    authority.kind === 'host'
      ? `Wait until ${instant(clientsUntil)}`
      : 'Wait until they have: a host learns it at its next sync, and this says which are left';
  return `${wait}; or say --despite-unaware.`;
}
