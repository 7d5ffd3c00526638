import { parseCertificateLine } from '@writ/openssh/certificate';
import { parsePublicKeyLine, samePublicKey, type PublicKey } from '@writ/openssh/key';
import { filesOfBundle } from './read-bundle.js';

/** What a host has taken on, as far as the service knows. */
export interface HostProgress {
  /** What the host said last; null: nothing yet. */
  readonly report: {
    /** Version of the bundle in use, or empty. */
    readonly bundle: string;
    /** SHA-256 of the KRL in use, hexadecimal. */
    readonly krl: string;
    readonly result: string;
    readonly words: string;
  } | null;
  /** Version of the bundle that was last made for it, and its text. */
  readonly version: bigint;
  readonly bundle: string | null;
  /** SHA-256 of the current KRL, hexadecimal. */
  readonly krl: string;
}

/** Why access that is allowed does not work yet, or not any more: of the host, and of who asks for it. */
export const waitingRules = [
  'host_never_reported',
  'host_behind',
  'host_certificate_expired',
  'second_factor_missing',
] as const;

/** What else should be known about a host: of itself, and of the way there. */
export const hostWarningRules = ['krl_behind', 'jump_closed'] as const;

export interface HostRemark {
  readonly rule: (typeof waitingRules)[number] | (typeof hostWarningRules)[number];
  readonly message: string;
}

/** What certificates say that somebody would be let in with. */
export interface LoginCertificates {
  /** The user CA that signs them now. */
  readonly authority: PublicKey;
  /** Words that they carry, any of which would do. */
  readonly principals: readonly string[];
}

/**
 * What stands between access that is allowed and a login that works: the host has to have taken on a bundle that names the CA
 * and lists one of the principals for the login, and its certificates have to be valid.
 * @param now seconds since 1970
 */
export function waitingFor(
  name: string,
  { report, version, bundle }: HostProgress,
  login: string,
  { authority, principals }: LoginCertificates,
  now: bigint,
): readonly HostRemark[] {
  if (report === null) {
    return [
      {
        rule: 'host_never_reported',
        message: `${name} has joined, but has not said yet what it has taken on.`,
      },
    ];
  }
  const refused = report.result === 'ok' ? '' : `; it said ${report.result}: ${report.words}`;
  if (bundle === null || report.bundle !== `${version}`) {
    const uses = report.bundle === '' ? 'no bundle' : `bundle ${report.bundle}`;
    return [
      {
        rule: 'host_behind',
        message: `${name} uses ${uses}, not ${version}, the newest that was made for it${refused}.`,
      },
    ];
  }
  const files = filesOfBundle(bundle);
  const believed = files.get(`principals/${login}`) ?? [];
  const remarks: HostRemark[] = [];
  if (!principals.some((principal) => believed.includes(principal))) {
    const message = `${name} has not fetched the bundle yet that says so; it uses ${version}${refused}.`;
    remarks.push({ rule: 'host_behind', message });
  }
  const authorities = files.get('trusted_user_ca_keys') ?? [];
  if (!authorities.some((line) => samePublicKey(parsePublicKeyLine(line).key, authority))) {
    const message = `${name} does not know the user CA yet that signs now; it uses bundle ${version}${refused}.`;
    remarks.push({ rule: 'host_behind', message });
  }
  const expired = [...files]
    .filter(([file]) => file.startsWith('certificates/'))
    .filter(([, lines]) => lines.some((line) => parseCertificateLine(line).certificate.validBefore <= now));
  if (expired.length > 0) {
    const message = `Certificates of ${name} have expired, so that clients do not believe it any more; it renews them when it syncs.`;
    remarks.push({ rule: 'host_certificate_expired', message });
  }
  return remarks;
}

/** What should be known of a host although access works. */
export function hostWarnings(name: string, { report, krl }: HostProgress): readonly HostRemark[] {
  if (report === null || report.krl === krl) return [];
  const message = `${name} has not reported the newest KRL: what was revoked last may still be believed there.`;
  return [{ rule: 'krl_behind', message }];
}
