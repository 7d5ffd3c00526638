import type { HostRemark } from '@writ/hosts';
import { reaches, type Role } from '@writ/policy';
import type { Inventory } from './inventory-memory.js';

/** What a jump host asks of whoever goes through it. */
const forwarding = 'permit-port-forwarding';

/**
 * The hosts on the way to one (its name) through which somebody cannot go, since none of their roles lets connections through there.
 * @param roles those of which they are a member count
 */
export function closedJumps(
  { byName }: Pick<Inventory, 'byName'>,
  host: string,
  { user, roles }: { readonly user: string; readonly roles: readonly Role[] },
): readonly HostRemark[] {
  const remarks: HostRemark[] = [];
  const passed = new Set([host]);
  for (
    let at = byName.get(host)?.jump ?? null;
    at !== null && !passed.has(at);
    at = byName.get(at)?.jump ?? null
  ) {
    passed.add(at);
    const labels = byName.get(at)?.labels;
    const there = labels === undefined ? [] : roles.filter((role) => role.memberOf && reaches(role, labels));
    if (there.some(({ extensions }) => extensions.includes(forwarding))) continue;
    const why =
      there.length === 0 ? `${user} has no role there` : `no role of ${user} there has ${forwarding}`;
    remarks.push({ rule: 'jump_closed', message: `The way to ${host} leads through ${at}, and ${why}.` });
  }
  return remarks;
}
