import type { Caller } from '@writ/policy';
import type { HostRow, OrganizationRow } from '@writ/storage';

/**
 * A host as the party that asks for its own certificates. It may have its keys signed and nothing else; whatever ends
 * it raises its epoch, so that no certificate is recorded for a host that is gone.
 */
export function hostAsCaller(
  organization: Pick<OrganizationRow, 'id' | 'handle' | 'name'>,
  host: Pick<HostRow, 'id' | 'name' | 'epoch'>,
  now: number,
): Caller {
  return {
    organizationId: organization.id,
    organizationHandle: organization.handle,
    organizationName: organization.name,
    userId: host.id,
    userName: host.name,
    epoch: host.epoch,
    permissions: new Set(['host.sign']),
    authentication: { method: 'host-key', at: now, strength: 'single', sessionId: null },
  };
}
