import type { Certificate } from '@writ/openssh/certificate';
import { formatCertificateLine } from '@writ/openssh/certificate';
import { formatPublicKeyLine, type PublicKey } from '@writ/openssh/key';
import { authorizedPrincipalsFile, trustedUserCaKeysFile } from '@writ/openssh/trust';
import type { Labels } from '@writ/policy';
import type { BundleFile } from './bundle.js';
import { canaryKey } from './canary.js';
import { principalsOn, type HostRole } from './principals-on.js';

/** Everything that decides what lies on one host. */
export interface HostState {
  readonly organizationHandle: string;
  readonly organizationName: string;
  readonly labels: Labels;
  /** The organization's roles. */
  readonly roles: readonly HostRole[];
  /** User CAs that are to be believed. */
  readonly userAuthorities: readonly PublicKey[];
  /** Of each host key that is trusted. */
  readonly certificates: readonly PlacedCertificate[];
  /** The key that will sign bundles one day; hosts believe what it signs as soon as they have heard of it. */
  readonly nextBundleKey: PublicKey | null;
}

/** A host key's certificate, under the place of the key in the host's own order (1 to 8), which never moves. */
export interface PlacedCertificate {
  readonly position: number;
  readonly certificate: Certificate;
}

/** The files of the host's bundle. */
export function hostFiles(state: HostState): readonly BundleFile[] {
  const { organizationHandle, organizationName, userAuthorities, certificates, nextBundleKey } = state;
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
    ...certificates.map(({ position, certificate }) => ({
      name: `certificates/${position}`,
      text: `${formatCertificateLine(certificate)}\n`,
    })),
    ...[...principalsOn(state.roles, state.labels)].map(([login, principals]) => ({
      name: `principals/${login}`,
      text: authorizedPrincipalsFile(principals),
    })),
  ];
}

/** The file of the user CAs that a host is to believe. */
export function trustedUserAuthorities(organizationName: string, keys: readonly PublicKey[]): BundleFile {
  const comment = `${organizationName} user CA`;
  return { name: 'trusted_user_ca_keys', text: trustedUserCaKeysFile(keys.map((key) => ({ key, comment }))) };
}
