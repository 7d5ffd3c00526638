// `npm run bench -- bundle [hosts]`: how soon a change reaches hosts that wait for it, and what it costs to let them wait.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parsePublicKeyLine } from '@writ/openssh/key';
import { makeInstallation, type Installation } from '../service/installation.js';
import { callAs, signIn } from '../service/person.js';
import { processorSeconds, residentBytes } from '../service/processes.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { report, type Row } from './frame.js';
import { hostsAsRows } from './host-rows.js';
import type { Hosts, Report } from './waiting-hosts.js';

const count = Number(process.argv[2] ?? '10000');
const rounds = 5;
const idleSeconds = Number(process.argv[3] ?? '120');
const megabyte = 1024 * 1024;
/** So many tokens are asked for in a request. */
const together = 1_000;

/** The service's own program, with a route that gives host tokens. */
const benchServer = fileURLToPath(new URL('./bench-server.js', import.meta.url));

type Owner = Awaited<ReturnType<typeof signIn>>;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Processor seconds that the API process and PostgreSQL have used between two moments, in words. */
function meter(service: ServiceProcess): () => string {
  const used = () => ({
    api: processorSeconds(service.pid),
    database: [service.postmaster(), ...service.backends()].reduce((sum, pid) => sum + usedBy(pid), 0),
  });
  const before = used();
  return () => {
    const after = used();
    return `API ${(after.api - before.api).toFixed(1)} s, PostgreSQL ${Math.max(0, after.database - before.database).toFixed(1)} s of a core`;
  };
}

