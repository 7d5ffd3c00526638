import { call } from '@writ/contract';
import { decodeKrl } from '@writ/openssh/krl';
import { withDatabase } from '../service/database.js';
import { makeInstallation, type Installation } from '../service/installation.js';
import { callAs, firstPerson, issueRequest, transportTo, type Person } from '../service/person.js';
import { startService } from '../service/service.js';
import type { Row } from './frame.js';
import { randomSerials } from './krl-serials.js';
import { median } from './measure.js';

const rounds = 7;
/** So many are written at a time. */
const together = 50_000;

/** Live revocations of the user CA, written into the database at once: nobody revokes a million one by one. */
export async function revokeMany(installation: Installation, serials: BigUint64Array): Promise<void> {
  await withDatabase(installation, async (client) => {
    // Nobody has to be told of each.
    await client.query('set session_replication_role = replica');
    for (let from = 0; from < serials.length; from += together) {
      await client.query(
        `insert into revocations (id, organization_id, kind, authority_id, serial_from, serial_to, reason, cause, keep_until,
            krl_after)
          select gen_random_uuid(), organization_id, 'serial', id, serial, serial, 'bench', 'certificate', now() + interval '30 days', 0
          from authorities, unnest($1::bigint[]) serial where authorities.kind = 'user'`,
        [Array.from(serials.subarray(from, from + together), String)],
      );
    }
    await client.query('vacuum analyze revocations');
  });
}

/** Milliseconds from the request that revokes a certificate until it was answered, and until the new KRL was there. */
async function revokeOne(
  url: string,
  who: Person,
  certificate: string,
): Promise<{ readonly answered: number; readonly published: number }> {
  const params = { organization: who.organization };
  const begun = performance.now();
  const body = { certificates: [certificate], reason: 'bench' };
  const { krlVersion } = await callAs(url, who, 'revoke', { params, body });
  const answered = performance.now() - begun;
  const bytes = await call(transportTo(url), 'krl', { params });
  const published = performance.now() - begun;
  const krl = decodeKrl(bytes);
  const serial = BigInt(certificate.slice('user:'.length));
  const there = krl.certificates.some(({ serials }) => serials.has(serial));
  if (`${krl.version}` !== krlVersion || !there) throw new Error('the new KRL does not say what was revoked');
  return { answered, published };
}

/** One certificate more is revoked where so many are: how soon the KRL that says so is there. */
export async function addToMany(count: number): Promise<readonly Row[]> {
  const installation = await makeInstallation();
  let service = await startService(installation);
  try {
    await service.ready();
    const ana = await firstPerson(service.url);
    await revokeMany(installation, randomSerials(count));
    const revoked = async () => {
      const { path, body } = issueRequest(ana);
      const issued = await fetch(service.url + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${ana.accessToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const { id } = (await issued.json()) as { id: string };
      const taken = await revokeOne(service.url, ana, id);
      process.stderr.write(`${id}: ${JSON.stringify(taken)}\n`);
      return taken;
    };
    // The first KRL is made of everything in the database.
    const first = await revoked();
    const later = [];
    for (let round = 0; round < rounds; round++) later.push(await revoked());
    await service.kill();
    service = await startService(installation);
    await service.ready();
    const cold = await revoked();
    const row = (name: string, value: number, limit: number | null): Row => ({
      ...{ name, value, unit: 'ms', baseline: null, ratio: null },
      target: limit === null ? null : `< ${limit} ms`,
      met: limit === null ? null : value < limit,
    });
    const one = `1 revocation added to ${count.toLocaleString('en')} in the database`;
    return [
      row(`${one}: request → the new KRL fetched`, median(later.map(({ published }) => published)), 1000),
      row(
        'the same: request → answered, which is after it is committed and published',
        median(later.map(({ answered }) => answered)),
        null,
      ),
      row('the same in a process that has just started', cold.published, 1000),
      row('the first KRL, of all of them', first.published, null),
    ];
  } finally {
    await service.kill();
    await installation.remove();
  }
}
