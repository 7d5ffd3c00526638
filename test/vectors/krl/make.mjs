// Makes the vectors beside it: `node make.mjs`. Needs ssh-keygen. Keys are new each time; the answers do not change.
//   made-by-ssh-keygen.json   KRLs that ssh-keygen -k made from every directive of its specification format, and its
//                             own answer (ssh-keygen -Q) for each of some certificates and keys
//   hostile.json              KRLs that must be refused, each with the code it is refused with
//   ../../fuzz/corpus/krl/    the short ones of both, for the fuzz target of that name
import { execFileSync, spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base64, cat, json, mpint, publicBlob, str, u32, u64, u8 } from '../wire.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'writ-krl-'));
const write = (name, value) => writeFileSync(join(here, name), json(value));
const file = (name, content) => {
  writeFileSync(join(scratch, name), content);
  return name;
};
const keygen = (...args) => execFileSync('ssh-keygen', args, { cwd: scratch, stdio: ['ignore', 'pipe', 'pipe'] }).toString();
const line = (name) => readFileSync(join(scratch, `${name}.pub`), 'utf8').trim();

// --- made-by-ssh-keygen.json ------------------------------------------------------------------------------------------------

const keys = ['ca', 'other-ca', 'anna', 'ben', 'rsa', 'ecdsa'];
for (const name of keys) {
  const type = { rsa: ['rsa', '-b', '3072'], ecdsa: ['ecdsa', '-b', '384'] }[name] ?? ['ed25519'];
  keygen('-q', '-t', ...type, '-N', '', '-C', '', '-f', name);
}

const certificates = [
  ['ca', 'anna', 'anna@acme', 5],
  ['ca', 'ben', 'ben@acme', 16],
  ['ca', 'rsa', 'spaced id', 33],
  ['ca', 'ecdsa', 'ünïcode', 1_000_003],
  ['ca', 'anna', 'large', '18446744073709551615'],
  ['ca', 'anna', 'zero', 0],
  ['ca', 'ben', '', 7],
  ['other-ca', 'anna', 'anna@acme', 5],
  ['other-ca', 'ben', 'ben', 40_000],
].map(([authority, key, keyId, serial], index) => {
  const name = `cert-${index}`;
  file(`${name}.pub`, line(key));
  keygen('-q', '-s', authority, '-I', keyId, '-z', String(serial), '-n', 'x', '-V', '20260101:20360101', `${name}.pub`);
  return { file: `${name}-cert.pub`, publicKey: line(key), serial: String(serial), keyId, signatureKey: line(authority) };
});
const subjects = [...certificates, ...keys.map((name) => ({ file: `${name}.pub`, publicKey: line(name) }))];

