import { currentKrlVersion, seeOrganizations, type Transaction } from '@writ/storage';
import type { Added } from './krl-check.js';
import { publishCutList } from './publish-cut-list.js';
import { nextKrlVersion, publishKrl, type KrlPublishing } from './publish-krl.js';

interface Draft {
  /** What the KRL will have. */
  readonly version: bigint;
  readonly added: readonly Added[];
  /** Whether a cut list is made with it. */
  readonly cut: boolean;
}

/**
 * The KRLs that a transaction publishes at its end: one of each organization, whatever asked for it and however often. Their
 * versions are known from the first question on, since the transaction holds the organization's turn (`lockTrust`).
 */
export class KrlsLater {
  private drafts: ReadonlyMap<string, Draft> = new Map();

  constructor(private readonly services: KrlPublishing) {}

  /** Asks for a KRL that says this, and with `cut` for a cut list. Resolves to the version that it will have. */
  async add(tx: Transaction, organizationId: string, added: Added, cut: boolean): Promise<bigint> {
    const before = this.drafts.get(organizationId);
    const version = before?.version ?? (await nextKrlVersion(tx, this.services, organizationId));
    const draft = { version, added: [...(before?.added ?? []), added], cut: cut || before?.cut === true };
    this.drafts = new Map([...this.drafts, [organizationId, draft]]);
    return version;
  }

  /** The version of the KRL that was asked for; undefined: none was. */
  version(organizationId: string): bigint | undefined {
    return this.drafts.get(organizationId)?.version;
  }

  /** Takes back, when called, all that was asked for from now on. */
  mark(): () => void {
    const { drafts } = this;
    return () => void (this.drafts = drafts);
  }

  /** Makes them all. Rejects as `publishKrl` does. */
  async publish(tx: Transaction): Promise<void> {
    if (this.drafts.size === 0) return;
    await seeOrganizations(tx, [...this.drafts.keys()]);
    for (const [organizationId, { version, added, cut }] of this.drafts) {
      const all = {
        certificates: added.flatMap(({ certificates }) => certificates),
        keys: added.flatMap(({ keys }) => keys),
      };
      const published = await publishKrl(tx, this.services, organizationId, all);
      if (published !== version) throw new Error('A KRL got another version than was said.');
      if (cut) await publishCutList(tx, this.services, organizationId, version);
    }
  }
}

/** The version of the KRL that says all that was revoked until now; 0 before the organization's first. */
export async function krlVersionNow(
  tx: Transaction,
  { later }: { readonly later?: KrlsLater },
  organizationId: string,
): Promise<bigint> {
  return later?.version(organizationId) ?? (await currentKrlVersion(tx, organizationId)) ?? 0n;
}
