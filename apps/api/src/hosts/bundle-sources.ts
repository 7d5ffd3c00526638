import { Labels } from '@writ/contract';
import { bundleList, type BundleFile, type CommonState, type HostRole } from '@writ/hosts';
import { decodePublicKey } from '@writ/openssh/key';
import type { Login } from '@writ/openssh/trust';
import {
  listAuthorities,
  listRoles,
  nextBundleKey,
  type AuthorityRow,
  type OrganizationRow,
  type RoleRow,
  type Transaction,
} from '@writ/storage';
import { believedUserKeys } from '../authorities/activate-authority.js';

/** What bundles of all hosts of an organization are made from, as this transaction sees it, at `now` (seconds since 1970). */
export async function bundleSources(
  tx: Transaction,
  organization: Pick<OrganizationRow, 'id' | 'handle' | 'name'>,
  now: bigint,
): Promise<CommonState> {
  return commonState(tx, organization, await listAuthorities(tx, organization.id, null, 1000), now);
}

/** The same, where the organization's authorities were read already. */
export async function commonState(
  tx: Transaction,
  organization: Pick<OrganizationRow, 'id' | 'handle' | 'name'>,
  authorities: readonly AuthorityRow[],
  now: bigint,
): Promise<CommonState> {
  const roles = await listRoles(tx, organization.id, null, 100_000);
  const next = await nextBundleKey(tx, organization.id);
  return {
    organizationHandle: organization.handle,
    organizationName: organization.name,
    roles: roles.map(hostRole),
    userAuthorities: believedUserKeys(authorities, now),
    nextBundleKey: next === null ? null : decodePublicKey(next.publicKey),
  };
}

/** What is kept of a bundle, to see whether the next one says the same: the same files under another key are another bundle. */
export function keptList(signer: string, files: readonly BundleFile[]): string {
  return `signed ${signer}\n${bundleList(files)}`;
}

function hostRole({ handle, name, logins, selector, maxSessionSeconds }: RoleRow): HostRole {
  return {
    handle,
    name,
    maxSessionSeconds,
    logins: logins as readonly Login[],
    selector: Labels.nullable().parse(selector),
  };
}
