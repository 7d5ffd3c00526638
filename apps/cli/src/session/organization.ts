import type { OrganizationEntry } from '@writ/contract';
import { fail } from '../errors.js';
import type { Client } from './client.js';

/** An organization that the caller may see. Rejects with 'organization_unknown'. */
export async function organizationNamed(
  client: Pick<Client, 'call'>,
  name: string,
): Promise<OrganizationEntry> {
  const { items } = await client.call('listOrganizations', { query: { name } });
  return (
    items.find((each) => each.name === name) ??
    fail(
      'organization_unknown',
      `There is no organization ${name} that you could act in; \`writ org list\` shows yours.`,
    )
  );
}

/** An organization to act in. Rejects with 'organization_unknown', also where one may only see it. */
export async function organizationToActIn(
  client: Pick<Client, 'call'>,
  name: string,
): Promise<OrganizationEntry> {
  const entry = await organizationNamed(client, name);
  if (entry.acting !== null) return entry;
  return fail(
    'organization_unknown',
    entry.hasOwner
      ? `You cannot act in ${name}: it has an owner of its own, who looks after it.`
      : `You cannot act in ${name}.`,
  );
}
