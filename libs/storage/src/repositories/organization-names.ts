import type { Transaction } from './transaction.js';

/**
 * Gives an organization exactly these host names (patterns). Resolves to those that overlap another organization's, or are the name
 * right above or everything below one of its, and then nothing is written; it says nothing of whose they are. Waits for whoever is
 * giving names at the same time.
 */
export async function giveNames(
  tx: Transaction,
  organizationId: string,
  patterns: readonly string[],
): Promise<readonly string[]> {
  const wanted = [...new Set(patterns)];
  const rows = await tx.$queryRaw<{ pattern: string }[]>`
    select pattern from writ_names_taken(${wanted.flatMap(asked)}::text[], ${organizationId}::uuid) as taken (pattern)`;
  const taken = wanted.filter((each) => rows.some(({ pattern }) => asked(each).includes(pattern)));
  if (taken.length > 0) return taken;
  await tx.$executeRaw`
    delete from organization_names
    where organization_id = ${organizationId}::uuid and pattern <> all (${wanted}::text[])`;
  await tx.$executeRaw`
    insert into organization_names (pattern, organization_id, reversed)
    select pattern, ${organizationId}::uuid, reverse(pattern) from unnest(${wanted}::text[]) as wanted (pattern)
    where not exists (select from organization_names own
      where own.organization_id = ${organizationId}::uuid and own.pattern = wanted.pattern)`;
  return [];
}

/** What has to be free: with all below a name the name itself, and with a name all below it, of which no host's name is '?'. */
function asked(pattern: string): readonly string[] {
  return [pattern, pattern.startsWith('*.') ? pattern.slice(2) : `?.${pattern}`];
}

/**
 * A host name, or what join tokens call theirs ('web-*.acme.example'), that something of the organization still needs. The address
 * of a host may also be an IP address.
 */
export interface NameInUse {
  readonly name: string;
  readonly by: 'host' | 'host key' | 'address of a host' | 'join token';
}

/** Every name that the organization's hosts, their addresses, host keys and join tokens use now, in the order of names. */
export function namesInUse(tx: Transaction, organizationId: string, now: Date): Promise<NameInUse[]> {
  return tx.$queryRaw<NameInUse[]>`
    select distinct on (name collate "C") name, by from (
      select name, 'host' as by, 1 as place from hosts
      where organization_id = ${organizationId}::uuid and removed_at is null
      union all
      select address, 'address of a host', 4 from hosts
      where organization_id = ${organizationId}::uuid and removed_at is null and address is not null
      union all
      select name, 'host key', 2 from host_names h where h.organization_id = ${organizationId}::uuid
        and exists (select from host_name_keys k where k.host_name_id = h.id and k.replaced_at is null)
      union all
      select names, 'join token', 3 from join_tokens
      where organization_id = ${organizationId}::uuid and uses_left > 0 and expires_at > ${now}::timestamptz
    ) as used (name, by, place) order by name collate "C", place`;
}
