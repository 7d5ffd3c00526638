import { readCertificateLine } from '../certificate/read.js';
import { fail } from '../errors.js';
import { parsePublicKeyLine, type PublicKey } from '@writ/openssh/key';
import type { KrlDifference, SerialRange } from '@writ/openssh/krl';
import { isCodedError } from '@writ/kernel';
import { createHash } from 'node:crypto';

/** What specifications say, authority by authority. */
export class Specification {
  readonly #certificates = new Map<
    string,
    {
      readonly authority: PublicKey | null;
      readonly serials: (bigint | SerialRange)[];
      readonly keyIds: string[];
    }
  >();
  readonly #keys: PublicKey[] = [];
  readonly #sha1: Uint8Array[] = [];
  readonly #sha256: Uint8Array[] = [];
  /** Keys that are said to be revoked and not how. */
  readonly #bare: PublicKey[] = [];

  get difference(): KrlDifference {
    return {
      certificates: [...this.#certificates.values()],
      keys: this.#keys,
      fingerprintsSha1: this.#sha1,
      fingerprintsSha256: [...this.#sha256, ...this.#bareFingerprints()],
    };
  }

  /**
   * Adds what a specification says, in the words of `ssh-keygen -k` (serial:, id:, key:, sha1:, sha256:, hash:, and lines of
   * public keys and certificates). `ca:` is new: it says whose the serials and key ids behind it are, a public key, or
   * `any` for every authority's. Before the first, they are `authority`'s; undefined: nobody's, and refused. A
   * certificate in a line of its own goes by its authority and serial. Ends in 'specification_malformed', which names the line.
   */
  add(name: string, text: string, authority: PublicKey | null | undefined): void {
    let whose = authority;
    let number = 0;
    for (const line of text.split('\n')) {
      number += 1;
      const said = line.replace(/#.*$/, '').trim();
      if (said === '') continue;
      try {
        const [, word, rest = ''] = /^(serial|id|key|sha1|sha256|hash|ca):[ \t]*(.*)$/i.exec(said) ?? [];
        if (word?.toLowerCase() === 'ca') whose = rest === 'any' ? null : plainKey(rest);
        else this.#addLine(word?.toLowerCase(), word === undefined ? said : rest, whose);
      } catch (error) {
        if (!isCodedError(error)) throw error;
        fail(
          'specification_malformed',
          `${name}, line ${number}: ${error.message}`,
          { name, line: number },
          error,
        );
      }
    }
  }

  #addLine(word: string | undefined, rest: string, whose: PublicKey | null | undefined): void {
    if (word === 'serial') this.#of(whose).serials.push(serialOf(rest));
    else if (word === 'id') this.#of(whose).keyIds.push(rest);
    else if (word === 'key') this.#keys.push(plainKey(rest));
    else if (word === 'sha1') this.#sha1.push(digest('sha1', plainKey(rest)));
    else if (word === 'sha256') this.#sha256.push(digest('sha256', plainKey(rest)));
    else if (word === 'hash') this.#sha256.push(digestOf(rest));
    else this.#addBare(rest);
  }

  /** A line without a word: a key, or one certificate. */
  #addBare(line: string): void {
    const certificate = certificateIn(line);
    if (certificate === null) {
      this.#bare.push(plainKey(line));
      return;
    }
    const { serial, keyId, signatureKey } = certificate;
    if (serial === 0n) this.#of(signatureKey).keyIds.push(keyId);
    else this.#of(signatureKey).serials.push(serial);
  }

  /** A fingerprint is shorter than the key, and one of the two is enough. */
  #bareFingerprints(): readonly Uint8Array[] {
    const whole = new Set(this.#keys.map(({ blob }) => Buffer.from(blob).toString('latin1')));
    return this.#bare
      .filter(({ blob }) => !whole.has(Buffer.from(blob).toString('latin1')))
      .map((key) => digest('sha256', key));
  }

  #of(authority: PublicKey | null | undefined) {
    if (authority === undefined)
      fail(
        'usage_invalid',
        'Whose serial or key id is it? Say --ca, or write a line `ca: <public key>` before.',
      );
    const name = Buffer.from(authority?.blob ?? []).toString('latin1');
    const there = this.#certificates.get(name) ?? { authority, serials: [], keyIds: [] };
    this.#certificates.set(name, there);
    return there;
  }
}

/** '17', '0x11', '021' or '5-9', as ssh-keygen reads them. */
function serialOf(text: string): bigint | SerialRange {
  const [first = 0n, last = first, ...more] = text.split('-').map((each) => numberOf(each.trim()));
  if (first < 1n || last < first || last > largestSerial || more.length > 0) return malformed(text);
  return first === last ? first : { first, last };
}

const largestSerial = 0xffff_ffff_ffff_ffffn;

function numberOf(text: string): bigint {
  if (/^0[0-7]+$/.test(text)) return BigInt(`0o${text.slice(1)}`);
  return /^(?:0x[0-9a-f]+|[0-9]+)$/i.test(text) && !/^0[0-9]/.test(text)
    ? BigInt(text.toLowerCase())
    : malformed(text);
}

function malformed(text: string): never {
  fail('usage_invalid', `'${text}' is no serial; write 17, 0x11 or 5-9, from 1 on.`);
}

/** A certificate's own key, where it is one. */
function plainKey(line: string): PublicKey {
  return certificateIn(line)?.publicKey ?? parsePublicKeyLine(line).key;
}

function certificateIn(line: string) {
  return /^\S+-cert-v\d\d@openssh\.com[ \t]/.test(line) ? readCertificateLine(line).contents : null;
}

function digest(algorithm: 'sha1' | 'sha256', { blob }: PublicKey): Uint8Array {
  return createHash(algorithm).update(blob).digest();
}

/** 'SHA256:…' as ssh-keygen -l prints it. */
function digestOf(text: string): Uint8Array {
  if (!/^SHA256:[A-Za-z0-9+/]{43}$/.test(text))
    fail('usage_invalid', `'${text}' is no fingerprint; write SHA256:… as \`ssh-keygen -l\` does.`);
  return Buffer.from(text.slice('SHA256:'.length), 'base64');
}
