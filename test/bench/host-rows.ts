import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { fingerprint, publicKeyFromObject } from '@writ/openssh/key';
import { withDatabase } from '../service/database.js';
import type { Installation } from '../service/installation.js';

/** So many are written at a time. */
const together = 1_000;

/** `key`: the host's private key, PKCS #8 in base64. */
export interface HostRow {
  readonly id: string;
  readonly key: string;
}

/**
 * Hosts as joins leave them, each with a key and a name of its own, written into the database at once: ten thousand joins one after
 * the other take minutes. The organization has a bundle key already.
 */
export async function hostsAsRows(
  installation: Installation,
  organizationHandle: string,
  count: number,
  labels: Readonly<Record<string, string>>,
): Promise<readonly HostRow[]> {
  const rows: HostRow[] = [];
  await withDatabase(installation, async (client) => {
    while (rows.length < count) {
      const hosts = Array.from({ length: Math.min(together, count - rows.length) }, (_, n) =>
        newHost(rows.length + n),
      );
      const written = hosts.map(({ row }) => row);
      await client.query(statement, [JSON.stringify(written), organizationHandle, JSON.stringify(labels)]);
      rows.push(...hosts.map(({ row: { id }, key }) => ({ id, key })));
    }
    await client.query('analyze');
  });
  return rows;
}

function newHost(n: number) {
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = publicKeyFromObject(privateKey);
  const row = {
    id: randomUUID(),
    name_id: randomUUID(),
    name: `web-${n}.acme.example`,
    fingerprint: fingerprint(key),
    key: Buffer.from(key.blob).toString('hex'),
  };
  return { row, key: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64') };
}

/** What a join writes, beside its events. */
const statement = `
  with org as (select id as org from organizations where handle = $2),
  made as (select * from org, jsonb_to_recordset($1::jsonb)
    as t (id uuid, name_id uuid, name text, fingerprint text, key text)),
  hosts as (insert into hosts (id, organization_id, name, labels, join_token_id, joined_at)
    select id, org, name, $3::jsonb, gen_random_uuid(), now() from made),
  epochs as (insert into epochs (id, organization_id, kind)
    select id, org, 'host' from made union all select name_id, org, 'host_name' from made),
  keys as (insert into host_keys (organization_id, host_id, position, fingerprint)
    select org, id, 1, fingerprint from made),
  names as (insert into host_names (id, organization_id, name) select name_id, org, name from made),
  bound as (insert into host_name_keys (organization_id, host_name_id, fingerprint)
    select org, name_id, fingerprint from made)
  insert into key_claims (fingerprint, organization_id, kind, owner_id, public_key, key_type, comment)
    select fingerprint, org, 'host', name_id, decode(key, 'hex'), 'ssh-ed25519', '' from made`;
