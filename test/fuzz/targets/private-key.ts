import { parsePrivateKey } from '@writ/openssh/key';
import { asText, type FuzzTarget } from '../target.js';

/** No passphrase is given: deriving a key from one costs a second by design. */
export const privateKey: FuzzTarget = {
  name: 'private-key',
  run: (input) => {
    parsePrivateKey(asText(input));
  },
};
