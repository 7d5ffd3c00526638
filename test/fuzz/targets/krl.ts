import { decodeKrl, encodeKrl, isRevoked, nextKrl } from '@writ/openssh/krl';
import { Broken, mustEqual, type FuzzTarget } from '../target.js';

/** The first of the serial sections' ranges, for there may be more than can be walked. */
const ranges = 1000;

/**
 * What was accepted revokes what it says it does, and is written again as no more bytes, which are written again as
 * themselves; the KRL that follows it says the same where nothing changes.
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
    const written = encodeKrl(read);
    if (written.length > input.length) throw new Broken('ours is longer');
    mustEqual('krl', encodeKrl(decodeKrl(written)), written);
    const { version, generatedAt } = read;
    const plain = {
      ...read,
      extensions: [],
      certificates: read.certificates.map((each) => ({ ...each, extensions: [] })),
    };
    mustEqual('the next krl', encodeKrl(nextKrl(read, { version, generatedAt })), encodeKrl(plain));
  },
};
