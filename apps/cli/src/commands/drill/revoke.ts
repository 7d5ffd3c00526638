import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import type { Drill } from '@writ/contract';
import { firstOf } from '../../first-of.js';
import { waysOfCanary, withCanaryKey, type DrilledOrganization } from '../../drill/canary.js';
import { letIn } from '../../drill/let-in.js';
import { measure } from '../../drill/measure.js';
import { resultOf, statusOfDrill, summaryOf, type DrillReport } from '../../drill/report.js';
import { reportHtml } from '../../drill/report-html.js';
import { Turns } from '../../drill/turns.js';
import { durationSeconds } from '../../duration.js';
import { mayWait } from '../../enforcement/wait-option.js';
import { fail } from '../../errors.js';
import { assertWritable, writeOutput } from '../../files/atomic-file.js';
import type { Input } from '../../input.js';
import { labelsOf } from '../../labels.js';
import { shortName } from '../../names.js';
import { transportTo } from '../../network/transport.js';
import { counted } from '../../numbers.js';
import type { Run } from '../../run.js';
import { signedIn, type Client } from '../../session/client.js';
import { askToGoOn } from '../../terminal/ask.js';
import type { Terminal } from '../../terminal/terminal.js';
import { printDrill } from '../../view/drill.js';

/** Of more hosts the sessions that are held open, and the logins of each, would be too much for one machine to measure. */
const mostHosts = 100;
const longestTimeout = 300;
/** Hosts have so long at least to let the canary in (ms): that they take on a role in seconds is no part of the promise. */
const shortestKnocking = 60_000;

/** What is asked for. */
interface Asked {
  readonly selector: Readonly<Record<string, string>>;
  readonly login: string;
  readonly timeoutSeconds: number;
}

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const asked = askedOf(input);
  const page = input.option('report');
  if (page !== undefined) await assertWritable(resolve(page));
  const client = await signedIn(surroundings, input);
  await mayWait(client);
  const labels = Object.entries(asked.selector).map(([key, value]) => `${key}=${value}`);
  const question = `Log a canary in as ${asked.login} on every host with ${labels.join(', ')}, and revoke it?`;
  await askToGoOn(terminal, question, input.flag('yes'));
  const own = client.session.tokens.organization;
  const name = shortName(input.option('org') ?? own.name);
  const organization = { handle: client.organization.organization, name };
  const report = await interruptible((stopped) => drill(terminal, client, organization, asked, stopped));
  if (page !== undefined) await writeOutput(resolve(page), reportHtml(report), 0o644);
  if (input.json) terminal.json(report);
  else printDrill(terminal, report);
  terminal.say(`${summaryOf(report)}.`);
  return statusOfDrill(report);
};

function askedOf(input: Input): Asked {
  const selector = labelsOf(input.required('hosts').split(','));
  const login = input.option('login') ?? userInfo().username;
  const timeoutSeconds = durationSeconds(input.option('timeout') ?? '60s');
  if (timeoutSeconds > longestTimeout)
    fail('usage_invalid', '--timeout is five minutes at most: the canary lives for a quarter of an hour.');
  return { selector, login, timeoutSeconds };
}

/** Whatever is interrupted tidies up after itself before it ends with 'cancelled'. */
async function interruptible<T>(work: (stopped: AbortSignal) => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, stop);
  try {
    return await work(stopping.signal);
  } finally {
    for (const signal of signals) process.off(signal, stop);
  }
}

function drill(
  terminal: Terminal,
  client: Client,
  organization: DrilledOrganization,
  asked: Asked,
  stopped: AbortSignal,
): Promise<DrillReport> {
  const { selector, login } = asked;
  return withCanaryKey(async (key, directory) => {
    const startedAt = new Date().toISOString();
    const body = { selector, logins: [login], publicKey: key.line };
    const made = await client.call('startDrill', { params: client.organization, body });
    // Whatever happens, no ssh is left behind.
    const closing = new AbortController();
    const ending = firstOf(stopped, closing.signal);
    try {
      goOn(stopped);
      const transport = await transportTo(client.session.server, true);
      const { ways, leftOut } = await waysOfCanary(transport, organization, made, { key, directory, login });
      for (const words of leftOut) terminal.warn(`Left out: ${words}.`);
      refuseNumber(ways.length);
      const turns = new Turns();
      terminal.say(`Waiting for ${counted(ways.length, 'host')} to let the canary ${made.name} in`);
      const timeout = asked.timeoutSeconds * 1000;
      const knocking = AbortSignal.timeout(Math.max(timeout, shortestKnocking));
      const hosts = await letIn(client, ways, turns, { over: knocking, stopped: ending });
      goOn(stopped);
      const inside = hosts.filter(({ session }) => session !== null).length;
      terminal.say(`In on ${inside} of ${counted(ways.length, 'host')}; revoking it`);
      const from = performance.now();
      const revokedAt = new Date().toISOString();
      const { krlVersion } = await client.call('revoke', {
        params: client.organization,
        body: { serviceAccount: made.name, reason: 'drill', cut: true },
        idempotencyKey: randomUUID(),
      });
      const revoked = { krlVersion, from, over: AbortSignal.timeout(timeout), stopped: ending };
      const seen = await measure(client, hosts, turns, revoked);
      goOn(stopped);
      return {
        ...{ organization: organization.name, by: client.session.tokens.user.name, drill: made.name },
        ...{ selector, login, startedAt, revokedAt, krlVersion, timeoutSeconds: asked.timeoutSeconds },
        hosts: seen.map((host) => ({ ...host, result: resultOf(host) })),
      };
    } finally {
      closing.abort();
      await endDrill(terminal, client, made);
    }
  });
}

/** 'cancelled' once somebody has interrupted it. */
function goOn(stopped: AbortSignal): void {
  if (stopped.aborted) fail('cancelled', 'Interrupted; the canary is removed.');
}

function refuseNumber(hosts: number): void {
  if (hosts === 0)
    fail('usage_invalid', 'No joined host has these labels; `writ host list` shows which have.');
  if (hosts > mostHosts)
    fail(
      'usage_invalid',
      `${hosts} hosts have these labels; a drill takes ${mostHosts} at most: say more labels.`,
    );
}

/** It ends by itself where it cannot be ended now. */
async function endDrill(terminal: Terminal, client: Client, { id, name, until }: Drill): Promise<void> {
  try {
    await client.call('endDrill', { params: { ...client.organization, drill: id } });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    terminal.warn(`The canary ${name} could not be removed (${why}); it ends by itself at ${until}.`);
  }
}
