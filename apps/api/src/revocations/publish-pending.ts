import { currentKrlVersion, lockTrust, type ScopedDatabase } from '@writ/storage';
import { publishCutList } from './publish-cut-list.js';
import { publishWholeKrl, type KrlPublishing } from './publish-krl.js';

/**
 * Publishes a KRL and a cut list for each of the organizations (ids) whose last one the database does not hold, though the
 * high-water file says that it was published: a backup was restored or an older database put in place, and hosts must
 * not be handed the lists of that time, which they may take for old ones. Resolves to those it did. Rejects as
 * `publishWholeKrl` does.
 */
export async function publishPending(
  services: KrlPublishing & { readonly store: ScopedDatabase },
  organizations: readonly string[],
): Promise<readonly string[]> {
  const published: string[] = [];
  for (const id of organizations) {
    await services.store.within([id], async (tx) => {
      await lockTrust(tx, id);
      const current = (await currentKrlVersion(tx, id)) ?? 0n;
      if (current >= (services.highWater.krlVersion(id) ?? 0n)) return;
      const version = await publishWholeKrl(tx, services, id);
      // Hosts may have a cut list that the database does not know: this one is later, whatever it says.
      await publishCutList(tx, services, id, version);
      published.push(id);
    });
  }
  return published;
}
