// `npm run bench -- issue`: certificates over HTTP, durably recorded, against a route that does nothing.
import { askDatabase } from '../service/database.js';
import { makeInstallation, type Installation } from '../service/installation.js';
import { firstPerson, issueRequest, newPerson, type Person } from '../service/person.js';
import { residentBytes } from '../service/processes.js';
import { startService, type ServiceProcess } from '../service/service.js';
import { report, type Row } from './frame.js';
import { httpRequest, load, type LoadOrder, type LoadReport } from './load.js';
import { median } from './measure.js';
import { fileURLToPath } from 'node:url';

const connections = 64;
const people = 8;
const pairs = 5;
const warmUpIssued = 4_000;
const issuedPerRun = 12_000;
const barePerRun = 20_000;
const rate = 500;
const seconds = 8;
const memoryTotal = 100_000;
const megabyte = 1024 * 1024;

/** The service's own program, with one more route. */
const benchServer = fileURLToPath(new URL('./bench-server.js', import.meta.url));

interface Bench {
  readonly installation: Installation;
  readonly service: ServiceProcess;
  /** Requests for certificates, and for nothing. */
  readonly issue: Omit<LoadOrder, 'connections'>;
  readonly bare: Omit<LoadOrder, 'connections'>;
}

/** A fresh installation under the program, and people with proved keys; everything goes away afterwards. */
async function withService<T>(work: (bench: Bench) => Promise<T>): Promise<T> {
  const installation = await makeInstallation();
  const service = await startService(installation, { program: benchServer });
  try {
    await service.ready();
    const first = await firstPerson(service.url);
    const everybody: Person[] = [first];
    for (let n = 1; n < people; n++) everybody.push(await newPerson(service.url, first, `person-${n}`));
    const { port } = service;
    const result = await work({
      installation,
      service,
      issue: {
        port,
        expected: 201,
        requests: everybody.map((who) => {
          const { path, body } = issueRequest(who);
          return httpRequest('POST', path, who.accessToken, body);
        }),
      },
      bare: {
        port,
        expected: 201,
        requests: everybody.map((who) =>
          httpRequest('POST', `/v1/organizations/${who.organization}/bare`, who.accessToken, {
            word: 'nothing',
          }),
        ),
      },
    });
    const status = await service.stop();
    if (status !== 0)
      throw new Error(`the service ended with status ${status}:\n${service.log().slice(-2_000)}`);
    return result;
  } finally {
    await service.kill();
    await installation.remove();
  }
}

/** One load; an error in it ends the bench. */
async function loaded(order: LoadOrder): Promise<LoadReport> {
  const result = await load(order);
  if (result.errors > 0)
    throw new Error(`${result.errors} of ${result.sent} requests failed: ${result.firstError}`);
  return result;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Every answered certificate must be in the database: it is not a figure otherwise. */
async function expectRecorded(installation: Installation, answered: number): Promise<void> {
  const [row] = await askDatabase<{ count: string }>(installation, 'select count(*)::text from certificates');
  if (Number(row?.count) !== answered)
    throw new Error(`${answered} certificates were answered and ${row?.count} are in the database`);
}

/** What runs for the first time is compiled first; nothing of it counts. */
async function warmUp({ issue, bare }: Bench): Promise<void> {
  await loaded({ ...issue, connections, total: warmUpIssued });
  await loaded({ ...bare, connections, total: 8_000 });
}

async function throughput(bench: Bench): Promise<Row[]> {
  const { installation, issue, bare } = bench;
  await warmUp(bench);
  const runs: { issued: number; bare: number }[] = [];
  for (let pair = 1; pair <= pairs; pair++) {
    const nothing = await loaded({ ...bare, connections, total: barePerRun });
    const certificates = await loaded({ ...issue, connections, total: issuedPerRun });
    say(
      `pair ${pair}: bare ${nothing.perSecond.toFixed(0)}/s, issued ${certificates.perSecond.toFixed(0)}/s ` +
        `(p50 ${certificates.p50.toFixed(1)} ms, p99 ${certificates.p99.toFixed(1)} ms)`,
    );
    runs.push({ issued: certificates.perSecond, bare: nothing.perSecond });
  }
  await expectRecorded(installation, warmUpIssued + pairs * issuedPerRun);
  const value = median(runs.map(({ issued }) => issued));
  const baseline = median(runs.map((run) => run.bare));
  const ratio = median(runs.map(({ issued, bare: nothing }) => issued / nothing));
  const name = `certificates over HTTP, ${connections} connections`;
  return [
    {
      name,
      value,
      unit: '/s',
      baseline,
      ratio,
      target: '≥ 0.33 of bare and ≥ 1,800/s, 0 errors',
      met: ratio >= 0.33 && value >= 1_800,
    },
    {
      name: `${name}: stretch, 3,100/s`,
      value,
      unit: '/s',
      baseline: 3_100,
      ratio: value / 3_100,
      target: null,
      met: null,
    },
  ];
}

async function latency(bench: Bench): Promise<Row[]> {
  const { issue, bare } = bench;
  await warmUp(bench);
  const nothing: number[] = [];
  const certificates: number[] = [];
  for (let run = 1; run <= pairs; run++) {
    nothing.push((await loaded({ ...bare, connections, rate, seconds })).p99);
    certificates.push((await loaded({ ...issue, connections, rate, seconds })).p99);
    say(
      `at ${rate}/s, run ${run}: p99 bare ${nothing.at(-1)?.toFixed(1)} ms, issued ${certificates.at(-1)?.toFixed(1)} ms`,
    );
  }
  const value = median(certificates);
  const baseline = median(nothing);
  return [
    {
      name: `p99 at ${rate}/s, from the due time`,
      value,
      unit: 'ms',
      baseline,
      ratio: value / baseline,
      target: '≤ bare + 20 ms',
      met: value <= baseline + 20,
    },
  ];
}

async function memory({ service, issue }: Bench): Promise<Row[]> {
  const quarters: number[][] = [[], [], [], []];
  for (const [index, samples] of quarters.entries()) {
    const sampling = setInterval(() => samples.push(residentBytes(service.pid) / megabyte), 250);
    await loaded({ ...issue, connections, total: memoryTotal / 4 });
    clearInterval(sampling);
    say(`after ${((index + 1) * memoryTotal) / 4} certificates: ${samples.at(-1)?.toFixed(0)} MB`);
  }
  const value = residentBytes(service.pid) / megabyte;
  const [, , third = [], fourth = []] = quarters;
  const baseline = median(third);
  const later = median(fourth);
  return [
    {
      name: 'memory of the API process after 100,000 certificates',
      value,
      unit: 'MB',
      baseline: null,
      ratio: null,
      target: '≤ 300 MB',
      met: value <= 300,
    },
    {
      name: 'median memory, last 25,000 against the 25,000 before',
      value: later,
      unit: 'MB',
      baseline,
      ratio: later / baseline,
      target: '≤ 1.05 ×',
      met: later / baseline <= 1.05,
    },
  ];
}

const parts = { throughput, latency, memory };
const wanted = process.argv.slice(2);
const rows: Row[] = [];
for (const [name, part] of Object.entries(parts))
  if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await withService(part)));
report('issue', rows);
