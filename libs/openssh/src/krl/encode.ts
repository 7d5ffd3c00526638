import { refuse } from '../refuse.js';
import { WireWriter } from '../wire/writer.js';
import {
  certificateSection,
  formatVersion,
  magic,
  maximumAuthorities,
  maximumKrlBytes,
  section,
} from './layout.js';
import { tooLarge } from './serial-plan.js';
import { serialRuns } from './serial-runs.js';
import type { CertificatesToRevoke, KrlContents } from './types.js';
import { writeSerials } from './write-serials.js';

/**
 * The bytes of a KRL, in as few of them as its sections allow; the same contents give the same bytes, whatever their
 * order within an authority. Authorities of whom nothing is revoked are left out.
 *
 * Throws CodedError: 'krl_serial_out_of_range', 'krl_range_malformed', 'krl_key_id_malformed',
 * 'krl_comment_malformed', 'krl_fingerprint_malformed', 'krl_authority_repeated', 'krl_authorities_too_many',
 * 'krl_too_large', 'wire_integer_out_of_range'. Source: OpenSSH PROTOCOL.krl.
 */
export function encodeKrl(contents: KrlContents): Uint8Array {
  const { comment = '', certificates = [], keys = [], fingerprintsSha256 = [] } = contents;
  if (comment.includes('\0')) {
    refuse('krl_comment_malformed', 'The comment holds a NUL character; leave it out.');
  }
  const writer = new WireWriter(4096);
  writer.raw(magic);
  writer.u32(formatVersion);
  writer.u64(contents.version);
  writer.u64(contents.generatedAt);
  writer.u64(0n);
  writer.text('');
  writer.text(comment);
  refuseRepeatedAuthorities(certificates);
  for (const each of certificates) writeCertificates(writer, each);
  writeEntries(
    writer,
    section.explicitKeys,
    Array.from(keys, (key) => key.blob),
  );
  writeEntries(writer, section.fingerprintsSha256, Array.from(fingerprintsSha256, checkedDigest));
  return writer.length > maximumKrlBytes ? tooLarge() : writer.bytes();
}

/** PROTOCOL.krl section 2. */
function writeCertificates(
  writer: WireWriter,
  { authority, serials = [], keyIds = [] }: CertificatesToRevoke,
): void {
  const runs = serialRuns(serials);
  const ids = Array.from(keyIds, checkedKeyId);
  if (runs.count === 0 && ids.length === 0) return;
  writer.u8(section.certificates);
  const mark = writer.open();
  writer.string(authority?.blob ?? Buffer.alloc(0));
  writer.text('');
  writeSerials(writer, runs);
  writeEntries(writer, certificateSection.keyIds, ids);
  writer.close(mark);
}

/** A section of strings in byte order, as OpenSSH's `blob_cmp` and strcmp have it, each once; none for no strings. */
function writeEntries(writer: WireWriter, type: number, entries: readonly Uint8Array[]): void {
  const sorted = [...entries].sort((a, b) => Buffer.compare(a, b));
  const unique = sorted.filter((each, index) => Buffer.compare(each, sorted[index - 1] ?? notAnEntry) !== 0);
  if (unique.length === 0) return;
  writer.u8(type);
  const mark = writer.open();
  for (const each of unique) writer.string(each);
  writer.close(mark);
}

/** Differs from every entry: each of them is text without NUL, a key blob or 32 bytes. */
const notAnEntry = Uint8Array.of(0);

function refuseRepeatedAuthorities(certificates: readonly CertificatesToRevoke[]): void {
  const seen = new Set(
    certificates.map(({ authority }) => Buffer.from(authority?.blob ?? []).toString('latin1')),
  );
  if (seen.size !== certificates.length) {
    refuse('krl_authority_repeated', 'An authority is named twice; put all that it revokes together.');
  }
  if (seen.size > maximumAuthorities) {
    refuse('krl_authorities_too_many', `A KRL holds at most ${maximumAuthorities} authorities.`);
  }
}

function checkedKeyId(keyId: string): Uint8Array {
  if (/[\0\p{Cs}]/u.test(keyId)) {
    refuse('krl_key_id_malformed', 'A key id holds a NUL character or a lone surrogate; no certificate can.');
  }
  return Buffer.from(keyId);
}

function checkedDigest(digest: Uint8Array): Uint8Array {
  if (digest.length !== 32) {
    refuse(
      'krl_fingerprint_malformed',
      'A SHA-256 fingerprint is 32 bytes; pass the digest itself, not its text.',
    );
  }
  return digest;
}