const fingerprint = (name) => keygen('-l', '-f', `${name}.pub`).split(' ')[1];
const specifications = [
  ['nothing', [], ''],
  ['a version and a serial', ['-z', '18446744073709551615', '-s', 'ca.pub'], 'serial: 5\n'],
  ['serials in hex and octal', ['-s', 'ca.pub'], 'serial: 0x10\nserial: 041\n'],
  ['a range', ['-s', 'ca.pub'], 'serial: 1-1000000\n'],
  ['the largest range', ['-s', 'ca.pub'], 'serial: 2-18446744073709551615\n'],
  ['a dense bitmap', ['-s', 'ca.pub'], Array.from({ length: 500 }, (_, index) => `serial: ${index * 3 + 2}\n`).join('')],
  ['a bitmap of 16384 bits', ['-s', 'ca.pub'], Array.from({ length: 8192 }, (_, index) => `serial: ${index * 2 + 1}\n`).join('')],
  [
    'lists, ranges and bitmaps interleaved',
    ['-s', 'ca.pub'],
    'serial: 5\nserial: 100000\nserial: 200000-300000\nserial: 400000\nserial: 1000001\nserial: 1000003\nserial: 1000005\n' +
      'serial: 1000007\nserial: 1000009\nserial: 1000011\nserial: 1000013\nserial: 1000015\nserial: 9000000000\n',
  ],
  ['key ids', ['-s', 'ca.pub'], 'id: anna@acme\nid:   spaced id  \nid: ünïcode\nid: zero\n'],
  ['the empty key id', ['-s', 'ca.pub'], 'id: \n'],
  ['serials and key ids of any authority', ['-s', 'none'], 'serial: 5\nid: ben\n'],
  ['another authority', ['-s', 'other-ca.pub'], 'serial: 30000-50000\nid: anna@acme\n'],
  ['keys', [], `key: ${line('anna')}\nkey: ${line('rsa')}\nkey: ${line('ecdsa')}\n`],
  ['a certificate as a key', [], `key: ${readFileSync(join(scratch, 'cert-1-cert.pub'), 'utf8')}`],
  ['SHA-1 fingerprints', [], `sha1: ${line('anna')}\nsha1: ${line('ben')}\n`],
  ['SHA-256 fingerprints', [], `sha256: ${line('rsa')}\nsha256: ${line('ecdsa')}\n`],
  ['fingerprints from a log', [], `hash: ${fingerprint('ben')}\nhash: ${fingerprint('ca')}\n`],
  ["an authority's key", [], `key: ${line('ca')}\n`],
  ['a file of keys and certificates', [], `${line('ecdsa')}\n${readFileSync(join(scratch, 'cert-0-cert.pub'), 'utf8')}`],
  ['everything, in two updates', ['-s', 'ca.pub'], `serial: 5\nid: zero\nkey: ${line('ben')}\nsha1: ${line('rsa')}\nsha256: ${line('ecdsa')}\n`, ['-s', 'other-ca.pub'], 'serial: 40000\n'],
];

const made = specifications.map(([name, options, text, ...more]) => {
  keygen('-k', '-f', 'krl', ...options, file('specification', text));
  if (more.length > 0) keygen('-k', '-u', '-f', 'krl', ...more[0], file('specification', more[1]));
  const answers = subjects.map((subject) => {
    const { status, stdout } = spawnSync('ssh-keygen', ['-Q', '-f', 'krl', subject.file], { cwd: scratch, encoding: 'utf8' });
    if ((status !== 0) !== stdout.includes('REVOKED')) throw new Error(`${name}: ${stdout}`);
    return status !== 0;
  });
  return { name, krl: base64(readFileSync(join(scratch, 'krl'))), revoked: answers };
});
write('made-by-ssh-keygen.json', { subjects: subjects.map(({ file: _, ...subject }) => subject), krls: made });
rmSync(scratch, { recursive: true });

// --- hostile.json ------------------------------------------------------------------------------------------------

const newKey = () => publicBlob(generateKeyPairSync('ed25519').publicKey);
const ca = newKey();
const header = ({ magic = Buffer.from('SSHKRL\n\0', 'latin1'), format = 1, flags = 0, reserved = '', comment = '' } = {}) =>
  cat(magic, u32(format), u64(1), u64(1_767_225_600), u64(flags), str(reserved), str(comment));
const section = (type, ...content) => cat(u8(type), str(cat(...content)));
const list = (...serials) => section(0x20, ...serials.map(u64));
const range = (first, last) => section(0x21, u64(first), u64(last));
const bitmap = (offset, bits) => section(0x22, u64(offset), bits);
const keyIds = (...ids) => section(0x23, ...ids.map(str));
const certificatesOf = (authority, ...content) => section(1, str(authority), str(''), ...content);
const krl = (...sections) => cat(header(), ...sections);
const certs = (...content) => krl(certificatesOf(ca, ...content));
const ones = (bytes) => mpint(Buffer.alloc(bytes, 0xff));
const sorted = (...blobs) => blobs.sort(Buffer.compare).map(str);
const [low, high] = sorted(newKey(), newKey());
const [digestLow, digestHigh] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map(str);
const top = 2n ** 64n - 1n;
const extension = (type, critical) => section(type, str('x@acme.example'), u8(critical), str('contents'));
const manyAuthorities = (count, ...content) => Array.from({ length: count }, () => certificatesOf(newKey(), ...content));

