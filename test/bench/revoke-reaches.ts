import { setTimeout as delay } from 'node:timers/promises';
import { makeInstallation } from '../service/installation.js';
import { callAs, firstPerson, issueRequest, type Person } from '../service/person.js';
import { residentBytes } from '../service/processes.js';
import { startService } from '../service/service.js';
import { benchServer, bundleKeyOf, Fleet, joinedHosts, meter } from './fleet.js';
import type { Row } from './frame.js';
import { now } from './host-connection.js';
import { randomSerials } from './krl-serials.js';
import { revokeMany } from './krl-service.js';
import { quantile } from './measure.js';

const rounds = 5;
const megabyte = 1024 * 1024;
/** Serials without neighbours: eight bytes of a KRL each, 20 KB in all. */
const revokedBefore = 2_500;

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** A new certificate's id. */
async function issued(url: string, who: Person): Promise<string> {
  const { path, body } = issueRequest(who);
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${who.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return ((await answer.json()) as { id: string }).id;
}

/** One revocation, for so many hosts that wait: until each has the KRL's bytes, and until each one's proof of enforcement is kept. */
export async function revocationReaches(count: number): Promise<readonly Row[]> {
  const installation = await makeInstallation();
  const service = await startService(installation, { program: benchServer });
  const fleet = new Fleet();
  try {
    await service.ready();
    const { url, port } = service;
    const ana = await firstPerson(url);
    const { organization } = ana;
    const params = { organization };
    const hosts = await joinedHosts(installation, service, ana, count);
    await revokeMany(installation, randomSerials(revokedBefore));
    const revoke = async () => {
      const body = { certificates: [await issued(url, ana)], reason: 'bench' };
      const sent = now();
      await callAs(url, ana, 'revoke', { params, body });
      return sent;
    };
    await revoke();
    await fleet.begin({ port, organization, bundleKey: await bundleKeyOf(url, organization), hosts });
    say(`${count} hosts wait`);
    await delay(10_000);
    const [arrivals, proofs]: [number[], number[]] = [[], []];
    let [wrong, memory] = [0, 0];
    for (let round = 1; round <= rounds; round++) {
      let sent = 0;
      const work = meter(service);
      const sampling = setInterval(() => (memory = Math.max(memory, residentBytes(service.pid))), 50);
      const told = await fleet.told({ krl: 'next' }, async () => void (sent = await revoke()));
      clearInterval(sampling);
      const since = (times: readonly number[]) => times.map((at) => at - sent).sort((a, b) => a - b);
      const [arrived, proved] = [since(told.times), since(told.acknowledged)];
      arrivals.push(quantile(arrived, 0.99));
      proofs.push(proved.at(-1) ?? Number.NaN);
      wrong = told.wrong;
      const ms = (value: number | undefined) => `${value?.toFixed(0)} ms`;
      say(
        `revocation ${round}: first ${ms(arrived[0])}, median ${ms(quantile(arrived, 0.5))}, p99 ${ms(arrivals.at(-1))}, ` +
          `last ${ms(arrived.at(-1))}; proved: first ${ms(proved[0])}, last ${ms(proofs.at(-1))}; ${(memory / megabyte).toFixed(0)} MB; ${work()}`,
      );
      await delay(3_000);
    }
    const bare = { baseline: null, ratio: null };
    const [arrived, proved] = [Math.max(...arrivals), Math.max(...proofs)];
    const name = `a revocation for ${count.toLocaleString('en')} waiting hosts, KRL of 20 KB, from the request`;
    return [
      {
        ...{ name: `${name}: p99 until its bytes are there, worst of ${rounds}`, value: arrived, unit: 'ms' },
        ...{ ...bare, target: '< 1,000 ms', met: arrived < 1_000 },
      },
      {
        ...{
          name: 'the same: until the last host’s proof of enforcement is kept',
          value: proved,
          unit: 'ms',
        },
        ...{ ...bare, target: '< 5,000 ms', met: proved < 5_000 },
      },
      { name: 'answers that were wrong', value: wrong, unit: '', ...bare, target: '0', met: wrong === 0 },
      {
        ...{ name: 'most memory of the API process meanwhile', value: memory / megabyte, unit: 'MB' },
        ...{ ...bare, target: '≤ 500 MB', met: memory <= 500 * megabyte },
      },
    ];
  } finally {
    fleet.end();
    await service.kill();
    await installation.remove();
  }
}
