import { decodeKrl, encodeKrl, isRevoked } from '@writ/openssh/krl';
import { Broken, mustEqual, type FuzzTarget } from '../target.js';

/** The first of the serial sections' ranges, for there may be more than can be walked. */
const ranges = 1000;

/**
 * What was accepted revokes what it says it does; and unless it holds SHA-1 fingerprints, which are only read, it is
 * written again as no more bytes, which are written again as themselves.
 */
export const krl: FuzzTarget = {
  name: 'krl',
  run: (input) => {
    const read = decodeKrl(input);
    for (const { authority, serials, keyIds } of read.certificates) {
      if (authority !== null) isRevoked(read, authority);
      let count = 0;
      for (const { first, last } of serials) {
        if (!serials.has(first) || !serials.has(last))
          throw new Broken(`serial ${first} or ${last} is not revoked`);
        if (++count === ranges) break;
      }
      for (const keyId of keyIds) if (!keyIds.has(keyId)) throw new Broken('a key id is not revoked');
    }
    const written = encodeKrl({ ...read, keys: blobs(read.keys) });
    if (read.fingerprintsSha1.size === 0 && written.length > input.length) throw new Broken('ours is longer');
    const again = decodeKrl(written);
    mustEqual('krl', encodeKrl({ ...again, keys: blobs(again.keys) }), written);
  },
};

function blobs(keys: Iterable<Uint8Array>) {
  return Array.from(keys, (blob) => ({ type: 'ssh-ed25519' as const, blob }));
}
