import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parsePublicKeyLine } from '@writ/openssh/key';
import type { Installation } from '../service/installation.js';
import { callAs, type SignedIn } from '../service/person.js';
import { processorSeconds } from '../service/processes.js';
import type { ServiceProcess } from '../service/service.js';
import { hostsAsRows } from './host-rows.js';
import type { Hosts, Report, Watch } from './waiting-hosts.js';

/** So many tokens are asked for in a request. */
const together = 1_000;

/** The service's own program, with a route that gives host tokens. */
export const benchServer = fileURLToPath(new URL('./bench-server.js', import.meta.url));

/** Processor seconds that the API process and PostgreSQL have used between two moments, in words. */
export function meter(service: ServiceProcess): () => string {
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

/** Processor seconds of a process; nothing, for one that has ended. */
export function usedBy(pid: number): number {
  const used = processorSeconds(pid);
  return Number.isNaN(used) ? 0 : used;
}

/** Hosts that have joined, with tokens as if each had just proved its key. */
export async function joinedHosts(
  installation: Installation,
  { url }: ServiceProcess,
  owner: SignedIn,
  count: number,
): Promise<Hosts['hosts']> {
  const { organization } = owner;
  // The first join token makes the organization's bundle key.
  const body = { names: 'web-*.acme.example', uses: 1, labels: { tier: 'web' } };
  await callAs(url, owner, 'createJoinToken', { params: { organization }, body });
  const rows = await hostsAsRows(installation, organization, count, { tier: 'web' });
  const hosts: Hosts['hosts'][number][] = [];
  for (let from = 0; from < count; from += together) {
    const some = rows.slice(from, from + together);
    const answer = await fetch(`${url}/v1/organizations/${organization}/host-tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ hosts: some.map(({ id }) => id) }),
    });
    const { tokens } = (await answer.json()) as { tokens: string[] };
    hosts.push(...some.map((row, n) => ({ ...row, token: tokens[n] ?? '' })));
  }
  return hosts;
}

/** The hosts, in a process of their own. */
export class Fleet {
  readonly #child = spawn(process.execPath, [fileURLToPath(new URL('./waiting-hosts.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly #lines = createInterface({ input: this.#child.stdout });

  /** Resolves when all of them have a bundle. */
  async begin(hosts: Hosts): Promise<void> {
    this.#child.stdin.write(`${JSON.stringify(hosts)}\n`);
    await this.#next();
  }

  /** Resolves when each host has what is watched for. */
  async told(watch: Watch, change: () => Promise<void>): Promise<Extract<Report, { event: 'told' }>> {
    this.#child.stdin.write(`${JSON.stringify(watch)}\n`);
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

/** The organization's bundle key, base64 of its wire encoding. */
export async function bundleKeyOf(url: string, organization: string): Promise<string> {
  const answer = await fetch(`${url}/v1/organizations/${organization}/trust/bundle-key.pub`);
  const { key } = parsePublicKeyLine((await answer.text()).trim());
  return Buffer.from(key.blob).toString('base64');
}
