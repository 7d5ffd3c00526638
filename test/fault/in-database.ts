import { withDatabase } from '../service/database.js';
import type { Installation } from '../service/installation.js';
import type { Keyed } from './clients.js';
import type { ReceivedCertificate } from './received.js';

interface Row {
  readonly fingerprint: string;
  readonly serial: string;
  readonly certificate: Uint8Array;
}

/** What of the received certificates is not in the database as it was received: one sentence each. */
export async function missingFrom(
  installation: Installation,
  received: readonly ReceivedCertificate[],
  keyed: Keyed,
): Promise<string[]> {
  return withDatabase(installation, async (client) => {
    const { rows } = await client.query<Row>(
      `select a.fingerprint, c.serial::text, c.certificate
       from certificates c join authorities a on a.id = c.authority_id where c.serial = any ($1::bigint[])`,
      [received.map(({ serial }) => serial.toString())],
    );
    const kept = new Map(rows.map((row) => [`${row.fingerprint}:${row.serial}`, row.certificate]));
    const wrong: string[] = [];
    for (const { authority, serial, bytes } of received) {
      const there = kept.get(`${authority}:${serial}`);
      if (there === undefined) wrong.push(`serial ${serial} was received and is not in the database`);
      else if (Buffer.compare(there, bytes) !== 0)
        wrong.push(`serial ${serial} is another certificate in the database`);
    }
    const keys = await client.query<{ key: string; serial: string | null }>(
      'select key, serial::text from idempotency where key = any ($1)',
      [[...keyed.keys()]],
    );
    const byKey = new Map(keys.rows.map(({ key, serial }) => [key, serial]));
    for (const [key, { serial }] of keyed)
      if (byKey.get(key) !== serial.toString())
        wrong.push(`serial ${serial} is not what its Idempotency-Key stands for`);
    return wrong;
  });
}
