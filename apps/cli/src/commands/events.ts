import { setTimeout as pause } from 'node:timers/promises';
import type { CallInput, Event } from '@writ/contract';
import { durationSeconds } from '../duration.js';
import { fail } from '../errors.js';
import { limitOf } from '../numbers.js';
import type { Run, Surroundings } from '../run.js';
import { signedIn, type Client } from '../session/client.js';
import { untilAnswered } from '../session/persist.js';
import { collect } from '../session/pages.js';
import type { Input } from '../input.js';
import type { Terminal } from '../terminal/terminal.js';
import { describeEvent } from '../view/event.js';

type Query = NonNullable<CallInput<'listEvents'>['query']>;

/** How long after an answer without news the next question is asked. */
const patience = 1000;

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const most = limitOf(input.option('limit'), 100);
  const filter = filterOf(surroundings, input);
  const client = await signedIn(surroundings, input);
  const params = client.organization;
  const { items, more } = await terminal.working('Reading events', () =>
    collect(
      (page) => client.call('listEvents', { params, query: { ...filter, ...page, order: 'newest' } }),
      most,
    ),
  );
  if (more) terminal.say(`Only the newest ${most}; --limit shows more.`);
  // With --json too: no line of it would say so.
  if (items.length === 0) terminal.say('There are no such events.');
  const past = [...items].reverse();
  for (const event of past) print(terminal, input, event);
  if (input.flag('follow'))
    await follow(terminal, client, filter, past, (event) => print(terminal, input, event));
};

function print(terminal: Terminal, input: Input, event: Event): void {
  if (input.json) terminal.jsonLine(event);
  else terminal.data(describeEvent(event, input.flag('long')));
}

function filterOf({ clock }: Surroundings, input: Input): Query {
  const since = input.option('since');
  const [kind, actor, subject] = [input.option('kind'), input.option('actor'), input.option('subject')];
  return {
    ...(since === undefined ? {} : { since: sinceInstant(since, clock()) }),
    ...(kind === undefined ? {} : { kind }),
    ...(actor === undefined ? {} : { actor }),
    ...(subject === undefined ? {} : { subject }),
  };
}

/** A point in time, or how long ago it was. */
export function sinceInstant(text: string, now: number): string {
  if (/^\d+[smhdw]/.test(text)) return new Date(now - durationSeconds(text) * 1000).toISOString();
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(at))
    fail(
      'usage_invalid',
      `'${text}' is not a time; write 2026-01-31T08:00:00Z, 2026-01-31, or how long ago: 2h.`,
    );
  return new Date(at).toISOString();
}

/**
 * Goes on where `past` ended, until the process is interrupted, the session has ended or nobody reads any more. It begins
 * again with the oldest event shown, in the order of commits, and leaves out what was shown: an event that was begun
 * earlier and committed later is not missed.
 */
async function follow(
  terminal: Terminal,
  client: Client,
  filter: Query,
  past: readonly Event[],
  found: (event: Event) => void,
): Promise<void> {
  const shown = new Set(past.map(({ id }) => id));
  const oldest = past[0]?.at;
  let query: Query = {
    ...filter,
    ...(oldest === undefined ? {} : { since: oldest }),
    order: 'oldest',
    limit: 500,
  };
  while (!terminal.outputIsLost) {
    const asked = { params: client.organization, query };
    const page = await untilAnswered(terminal, () => client.call('listEvents', asked));
    for (const event of page.items) if (!shown.has(event.id)) found(event);
    if (page.next === null) fail('answer_unexpected', 'The server does not say where following goes on.');
    query = { ...query, cursor: page.next };
    if (page.items.length === 0) await pause(patience);
  }
}
