import type { RandomBytes } from '@writ/kernel';
import { createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { bits, element, octets, oid, positive, sequence, set, time, utf8, yes } from './der.js';

export interface SelfSigned {
  /** PEM. */
  readonly certificate: string;
  /** PEM, PKCS#8. */
  readonly key: string;
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
const life = 10 * 365 * 86_400_000;

/**
 * A certificate for these names and addresses, signed by its own key (ECDSA P-256, RFC 5280), valid from a day ago for
 * ten years: clients trust it because they pinned it, not because it ends soon.
 */
export function selfSigned(names: readonly string[], now: number, random: RandomBytes): SelfSigned {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(set(sequence(oid('2.5.4.3'), utf8((names[0] ?? 'writ').slice(0, 64)))));
  const serial = Buffer.from(random(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const tbs = sequence(
    element(0xa0, positive(Buffer.from([2]))),
    positive(serial),
    ecdsaWithSha256,
    name,
    sequence(time(now - 86_400_000), time(now + life)),
    name,
    publicKey.export({ format: 'der', type: 'spki' }),
    element(0xa3, sequence(...extensions(names))),
  );
  const signature = sign('sha256', tbs, privateKey);
  return {
    certificate: pem(sequence(tbs, ecdsaWithSha256, bits(signature))),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

function extensions(names: readonly string[]): Buffer[] {
  const serverAuth = sequence(oid('1.3.6.1.5.5.7.3.1'));
  return [
    // A CA of itself and of nothing below it, so that --ca-file with this very certificate works too.
    sequence(oid('2.5.29.19'), yes, octets(sequence(yes, positive(Buffer.from([0]))))),
    sequence(oid('2.5.29.15'), yes, octets(element(0x03, Buffer.from([2, 0x84])))),
    sequence(oid('2.5.29.37'), octets(serverAuth)),
    sequence(oid('2.5.29.17'), octets(sequence(...names.map(alternativeName)))),
  ];
}

function alternativeName(name: string): Buffer {
  return isIP(name) === 0 ? element(0x82, Buffer.from(name)) : element(0x87, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

/**
 * What a client pins: SHA-256 of the whole certificate (DER) as `sha256:` and 64 hex digits; the digits that
 * `openssl x509 -fingerprint -sha256` shows. Of the certificate and not of its key: what a browser or openssl shows can
 * be compared as it is, and whoever replaces a pinned certificate means to be noticed.
 */
export function certificatePin(certificatePem: string): string {
  const { raw } = new X509Certificate(certificatePem);
  return `sha256:${createHash('sha256').update(raw).digest('hex')}`;
}
