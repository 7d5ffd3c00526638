import { refuse } from '../refuse.js';
import { WireReader } from '../wire/reader.js';
import { WireWriter } from '../wire/writer.js';
import type { PublicKey } from '../key/types.js';
import { byAuthority } from './by-authority.js';
import { bytesOfEntries, distinctEntries, writeEntries } from './entries.js';
import { ExtensionCount, writeExtensions } from './extensions.js';
import { readKeyType } from './key-blob.js';
import {
  certificateSection,
  formatVersion,
  magic,
  maximumAuthorities,
  maximumKrlBytes,
  section,
} from './layout.js';
import type { SerialRuns } from './runs.js';
import { planSerials, tooLarge, type SerialPlan } from './serial-plan.js';
import { serialRuns } from './serial-runs.js';
import type { CertificatesToRevoke, KrlContents, KrlExtension } from './types.js';
import { writeSerials } from './write-serials.js';

/**
 * The bytes of a KRL, in as few of them as its sections allow; the same contents give the same bytes, whatever their
 * order within an authority. Authorities of whom nothing is revoked are left out. Extensions stand in front of what they
 * may be about.
 *
 * Throws CodedError: 'krl_serial_out_of_range', 'krl_range_malformed', 'krl_key_id_malformed',
 * 'krl_comment_malformed', 'krl_fingerprint_malformed', 'krl_key_malformed', 'krl_extension_malformed',
 * 'krl_extensions_too_many', 'krl_authority_repeated', 'krl_authorities_too_many', 'krl_too_large', and the wire codes.
 * Source: OpenSSH PROTOCOL.krl.
 */
export function encodeKrl(contents: KrlContents): Uint8Array {
  const { comment = '', certificates = [], extensions = [] } = contents;
  if (comment.includes('\0')) {
    refuse('krl_comment_malformed', 'The comment holds a NUL character; leave it out.');
  }
  if (byAuthority(certificates).size > maximumAuthorities) {
    refuse('krl_authorities_too_many', `A KRL holds at most ${maximumAuthorities} authorities.`);
  }
  const count = new ExtensionCount();
  count.add(extensions.length);
  const planned = certificates.map((each) => planCertificates(each, count));
  const keys = distinctEntries(contents.keys ?? [], checkedKey);
  const sha1 = distinctEntries(contents.fingerprintsSha1 ?? [], (digest) => checkedDigest(digest, 20));
  const sha256 = distinctEntries(contents.fingerprintsSha256 ?? [], (digest) => checkedDigest(digest, 32));
  const large = [...planned.map(({ bytes }) => bytes), ...[keys, sha1, sha256].map(bytesOfEntries)];
  const writer = new WireWriter(large.reduce((sum, each) => sum + each, 4096));
  writer.raw(magic);
  writer.u32(formatVersion);
  writer.u64(contents.version);
  writer.u64(contents.generatedAt);
  writer.u64(0n);
  writer.text('');
  writer.text(comment);
  writeExtensions(writer, section.extension, extensions);
  for (const each of planned) writeCertificates(writer, each);
  writeEntries(writer, section.explicitKeys, keys);
  writeEntries(writer, section.fingerprintsSha1, sha1);
  writeEntries(writer, section.fingerprintsSha256, sha256);
  return writer.length > maximumKrlBytes ? tooLarge() : writer.take();
}

/** What goes into the section of one authority. */
interface PlannedCertificates {
  readonly authority: PublicKey | null;
  readonly runs: SerialRuns;
  readonly plan: SerialPlan;
  readonly keyIds: readonly Uint8Array[];
  readonly extensions: readonly KrlExtension[];
  /** About as many as it will take, and no fewer but for its extensions. */
  readonly bytes: number;
}

function planCertificates(
  { authority, serials = [], keyIds = [], extensions = [] }: CertificatesToRevoke,
  count: ExtensionCount,
): PlannedCertificates {
  count.add(extensions.length);
  const runs = serialRuns(serials);
  const plan = planSerials(runs);
  const ids = distinctEntries(keyIds, checkedKeyId);
  const bytes = 13 + (authority?.blob.length ?? 0) + plan.bytes + bytesOfEntries(ids);
  return { authority, runs, plan, keyIds: ids, extensions, bytes };
}

/** PROTOCOL.krl section 2. */
function writeCertificates(
  writer: WireWriter,
  { authority, runs, plan, keyIds, extensions }: PlannedCertificates,
): void {
  if (runs.count === 0 && keyIds.length === 0 && extensions.length === 0) return;
  writer.u8(section.certificates);
  const mark = writer.open();
  writer.string(authority?.blob ?? Buffer.alloc(0));
  writer.text('');
  writeExtensions(writer, certificateSection.extension, extensions);
  writeSerials(writer, runs, plan);
  writeEntries(writer, certificateSection.keyIds, keyIds);
  writer.close(mark);
}

function checkedKeyId(keyId: string): Uint8Array {
  if (/[\0\p{Cs}]/u.test(keyId)) {
    refuse('krl_key_id_malformed', 'A key id holds a NUL character or a lone surrogate; no certificate can.');
  }
  return Buffer.from(keyId);
}

function checkedKey(key: PublicKey | Uint8Array): Uint8Array {
  const blob = 'blob' in key ? key.blob : key;
  readKeyType(new WireReader(blob, 'a key to revoke'));
  return blob;
}

function checkedDigest(digest: Uint8Array, length: number): Uint8Array {
  if (digest.length !== length) {
    refuse(
      'krl_fingerprint_malformed',
      `A ${length === 20 ? 'SHA-1' : 'SHA-256'} fingerprint is ${length} bytes; pass the digest itself, not its text.`,
    );
  }
  return digest;
}
