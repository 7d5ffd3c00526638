import { Labels } from '@writ/contract';
import { shortNamesWithin } from '@writ/hosts';
import { seconds, type Clock } from '@writ/kernel';
import { decodePublicKey, formatPublicKeyLine } from '@writ/openssh/key';
import { knownHostsLinesOf, namePattern } from '@writ/openssh/trust';
import { indexedHosts, type HostIndex, type Labels as HostLabels } from '@writ/policy';
import {
  activeBundleKey,
  currentKrlDigest,
  findOrganization,
  hostInventory,
  listAuthorities,
  type ScopedDatabase,
  type Transaction,
} from '@writ/storage';
import { bounded } from '../bounded-map.js';
import { noOrganization } from '../refusal.js';
import { believed } from '../trust/believed.js';

export interface KnownHost {
  readonly name: string;
  readonly labels: HostLabels;
  /** Where clients find it; null: as its name says. */
  readonly address: string | null;
  readonly port: number | null;
  readonly jump: string | null;
}

/** A KRL as clients are told of it. */
export interface KnownKrl {
  readonly version: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** The public-key line of the key that signs it; null: none does yet. */
  readonly signer: string | null;
}

/** The joined hosts of an organization, ready to be decided about, and what clients need to believe them. */
export interface Inventory {
  readonly organizationName: string;
  readonly namePatterns: readonly string[];
  /** `@cert-authority` lines. */
  readonly knownHosts: string;
  /** What the newest KRL is; null: nothing was ever revoked. */
  readonly krl: KnownKrl | null;
  /** Says what the hosts are: another one when any of them changes. */
  readonly digest: string;
  /** By name. */
  readonly hosts: readonly KnownHost[];
  readonly byName: ReadonlyMap<string, KnownHost>;
  readonly index: HostIndex;
  /** What else each host may be called, by name: no other of the organization's hosts is. */
  readonly shortNames: ReadonlyMap<string, readonly string[]>;
  readonly byShortName: ReadonlyMap<string, KnownHost>;
}

/**
 * Inventories as the database says them now: asked every time, and read, indexed and named anew only when what it says is
 * new. Another process's changes count at once.
 */
export interface InventoryMemory {
  /** Ends in `not_found`; rejects as the database does. */
  inventoryOf(organizationId: string): Promise<Inventory>;
}

export function inventoryMemory(
  { store, clock }: { readonly store: ScopedDatabase; readonly clock: Clock },
  capacity = 200,
): InventoryMemory {
  const known = bounded<string, Inventory>(capacity);
  return {
    async inventoryOf(organizationId) {
      const kept = known.get(organizationId);
      const now = await store.within([organizationId], async (tx) => {
        const organization = await findOrganization(tx, organizationId);
        if (organization === null) throw noOrganization();
        const authorities = await listAuthorities(tx, organizationId, null, 1000);
        const { digest, hosts } = await hostInventory(tx, organizationId, kept?.digest ?? null);
        const { name: organizationName, namePatterns } = organization;
        const lines = knownHostsLinesOf(believed(organization, authorities, seconds(clock)));
        const knownHosts = lines.map((line) => `${line}\n`).join('');
        const krl = await knownKrl(tx, organizationId);
        return { organizationName, namePatterns, knownHosts, krl, digest, hosts };
      });
      const hosts = now.hosts?.map((host) => ({ ...host, labels: Labels.parse(host.labels) }));
      const inventory = { ...now, ...readyFor(now, hosts, kept) };
      known.set(organizationId, inventory);
      return inventory;
    },
  };
}

async function knownKrl(tx: Transaction, organizationId: string): Promise<KnownKrl | null> {
  const newest = await currentKrlDigest(tx, organizationId);
  if (newest === null) return null;
  const key = await activeBundleKey(tx, organizationId);
  return {
    version: newest.version.toString(),
    sha256: Buffer.from(newest.sha256).toString('hex'),
    signer: key === null ? null : formatPublicKeyLine({ key: decodePublicKey(key.publicKey) }),
  };
}

type Ready = Pick<Inventory, 'hosts' | 'byName' | 'index' | 'shortNames' | 'byShortName'>;

/** @param fresh undefined: they are those that are kept */
function readyFor(
  { organizationName, namePatterns }: Pick<Inventory, 'organizationName' | 'namePatterns'>,
  fresh: readonly KnownHost[] | undefined,
  kept: Inventory | undefined,
): Ready {
  const samePatterns = kept?.namePatterns.join() === namePatterns.join();
  if (fresh === undefined && kept !== undefined && samePatterns) {
    const { hosts, byName, index, shortNames, byShortName } = kept;
    return { hosts, byName, index, shortNames, byShortName };
  }
  const hosts = fresh ?? kept?.hosts ?? [];
  const shortNames = shortNamesWithin({
    organizationName,
    namePatterns: namePatterns.map((pattern) => namePattern(pattern)),
    names: hosts.map(({ name }) => name),
  });
  return {
    hosts,
    byName: new Map(hosts.map((host) => [host.name, host])),
    index: indexedHosts(hosts.map(({ labels }) => labels)),
    shortNames,
    byShortName: new Map(
      hosts.flatMap((host) => (shortNames.get(host.name) ?? []).map((short) => [short, host])),
    ),
  };
}