/** The machine's own clock, the same in every process (ms). */
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Hosts that have joined, with tokens as if each had just proved its key. */
async function joinedHosts(
  installation: Installation,
  { url }: ServiceProcess,
  owner: Owner,
): Promise<Hosts['hosts']> {
  const { organization } = owner;
  // The first join token makes the organization's bundle key.
  const body = { names: 'web-*.acme.example', uses: 1, labels: { tier: 'web' } };
  await callAs(url, owner, 'createJoinToken', { params: { organization }, body });
  const ids = await hostsAsRows(installation, organization, count, { tier: 'web' });
  const hosts: { id: string; token: string }[] = [];
  for (let from = 0; from < count; from += together) {
    const some = ids.slice(from, from + together);
    const answer = await fetch(`${url}/v1/organizations/${organization}/host-tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ hosts: some }),
    });
    const { tokens } = (await answer.json()) as { tokens: string[] };
    hosts.push(...some.map((id, n) => ({ id, token: tokens[n] ?? '' })));
  }
  return hosts;
}

/** The hosts, in a process of their own. */
class Fleet {
  readonly #child = spawn(process.execPath, [fileURLToPath(new URL('./waiting-hosts.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #lines = createInterface({ input: this.#child.stdout });

  async begin(hosts: Hosts): Promise<void> {
    this.#child.stdin.write(`${JSON.stringify(hosts)}\n`);
    await this.#next();
  }

  /** Resolves when each host has a bundle with that word in it, and has verified it. */
  async told(
    word: string,
    change: () => Promise<void>,
  ): Promise<{ times: readonly number[]; wrong: number }> {
    this.#child.stdin.write(`${word}\n`);
    const next = this.#next();
    await change();
    const report = await next;
    if (report.event !== 'told') throw new Error(`the hosts said ${report.event}`);
    return report;
  }

  async #next(): Promise<Report> {
    const [line] = (await once(this.#lines, 'line')) as [string];
    return JSON.parse(line) as Report;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}

async function bundleKeyOf(url: string, organization: string): Promise<string> {
  const answer = await fetch(`${url}/v1/organizations/${organization}/trust/bundle-key.pub`);
  const { key } = parsePublicKeyLine((await answer.text()).trim());
  return Buffer.from(key.blob).toString('base64');
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

async function changed(url: string, owner: Owner, fleet: Fleet, service: ServiceProcess): Promise<Row[]> {
  const worst: number[] = [];
  let wrong = 0;
  let memory = 0;
  const params = { organization: owner.organization };
  for (let round = 1; round <= rounds; round++) {
    let sent = 0;
    const work = meter(service);
    const sampling = setInterval(() => (memory = Math.max(memory, residentBytes(service.pid))), 50);
    const { times, wrong: so } = await fleet.told(`principals/login${round} `, async () => {
      sent = now();
      await callAs(url, owner, 'createRole', {
        params,
        body: {
          name: `role-${round}`,
          principals: 'role',
          selector: { tier: 'web' },
          logins: [`login${round}`],
          maxTtlSeconds: 3_600,
        },
      });
    });
    clearInterval(sampling);
    const taken = times.map((at) => at - sent).sort((a, b) => a - b);
    wrong = so;
    worst.push(quantile(taken, 0.99));
    say(
      `change ${round}: first ${taken[0]?.toFixed(0)} ms, median ${quantile(taken, 0.5).toFixed(0)} ms, ` +
        `p99 ${worst.at(-1)?.toFixed(0)} ms, last ${taken.at(-1)?.toFixed(0)} ms, ${(memory / megabyte).toFixed(0)} MB; ${work()}`,
    );
    await delay(2_000);
  }
  const value = Math.max(...worst);
  const bare = { baseline: null, ratio: null };
  return [
    {
      name: `a role changes for ${count} waiting hosts: p99 from the request to the verified bundle, worst of ${rounds}`,
      value,
      unit: 'ms',
      ...bare,
      target: '< 10,000 ms',
      met: value < 10_000,
    },
    { name: 'answers that were wrong', value: wrong, unit: '', ...bare, target: '0', met: wrong === 0 },
    {
      name: 'most memory of the API process meanwhile',
      value: memory / megabyte,
      unit: 'MB',
      ...bare,
      target: '≤ 500 MB',
      met: memory <= 500 * megabyte,
    },
  ];
}

/** Nothing, for one that has ended. */
function usedBy(pid: number): number {
  const used = processorSeconds(pid);
  return Number.isNaN(used) ? 0 : used;
}

async function idle(service: ServiceProcess): Promise<Row[]> {
  await delay(5_000);
  const backends = service.backends();
  const database = (): number => backends.reduce((sum, pid) => sum + usedBy(pid), 0);
  const before = { api: processorSeconds(service.pid), database: database(), at: now() };
  await delay(idleSeconds * 1_000);
  const seconds = (now() - before.at) / 1_000;
  const value = (processorSeconds(service.pid) - before.api) / seconds;
  return [
    {
      name: `${count} hosts wait, nothing changes: the API process`,
      value,
      unit: 'cores',
      baseline: null,
      ratio: null,
      target: '≤ 0.15',
      met: value <= 0.15,
    },
    {
      name: 'the same: PostgreSQL',
      value: Math.max(0, database() - before.database) / seconds,
      unit: 'cores',
      baseline: null,
      ratio: null,
      target: null,
      met: null,
    },
  ];
}

const installation = await makeInstallation();
const service = await startService(installation, { program: benchServer });
const fleet = new Fleet();
try {
  await service.ready();
  const owner = await signIn(service.url);
  const hosts = await joinedHosts(installation, service, owner);
  say(`${hosts.length} hosts have joined`);
  const bundling = meter(service);
  const { port } = service;
  const bundleKey = await bundleKeyOf(service.url, owner.organization);
  const began = now();
  await fleet.begin({ port, organization: owner.organization, bundleKey, hosts });
  say(
    `all have certificates and a bundle after ${((now() - began) / 1_000).toFixed(1)} s, and wait: ${bundling()}`,
  );
  await delay(3_000);
  const rows = await changed(service.url, owner, fleet, service);
  rows.push(...(await idle(service)));
  report('bundle', rows);
} finally {
  fleet.end();
  await service.kill();
  await installation.remove();
}
