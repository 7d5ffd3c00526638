import { randomBytes } from 'node:crypto';
import { WireWriter } from '@writ/openssh/wire';
import type { KeyEncryptionKey } from './key-encryption-key.js';
import { refuse } from './refuse.js';

/**
 * Which record a sealed text belongs to. It is bound in as associated data, so that a text which was moved to another
 * record, organization or purpose does not open there.
 */
export interface RecordIdentity {
  /** 'authority-key', 'token-key', … */
  readonly purpose: string;
  /** Empty where the record is the installation's. */
  readonly organizationId: string;
  readonly recordId: string;
  /** 'SHA256:…' of the public key that belongs to a sealed private key; empty for other records. */
  readonly fingerprint: string;
}

/*
 * Envelope, version 1: 'WRS1', nonce (12 bytes), ciphertext (1 byte or more), tag (16 bytes). AES-256-GCM.
 * Associated data: the strings (RFC 4251 section 5) 'writ sealed record', the four header bytes, purpose, organization id,
 * record id, fingerprint.
 */
const header = Buffer.from('WRS1');
const nonceBytes = 12;
const tagBytes = 16;
const longestEnvelope = 64 * 1024;

/** Seals `plaintext` (1 byte to about 64 KB) for the record. The plaintext is left as it is; wipe it. */
export function sealRecord(
  key: KeyEncryptionKey,
  identity: RecordIdentity,
  plaintext: Uint8Array,
): Uint8Array {
  const nonce = randomBytes(nonceBytes);
  const { ciphertext, tag } = key.encrypt(nonce, associatedData(identity), plaintext);
  const envelope = Buffer.concat([header, nonce, ciphertext, tag]);
  assertShape(envelope);
  return envelope;
}

/**
 * The plaintext of an envelope that was sealed for exactly this record, in an array of the caller's to wipe.
 * Ends in 'sealed_record_malformed' (not an envelope), 'sealed_record_unreadable' (another key, another record, or changed).
 */
export function openRecord(
  key: KeyEncryptionKey,
  identity: RecordIdentity,
  envelope: Uint8Array,
): Uint8Array {
  assertShape(envelope);
  const end = envelope.length - tagBytes;
  const begin = header.length + nonceBytes;
  const plaintext = key.decrypt(envelope.subarray(header.length, begin), associatedData(identity), {
    ciphertext: envelope.subarray(begin, end),
    tag: envelope.subarray(end),
  });
  if (plaintext === null) {
    return refuse(
      'sealed_record_unreadable',
      `The sealed record (${identity.purpose}) does not open: it is another record's, was changed, or was sealed under another secret.`,
      { purpose: identity.purpose, recordId: identity.recordId },
    );
  }
  return plaintext;
}

/** The same record sealed anew under another key. Ends in the codes of `openRecord`. */
export function rewrapRecord(
  from: KeyEncryptionKey,
  to: KeyEncryptionKey,
  identity: RecordIdentity,
  envelope: Uint8Array,
): Uint8Array {
  const plaintext = openRecord(from, identity, envelope);
  try {
    return sealRecord(to, identity, plaintext);
  } finally {
    plaintext.fill(0);
  }
}

function associatedData({ purpose, organizationId, recordId, fingerprint }: RecordIdentity): Uint8Array {
  const writer = new WireWriter(256);
  writer.text('writ sealed record');
  writer.string(header);
  for (const text of [purpose, organizationId, recordId, fingerprint]) writer.text(text);
  return writer.bytes();
}

function assertShape(envelope: Uint8Array): void {
  const least = header.length + nonceBytes + 1 + tagBytes;
  const known = Buffer.compare(envelope.subarray(0, header.length), header) === 0;
  if (known && envelope.length >= least && envelope.length <= longestEnvelope) return;
  refuse(
    'sealed_record_malformed',
    'A sealed record is empty, cut short, too long, or of a version that this program does not read.',
  );
}
