import {
  raiseEpochs,
  unexpiredCertificatesOfHoldings,
  type HoldingChange,
  type RevocationGround,
  type Transaction,
} from '@writ/storage';
import { endTrust, takenSince, type TrustEnding } from '../revocations/end-trust.js';

/**
 * Makes a change of who is in which role count at once, in a transaction that holds `lockTrust`: what was decided before it is
 * issued no more, and every certificate is revoked that rested on a role which its holder is in by no path any more. Resolves
 * to how many those were. Rejects as `endTrust` does.
 */
export async function settleTrust(
  tx: Transaction,
  services: TrustEnding,
  ground: RevocationGround,
  { gained, lost }: HoldingChange,
): Promise<number> {
  const { organizationId } = ground;
  const concerned = new Set([...gained, ...lost].map(({ userId }) => userId));
  if (concerned.size === 0) return 0;
  // First the epochs: they wait for what is just being recorded, so that the certificates read after it are all there are.
  await raiseEpochs(tx, organizationId, [...concerned]);
  if (lost.length === 0) return 0;
  const certificates = await unexpiredCertificatesOfHoldings(tx, organizationId, lost, takenSince(services));
  return (await endTrust(tx, services, ground, { certificates, keys: [] })).certificates;
}
