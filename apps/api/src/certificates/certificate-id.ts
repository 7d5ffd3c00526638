import { isSerial } from '@writ/openssh/certificate';

/** A certificate as a person names it: 'user:17'. */
export interface CertificateName {
  readonly type: 'user' | 'host';
  readonly serial: bigint;
}

export function certificateId({ type, serial }: CertificateName): string {
  return `${type}:${serial}`;
}

/** Null for what no certificate is called, such as a serial beyond 2^63 − 1. */
export function parseCertificateId(text: string): CertificateName | null {
  const [, type, digits] = /^(user|host):([1-9][0-9]{0,18})$/.exec(text) ?? [];
  if ((type !== 'user' && type !== 'host') || digits === undefined) return null;
  const serial = BigInt(digits);
  return isSerial(serial) ? { type, serial } : null;
}
