import { currentKrlVersion, lockTrust, type ScopedDatabase } from '@writ/storage';
import { publishWholeKrl, type KrlPublishing } from './publish-krl.js';

/**
 * Publishes a KRL for each of the organizations (ids) whose last one the database does not hold, though the
 * high-water file says that it was published: a backup was restored or an older database put in place, and hosts must
 * not be handed the KRL of that time, which they may take for an old one. Resolves to those it did. Rejects as
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
      await publishWholeKrl(tx, services, id);
      published.push(id);
    });
  }
  return published;
}
