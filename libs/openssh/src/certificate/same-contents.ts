import type { CertificateContents, CriticalOptions, Extensions, NamedOption } from './types.js';

/** The first member in which two contents differ, or null where they say the same. */
export function firstDifference(a: CertificateContents, b: CertificateContents): string | null {
  if (a.certificateType !== b.certificateType) return 'certificateType';
  if (!sameBytes(a.nonce, b.nonce)) return 'nonce';
  if (a.publicKey.type !== b.publicKey.type || !sameBytes(a.publicKey.blob, b.publicKey.blob))
    return 'publicKey';
  if (a.serial !== b.serial) return 'serial';
  if (a.keyId !== b.keyId) return 'keyId';
  if (!sameTexts(a.validPrincipals, b.validPrincipals)) return 'validPrincipals';
  if (a.validAfter !== b.validAfter) return 'validAfter';
  if (a.validBefore !== b.validBefore) return 'validBefore';
  if (!sameCriticalOptions(a.criticalOptions, b.criticalOptions)) return 'criticalOptions';
  if (!sameExtensions(a.extensions, b.extensions)) return 'extensions';
  return sameBytes(a.signatureKey.blob, b.signatureKey.blob) ? null : 'signatureKey';
}

function sameCriticalOptions(a: CriticalOptions, b: CriticalOptions): boolean {
  return (
    a.forceCommand === b.forceCommand &&
    a.verifyRequired === b.verifyRequired &&
    a.sourceAddress?.join(',') === b.sourceAddress?.join(',') &&
    sameOptions(a.unknown, b.unknown)
  );
}

function sameExtensions(a: Extensions, b: Extensions): boolean {
  return (
    a.permitX11Forwarding === b.permitX11Forwarding &&
    a.permitAgentForwarding === b.permitAgentForwarding &&
    a.permitPortForwarding === b.permitPortForwarding &&
    a.permitPty === b.permitPty &&
    a.permitUserRc === b.permitUserRc &&
    a.noTouchRequired === b.noTouchRequired &&
    sameOptions(a.other, b.other)
  );
}

/** The order given does not matter: bytes have only one. */
function sameOptions(a: readonly NamedOption[], b: readonly NamedOption[]): boolean {
  if (a.length !== b.length) return false;
  if (a.length === 0) return true;
  const values = new Map(a.map(({ name, value }) => [name, value]));
  return b.every(({ name, value }) => {
    const own = values.get(name);
    if (own === undefined) return false;
    return own === null || value === null ? own === value : sameBytes(own, value);
  });
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
