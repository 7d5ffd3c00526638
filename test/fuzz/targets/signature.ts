import { decodeSignature, encodeSignature } from '@writ/openssh/key';
import { mustEqual, type FuzzTarget } from '../target.js';

/** What was accepted, and can be encoded here, is encoded as the same bytes. */
export const signature: FuzzTarget = {
  name: 'signature',
  run: (input) => {
    const { algorithm, raw } = decodeSignature(input);
    switch (algorithm) {
      case 'rsa-sha2-256':
      case 'sk-ssh-ed25519@openssh.com':
      case 'sk-ecdsa-sha2-nistp256@openssh.com':
        return;
      default:
        mustEqual('signature', encodeSignature(algorithm, raw), input);
    }
  },
};
