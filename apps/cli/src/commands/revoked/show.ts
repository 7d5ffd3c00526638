import type { HostEnforcement, RevocationInFull } from '@writ/contract';
import type { Followed } from '../../enforcement/await-elsewhere.js';
import { enforcementNow, type EnforcementSeen } from '../../enforcement/await-enforcement.js';
import { statusOf, waitAndSay, waitOf } from '../../enforcement/wait-option.js';
import { exitStatus } from '../../exit-status.js';
import { uuid } from '../../names.js';
import type { Run } from '../../run.js';
import { hasCode, signedIn, type Client } from '../../session/client.js';
import { describeEnforcement, describeRevocation } from '../../view/revocation.js';

export const run: Run = async (surroundings, input) => {
  const { terminal } = surroundings;
  const revocation = uuid(input.argument('revocation'), 'writ revoked list');
  const wait = waitOf(input);
  const client = await signedIn(surroundings, input);
  const show = (): Promise<RevocationInFull> =>
    client.call('showRevocation', { params: { ...client.organization, revocation } });
  const first = await show();
  const followed = { ...first, revocation: first.id };
  const seen =
    wait === null ? await seenNow(client, followed) : await waitAndSay(terminal, client, followed, wait);
  // Customers' hosts had the same time.
  const shown = wait === null || seen === null ? first : await show();
  const enforced = seen === null ? [] : await enforcing(client, first.krlVersion);
  if (input.json) terminal.json({ ...shown, enforcement: seen === null ? null : { ...seen, enforced } });
  else
    terminal.data(
      ...describeRevocation(shown),
      ...(seen === null ? [] : describeEnforcement(seen, enforced)),
    );
  return wait === null ? exitStatus.ok : statusOf(seen);
};

/** The first hundred hosts that enforce it, by name. */
async function enforcing(client: Client, version: string): Promise<readonly HostEnforcement[]> {
  const params = { ...client.organization, version };
  return (await client.call('enforcement', { params, query: { state: 'enforced', limit: 100 } })).items;
}

/** Null where the caller may not see hosts. */
async function seenNow(client: Client, followed: Followed): Promise<EnforcementSeen | null> {
  try {
    return await enforcementNow(client, followed);
  } catch (error) {
    if (hasCode(error, 'permission_missing')) return null;
    throw error;
  }
}
