import { decodePublicKey } from '../key/public-key.js';
import type { PublicKey } from '../key/types.js';
import { refuse } from '../refuse.js';
import { WireReader } from '../wire/reader.js';
import { bytesForm, EntrySet, textForm } from './entry-set.js';
import {
  certificateSection,
  formatVersion,
  magic,
  maximumAuthorities,
  maximumKrlBytes,
  section,
} from './layout.js';
import { ExtensionCount, readExtensions } from './extensions.js';
import { readKeyType } from './key-blob.js';
import { nextType } from './next-type.js';
import { readEntries } from './read-entries.js';
import { readSerials } from './read-serials.js';
import { tooLarge } from './serial-plan.js';
import type { Krl, KrlExtension, RevokedCertificates } from './types.js';

const what = 'the KRL';

/**
 * Decodes a KRL as `encodeKrl` and `ssh-keygen -k` write it, and no other spelling: certificate sections first, one
 * for each authority, then explicit keys, SHA-1 and SHA-256 fingerprints, each at most once and in order; serials as
 * `readSerials` says. Keys of certificates are decoded; revoked keys may be of any type, for a KRL may revoke what
 * nobody should use any more.
 *
 * Memory stays within a small multiple of the input: ranges stay ranges and bitmaps stay bitmaps. Throws CodedError:
 * the krl codes, the wire codes, and for an authority's key the codes of `decodePublicKey`. Extensions may stand
 * between sections; they are handed on without a look inside, and a critical one is refused ('krl_extension_refused'),
 * as is an embedded signature ('krl_signature_refused'): both as OpenSSH does since 9.4. Source: OpenSSH PROTOCOL.krl.
 */
export function decodeKrl(krl: Uint8Array): Krl {
  if (krl.length > maximumKrlBytes) tooLarge();
  const bytes = Buffer.from(krl);
  const reader = new WireReader(bytes, what);
  const header = readHeader(bytes, reader);
  const count = new ExtensionCount();
  const extensions: KrlExtension[] = [];
  const pass = () => readExtensions(bytes, reader, section.extension, count, extensions);
  const certificates = readCertificateSections(bytes, reader, count, extensions);
  const keys = readEntrySection(bytes, reader, section.explicitKeys, (entry) =>
    readKeyType(entry.nested('a key of the KRL')),
  );
  pass();
  const fingerprintsSha1 = readEntrySection(bytes, reader, section.fingerprintsSha1, (entry) =>
    readDigest(entry, 20),
  );
  pass();
  const fingerprintsSha256 = readEntrySection(bytes, reader, section.fingerprintsSha256, (entry) =>
    readDigest(entry, 32),
  );
  pass();
  if (reader.remaining > 0) refuseSection(reader.u8());
  return { ...header, certificates, keys, fingerprintsSha1, fingerprintsSha256, extensions };
}

/** PROTOCOL.krl section 1. */
function readHeader(bytes: Buffer, reader: WireReader): Pick<Krl, 'version' | 'generatedAt' | 'comment'> {
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    refuse('krl_not_a_krl', 'The bytes are not a KRL; they do not begin with SSHKRL.');
  }
  reader.raw(magic.length);
  if (reader.u32() !== formatVersion) {
    refuse('krl_format_version_unknown', `The KRL is of a format other than version ${formatVersion}.`);
  }
  const version = reader.u64();
  const generatedAt = reader.u64();
  if (reader.u64() !== 0n) refuse('krl_flags_unknown', 'The KRL sets flags, and none are defined.');
  readReserved(reader);
  return { version, generatedAt, comment: reader.text() };
}

function readReserved(reader: WireReader): void {
  if (reader.u32() !== 0) {
    refuse('krl_reserved_not_empty', 'A reserved field of the KRL is not empty.', { offset: reader.offset });
  }
}

function readCertificateSections(
  bytes: Buffer,
  reader: WireReader,
  count: ExtensionCount,
  extensions: KrlExtension[],
): RevokedCertificates[] {
  const certificates: RevokedCertificates[] = [];
  const authorities = new Set<string>();
  readExtensions(bytes, reader, section.extension, count, extensions);
  while (nextType(bytes, reader) === section.certificates) {
    reader.u8();
    const content = reader.nested();
    const blob = content.string();
    const authority = blob.length === 0 ? null : decodePublicKey(blob);
    readReserved(content);
    authorities.add(Buffer.from(blob).toString('latin1'));
    certificates.push(readCertificates(bytes, content, authority, count));
    if (authorities.size !== certificates.length) {
      refuse('krl_authority_repeated', 'The KRL has two sections for one authority.', {
        offset: content.offset,
      });
    }
    if (certificates.length > maximumAuthorities) {
      refuse(
        'krl_authorities_too_many',
        `The KRL has sections for more than ${maximumAuthorities} authorities.`,
      );
    }
    readExtensions(bytes, reader, section.extension, count, extensions);
  }
  return certificates;
}

/** PROTOCOL.krl section 2. Key ids come last, as OpenSSH writes them; extensions before, between and behind. */
function readCertificates(
  bytes: Buffer,
  content: WireReader,
  authority: PublicKey | null,
  count: ExtensionCount,
): RevokedCertificates {
  if (content.remaining === 0)
    refuse('krl_section_empty', 'A certificate section of the KRL revokes nothing.');
  const extensions: KrlExtension[] = [];
  const pass = () => readExtensions(bytes, content, certificateSection.extension, count, extensions);
  pass();
  const serials = readSerials(bytes, content);
  pass();
  const hasKeyIds = nextType(bytes, content) === certificateSection.keyIds;
  const keyIds = hasKeyIds ? readKeyIds(bytes, content) : EntrySet.empty(textForm);
  pass();
  if (content.remaining > 0) refuseCertificateSection(content.u8());
  return { authority, serials, keyIds, extensions };
}

function readKeyIds(bytes: Buffer, content: WireReader): EntrySet<string> {
  content.u8();
  return readEntries(bytes, content.nested(), textForm, (entry) => entry.text());
}

function readEntrySection(
  bytes: Buffer,
  reader: WireReader,
  type: number,
  readEntry: (reader: WireReader) => void,
): EntrySet<Uint8Array> {
  if (nextType(bytes, reader) !== type) return EntrySet.empty(bytesForm);
  reader.u8();
  return readEntries(bytes, reader.nested(), bytesForm, readEntry);
}

/** PROTOCOL.krl section 4. */
function readDigest(entry: WireReader, length: number): void {
  if (entry.string().length !== length) {
    refuse('krl_fingerprint_malformed', `A fingerprint of the KRL has not ${length} bytes.`, {
      offset: entry.offset,
    });
  }
}

function refuseSection(type: number): never {
  if (type === section.signature) {
    refuse(
      'krl_signature_refused',
      'The KRL has a signature inside; OpenSSH refuses such, sign the file beside it.',
    );
  }
  if (Object.values<number>(section).includes(type)) outOfOrder();
  unknown(type);
}

function refuseCertificateSection(type: number): never {
  if (Object.values<number>(certificateSection).includes(type)) outOfOrder();
  unknown(type);
}

function outOfOrder(): never {
  refuse(
    'krl_section_out_of_order',
    'A section of the KRL is repeated or stands behind one that it comes before.',
  );
}

function unknown(type: number): never {
  refuse('krl_section_unknown', `The KRL has a section of the unknown type ${type}.`, { type });
}
