import type { Certificate } from '@writ/openssh/certificate';
import { formatCertificateLine } from '@writ/openssh/certificate';
import { formatPublicKeyLine, type PublicKey } from '@writ/openssh/key';
import { authorizedPrincipalsFile, trustedUserCaKeysFile } from '@writ/openssh/trust';
import type { Labels } from '@writ/policy';
import type { BundleFile } from './bundle.js';
import { canaryKey } from './canary.js';
import { principalsOn, type HostRole } from './principals-on.js';
import { sessionLimitsFile } from './session-limits.js';

/** What decides what lies on all hosts of an organization. */
export interface CommonState {
  readonly organizationHandle: string;
  readonly organizationName: string;
  /** The organization's roles. */
  readonly roles: readonly HostRole[];
  /** User CAs that are to be believed. */
  readonly userAuthorities: readonly PublicKey[];
  /** The key that will sign bundles one day; hosts believe what it signs as soon as they have heard of it. */
  readonly nextBundleKey: PublicKey | null;
}

/** What decides what lies on one of them beside that. */
export interface HostState {
  readonly labels: Labels;
  /** Of each host key that is trusted. */
  readonly certificates: readonly PlacedCertificate[];
  /** Whether its kit knows what session limits are: an older one refuses a bundle that says them. */
  readonly takesLimits: boolean;
}

/** A host key's certificate, under the place of the key in the host's own order (1 to 8), which never moves. */
export interface PlacedCertificate {
  readonly position: number;
  readonly certificate: Certificate;
}

/**
 * Says the files of each host's bundle. What hosts have in common is written once, however many are asked about: files that
 * are for all, and those that are for all with the same labels.
 */
export function hostFiles(common: CommonState): (host: HostState) => readonly BundleFile[] {
  const forAll = commonFiles(common);
  const byLabels = new Map<string, OfLabels>();
  const ofLabels = (labels: Labels): OfLabels => {
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => Number(a > b) - Number(a < b)));
    const known = byLabels.get(key);
    if (known !== undefined) return known;
    const principals = [...principalsOn(common.roles, labels)].map(([login, named]) => ({
      name: `principals/${login}`,
      text: authorizedPrincipalsFile(named),
    }));
    const limits = sessionLimitsFile(common.roles, labels);
    const made = { principals, limits: limits === null ? [] : [limits] };
    byLabels.set(key, made);
    return made;
  };
  return ({ labels, certificates, takesLimits }) => [
    ...forAll,
    ...certificates.map(({ position, certificate }) => ({
      name: `certificates/${position}`,
      text: `${formatCertificateLine(certificate)}\n`,
    })),
    ...ofLabels(labels).principals,
    ...(takesLimits ? ofLabels(labels).limits : []),
  ];
}

/** What hosts with the same labels have in common. */
interface OfLabels {
  readonly principals: readonly BundleFile[];
  readonly limits: readonly BundleFile[];
}

function commonFiles({
  organizationHandle,
  organizationName,
  userAuthorities,
  nextBundleKey,
}: CommonState): readonly BundleFile[] {
  return [
    trustedUserAuthorities(organizationName, userAuthorities),
    {
      name: 'canary.pub',
      text: `${formatPublicKeyLine({ key: canaryKey(organizationHandle), comment: 'always revoked' })}\n`,
    },
    ...(nextBundleKey === null
      ? []
      : [
          {
            name: 'next_bundle_key.pub',
            text: `${formatPublicKeyLine({ key: nextBundleKey, comment: `signs bundles of ${organizationName} next` })}\n`,
          },
        ]),
  ];
}

/** The file of the user CAs that a host is to believe. */
export function trustedUserAuthorities(organizationName: string, keys: readonly PublicKey[]): BundleFile {
  const comment = `${organizationName} user CA`;
  return { name: 'trusted_user_ca_keys', text: trustedUserCaKeysFile(keys.map((key) => ({ key, comment }))) };
}
