import { isHostName } from '@writ/openssh/trust';
import { reaches, type Role, type SoughtHost } from '@writ/policy';
import { findHoldings, type ScopedDatabase } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import type { Inventory, KnownHost } from './inventory-memory.js';

/** Most names that are offered for one that is ambiguous. */
const mostNames = 10;

/**
 * The host that somebody means by a name, in full or in short, as far as the caller may know: any with 'host.read', else those
 * that one of their own roles reaches. Of another they learn what they would if it did not exist.
 * @param own the caller's own roles
 */
export async function soughtHost(
  store: ScopedDatabase,
  { organizationId, permissions }: SignedInCaller,
  inventory: Inventory,
  own: readonly Role[],
  asked: string,
): Promise<SoughtHost> {
  const seesAll = permissions.has('host.read');
  const seen = ({ labels }: KnownHost) =>
    seesAll || own.some((role) => role.memberOf && reaches(role, labels));
  const name = asked.toLowerCase();
  const meant = inventory.byName.get(name) ?? inventory.byShortName.get(name);
  if (meant !== undefined && seen(meant)) return joined(meant);
  const [first, ...others] = meant === undefined ? begunWith(inventory, name).filter(seen) : [];
  if (first !== undefined && others.length === 0) return joined(first);
  if (first !== undefined) {
    const names = [first, ...others].slice(0, mostNames).map((host) => host.name);
    return { kind: 'ambiguous', asked, names };
  }
  if (!seesAll || !isHostName(name)) return { kind: 'unknown', asked };
  const held = await store.within([organizationId], (tx) => findHoldings(tx, organizationId, [name]));
  return held.length > 0 ? { kind: 'signed', name } : { kind: 'unknown', asked };
}

function joined({ name, labels }: KnownHost): SoughtHost {
  return { kind: 'joined', name, labels };
}

/** The hosts of which the name is the beginning, the organization's name behind it or not. */
function begunWith({ hosts, organizationName }: Inventory, name: string): readonly KnownHost[] {
  const suffix = `.${organizationName}`;
  const beginnings = name.endsWith(suffix) ? [name, name.slice(0, -suffix.length)] : [name];
  return hosts.filter((host) => beginnings.some((beginning) => host.name.startsWith(`${beginning}.`)));
}
