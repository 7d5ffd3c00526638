import { setTimeout as delay } from 'node:timers/promises';
import { call } from '@writ/contract';
import { decodeKrl } from '@writ/openssh/krl';
import { SeededRandom } from '../fuzz/random.js';
import { withDatabase } from '../service/database.js';
import { makeInstallation, type Installation } from '../service/installation.js';
import { firstPerson, signIn, transportTo, type Person } from '../service/person.js';
import { startService } from '../service/service.js';
import { readKrls } from './krl-reader.js';
import { startRevoking, type Revoked } from './revoking-clients.js';
import { strike, unforeseen, victims, type FaultOptions, type FaultReport } from './rounds.js';

/**
 * Kills parts of a service that revokes at random moments and lets it come back. Whatever was answered stands in the KRL from then on; of
 * what was not answered all was done or nothing; KRL versions only rise, and none is two different KRLs.
 */
export async function runRevocationRounds({
  rounds,
  seed,
  clients = 8,
  tell,
}: FaultOptions): Promise<FaultReport> {
  const random = new SeededRandom(seed);
  const wrong: string[] = [];
  const revoked: Revoked[] = [];
  const asked = new Set<string>();
  const installation = await makeInstallation();
  let service = await startService(installation);
  try {
    await service.ready();
    const who = await firstPerson(service.url);
    const reader = readKrls([service.url], who.organization);
    for (let round = 1; round <= rounds && wrong.length === 0; round++) {
      const victim = round % victims.length === 1 ? 'api' : random.pick(victims);
      const person: Person = { ...who, ...(await signIn(service.url)) };
      const load = startRevoking(service.url, person, clients);
      try {
        const after = 20 + random.below(600);
        await delay(after);
        const struck = Date.now();
        service = await strike(service, victim, random, () =>
          startService(installation, { port: service.port }),
        );
        await service.ready();
        const before = load.revoked().length;
        const deadline = Date.now() + 30_000;
        while (load.revoked().length < before + 8) {
          if (Date.now() > deadline) throw new Error('ready again, but revokes nothing');
          await delay(10);
        }
        const received = revoked.length + load.revoked().length;
        tell?.({ round, victim, after, recovery: Date.now() - struck, received });
      } finally {
        await load.stop();
      }
      revoked.push(...load.revoked());
      for (const id of load.asked()) asked.add(id);
      const params = { organization: who.organization };
      const krl = decodeKrl(await call(transportTo(service.url), 'krl', { params }));
      const said = new Set(
        krl.certificates.flatMap(({ serials }) =>
          [...asked].filter((id) => serials.has(BigInt(id.slice('user:'.length)))),
        ),
      );
      wrong.push(
        ...load.wrong,
        ...reader.wrong,
        ...revoked.filter(({ id }) => !said.has(id)).map(({ id }) => `${id} was revoked and is in no KRL`),
        ...revoked
          .filter(({ krlVersion }) => krlVersion > krl.version)
          .map(({ krlVersion }) => `KRL ${krlVersion} was promised, and ${krl.version} is served`),
        ...(await halves(installation, said)),
      );
      if (wrong.length > 0) wrong.push(...unforeseen(service));
    }
    await reader.stop();
    const status = await service.stop();
    if (status !== 0) wrong.push(`the service ended with status ${status} when asked to stop`);
  } catch (error) {
    wrong.push(`${service.log().slice(-4_000)}\n${String(error)}`);
  } finally {
    await service.kill();
    await installation.remove();
  }
  return { rounds, received: revoked.length, wrong: [...new Set(wrong)] };
}

/** What was done by half: revocations, the acts that made them, events and what the newest KRL says belong together. */
function halves(installation: Installation, said: ReadonlySet<string>): Promise<string[]> {
  return withDatabase(installation, async (client) => {
    const { rows } = await client.query<{ id: string; acts: string; events: string; published: boolean }>(
      `select 'user:' || r.serial_from as id, count(a.id) as acts,
         (select count(*) from events e where e.organization_id = r.organization_id and e.kind = 'certificate.revoked'
           and e.subject = 'user:' || r.serial_from) as events,
         exists (select from krls k where k.organization_id = r.organization_id and k.version >= max(a.krl_version)) as published
       from revocations r left join revocation_acts a on a.id = r.act_id
       where r.kind = 'serial' group by r.id, r.organization_id, r.serial_from`,
    );
    const there = new Set(rows.map(({ id }) => id));
    return [
      ...rows
        .filter(({ acts, events }) => acts !== '1' || events !== '1')
        .map(({ id, acts, events }) => `${id} was revoked by ${acts} acts, and ${events} events say so`),
      ...rows
        .filter(({ id, published }) => !published || !said.has(id))
        .map(({ id }) => `${id} is in the database and in no KRL`),
      ...[...said].filter((id) => !there.has(id)).map((id) => `${id} is in the KRL and not in the database`),
    ];
  });
}
