import { createHash } from 'node:crypto';
import type { PublicKey } from './types.js';

/** 'SHA256:' and unpadded base64, as `ssh-keygen -l` prints it. */
export function fingerprint(key: PublicKey): string {
  return `SHA256:${createHash('sha256').update(key.blob).digest('base64').replace(/=+$/, '')}`;
}

/** 'MD5:' and 16 colon-separated bytes, as `ssh-keygen -l -E md5` prints it. To recognise a key, never to decide. */
export function fingerprintMd5(key: PublicKey): string {
  const hex = createHash('md5').update(key.blob).digest('hex');
  return `MD5:${hex.replace(/..(?=.)/g, '$&:')}`;
}
