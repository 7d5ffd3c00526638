import { fingerprint } from '@writ/openssh/key';
import { verifySshsig } from '@writ/openssh/sshsig';
import {
  knownHostsLinesOf,
  parseTrustBundle,
  revokedLinesOf,
  trustBundleNamespace,
  userAuthorityLinesOf,
  type TrustBundle,
} from '@writ/openssh/trust';
import { fail } from '../errors.js';

/** A trust bundle whose signature is good, and the key that made it ('SHA256:…'). */
export interface SignedBundle {
  readonly bundle: TrustBundle;
  readonly signedBy: string;
}

const armorEnd = '-----END SSH SIGNATURE-----\n';

/**
 * Reads a signed trust bundle (docs/trust-bundle.md). Who signed it is told, not judged: `expectSigner` does that. Ends in
 * 'trust_bundle_refused', and the codes of reading a signature and a bundle.
 */
export function readSignedBundle(text: string): SignedBundle {
  const end = text.indexOf(armorEnd);
  if (end < 0)
    fail('trust_bundle_refused', 'This is no signed trust bundle: it does not begin with a signature.');
  const armored = text.slice(0, end + armorEnd.length);
  const signed = text.slice(end + armorEnd.length);
  const key = verifySshsig({ armored, namespace: trustBundleNamespace, message: Buffer.from(signed) });
  return { bundle: parseTrustBundle(signed), signedBy: fingerprint(key) };
}

/** Ends in 'trust_bundle_refused' where another key has signed than the one that is believed. */
export function expectSigner({ signedBy }: SignedBundle, believed: string): void {
  if (signedBy !== believed)
    fail('trust_bundle_refused', `The bundle was signed by ${signedBy}, not by ${believed}: do not use it.`, {
      signedBy,
      believed,
    });
}

/** When it was made, ISO 8601. */
export function madeAt({ madeAt: at }: TrustBundle): string {
  return new Date(Number(at) * 1000).toISOString();
}

/** What a bundle says, as JSON. */
export function bundleJson({ bundle, signedBy }: SignedBundle) {
  return {
    organization: bundle.organization,
    name: bundle.name,
    version: bundle.version,
    madeAt: madeAt(bundle),
    signedBy,
    trustedUserCaKeys: userAuthorityLinesOf(bundle),
    knownHosts: knownHostsLinesOf(bundle),
    revoked: revokedLinesOf(bundle),
  };
}
