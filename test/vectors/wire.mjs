// A second, deliberately plain writer of SSH's data types: vectors must not come from the code that they judge.
import { Buffer } from 'node:buffer';

export const cat = (...parts) => Buffer.concat(parts.map((part) => Buffer.from(part)));
export const u8 = (value) => Buffer.of(value);
export const u32 = (value) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
export const u64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
/** string; text is taken as UTF-8. */
export const str = (content) => cat(u32(Buffer.from(content).length), Buffer.from(content));
/** mpint of a non-negative number given as big-endian bytes. */
export const mpint = (magnitude) => {
  let bytes = Buffer.from(magnitude);
  while (bytes.length > 0 && bytes[0] === 0) bytes = bytes.subarray(1);
  return str(bytes.length > 0 && bytes[0] >= 0x80 ? cat([0], bytes) : bytes);
};
export const hex = (text) => Buffer.from(text, 'hex');
export const base64 = (bytes) => Buffer.from(bytes).toString('base64');

/** Public key blobs from `node:crypto` keys. */
export function publicBlob(key) {
  const jwk = key.export({ format: 'jwk' });
  const part = (name) => Buffer.from(jwk[name], 'base64url');
  if (jwk.kty === 'OKP') return cat(str('ssh-ed25519'), str(part('x')));
  if (jwk.kty === 'RSA') return cat(str('ssh-rsa'), mpint(part('e')), mpint(part('n')));
  const curve = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' }[jwk.crv];
  return cat(str(`ecdsa-sha2-${curve}`), str(curve), str(cat([4], part('x'), part('y'))));
}

/** Writes JSON with one entry per line group, ended by a newline. */
export const json = (value) => `${JSON.stringify(value, null, 1)}\n`;
