import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  decodePublicKey,
  formatPublicKeyLine,
  parsePublicKeyLine,
  publicKeyFromObject,
  publicKeyObject,
} from '../../src/key/index.js';

const generated: readonly [string, KeyObject][] = [
  ['ssh-ed25519', generateKeyPairSync('ed25519').publicKey],
  ['ecdsa-sha2-nistp256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey],
  ['ecdsa-sha2-nistp384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey],
  ['ecdsa-sha2-nistp521', generateKeyPairSync('ec', { namedCurve: 'P-521' }).publicKey],
  ['ssh-rsa', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey],
];

describe('a public key', () => {
  it.each(generated)('%s reads back from blob, line and key object', (type, object) => {
    const key = publicKeyFromObject(object);
    expect(key.type).toBe(type);
    expect(decodePublicKey(key.blob)).toEqual(key);
    expect(publicKeyObject(key).equals(object)).toBe(true);
    const line = formatPublicKeyLine({ options: 'from="a b"', key, comment: 'anna  at work' });
    expect(parsePublicKeyLine(`${line}\n`)).toEqual({ options: 'from="a b"', key, comment: 'anna  at work' });
  });
});