const hostile = [
  ['krl_not_a_krl', 'empty', Buffer.alloc(0)],
  ['krl_not_a_krl', 'half the magic', Buffer.from('SSHK')],
  ['krl_not_a_krl', 'another magic', header({ magic: Buffer.from('SSHKRL\n\x01', 'latin1') })],
  ['krl_not_a_krl', 'a list of keys, as RevokedKeys may also be', Buffer.from('ssh-ed25519 AAAA\n')],
  ['wire_truncated', 'only the magic', Buffer.from('SSHKRL\n\0', 'latin1')],
  ['wire_truncated', 'a header cut short', header().subarray(0, 43)],
  ['krl_format_version_unknown', 'format 2', header({ format: 2 })],
  ['krl_flags_unknown', 'flags', header({ flags: 1 })],
  ['krl_reserved_not_empty', 'something reserved', header({ reserved: 'x' })],
  ['wire_text_has_nul', 'NUL in the comment', header({ comment: 'a\0' })],
  ['wire_text_not_utf8', 'a comment that is not UTF-8', header({ comment: Buffer.of(0xff) })],
  ['wire_truncated', 'a section type and nothing else', krl(u8(1))],
  ['wire_truncated', 'a section longer than the file', krl(u8(1), u32(0xffffffff))],
  ['krl_section_unknown', 'section 0', krl(section(0))],
  ['krl_section_unknown', 'section 6', krl(section(6, str('x')))],
  ['krl_signature_refused', 'an embedded signature', krl(certificatesOf(ca, list(1)), u8(4), str(ca), str('signature'))],
  ['krl_extension_refused', 'a critical extension', krl(extension(255, 1))],
  ['krl_extension_refused', 'a critical extension behind everything', krl(section(2, low), extension(255, 0), section(5, digestLow), extension(255, 1))],
  ['krl_extension_malformed', 'an extension that is neither critical nor not', krl(extension(255, 2))],
  ['krl_extension_malformed', 'an extension without a name', krl(section(255, str(''), u8(0), str('')))],
  ['wire_text_has_nul', 'NUL in the name of an extension', krl(section(255, str('x\0'), u8(0), str('')))],
  ['wire_truncated', 'an extension without contents', krl(section(255, str('x@acme.example'), u8(0)))],
  ['wire_truncated', 'an extension longer than its section', krl(section(255, str('x@acme.example'), u8(0), u32(0xffffffff)))],
  ['wire_trailing_bytes', 'bytes behind an extension', krl(section(255, str('x@acme.example'), u8(0), str(''), [0]))],
  ['krl_extensions_too_many', 'more extensions than there are', krl(...Array.from({ length: 257 }, () => extension(255, 0)))],
  ['krl_extensions_too_many', 'more extensions of authorities than there are', krl(...manyAuthorities(257, extension(0x39, 0)))],
  ['krl_section_out_of_order', 'certificates behind keys', krl(section(2, low), certificatesOf(ca, list(1)))],
  ['krl_section_out_of_order', 'fingerprints before keys', krl(section(5, digestLow), section(2, low))],
  ['krl_section_out_of_order', 'SHA-256 before SHA-1', krl(section(5, digestLow), section(3, str(Buffer.alloc(20))))],
  ['krl_section_out_of_order', 'two key sections', krl(section(2, low), section(2, high))],

  ['krl_authority_repeated', 'one authority twice', krl(certificatesOf(ca, list(1)), certificatesOf(ca, list(2)))],
  ['krl_authority_repeated', 'any authority twice', krl(certificatesOf('', list(1)), certificatesOf('', list(2)))],
  ['krl_section_empty', 'certificates of nobody', krl(certificatesOf(ca))],
  ['krl_reserved_not_empty', 'something reserved for an authority', krl(section(1, str(ca), str('x'), list(1)))],
  ['wire_truncated', 'no reserved field', krl(section(1, str(ca)))],
  ['key_type_dsa', 'a DSA authority', krl(certificatesOf(cat(str('ssh-dss'), mpint([1])), list(1)))],
  ['key_is_certificate', 'a certificate as authority', krl(certificatesOf(str('ssh-ed25519-cert-v01@openssh.com'), list(1)))],
  ['wire_trailing_bytes', "bytes behind an authority's key", krl(certificatesOf(cat(ca, [0]), list(1)))],
  ['krl_extension_refused', 'a critical extension of an authority', certs(extension(0x39, 1))],
  ['krl_section_out_of_order', 'an extension among serials', certs(list(1), extension(0x39, 0), range(5, 9))],
  ['krl_section_unknown', 'an extension of the outer level for an authority', certs(extension(255, 0))],
  ['krl_section_unknown', 'certificate section 0x24', certs(section(0x24))],
  ['krl_section_unknown', 'a section type of the outer level', certs(section(2, low))],
  ['krl_section_out_of_order', 'serials behind key ids', certs(keyIds('a'), list(1))],
  ['krl_section_out_of_order', 'two sections of key ids', certs(keyIds('a'), keyIds('b'))],

  ['krl_section_empty', 'an empty list', certs(section(0x20))],
  ['wire_truncated', 'a list of seven bytes', certs(section(0x20, u64(1).subarray(0, 7)))],
  ['wire_truncated', 'lists that are whole only together', certs(section(0x20, u64(1), u32(0)), section(0x20, u32(2), u64(3)))],
  ['krl_serial_out_of_range', 'serial 0 in a list', certs(list(0))],
  ['krl_serials_not_ascending', 'a list in the wrong order', certs(list(2, 1))],
  ['krl_serials_not_ascending', 'a serial twice in a list', certs(list(2, 2))],
  ['krl_serials_not_ascending', 'a second list below the first', certs(list(5), list(4))],
  ['krl_serials_not_ascending', 'large serials whose difference overflows', certs(list(top, 1))],
  ['wire_truncated', 'an empty range', certs(section(0x21))],
  ['wire_truncated', 'half a range', certs(section(0x21, u64(1)))],
  ['wire_trailing_bytes', 'two ranges in one section', certs(section(0x21, u64(1), u64(2), u64(5), u64(6)))],
  ['krl_serial_out_of_range', 'a range from 0', certs(range(0, 5))],
  ['krl_range_malformed', 'a range backwards', certs(range(5, 4))],
  ['krl_range_malformed', 'a range of one', certs(range(5, 5))],
  ['krl_serials_not_ascending', 'ranges that overlap', certs(range(1, 5), range(5, 9))],
  ['krl_serials_not_ascending', 'ranges in the wrong order', certs(range(10, 20), range(1, 5))],
  ['krl_serials_not_ascending', 'a bitmap within a range', certs(range(1, 50), bitmap(20, ones(1)))],
  ['krl_serials_not_ascending', 'a range within a bitmap', certs(bitmap(1, mpint([1, 0, 0, 1])), range(5, 9))],
  ['krl_serials_overlap', 'a listed serial within a range', certs(list(7), range(5, 9))],
  ['krl_serials_overlap', 'a listed serial at the end of a range behind it', certs(range(5, 9), list(9))],
  ['krl_serials_overlap', 'a listed serial in the gap of a bitmap', certs(list(3, 12), bitmap(10, mpint([0x81])))],
  ['wire_truncated', 'a bitmap without bits', certs(section(0x22, u64(1)))],
  ['krl_bitmap_malformed', 'a bitmap of zero', certs(bitmap(1, str('')))],
  ['krl_bitmap_malformed', 'a bitmap whose first bit is clear', certs(bitmap(1, mpint([0x82])))],
  ['krl_bitmap_malformed', 'a bitmap past the last serial', certs(bitmap(top, mpint([3])))],
  ['krl_serial_out_of_range', 'a bitmap from 0', certs(bitmap(0, mpint([1])))],
  ['krl_bitmap_too_large', 'a bitmap of 16385 bits', certs(bitmap(1, mpint(cat([1], Buffer.alloc(2047), [1]))))],
  ['krl_bitmap_too_large', 'a bitmap of 32768 bits', certs(bitmap(1, ones(4096)))],
  ['wire_mpint_negative', 'a negative bitmap', certs(bitmap(1, str([0x81])))],
  ['wire_mpint_not_canonical', 'a bitmap with leading zeros', certs(bitmap(1, str([0, 1])))],
  ['wire_trailing_bytes', 'bytes behind a bitmap', certs(section(0x22, u64(1), mpint([1]), [0]))],

  ['krl_section_empty', 'a section of no key ids', certs(section(0x23))],
  ['wire_truncated', 'a key id cut short', certs(section(0x23, u32(5), 'abc'))],
  ['wire_text_has_nul', 'NUL in a key id', certs(keyIds('a\0'))],
  ['wire_text_not_utf8', 'a key id that is not UTF-8', certs(keyIds(Buffer.of(0xc3)))],
  ['krl_entries_not_ascending', 'a key id twice', certs(keyIds('a', 'a'))],
  ['krl_entries_not_ascending', 'key ids in the wrong order', certs(keyIds('b', 'a'))],

  ['krl_section_empty', 'a section of no keys', krl(section(2))],
  ['wire_truncated', 'an empty key', krl(section(2, str('')))],
  ['wire_truncated', 'a key type longer than the key', krl(section(2, str(u32(9))))],
  ['krl_key_malformed', 'a key without a type', krl(section(2, str(cat(str(''), 'x'))))],
  ['krl_key_malformed', 'a key type with a space', krl(section(2, str(str('ssh ed25519'))))],
  ['krl_key_malformed', 'a certificate among the keys', krl(section(2, str(str('ssh-rsa-cert-v01@openssh.com'))))],
  ['krl_entries_not_ascending', 'a key twice', krl(section(2, low, low))],
  ['krl_entries_not_ascending', 'keys in the wrong order', krl(section(2, high, low))],
  ['krl_section_empty', 'a section of no SHA-1 fingerprints', krl(section(3))],
  ['krl_fingerprint_malformed', 'a SHA-1 fingerprint of 32 bytes', krl(section(3, digestLow))],
  ['krl_fingerprint_malformed', 'a SHA-256 fingerprint of 20 bytes', krl(section(5, str(Buffer.alloc(20))))],
  ['krl_entries_not_ascending', 'a fingerprint twice', krl(section(5, digestLow, digestLow))],
  ['krl_entries_not_ascending', 'fingerprints in the wrong order', krl(section(5, digestHigh, digestLow))],
  ['krl_section_out_of_order', 'one byte behind the last section', krl(section(5, digestLow), u8(5))],
];
write('hostile.json', hostile.map(([code, name, bytes]) => ({ code, name, krl: base64(bytes) })));

// --- the fuzz corpus ---------------------------------------------------------------------------------------------

const corpus = join(here, '../../fuzz/corpus/krl');
mkdirSync(corpus, { recursive: true });
const inputs = [...made.map(({ name, krl }) => [name, Buffer.from(krl, 'base64')]), ...hostile.map(([, name, bytes]) => [name, bytes])];
for (const [name, bytes] of inputs) {
  if (bytes.length > 0 && bytes.length < 1200) writeFileSync(join(corpus, name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')), bytes);
}
