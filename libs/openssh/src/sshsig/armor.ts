import { refuse } from '../refuse.js';
import { fromBase64, toBase64 } from '../wire/base64.js';

const begin = '-----BEGIN SSH SIGNATURE-----';
const end = '-----END SSH SIGNATURE-----';
/** A signature by the longest RSA key is under 6 KiB. */
const maximumLength = 64 * 1024;

/**
 * The bytes inside an armored signature. Line breaks within the base64 may stand anywhere; nothing else may
 * vary: 'sshsig_armor_malformed', 'base64_malformed'. Source: OpenSSH PROTOCOL.sshsig section 1.
 */
export function removeArmor(armored: string): Uint8Array {
  const text = armored.length > maximumLength ? '' : armored.trim();
  if (!text.startsWith(`${begin}\n`) && !text.startsWith(`${begin}\r\n`)) malformed();
  if (!text.endsWith(`\n${end}`) || text.length < begin.length + end.length + 2) malformed();
  return fromBase64(text.slice(begin.length, -end.length).replace(/\r?\n/g, ''));
}

/** The bytes as ssh-keygen writes them: base64 in lines of 70 characters between two marks. */
export function armor(bytes: Uint8Array): string {
  return `${begin}\n${toBase64(bytes).replace(/.{70}(?=.)/g, '$&\n')}\n${end}\n`;
}

function malformed(): never {
  refuse('sshsig_armor_malformed', 'This is no armored SSH signature; pass what ssh-keygen -Y sign wrote.');
}
