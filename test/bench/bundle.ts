// `npm run bench -- bundle [hosts]`: how soon a change reaches hosts that wait for it, and what it costs to let them wait.
import { setTimeout as delay } from 'node:timers/promises';
import { makeInstallation } from '../service/installation.js';
import { callAs, signIn, type SignedIn } from '../service/person.js';
import { processorSeconds, residentBytes } from '../service/processes.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { benchServer, bundleKeyOf, Fleet, joinedHosts, meter, usedBy } from './fleet.js';
import { report, type Row } from './frame.js';
import { now } from './host-connection.js';
import { quantile } from './measure.js';

const count = Number(process.argv[2] ?? '10000');
const rounds = 5;
const idleSeconds = Number(process.argv[3] ?? '120');
const megabyte = 1024 * 1024;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function changed(url: string, owner: SignedIn, fleet: Fleet, service: ServiceProcess): Promise<Row[]> {
  const worst: number[] = [];
  let wrong = 0;
  let memory = 0;
  const params = { organization: owner.organization };
  for (let round = 1; round <= rounds; round++) {
    let sent = 0;
    const work = meter(service);
    const sampling = setInterval(() => (memory = Math.max(memory, residentBytes(service.pid))), 50);
    const { times, wrong: so } = await fleet.told({ bundle: `principals/login${round} ` }, async () => {
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
  const hosts = await joinedHosts(installation, service, owner, count);
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
