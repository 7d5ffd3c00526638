import type { Delegation } from '@writ/contract';
import { shortName } from '../../names.js';
import type { Run } from '../../run.js';
import { hasCode, signedIn, type Client } from '../../session/client.js';
import { describeGroup } from '../../view/group.js';

export const run: Run = async (surroundings, input) => {
  const client = await signedIn(surroundings, input);
  const group = await client.call('showGroup', {
    params: { ...client.organization, group: shortName(input.argument('group')) },
  });
  // Elsewhere a group of that name is another one.
  const atHome = client.organization.organization === client.home.organization;
  const delegated = atHome ? await delegatedTo(client, group.name) : null;
  if (input.json) surroundings.terminal.json({ ...group, ...(delegated === null ? {} : { delegated }) });
  else surroundings.terminal.data(...describeGroup(group, delegated ?? []));
};

/** Roles of customers that the group holds ('globex/web-admin'); null where the caller may not know. */
async function delegatedTo(client: Client, group: string): Promise<string[] | null> {
  const to = `${client.session.tokens.organization.name}/${group}`;
  const ours = (each: Delegation): boolean =>
    each.kind === 'group' && each.state === 'accepted' && each.to === to;
  try {
    const { items } = await client.call('listDelegations', { params: client.organization });
    return items.filter(ours).map(({ customer, role }) => `${customer}/${role}`);
  } catch (error) {
    if (hasCode(error, 'permission_missing')) return null;
    throw error;
  }
}
