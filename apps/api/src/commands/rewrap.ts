import { decodePublicKey } from '@writ/openssh/key';
import {
  authorityKeyIdentity,
  bundleKeyIdentity,
  createSecretFile,
  newInstallationSeal,
  newSecret,
  readSecret,
  rewrapRecord,
  type KeyEncryptionKey,
} from '@writ/signer';
import {
  findInstallation,
  keepServicesAway,
  listBundleKeys,
  listOrganizationIds,
  listSealedKeys,
  listSecondFactors,
  migrateDatabase,
  openDatabase,
  openScoped,
  replaceInstallation,
  replaceSealedBundleKey,
  replaceSealedKey,
  replaceSealedSecondFactor,
  type InstallationSealRow,
  type ScopedDatabase,
} from '@writ/storage';
import { rename } from 'node:fs/promises';
import { rewrapTokenKey } from '../auth/token-key.js';
import { rewrapSecondFactor } from '../second-factor/secrets.js';
import { cancelled } from './cancelled.js';
import { notInitialized } from './not-initialized.js';
import type { Command } from './command.js';
import { parseWords } from './command-line.js';
import {
  defaultSecretFile,
  namedSource,
  newSecretFile,
  presentSecret,
  type SecretVariables,
} from './key-encryption-secret.js';
import { keepSecret } from './kept-secret.js';
import { Opened } from './opened.js';
import { installationOf, unlock } from './unlock.js';

const next: SecretVariables = {
  value: 'WRIT_NEW_KEY_ENCRYPTION_SECRET',
  file: 'WRIT_NEW_KEY_ENCRYPTION_SECRET_FILE',
};

export const rewrap: Command = {
  async run({ words, environment, configuration, terminal }) {
    const { values } = parseWords(words, { yes: { type: 'boolean' } }, 0);
    if (values.yes !== true && terminal.interactive) {
      terminal.say('Backups made until now will open with the present key-encryption secret only.');
      if (!(await terminal.confirm('Seal every key under a new one?'))) throw cancelled();
    }
    const { stateDirectory, databaseUrl } = configuration.config;
    const secret = await presentSecret(environment, stateDirectory, terminal);
    const named = namedSource(environment, next);
    const opened = new Opened();
    try {
      // As the service would: it must not run meanwhile.
      const database = opened.add(
        await openDatabase({ stateDirectory, url: databaseUrl, purpose: 'service' }),
      );
      // Nor from another state directory: it could not open what is sealed anew.
      opened.add(await keepServicesAway(database.connection('owner')));
      await migrateDatabase(database);
      const from = await unlock(await installationOf(database), secret, stateDirectory);
      const fresh = named === undefined ? newSecret() : await readSecret(named);
      // The old one is kept first: a rewrap that is cut short later is finished by the next start.
      const kept = named === undefined ? await keepSecret(stateDirectory, new Date()) : null;
      if (named === undefined) await createSecretFile(newSecretFile(stateDirectory), fresh);
      const { key: to, seal } = await newInstallationSeal(fresh);
      const store = opened.add(openScoped({ connection: database.connection('owner'), connections: 1 }));
      const count = await sealAnew(store, from, to, { kdf: seal.derivation, check: seal.check });
      if (named === undefined) await rename(newSecretFile(stateDirectory), defaultSecretFile(stateDirectory));
      terminal.say(`Sealed ${count} authority keys and the token key anew.`);
      terminal.say(
        named === undefined
          ? `The new secret is in ${defaultSecretFile(stateDirectory)}; keep a copy elsewhere.`
          : 'Start the service with the new secret from now on.',
      );
      terminal.say(
        `Backups made before this open with the old secret only: keep ${kept ?? 'it'} as long as you keep them.`,
      );
    } finally {
      await opened.close();
    }
  },
};

/** Puts everything that is sealed under another key, in one transaction; returns how many authorities' keys. */
export async function sealAnew(
  store: ScopedDatabase,
  from: KeyEncryptionKey,
  to: KeyEncryptionKey,
  seal: InstallationSealRow,
): Promise<number> {
  const organizations = await store.unscoped(listOrganizationIds);
  return store.within(organizations, async (tx) => {
    const installation = await findInstallation(tx);
    if (installation === null) throw notInitialized();
    await replaceInstallation(tx, { ...seal, tokenKey: rewrapTokenKey(from, to, installation.tokenKey) });
    const authorities = await listSealedKeys(tx);
    for (const { id, organizationId, publicKey, sealedKey } of authorities) {
      const identity = authorityKeyIdentity({ id, organizationId, publicKey: decodePublicKey(publicKey) });
      await replaceSealedKey(tx, id, rewrapRecord(from, to, identity, sealedKey));
    }
    for (const { id, organizationId, publicKey, sealedKey } of await listBundleKeys(tx)) {
      const identity = bundleKeyIdentity({ id, organizationId, publicKey: decodePublicKey(publicKey) });
      await replaceSealedBundleKey(tx, id, rewrapRecord(from, to, identity, sealedKey));
    }
    for (const factor of await listSecondFactors(tx)) {
      await replaceSealedSecondFactor(tx, factor.userId, rewrapSecondFactor(from, to, factor));
    }
    return authorities.length;
  });
}
