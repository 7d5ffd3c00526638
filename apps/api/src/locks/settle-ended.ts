import {
  currentKrlVersion,
  raiseEpochs,
  reopenUnlocked,
  type EndedLock,
  type Transaction,
} from '@writ/storage';
import { publishCutList } from '../revocations/publish-cut-list.js';
import { publishKrl, type KrlPublishing } from '../revocations/publish-krl.js';

/**
 * After locks have ended, in a transaction that holds `lockTrust`: opens the accounts again, and publishes the KRL and the cut list
 * without what only the locks named. Resolves to the version of the KRL that counts. Rejects as `publishKrl` does.
 */
export async function settleEnded(
  tx: Transaction,
  services: KrlPublishing,
  organizationId: string,
  ended: readonly EndedLock[],
): Promise<bigint> {
  const accounts = [...new Set(ended.flatMap(({ userId }) => (userId === null ? [] : [userId])))];
  await raiseEpochs(tx, organizationId, accounts);
  await reopenUnlocked(tx, organizationId, ended);
  const some = (count: (lock: EndedLock) => number) => ended.some((one) => count(one) > 0);
  const cut = some((one) => one.cut);
  if (!cut && !some(({ certificates, keys }) => certificates + keys))
    return (await currentKrlVersion(tx, organizationId)) ?? 0n;
  const version = await publishKrl(tx, services, organizationId, { certificates: [], keys: [] });
  if (cut) await publishCutList(tx, services, organizationId, version);
  return version;
}
