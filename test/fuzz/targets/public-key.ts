import { decodePublicKey, fingerprint, formatPublicKeyLine, publicKeyObject } from '@writ/openssh/key';
import { mustEqual, type FuzzTarget } from '../target.js';

/** What was accepted has its own bytes as its one spelling, and `node:crypto` takes it. */
export const publicKey: FuzzTarget = {
  name: 'public-key',
  run: (input) => {
    const key = decodePublicKey(input);
    mustEqual('blob', key.blob, input);
    fingerprint(key);
    formatPublicKeyLine({ key });
    publicKeyObject(key);
  },
};
