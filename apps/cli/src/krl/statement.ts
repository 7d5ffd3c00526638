/** The SSHSIG namespace of KRLs. */
export const krlNamespace = 'krl@writ';

/** What is signed of a KRL (docs/host-protocol.md): whose it is, its number, and its SHA-256 in hexadecimal. */
export function krlStatement(organization: string, version: bigint, sha256: string): string {
  return `writ-krl 1\norganization ${organization}\nversion ${version}\nsha256 ${sha256}\n`;
}
