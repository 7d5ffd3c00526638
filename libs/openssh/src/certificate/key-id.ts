import type { Brand } from '@writ/kernel';
import { refuse } from '../refuse.js';

/** The text that sshd writes to its log for each login with the certificate. */
export type KeyId = Brand<string, 'KeyId'>;

const allowed = /^[A-Za-z0-9@._:/=+-]{1,200}$/;

/** A key id from text: 'key_id_malformed'. sshd logs it unquoted, so a free-form one could forge the rest of the line. */
export function keyId(text: string): KeyId {
  if (!isKeyId(text)) {
    refuse('key_id_malformed', 'A key id is 1–200 characters out of letters, digits and @ . _ : / = + -.');
  }
  return text;
}

/** True for text that `keyId` takes. */
export function isKeyId(text: string): text is KeyId {
  return allowed.test(text);
}
