import { parsePrivateKey } from '@writ/openssh/key';
import { asText, type FuzzTarget } from '../target.js';

const dash = '-'.charCodeAt(0);

/**
 * Text, or the bytes inside an OpenSSH key file, so that changes get past the base64. No passphrase is given:
 * deriving a key from one costs a second by design.
 */
export const privateKey: FuzzTarget = {
  name: 'private-key',
  run: (input) => {
    parsePrivateKey(input[0] === dash ? asText(input) : openssh(input));
  },
};

function openssh(bytes: Uint8Array): string {
  const body = Buffer.from(bytes).toString('base64');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
